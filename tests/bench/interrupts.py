#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the interrupts of a sampler cost a thread that only computes.

    tests/bench/interrupts.py BUILD [--rounds N]

As root; perf is left out where it is not installed. A thread on the last processor reads the clock
all the time (gaps.c) and so counts how often and for how long it was interrupted: with nothing
attached and with each tool, in turns; medians. Interruptions are counted within one run instead of
comparing the times of two, so this resolves a thousandth of a processor where throughput resolves a
fiftieth.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 0.8
ATTACH_SECONDS = 2.2  # hud-record measures its own programs for a second, which costs too


def tools(build, pid, directory):
    output = os.path.join(directory, "hud")
    hud = [os.path.join(build, "hud-record"), "-q", "-p", str(pid), "-o", output]
    perf = ["perf", "record", "-q", "-a", "-o", os.path.join(directory, "perf")]
    found = {
        "nothing": None,
        "hud-record, by the scheduler's ticks": hud,
        "hud-record --threshold 4ms, by 500 timers a second": hud + ["--threshold", "4ms"],
    }
    if shutil.which("perf"):
        found["perf record -a -F 99"] = perf + ["-F", "99"]
        found["perf record -a -F 400"] = perf + ["-F", "400"]
    return found


def period(target):
    """What the target counts in the next whole period."""
    target.stdout.readline()
    return [float(word) for word in target.stdout.readline().split()]


def rounds_run(given, target, directory):
    """{tool: [(interruptions, ns lost) a second, one for each round]}"""
    seen = {}
    for _ in range(given.rounds):
        for name, command in tools(given.build, target.pid, directory).items():
            tool = command and subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            attached = time.monotonic() + ATTACH_SECONDS
            while time.monotonic() < attached:
                target.stdout.readline()
            seen.setdefault(name, []).append(period(target))
            if tool:
                tool.send_signal(signal.SIGINT)
                tool.wait()
                target.stdout.readline()
    return seen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    if os.geteuid():
        sys.exit("interrupts.py: needs root, to record")
    cpu = str(max(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory(prefix="hud-bench-", dir="/var/tmp") as directory:
        gaps = os.path.join(directory, "gaps")
        source = os.path.join(HERE, "gaps.c")
        subprocess.run(["cc", "-O2", "-std=gnu17", source, "-o", gaps], check=True)
        pinned = ["taskset", "-c", cpu, gaps, str(SECONDS)]
        with subprocess.Popen(pinned, stdout=subprocess.PIPE, text=True) as target:
            seen = rounds_run(given, target, directory)
            target.kill()
    bare = statistics.median(lost for _, lost in seen["nothing"])
    print("| attached | interruptions a second | of the processor | more than with nothing |")
    print("|---|---|---|---|")
    for name, rounds in seen.items():
        count, lost = (statistics.median(one[i] for one in rounds) for i in (0, 1))
        print(f"| {name} | {count:.0f} | {lost / 1e7:.2f}% | {(lost - bare) / 1e7:+.2f}% |")


main()
