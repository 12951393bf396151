#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Exporting a large capture, compared with the report on the same database.

    tests/bench/export.py BUILD CAPTURE [--rounds N] [--events N]

CAPTURE, a short recording, is stretched (stretch_capture.c) to about N events (a million) and
loaded. Then `report` and each export take turns; medians of their times are printed, peak RSS, the
size of what was written, and the ratio to `report`.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from load import built, loaded, stretched

FORMATS = ("perfetto", "chrome", "firefox", "pprof", "speedscope", "folded", "prometheus")


def timed(command, out):
    """Seconds, seconds of CPU time, peak RSS in MB, size of the output in MB."""
    begin = time.monotonic()
    with open(out, "wb") as target:
        child = subprocess.Popen(command, stdout=target)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return (time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
            os.path.getsize(out) / 1e6)


def events_of(database):
    return sqlite3.connect(database).execute("SELECT sum(events) FROM capture").fetchone()[0]


def compare(build, place, database, rounds):
    analyze, out = os.path.join(build, "hud-analyze"), os.path.join(place, "out")
    commands = {"report": [analyze, "report", database]}
    for form in FORMATS:
        commands[form] = [analyze, "export", database, "--format", form]
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(timed(command, out))
    medians = {name: [statistics.median(one[i] for one in all_) for i in range(4)]
               for name, all_ in runs.items()}
    print(f"{events_of(database):,} events, {rounds} rounds, medians\n")
    print("| | s | CPU s | peak RSS, MB | written, MB | ratio to report |")
    print("|---|---|---|---|---|---|")
    for name, (seconds, cpu, rss, size) in medians.items():
        print(f"| {name} | {seconds:.2f} | {cpu:.2f} | {rss:.0f} | {size:.1f} "
              f"| {seconds / medians['report'][0]:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("capture")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=1_000_000)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        database, longer = os.path.join(place, "x.db"), os.path.join(place, "x.hud")
        loaded(a.build, a.capture, database)
        times = max(1, a.events // events_of(database))
        stretched(built(place, "stretch_capture", os.path.join(a.build, "libhudformat.a"),
                        "-lzstd"), a.capture, times, longer)
        loaded(a.build, longer, database)
        compare(a.build, place, database, a.rounds)


if __name__ == "__main__":
    main()
