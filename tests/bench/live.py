#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What `hud-analyze live` costs for each second of a recording, at 10 s, 10 minutes and an hour.

Usage: live.py BUILD CAPTURE; CAPTURE is stretched to an hour. Prints CPU time, derivations and
memory as the recording grows. From the top of the tree, after `make`.
"""

import json
import os
import subprocess
import sys
import tempfile

FOLDERS = ("live", "open", "load", "derive", "store", "symbols", "facts", "debugfile", "image",
           "unwind", "rules", "names", "dwarf", "elf", "base")
LIBRARIES = "-lelf -llzma -lz -lzstd -lsqlite3 -liberty -lm -lpthread".split()


def compiled(build, source, out, *archives):
    subprocess.run(["cc", "-std=c17", "-O2", "-D_GNU_SOURCE", "-I.", "-I", build, source,
                    "-Wl,--start-group", *archives, f"{build}/libhudformat.a", "-Wl,--end-group",
                    *LIBRARIES, "-o", out], check=True)
    return out


def main():
    build, capture = sys.argv[1:]
    archives = [f"{build}/analyzer/lib{name}.a" for name in FOLDERS]
    subprocess.run(["make", *archives], check=True)
    report = json.loads(subprocess.run([f"{build}/hud-analyze", "report", "--json", capture],
                                       check=True, capture_output=True).stdout)
    seconds = report["capture"]["duration_ns"] / 1e9
    with tempfile.TemporaryDirectory(dir="/var/tmp") as work:
        stretch = compiled(build, "tests/bench/stretch_capture.c", f"{work}/stretch")
        cost = compiled(build, "tests/bench/live_cost.c", f"{work}/cost", *archives)
        for length, shown in ((10, 5), (600, 150), (3600, 600)):
            path = f"{work}/{length}.hud"
            with open(capture, "rb") as source, open(path, "wb") as out:
                subprocess.run([stretch, str(max(1, round(length / seconds)))], stdin=source,
                               stdout=out, check=True)
            for window in (10, 60):
                print(f"{length} s, a window of {window} s", flush=True)
                subprocess.run([cost, path, str(window), str(shown)], check=True)
            os.unlink(path)


if __name__ == "__main__":
    main()
