#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""From capture to finished database, against only storing the same rows.

    tests/bench/load.py BUILD CAPTURE [--rounds N] [--hours H]

CAPTURE, a short recording, is stretched (stretch_capture.c) to about a million events: loaded by
hud-analyze, and all rows of the database that comes out stored again by a bare loop, a prepared
INSERT a row (bare_insert.c). Both take turns; what is compared are the medians. Then it is stretched
to H hours: how long that loads, and each view answers.
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
EVENTS = 1_000_000


def built(place, build, name, *libraries):
    out = os.path.join(place, name)
    top = os.path.dirname(os.path.dirname(HERE))
    subprocess.run(["cc", "-O2", "-std=c17", "-D_GNU_SOURCE", f"-I{top}", os.path.join(HERE, name + ".c"),
                    *libraries, "-o", out], check=True)
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
    out = subprocess.run([program, database, copy], capture_output=True, text=True, check=True).stdout
    seconds, cpu, rows, synced = out.split()
    return float(seconds), float(cpu), int(rows), float(synced)


def views(database):
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    for (view,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name").fetchall():
        begin = time.monotonic()
        rows = sum(1 for _ in db.execute(f"SELECT * FROM {view}"))
        yield view, rows, time.monotonic() - begin


def compare(build, place, capture, rounds):
    database, copy = os.path.join(place, "a.db"), os.path.join(place, "b.db")
    bare = built(place, build, "bare_insert", "-lsqlite3")
    loads, stores = [], []
    for _ in range(rounds):
        loads.append(loaded(build, capture, database))
        stores.append(stored(bare, database, copy))
    load, load_cpu = (statistics.median(one[i] for one in loads) for i in (0, 1))
    store, store_cpu, synced = (statistics.median(one[i] for one in stores) for i in (0, 1, 3))
    events = sqlite3.connect(database).execute("SELECT sum(events) FROM capture").fetchone()[0]
    print(f"{events:,} events, {stores[0][2]:,} rows; medians of {rounds} rounds")
    print(f"hud-analyze load          {load:6.2f} s  {load_cpu:6.2f} s CPU  {loads[0][2]:5.0f} MB peak RSS")
    print(f"the rows only, one by one {store:6.2f} s  {store_cpu:6.2f} s CPU, on the disk after {synced:.2f} s")
    print(f"load / rows only          {load / store:6.2f}    {load_cpu / store_cpu:6.2f},   on the disk {load / synced:.2f}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build")
    arguments.add_argument("capture")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--hours", type=float, default=1)
    a = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        stretch = built(place, a.build, "stretch_capture", os.path.join(a.build, "libhudformat.a"), "-lzstd")
        long, database = os.path.join(place, "long.hud"), os.path.join(place, "short.db")
        loaded(a.build, a.capture, database)
        events, duration_ns = sqlite3.connect(database).execute(
            "SELECT events, end_ns - start_ns FROM capture").fetchone()
        stretched(stretch, a.capture, max(1, EVENTS // events), long)
        compare(a.build, place, long, a.rounds)
        times = int(a.hours * 3600e9 / duration_ns) + 1
        stretched(stretch, a.capture, times, long)
        database = os.path.join(place, "hours.db")
        seconds, cpu, megabytes = loaded(a.build, long, database)
        print(f"\n{times * duration_ns / 3600e9:.2f} hours, {times * events:,} events,"
              f" {os.path.getsize(long) / 1e6:.0f} MB: loaded in {seconds:.1f} s ({cpu:.1f} s CPU), {megabytes:.0f} MB peak RSS,"
              f" database {os.path.getsize(database) / 1e6:.0f} MB")
        for view, rows, seconds in views(database):
            print(f"{view:16} {rows:9,} rows {seconds:6.2f} s")


main()
