#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Symbolizing large files: time and memory.

    tests/bench/symbols_big.py BUILD DIRECTORY [--symbols-mb N] [--debug-mb N]

Makes in DIRECTORY, and keeps there for the next run:
  symbols    a program of N MB (225) with a symbol table and no debug information
  stripped   the same without any symbol
  debug      a program with N MB (1024) of debug information, in many units; linked with lld

Then hud-analyze addr2line resolves 20 addresses of each, and 20,000, without its cache. Peak RSS
includes pages of the mapped file, which the kernel may take back at any time. Anonymous memory,
which it cannot, is the most that was seen in /proc/PID/status.
"""

import argparse
import os
import random
import subprocess
import sys
import threading
import time

FUNCTIONS_A_UNIT = 400
INLINED = "static inline __attribute__((always_inline))"


def make(path, *commands):
    if os.path.exists(path):
        return
    for command in commands:
        subprocess.run(command, check=True, cwd=os.path.dirname(path))


def big_symbols(path, megabytes):
    """Functions of 100 bytes, with names as long as Rust's are."""
    count = megabytes * 1000000 // 183
    with open(path + ".s", "w") as out:
        out.write("\t.section .note.GNU-stack\n\t.text\n\t.globl main\nmain:\n\tret\n")
        for n in range(count):
            name = f"_ZN4demo6module{n % 97:02}8function{n:09}17h{n * 2654435761 % (1 << 64):016x}E"
            out.write(
                f"\t.type {name}, @function\n{name}:\n"
                f"\t.skip 100, 0x90\n\tret\n\t.size {name}, .-{name}\n"
            )


def unit_source():
    """A unit of C whose functions have inlined calls two deep, variables and types."""
    lines = ["struct pair { long a, b; struct pair *next; };"]
    for n in range(FUNCTIONS_A_UNIT):
        lines += [
            f"{INLINED} long low{n}(struct pair *p, long k)",
            "{ long s = k; for (long i = 0; i < p->a; i++) s += p->b * i ^ k; return s; }",
            f"{INLINED} long middle{n}(struct pair *p, long k)",
            f"{{ long x = low{n}(p, k + 1), y = low{n}(p->next, x); return x ^ y; }}",
            f"long high{n}(struct pair *p, long k)",
            f"{{ long r = middle{n}(p, k); return r + middle{n}(p->next, r) + {n}; }}",
        ]
    return "\n".join(lines) + "\n"


def sections(path):
    """(name, type, address, offset, size, …) of each section, as readelf prints them."""
    listed = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        number, bracket, rest = line.partition("]")
        if bracket and number.strip(" [").isdigit() and rest.split()[0].startswith("."):
            yield rest.split()


def debug_bytes(path):
    return sum(int(part[4], 16) for part in sections(path) if part[0].startswith(".debug_"))


def big_debug(path, megabytes):
    """Links one object file many times, its functions renamed each time."""
    directory = os.path.dirname(path)
    if os.path.exists(path):
        return
    with open(os.path.join(directory, "unit.c"), "w") as out:
        out.write(unit_source())
    with open(os.path.join(directory, "main.c"), "w") as out:
        out.write("int main(void) { return 0; }\n")

    def run(*command):
        subprocess.run(command, check=True, cwd=directory)

    run("gcc", "-g", "-O2", "-c", "unit.c", "-o", "unit.o")
    run("gcc", "-g", "-c", "main.c", "-o", "main.o")
    copies = megabytes * (1 << 20) // debug_bytes(os.path.join(directory, "unit.o")) + 1
    for n in range(copies):
        run("objcopy", f"--prefix-symbols=u{n}_", "unit.o", f"unit{n}.o")
    with open(os.path.join(directory, "objects"), "w") as out:
        out.write("main.o\n" + "".join(f"unit{n}.o\n" for n in range(copies)))
    run("gcc", "-fuse-ld=lld", "@objects", "-o", path)
    for n in range(copies):
        os.unlink(os.path.join(directory, f"unit{n}.o"))


def text_range(path):
    for part in sections(path):
        if part[0] == ".text":
            return int(part[2], 16), int(part[4], 16)
    sys.exit(f"{path} has no .text")


def watch(child, most):
    """Keeps the most anonymous memory seen, in MB, in most[0], until the process ends."""
    while True:
        with open(f"/proc/{child.pid}/status") as status:
            seen = [line for line in status if line.startswith("RssAnon")]
        if not seen:
            return
        most[0] = max(most[0], int(seen[0].split()[1]) / 1024)
        time.sleep(0.002)


def measured(hud, path, count):
    """Seconds, anonymous MB, peak RSS in MB."""
    start, size = text_range(path)
    pick = random.Random(7)
    given = "".join(f"{start + pick.randrange(size):#x}\n" for _ in range(count))
    most = [0]
    begin = time.monotonic()
    child = subprocess.Popen(
        [hud, "addr2line", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "HUD_CACHE": ""},
        text=True,
    )
    watcher = threading.Thread(target=watch, args=(child, most))
    watcher.start()
    child.stdin.write(given)
    child.stdin.close()
    watcher.join()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(f"{path}: hud-analyze ended with {status}")
    return time.monotonic() - begin, most[0], usage.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build")
    arguments.add_argument("directory")
    arguments.add_argument("--symbols-mb", type=int, default=225)
    arguments.add_argument("--debug-mb", type=int, default=1024)
    given = arguments.parse_args()
    hud = os.path.abspath(os.path.join(given.build, "hud-analyze"))
    directory = os.path.abspath(given.directory)
    os.makedirs(directory, exist_ok=True)
    names = ("symbols", "stripped", "debug")
    symbols, stripped, debug = (os.path.join(directory, name) for name in names)

    if not os.path.exists(symbols):
        big_symbols(symbols, given.symbols_mb)
    make(symbols, ["gcc", symbols + ".s", "-o", symbols])
    make(stripped, ["strip", symbols, "-o", stripped])
    big_debug(debug, given.debug_mb)
    print(
        f"{'file':10} {'MB':>6} {'debug MB':>9} {'addresses':>10} {'s':>7}"
        f" {'anonymous MB':>13} {'peak RSS MB':>12}"
    )
    for path in (symbols, stripped, debug):
        for count in (20, 20000):
            seconds, anonymous, peak = measured(hud, path, count)
            print(
                f"{os.path.basename(path):10} {os.path.getsize(path) / 1e6:6.0f} "
                f"{debug_bytes(path) / 1e6:9.0f} {count:10} {seconds:7.2f} {anonymous:13.0f} "
                f"{peak:12.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
