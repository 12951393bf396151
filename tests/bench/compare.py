#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""How sure is `hud-analyze diff` of real recordings? As root, from the top of the tree:

    tests/bench/compare.py [BUILD [PAIRS [SECONDS]]]        10 pairs of 30 s take ten minutes

Records one demo PAIRS times, and as often one whose `sleep` takes 30% longer. Prints how many pairs of
recordings of the same demo claim no change, how many of its busy sites are told unchanged (pair by pair,
and half of all recordings against the other half), and in how many pairs the longer sleep, and nothing
else, is found. Only endpoints that need no calibration, so that two processes do block alike.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
import time

ENDPOINTS = "sleep,lock,resolve,fetch"
CHANGED = "demo::guilty::pause"


def record(build, directory, name, count, seconds, *options):
    demo = subprocess.Popen([os.path.join(build, "demo-release/release/demo"), "--quiet", "--only", ENDPOINTS, *options],
                            stdout=subprocess.DEVNULL)
    paths = [os.path.join(directory, f"{name}-{number}.hud") for number in range(count)]
    try:
        time.sleep(2)
        for path in paths:
            subprocess.run([os.path.join(build, "hud-record"), "-q", "-d", str(seconds), "-p", str(demo.pid), "-o", path],
                           check=True)
    finally:
        demo.terminate()
        demo.wait()
    return paths


def sites(build, before, after):
    arguments = [word for path in before for word in ("--before", path)]
    arguments += [word for path in after for word in ("--after", path)]
    done = subprocess.run([os.path.join(build, "hud-analyze"), "diff", "--json", *arguments], check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)["sites"]


def claims(found):
    return {site["name"]: site["status"] for site in found if site["status"] not in ("unchanged", "cannot tell")}


def share_unchanged(found):
    busy = [site["status"] for site in found if not site["minor"]]
    return collections.Counter(busy)


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build"
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 30
    with tempfile.TemporaryDirectory(prefix="hud-bench-", dir="/var/tmp") as directory:
        usual = record(build, directory, "usual", pairs, seconds)
        longer = record(build, directory, "longer", pairs, seconds, "--stretch", "sleep=1.3")
        same = [sites(build, [one], [other]) for all_of in (usual, longer)
                for one, other in zip(all_of[::2], all_of[1::2])]
        halves = [sites(build, all_of[::2], all_of[1::2]) for all_of in (usual, longer)]
        changed = [claims(sites(build, [one], [other])) for one, other in zip(usual, longer)]
    clean = sum(not claims(found) for found in same)
    print(f"same demo, {seconds} s: {clean} of {len(same)} pairs claim no change; "
          f"busy sites: {dict(sum(map(share_unchanged, same), collections.Counter()))}")
    print(f"same demo, {seconds * (pairs // 2)} s a side: {sum(not claims(found) for found in halves)} of {len(halves)}; "
          f"busy sites: {dict(sum(map(share_unchanged, halves), collections.Counter()))}")
    print(f"sleep 30% longer, {seconds} s: found in {sum(found.get(CHANGED) == 'worse' for found in changed)} of {pairs} "
          f"pairs, something else claimed in {sum(bool(set(found) - {CHANGED}) for found in changed)}")


main()
