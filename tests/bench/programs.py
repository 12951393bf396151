#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Where hud-record's time in the kernel goes: ns a run of each BPF program, by workload.

    tests/bench/programs.py BUILD… [--rounds N] [--only WORKLOAD,…] [--options "…"]

As root. Several builds take turns in one run, so that they can be compared on a noisy machine. The
figures are the kernel's (kernel.bpf_stats_enabled) and contain its own two readings of the clock a
run.
"""

import argparse
import glob
import json
import os
import re
import statistics
import subprocess
import tempfile
import time

from overhead_parts import Hud, cpu_seconds, switches, workloads

STATS = "/proc/sys/kernel/bpf_stats_enabled"
WINDOW_SECONDS = 1.0


def programs(pid):
    """{name: (runs, run time in ns)} of the programs that a process holds."""
    seen = {}
    for path in glob.glob(f"/proc/{pid}/fdinfo/*"):
        try:
            with open(path) as file:
                number = re.search(r"^prog_id:\s*(\d+)", file.read(), re.M)
        except OSError:
            continue
        if number:
            shown = subprocess.run(
                ["bpftool", "-j", "prog", "show", "id", number.group(1)],
                capture_output=True,
                text=True,
            ).stdout
            one = json.loads(shown or "{}")
            seen[one.get("name")] = (one.get("run_cnt", 0), one.get("run_time_ns", 0))
    return seen


def window(workload, hud, directory):
    """{program: (ns a run, runs for each of the target's switches)}, and two sums over all."""
    hud.start(workload.target, directory)
    time.sleep(1.3)
    with open(STATS, "w") as file:
        file.write("1")
    before, switched = programs(hud.child.pid), switches(workload.target)
    worked = cpu_seconds(workload.target)
    time.sleep(WINDOW_SECONDS)
    after = programs(hud.child.pid)
    switched = max(switches(workload.target) - switched, 1)
    worked = cpu_seconds(workload.target) - worked
    with open(STATS, "w") as file:
        file.write("0")
    hud.stop()
    seen, total = {}, 0
    for name, (runs, ns) in after.items():
        runs, ns = runs - before[name][0], ns - before[name][1]
        total += ns
        if runs:
            seen[name] = (ns / runs, runs / switched)
    seen["all, a switch"] = (total / switched, 1)
    seen["all, % of the target's CPU"] = (100 * total / 1e9 / max(worked, 1e-3), 1)
    return seen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="pipe,echo,link,yield")
    parser.add_argument("--options", default="")
    given = parser.parse_args()
    huds = [Hud(build, build, given.options.split()) for build in given.build]
    with tempfile.TemporaryDirectory(prefix="hud-bench-", dir="/var/tmp") as directory:
        for workload in workloads(given.build[0]):
            if workload.name not in given.only.split(","):
                continue
            results = {hud: [] for hud in huds}
            workload.start(directory)
            try:
                for _ in range(given.rounds):
                    for hud in huds:
                        results[hud].append(window(workload, hud, directory))
            finally:
                workload.stop()
            print(f"{workload.title}\n  {'ns a run (runs a switch)':28}" +
                  "".join(f"{os.path.relpath(build)[-22:]:>24}" for build in given.build))
            for name in sorted({name for all_ in results.values() for one in all_ for name in one}):
                cells = []
                for hud in huds:
                    values = [one[name] for one in results[hud] if name in one]
                    ns, runs = (
                        statistics.median(value[i] for value in values) if values else 0
                        for i in (0, 1)
                    )
                    cells.append(f"{ns:.1f} ({runs:.2f})" if values else "")
                print(f"  {name:28}" + "".join(f"{text:>24}" for text in cells))


if __name__ == "__main__":
    main()
