#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What recording costs the program that is recorded, compared with other tools.

    tests/bench/overhead.py BUILD [--rounds N] [--only WORKLOAD,…] [--tools TEXT,…]
                            [--hud NAME=BUILD] [--doc FILE]

As root; `make bench` builds what it needs. A program runs all the time. In each round every tool
is attached once, in random order, with a window without any tool before and after it. A tool's
ratio is the work done in its window over the mean of these two; reported is the median of the
rounds' ratios, with the bootstrapped 95% interval of that median. "nothing (A/A)" goes through
the same without a tool: by how much its ratio differs from 1 is this machine's noise.

hud-record measures its BPF programs in its first second, which itself costs; the window begins
when that is over. Its own CPU time is taken over the window, its memory at the window's end.
"""

import argparse
import datetime
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

from overhead_parts import (Hud, Nothing, Unusable, cpu_seconds, memory_bytes, switches, tools,
                            workloads)

BARE_SECONDS = 0.6
FIRST_SECONDS = 1.0  # hud-record measures its programs in them
SETTLE_SECONDS = 0.3
WINDOW_SECONDS = 1.2
QUIET_SECONDS = 0.1  # after a tool has ended
RESAMPLES = 2000
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def rates(workload, seconds):
    """Work a second, and work a second of the target's CPU time, over the next `seconds`."""
    work, began, used = workload.count(), time.monotonic(), cpu_seconds(workload.target)
    time.sleep(seconds)
    work, used = workload.count() - work, cpu_seconds(workload.target) - used
    took = time.monotonic() - began
    return {"ratio": work / took, "by_cpu": work / max(used, 1e-6), "target_cpu": used / took}


def tool_window(workload, tool, directory):
    """One attachment: what was done in its window, and what the tool used."""
    first_cpu = None
    tool.start(workload.target, directory)
    if isinstance(tool, Hud):
        first_cpu = rates(workload, FIRST_SECONDS)["target_cpu"]
    time.sleep(SETTLE_SECONDS)
    began, own = time.monotonic(), cpu_seconds(tool.child.pid) if tool.child else 0
    switched = switches(workload.target)
    seen = rates(workload, WINDOW_SECONDS)
    seconds = time.monotonic() - began
    seen["switches"] = (switches(workload.target) - switched) / seconds
    if tool.child:
        seen["cpu"] = (cpu_seconds(tool.child.pid) - own) / seconds
        seen["memory"], seen["rings"] = memory_bytes(tool.child.pid)
    seen.update(tool.stop())
    if seen.get("bpf") is not None:
        seen["bpf"] /= max(first_cpu, 0.01)
    return seen


def workload_run(workload, attached, rounds, directory):
    """({tool: [what was seen, one for each round]}, work a second without any tool).

    The rates of a tool are ratios to those without it.
    """
    results = {tool: [] for tool in attached}
    bare_rates = []
    order = random.Random(7)
    workload.start(directory)
    try:
        for _ in range(rounds):
            sequence = list(attached)
            order.shuffle(sequence)
            bare = rates(workload, BARE_SECONDS)
            for tool in sequence:
                progress(workload.name, tool.name)
                seen = tool_window(workload, tool, directory)
                time.sleep(QUIET_SECONDS)
                after = rates(workload, BARE_SECONDS)
                for key in ("ratio", "by_cpu"):
                    seen[key] = 2 * seen[key] / (bare[key] + after[key])
                bare_rates.append(bare["ratio"])
                results[tool].append(seen)
                bare = after
    finally:
        workload.stop()
    return results, statistics.median(bare_rates)


def interval(values):
    pick = random.Random(11)
    medians = sorted(statistics.median(pick.choices(values, k=len(values)))
                     for _ in range(RESAMPLES))
    return medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES) - 1]


def middle(rounds, key):
    """The median of a figure over the rounds that have it; None if none has."""
    values = [seen[key] for seen in rounds if seen.get(key) is not None]
    return statistics.median(values) if values else None


def amount(value):
    for unit in ("B", "kB", "MB"):
        if value < 1000 or unit == "MB":
            return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
        value /= 1000


def cell(value, text="{:.2f}"):
    return "–" if value is None else text.format(value)


def row(tool, rounds):
    low, high = interval([seen["ratio"] for seen in rounds])
    bpf = middle(rounds, "bpf")
    size, memory, cpu = (middle(rounds, key) for key in ("bytes", "memory", "cpu"))
    lost = None if isinstance(tool, Nothing) else sum(seen.get("lost") or 0 for seen in rounds)
    return [
        tool.name, cell(middle(rounds, "ratio"), "{:.3f}"), f"{low:.3f} to {high:.3f}",
        cell(middle(rounds, "by_cpu"), "{:.3f}"),
        cell(None if bpf is None else 100 * bpf, "{:.2f}%"),
        cell(middle(rounds, "run_ns"), "{:.0f}"),
        cell(None if cpu is None else 100 * cpu, "{:.2f}%"),
        cell(None if memory is None else memory / 1e6, "{:.1f}"),
        "–" if size is None else amount(size), cell(lost, "{:,}"),
    ]


HEADS = ["attached", "throughput", "95% interval", "per CPU second", "BPF run time", "ns a run",
         "its CPU", "its RSS, MB", "written a second", "lost"]


def table(results):
    lines = ["| " + " | ".join(HEADS) + " |", "|" + "---|" * len(HEADS)]
    lines += ["| " + " | ".join(row(tool, rounds)) + " |" for tool, rounds in results.items()]
    return "\n".join(lines)


def workload_text(workload, results, bare):
    control = next(iter(results.values()))
    switched, used = middle(control, "switches"), middle(control, "target_cpu")
    return (
        f"### {workload.title}\n\n"
        f"Bare: {bare:,.0f} {workload.unit} a second, {switched:,.0f} of its threads switched out "
        f"a second, {100 * used:.0f}% of a processor.\n\n{table(results)}\n"
    )


def start_text(build, pid, directory):
    """What starting and ending hud-record takes, from recordings of a tenth of a second."""
    output = os.path.join(directory, "short.hud")
    walls, cpus, peaks = [], [], []
    for _ in range(5):
        began = time.monotonic()
        child = subprocess.Popen(
            [os.path.join(build, "hud-record"), "-q", "-d", "0.1", "-p", str(pid), "-o", output]
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = 0
        if status:
            raise Unusable("hud-record failed")
        walls.append(time.monotonic() - began - 0.1)
        cpus.append(used.ru_utime + used.ru_stime)
        peaks.append(used.ru_maxrss / 1000)
    return (f"To start and to end, its plans cached: {statistics.median(walls):.2f} s, "
            f"{statistics.median(cpus):.2f} s of CPU time, and at most "
            f"{statistics.median(peaks):.0f} MB resident, rings included.\n")


def machine_text(given):
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    return (f"Linux {platform.release().split('-')[0]}, {platform.machine()}, "
            f"{model.group(1) if model else 'unknown processor'}, {os.cpu_count()} processors, "
            f"load {os.getloadavg()[0]:.1f} when it began; {datetime.date.today()}; "
            f"{given.rounds} rounds, windows of {WINDOW_SECONDS} s.\n")


def doc_write(path, text):
    with open(path) as file:
        old = file.read()
    head, rest = old.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    with open(path + ".partial", "w") as file:
        file.write(f"{head}{BEGIN}\n{text}{END}{tail}")
    os.replace(path + ".partial", path)


def arguments_parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", help="workloads, comma-separated: pipe,echo,link,yield,paced")
    parser.add_argument("--tools", help="only tools whose names begin so, comma-separated")
    parser.add_argument("--hud", action="append", default=[], metavar="NAME=BUILD",
                        help="another build of hud-record, beside this one")
    parser.add_argument("--doc", help="write the results between the marks of this file")
    given = parser.parse_args()
    wanted = tuple(given.tools.split(",")) if given.tools else ("",)
    found, given.missing = tools(given.build, [one.split("=", 1) for one in given.hud])
    given.tools = [
        tool for tool in found if isinstance(tool, Nothing) or tool.name.startswith(wanted)
    ]
    return given


def tools_for(workload, attached):
    """The throughput of a program with a fixed rate shows no slowdown, so `paced` is for what
    hud-record itself uses: no other tool.
    """
    if workload.name != "paced":
        return attached
    return [tool for tool in attached if isinstance(tool, Nothing) or tool.name == "hud-record"]


def progress(*what):
    if sys.stderr.isatty():
        print("\r\033[K" + " ".join(what), end="", file=sys.stderr, flush=True)


def main():
    given = arguments_parse()
    if os.geteuid():
        sys.exit("overhead.py: needs root, to record and to read what that costs")
    text = machine_text(given) + "\n"
    with tempfile.TemporaryDirectory(prefix="hud-bench-", dir="/var/tmp") as directory:
        for workload in workloads(given.build):
            if given.only and workload.name not in given.only.split(","):
                continue
            attached = tools_for(workload, given.tools)
            results, bare = workload_run(workload, attached, given.rounds, directory)
            text += workload_text(workload, results, bare) + "\n"
        text += start_text(given.build, os.getpid(), directory)
    text += "".join(f"\nNot measured: {line}\n" for line in given.missing)
    progress("")
    print(text)
    if given.doc:
        doc_write(given.doc, text)


if __name__ == "__main__":
    try:
        main()
    except Unusable as error:
        sys.exit(f"overhead.py: {error}")
