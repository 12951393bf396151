#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""How sure is `hud-analyze diff` of real recordings? As root, from the top of the tree:

    tests/bench/compare.py [--build BUILD] all DIRECTORY                      a quarter of an hour
    tests/bench/compare.py [--build BUILD] record DIRECTORY usual|longer [COUNT]  adds COUNT [5] recordings
    tests/bench/compare.py [--build BUILD] judge DIRECTORY [--match REGEX]    only sites that match, see diff --match

Records the demo for 30 s, 20 times as it is (`usual`) and 10 times with a `sleep` that takes 30% longer
(`longer`), a new process every five. Then, of 10 pairs of usual recordings, each recording in one pair, and
of 100 pairs drawn from all of them: how many claim no change, how many of the busy sites (not minor, no
bystander) are told unchanged.
And in how many pairs of a usual and a longer one that change, and no other, is found. Only endpoints that
need no calibration, so that two processes do block alike; and not `drip`, whose many sleeps of 2 ms are each
as late as the machine is busy, which is a real change of 10% between two minutes here.
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
PROCESS = 5  # recordings of one process
DRAWN = 100  # pairs


def record(build, directory, kind, count):
    demo = subprocess.Popen([os.path.join(build, "demo-release/release/demo"), "--quiet", "--only", ENDPOINTS,
                             *(LONGER if kind == "longer" else ())], stdout=subprocess.DEVNULL)
    first = len(glob.glob(os.path.join(directory, f"{kind}-*.hud")))
    try:
        time.sleep(2)
        for number in range(first, first + count):
            path = os.path.join(directory, f"{kind}-{number:02}.hud")
            subprocess.run([os.path.join(build, "hud-record"), "-q", "-d", str(SECONDS), "-p", str(demo.pid), "-o", path],
                           check=True)
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
        subprocess.run([self.analyze, "load", *paths, "-o", self.database], check=True, stderr=subprocess.DEVNULL)
        rows = self.ask("query", self.database, "SELECT file, capture_id FROM capture ORDER BY file", "--json")
        self.ids = collections.defaultdict(list)
        for row in rows:
            self.ids[os.path.basename(row["file"]).split("-")[0]].append(row["capture_id"])

    def ask(self, *arguments):
        done = subprocess.run([self.analyze, *arguments], check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def diff(self, before, after):
        """The sites' changes that are claimed, and how often each word is said of a busy site."""
        sites = self.ask("diff", "--json", *self.filters, f"{self.database}@{before}", f"{self.database}@{after}")["sites"]
        claims = {site["name"]: site["status"] for site in sites if site["status"] not in ("unchanged", "cannot tell")}
        return claims, collections.Counter(site["status"] for site in sites
                                           if not site["minor"] and site["reason"] != "bystander")


def print_same(what, results):
    words = sum((said for _, said in results), collections.Counter())
    print(f"{what}: {sum(not claims for claims, _ in results)} of {len(results)} claim no change; of {sum(words.values())} "
          f"busy sites {100 * words['unchanged'] / sum(words.values()):.0f}% unchanged {dict(words)}; "
          f"claimed: {dict(collections.Counter(name for claims, _ in results for name in claims))}", flush=True)


def judge(build, directory, match):
    all_of = Judge(build, directory, match)
    usual, longer = all_of.ids["usual"], all_of.ids["longer"]
    pairs = list(zip(usual[::2], usual[1::2]))
    # One of each process with one of another, and neighbours: both count.
    drawn = random.Random(1).sample(list(itertools.combinations(usual, 2)),
                                    min(DRAWN, len(usual) * (len(usual) - 1) // 2))
    print_same(f"{len(pairs)} pairs of the same demo, {SECONDS} s a side", [all_of.diff(*pair) for pair in pairs])
    print_same(f"{len(drawn)} pairs drawn from {len(usual)} recordings", [all_of.diff(*pair) for pair in drawn])
    changed = [all_of.diff(*pair)[0] for pair in zip(usual[::2], longer)]
    print(f"sleep 30% longer: found in {sum(found.get(CHANGED) == 'worse' for found in changed)} of {len(changed)} pairs, "
          f"something else claimed in {sum(bool(set(found) - {CHANGED}) for found in changed)}")
    os.remove(all_of.database)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--match")
    parser.add_argument("what", choices=("all", "record", "judge"))
    parser.add_argument("directory")
    parser.add_argument("kind", nargs="?", choices=RECORDINGS)
    parser.add_argument("count", nargs="?", type=int, default=PROCESS)
    given = parser.parse_args()
    os.makedirs(given.directory, exist_ok=True)
    if given.what == "record":
        record(given.build, given.directory, given.kind or parser.error("usual or longer?"), given.count)
    if given.what == "all":
        for kind, count in RECORDINGS.items():
            for _ in range(count // PROCESS):
                record(given.build, given.directory, kind, PROCESS)
    if given.what in ("all", "judge"):
        judge(given.build, given.directory, given.match)


main()
