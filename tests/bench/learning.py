#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What learning a stripped program's layout costs that program, and hud-record.

    tests/bench/learning.py BUILD [--rounds N]

As root, after `make bench` has built the programs. In each round the program, which runs all the
time, is recorded twice, each for as long as learning took and a window more: first as a file that
was never seen, then as one whose layout is known. Ratios are to the windows without hud-record
before and after, as in overhead.py; learning is measured until hud-record says that it is over.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from overhead import BARE_SECONDS, QUIET_SECONDS, SETTLE_SECONDS, WINDOW_SECONDS, interval, rates
from overhead_parts import Hud, Unusable, workloads

LEARN_SECONDS = 20


def children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def recorded(workload, tool, directory, seconds=None):
    """One recording. (the rate until it was learned, or None; the rate afterwards; s of the first;
    CPU seconds of hud-record and its children; what it said)
    """
    used = children_cpu()
    tool.start(workload.target, directory)
    began, work = time.monotonic(), workload.count()
    if seconds is None:
        while "learned in" not in tool.said():
            if time.monotonic() - began > LEARN_SECONDS:
                raise Unusable(f"it was not learned: {tool.said()[-300:].strip()}")
            time.sleep(0.01)
        seconds = time.monotonic() - began
    else:
        time.sleep(seconds)
    first = (workload.count() - work) / (time.monotonic() - began)
    time.sleep(SETTLE_SECONDS)
    then = rates(workload, WINDOW_SECONDS)["ratio"]
    tool.stop()
    return first, then, seconds, children_cpu() - used, tool.said()


def bare(workload):
    time.sleep(QUIET_SECONDS)
    return rates(workload, BARE_SECONDS)["ratio"]


def round_run(workload, program, build, directory):
    """What one round saw, by name."""
    tool = Hud("hud-record", build, [])
    # Plans and layouts are kept by the file's time of change too, but not of one changed just now.
    changed = os.stat(program).st_mtime - 1000
    os.utime(program, (changed, changed))
    before = bare(workload)
    first, then, seconds, cpu, said = recorded(workload, tool, directory)
    between = bare(workload)
    known_first, known_then, _, known_cpu, known_said = recorded(workload, tool, directory, seconds)
    after = bare(workload)
    seen = re.search(r"(\d+) parks and (\d+) polls", said)
    return {"learning": 2 * first / (before + between), "learned": 2 * then / (before + between),
            "known": 2 * known_first / (between + after),
            "known, later": 2 * known_then / (between + after),
            "seconds": seconds, "cpu": cpu - known_cpu, "again": "learned in" in known_said,
            "parks": int(seen.group(1)), "polls": int(seen.group(2))}


def workload_text(workload, rounds):
    lines = [f"### {workload.title}", "", "| | throughput | 95% interval |", "|---|---|---|"]
    for name in ("learning", "learned", "known", "known, later"):
        values = [one[name] for one in rounds]
        low, high = interval(values)
        lines.append(f"| {name} | {statistics.median(values):.3f} | {low:.3f} to {high:.3f} |")
    seconds, cpu, parks, polls = (statistics.median(one[name] for one in rounds)
                                  for name in ("seconds", "cpu", "parks", "polls"))
    lines += ["", f"Learned {seconds:.2f} s after the recording began, from {parks:.0f} parks and "
              f"{polls:.0f} polls, for {cpu:.2f} s of CPU time more than in the second recording. "
              f"Of {len(rounds)} second recordings {sum(one['again'] for one in rounds)} learned "
              "what the first could not prove.", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    if os.geteuid():
        sys.exit("learning.py: needs root, to record")
    with tempfile.TemporaryDirectory(prefix="hud-bench-", dir="/var/tmp") as directory:
        for workload in workloads(given.build):
            if workload.name not in ("echo", "link"):
                continue
            program = os.path.join(directory, workload.name)
            cpu, command = workload.commands[0]
            subprocess.run(["strip", "-o", program, command[0]], check=True)
            workload.commands[0] = (cpu, [program, *command[1:]])
            workload.start(directory)
            try:
                rounds = [round_run(workload, program, given.build, directory)
                          for _ in range(given.rounds)]
            finally:
                workload.stop()
            print(workload_text(workload, rounds), flush=True)


if __name__ == "__main__":
    try:
        main()
    except Unusable as error:
        sys.exit(f"learning.py: {error}")
