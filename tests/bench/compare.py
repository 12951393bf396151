#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""How sure is `hud-analyze diff` of real recordings? As root, from the top of the tree:

    tests/bench/compare.py [--build BUILD] all DIRECTORY
        everything below; takes a quarter of an hour
    tests/bench/compare.py [--build BUILD] record DIRECTORY usual|longer [COUNT]
        adds COUNT (default 5) recordings to DIRECTORY
    tests/bench/compare.py [--build BUILD] judge DIRECTORY [--match REGEX]
        compares what is in DIRECTORY; --match as in hud-analyze diff

Records the demo for 30 s, 20 times unchanged (`usual`) and 10 times with a `sleep` endpoint that
takes 30% longer (`longer`). Each process of the demo is recorded five times.

Two usual recordings differ in nothing, so diff should claim no change between them. This is counted
over 10 pairs, each recording in one pair, and over 100 pairs drawn from all of them: how many pairs
claim no change, and how many of the busy sites (not minor, no bystander) are called unchanged.
Between a usual and a longer recording diff should claim that one change and no other.

Only endpoints that need no calibration are used, so that two processes block alike. `drip` is left
out: each of its many sleeps of 2 ms ends later on a busier machine, which is a real change of 10%
from one minute to the next.
"""

import argparse
import collections
import glob
import itertools
import json
import os
import random
import subprocess
import time

SECONDS = 30
ENDPOINTS = "sleep,lock,resolve,fetch"
LONGER = ("--stretch", "sleep=1.3")
CHANGED = "demo::guilty::pause"
RECORDINGS = {"usual": 20, "longer": 10}
RECORDINGS_A_PROCESS = 5
DRAWN_PAIRS = 100
NO_CLAIM = ("unchanged", "cannot tell")


def record(build, directory, kind, count):
    demo = subprocess.Popen(
        [
            os.path.join(build, "demo-release/release/demo"),
            *("--quiet", "--only", ENDPOINTS),
            *(LONGER if kind == "longer" else ()),
        ],
        stdout=subprocess.DEVNULL,
    )
    first = len(glob.glob(os.path.join(directory, f"{kind}-*.hud")))
    recorder = [os.path.join(build, "hud-record"), "-q", "-d", str(SECONDS), "-p", str(demo.pid)]
    try:
        time.sleep(2)
        for number in range(first, first + count):
            path = os.path.join(directory, f"{kind}-{number:02}.hud")
            subprocess.run([*recorder, "-o", path], check=True)
    finally:
        demo.terminate()
        demo.wait()


class Judge:
    """All recordings in one database, so that each is read once."""

    def __init__(self, build, directory, match):
        self.filters = ("--match", match) if match else ()
        self.analyze = os.path.join(build, "hud-analyze")
        self.database = os.path.join(directory, f"judge-{os.getpid()}.db")
        paths = sorted(glob.glob(os.path.join(directory, "*.hud")))
        subprocess.run([self.analyze, "load", *paths, "-o", self.database], check=True)
        captures = "SELECT file, capture_id FROM capture ORDER BY file"
        self.ids = collections.defaultdict(list)
        for row in self.ask("query", self.database, captures, "--json"):
            self.ids[os.path.basename(row["file"]).split("-")[0]].append(row["capture_id"])

    def ask(self, *arguments):
        done = subprocess.run([self.analyze, *arguments], check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def diff(self, before, after):
        """The changes that are claimed, by site, and how many busy sites have each status."""
        sides = (f"{self.database}@{before}", f"{self.database}@{after}")
        sites = self.ask("diff", "--json", *self.filters, *sides)["sites"]
        claims = {site["name"]: site["status"] for site in sites if site["status"] not in NO_CLAIM}
        busy = [site for site in sites if not site["minor"] and site["reason"] != "bystander"]
        return claims, collections.Counter(site["status"] for site in busy)


def print_same(what, results):
    statuses = sum((counts for _, counts in results), collections.Counter())
    busy = sum(statuses.values())
    claimed = collections.Counter(name for claims, _ in results for name in claims)
    print(
        f"{what}: {sum(not claims for claims, _ in results)} of {len(results)} claim no change; "
        f"of {busy} busy sites {100 * statuses['unchanged'] / max(busy, 1):.0f}% unchanged "
        f"{dict(statuses)}; claimed: {dict(claimed)}",
        flush=True,
    )


def judge(build, directory, match):
    recordings = Judge(build, directory, match)
    usual, longer = recordings.ids["usual"], recordings.ids["longer"]
    pairs = list(zip(usual[::2], usual[1::2]))
    # Pairs from one process and pairs across two processes are both among them.
    all_pairs = list(itertools.combinations(usual, 2))
    drawn = random.Random(1).sample(all_pairs, min(DRAWN_PAIRS, len(all_pairs)))
    print_same(
        f"{len(pairs)} pairs of the same demo, {SECONDS} s a side",
        [recordings.diff(*pair) for pair in pairs],
    )
    print_same(
        f"{len(drawn)} pairs drawn from {len(usual)} recordings",
        [recordings.diff(*pair) for pair in drawn],
    )
    changed = [recordings.diff(*pair)[0] for pair in zip(usual[::2], longer)]
    found = sum(claims.get(CHANGED) == "worse" for claims in changed)
    others = sum(bool(set(claims) - {CHANGED}) for claims in changed)
    print(
        f"sleep 30% longer: found in {found} of {len(changed)} pairs, "
        f"something else claimed in {others}"
    )
    os.remove(recordings.database)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", default="build")
    parser.add_argument("--match")
    parser.add_argument("what", choices=("all", "record", "judge"))
    parser.add_argument("directory")
    parser.add_argument("kind", nargs="?", choices=RECORDINGS)
    parser.add_argument("count", nargs="?", type=int, default=RECORDINGS_A_PROCESS)
    given = parser.parse_args()
    os.makedirs(given.directory, exist_ok=True)
    if given.what == "record":
        kind = given.kind or parser.error("usual or longer?")
        record(given.build, given.directory, kind, given.count)
    if given.what == "all":
        for kind, count in RECORDINGS.items():
            for _ in range(count // RECORDINGS_A_PROCESS):
                record(given.build, given.directory, kind, RECORDINGS_A_PROCESS)
    if given.what in ("all", "judge"):
        judge(given.build, given.directory, given.match)


main()
