#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Symbolizing, compared with other tools that do it.

    tests/bench/symbolize.py BUILD BINARY [--rounds N] [--addresses N] [--gimli PROGRAM] [--eu]

10,000 distinct addresses of BINARY, each twice, in random order, with inlined calls, demangled.
All tools take turns in every round, so that a noisy machine is noisy for all; their medians are
compared. hud-analyze runs cold (without its cache) and warm (with it). BINARY is in the page cache
for all. A tool that is not installed is listed as such.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def addresses(binary, count):
    functions = []
    symbols = subprocess.run(
        ["nm", "-S", "--defined-only", binary], capture_output=True, text=True, check=True
    ).stdout
    for line in symbols.splitlines():
        part = line.split(" ", 3)
        if len(part) == 4 and part[2] in "tTwW" and int(part[1], 16):
            functions.append((int(part[0], 16), int(part[1], 16)))
    pick = random.Random(5)
    chosen = set()
    while len(chosen) < count:
        start, size = pick.choice(functions)
        chosen.add(start + pick.randrange(size))
    twice = sorted(chosen) * 2
    pick.shuffle(twice)
    return "".join(f"{a:#x}\n" for a in twice)


def run(command, given, environment):
    """Seconds, CPU seconds, peak RSS in MB."""
    with open(given) as source, open(os.devnull, "w") as nowhere:
        begin = time.monotonic()
        child = subprocess.Popen(
            command,
            stdin=source,
            stdout=nowhere,
            stderr=nowhere,
            env={**os.environ, **environment},
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = 0
        seconds = time.monotonic() - begin
    if status:
        sys.exit(f"{command[0]} failed")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build")
    arguments.add_argument("binary")
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--addresses", type=int, default=10000)
    arguments.add_argument("--gimli", help="the example `addr2line` of gimli's addr2line crate")
    arguments.add_argument("--eu", action="store_true", help="eu-addr2line too, once: it is slow")
    given = arguments.parse_args()

    hud = os.path.join(given.build, "hud-analyze")
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, "addresses")
        with open(source, "w") as file:
            file.write(addresses(given.binary, given.addresses))
        cache = os.path.join(work, "cache")
        same = ["-e", given.binary]
        ours = [hud, "addr2line", given.binary]
        pinned = ["taskset", "-c", "0", *ours]
        tools = [
            ("hud-analyze, cold", ours, {"HUD_CACHE": ""}),
            ("hud-analyze, cold, fills cache", ours, {"HUD_CACHE": cache}),
            ("hud-analyze, warm cache", ours, {"HUD_CACHE": cache}),
            ("hud-analyze, cold, one processor", pinned, {"HUD_CACHE": ""}),
            ("gimli addr2line", [given.gimli, "-aifC"] + same, {}),
            ("llvm-symbolizer", ["llvm-symbolizer", "-aifC", "--output-style=GNU"] + same, {}),
            ("binutils addr2line", ["addr2line", "-aifC"] + same, {}),
        ]
        missing = [
            name for name, command, _ in tools if not command[0] or not shutil.which(command[0])
        ]
        tools = [tool for tool in tools if tool[0] not in missing]
        results = {name: [] for name, _, _ in tools}
        for _ in range(given.rounds):
            for name, command, environment in tools:
                if "fills" in name:
                    shutil.rmtree(cache, ignore_errors=True)
                results[name].append(run(command, source, environment))
        if given.eu and shutil.which("eu-addr2line"):
            results["eu-addr2line"] = [run(["eu-addr2line", "-aifC"] + same, source, {})]

    base = statistics.median(r[0] for r in results["hud-analyze, cold"])
    print(
        f"{given.binary}, {given.addresses} distinct addresses, each twice, "
        f"{given.rounds} rounds, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'tool':34} {'median s':>9} {'least s':>8} {'CPU s':>7} {'MB':>6} {'to hud cold':>12}")
    for name, runs in results.items():
        median = statistics.median(r[0] for r in runs)
        print(
            f"{name:34} {median:9.3f} {min(r[0] for r in runs):8.3f} "
            f"{statistics.median(r[1] for r in runs):7.3f} {max(r[2] for r in runs):6.0f} "
            f"{median / base:12.2f}"
        )
    for name in missing:
        print(f"{name:34} not installed")


if __name__ == "__main__":
    main()
