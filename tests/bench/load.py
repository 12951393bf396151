#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Loading a capture into a database, compared with only storing the same rows.

    tests/bench/load.py BUILD CAPTURE [--rounds N] [--events N] [--hours H]

CAPTURE, a short recording, is stretched (stretch_capture.c) to about N events (a million). Two
programs take turns, and the medians of their times are compared: hud-analyze loads the capture,
and a bare loop (bare_insert.c) stores all rows of the resulting database again, one prepared
INSERT a row. Then the capture is stretched to H hours: how long hud-analyze takes to load it, and
each view to answer.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def built(place, name, *libraries):
    """Compiles NAME.c beside this file."""
    out, source = os.path.join(place, name), os.path.join(HERE, name + ".c")
    compiler = ["cc", "-O2", "-std=c17", "-D_GNU_SOURCE", f"-I{TOP}"]
    subprocess.run([*compiler, source, *libraries, "-o", out], check=True)
    return out


def stretched(program, capture, times, out):
    with open(capture, "rb") as source, open(out, "wb") as target:
        subprocess.run([program, str(times)], stdin=source, stdout=target, check=True)


def loaded(build, capture, database):
    """Seconds, seconds of CPU time, peak RSS in MB."""
    if os.path.exists(database):
        os.unlink(database)
    begin = time.monotonic()
    child = subprocess.Popen([os.path.join(build, "hud-analyze"), "load", capture, "-o", database])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    if status:
        sys.exit("hud-analyze load failed")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def stored(program, database, copy):
    """Seconds, seconds of CPU time, rows, seconds until all is on the disk."""
    if os.path.exists(copy):
        os.unlink(copy)
    done = subprocess.run([program, database, copy], capture_output=True, text=True, check=True)
    seconds, cpu, rows, synced = done.stdout.split()
    return float(seconds), float(cpu), int(rows), float(synced)


def views(database):
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
    for (view,) in names.fetchall():
        begin = time.monotonic()
        rows = sum(1 for _ in db.execute(f"SELECT * FROM {view}"))
        yield view, rows, time.monotonic() - begin


def compare(build, place, capture, rounds):
    database, copy = os.path.join(place, "a.db"), os.path.join(place, "b.db")
    bare = built(place, "bare_insert", "-lsqlite3")
    loads, stores = [], []
    for _ in range(rounds):
        loads.append(loaded(build, capture, database))
        stores.append(stored(bare, database, copy))
    load, load_cpu = (statistics.median(one[i] for one in loads) for i in (0, 1))
    store, store_cpu, synced = (statistics.median(one[i] for one in stores) for i in (0, 1, 3))
    events = sqlite3.connect(database).execute("SELECT sum(events) FROM capture").fetchone()[0]
    print(
        f"{events:,} events, {stores[0][2]:,} rows; medians of {rounds} rounds\n"
        f"hud-analyze load          {load:6.2f} s  {load_cpu:6.2f} s CPU"
        f"  {loads[0][2]:5.0f} MB peak RSS\n"
        f"the rows only, one by one {store:6.2f} s  {store_cpu:6.2f} s CPU,"
        f" on the disk after {synced:.2f} s\n"
        f"load / rows only          {load / store:6.2f}    {load_cpu / store_cpu:6.2f},"
        f"   on the disk {load / synced:.2f}"
    )


def hours_loaded(build, place, capture, hours):
    """A capture of so many hours: loading it, and all rows of each view."""
    database = os.path.join(place, "hours.db")
    seconds, cpu, megabytes = loaded(build, capture, database)
    (events,) = sqlite3.connect(database).execute("SELECT events FROM capture").fetchone()
    print(
        f"\n{hours:.2f} hours, {events:,} events,"
        f" {os.path.getsize(capture) / 1e6:.0f} MB:"
        f" loaded in {seconds:.1f} s ({cpu:.1f} s CPU), {megabytes:.0f} MB peak RSS,"
        f" database {os.path.getsize(database) / 1e6:.0f} MB"
    )
    for view, rows, seconds in views(database):
        print(f"{view:16} {rows:9,} rows {seconds:6.2f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("capture")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        format_library = os.path.join(given.build, "libhudformat.a")
        stretch = built(place, "stretch_capture", format_library, "-lzstd")
        long, database = os.path.join(place, "long.hud"), os.path.join(place, "short.db")
        loaded(given.build, given.capture, database)
        events, duration_ns = (
            sqlite3.connect(database)
            .execute("SELECT events, end_ns - start_ns FROM capture")
            .fetchone()
        )
        stretched(stretch, given.capture, max(1, given.events // events), long)
        compare(given.build, place, long, given.rounds)
        times = int(given.hours * 3600e9 / duration_ns) + 1
        stretched(stretch, given.capture, times, long)
        hours_loaded(given.build, place, long, times * duration_ns / 3600e9)


if __name__ == "__main__":
    main()
