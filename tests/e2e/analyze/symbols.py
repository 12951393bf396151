# SPDX-License-Identifier: MIT OR Apache-2.0
"""Symbols that travel with a capture or stay in the cache: they say what the binary said, to the byte."""

import os
import random
import shutil
import signal

from lib import (ANALYZE, FACT_SECONDS, Demo, Recording, analyzed, database, demo_build, expect, expect_equal,
                 fact, facts_check, json, once, path_for, program, run)

COLD = {**os.environ, "HUD_CACHE": ""}


def lines_of(binary, addresses, cache):
    source = path_for("addresses")
    with open(source, "w") as file:
        file.write(addresses)
    with open(source) as file:
        done = run([ANALYZE, "addr2line", binary], stdin=file, env={**os.environ, "HUD_CACHE": cache})
    expect_equal((done.returncode, done.stderr), (0, ""), "exit code and errors of addr2line")
    return done.stdout


def addresses_in(binary):
    """All over its functions, each twice, and what is none."""
    pick = random.Random(1)
    functions = [line.split()[:2] for line in run(["nm", "-S", "--defined-only", binary]).stdout.splitlines()
                 if len(line.split()) == 4 and line.split()[2] in "tT"]
    chosen = [int(start, 16) + pick.randrange(int(size, 16) or 1) for start, size in functions for _ in range(4)] * 2
    pick.shuffle(chosen)
    odd = ["0", "", "nothing", "0x", "ffffffffffffffffff", "0xffffffffffffffff", " 0x40", "-1"]
    return [f"{a:#x}" for a in chosen], odd


@fact(root=False)
def addr2line_says_the_same_with_a_cache_and_without():
    for binary in (ANALYZE, program("crowd")):
        cache = path_for(f"cache-{os.path.basename(binary)}")
        known, odd = addresses_in(binary)
        half, whole = "\n".join(known[::3]), "\n".join(known + odd)
        cold = lines_of(binary, whole, "")
        expect_equal(cold.count("\n0x") + 1, len(known) + len(odd), "addresses answered")
        lines_of(binary, half, cache)
        for what in ("a cache with some of them", "a cache with all of them", "a cache that was used"):
            expect(lines_of(binary, whole, cache) == cold, f"{binary}: {what} says something else")


@fact(root=False)
def addr2line_says_what_binutils_says():
    binary = program("crowd")
    symbols = [line.split() for line in run(["nm", "-S", binary]).stdout.splitlines()]
    start, size = next((int(s[0], 16), int(s[1], 16)) for s in symbols if s[-1] == "nap_in_a_crowd")
    addresses = "".join(f"{a:#x}\n" for a in range(start, start + size))
    source = path_for("few")
    with open(source, "w") as file:
        file.write(addresses)
    with open(source) as file:
        theirs = run(["addr2line", "-aifC", "-e", binary], stdin=file).stdout
    for _ in range(2):
        expect_equal(lines_of(binary, addresses, path_for("cache-few")), theirs, "output")


@once
def demo_recorded():
    """Ten seconds of a demo that lies where it can be removed; and the same cut in its last third."""
    signal.alarm(0)  # the first build takes its time
    built = demo_build("release")
    signal.alarm(FACT_SECONDS)
    copy = path_for("demo")
    shutil.copy(built, copy)
    demo = Demo(program=copy)
    whole = Recording(path_for("raw.hud"), "-d", "10", "-p", str(demo.pid), begun=False).ended_well()
    demo.process.kill()
    cut = path_for("cut.hud")
    shutil.copy(whole, cut)
    os.truncate(cut, os.path.getsize(whole) * 2 // 3 + 1)
    return copy, whole, cut


def told_of(capture, *options, cache=""):
    """The report, with the same name for each capture."""
    shown = path_for("shown.hud")
    shutil.copy(capture, shown)
    return analyzed("report", shown, *options, env={**os.environ, "HUD_CACHE": cache})


@once
def symbolized():
    """What the binary says of both captures, the captures with their symbols; then the binary goes."""
    binary, whole, cut = demo_recorded()
    said = {"whole": told_of(whole, "--json"), "text": told_of(whole), "cut": told_of(cut, "--json")}
    for _ in range(2):
        again = told_of(whole, "--json", cache=path_for("cache-demo"))
        expect(again == said["whole"], "with a cache the report is another")
    made = {}
    for name, capture in (("whole", whole), ("cut", cut)):
        made[name] = path_for(f"{name}-symbols.hud")
        analyzed("symbolize", capture, "-o", made[name], env=COLD)
    os.unlink(binary)
    return said, made


@fact(seconds=150)
def a_symbolized_capture_gives_the_same_report_to_the_byte():
    said, made = symbolized()
    text = told_of(made["whole"])
    expect("demo::guilty::" in text and "src/guilty.rs:" in text, f"the report says\n{text}")
    expect(text == said["text"], f"another report:\n{text}\ninstead of\n{said['text']}")
    expect(told_of(made["whole"], "--json") == said["whole"], "another JSON report")


@fact
def a_truncated_capture_symbolizes():
    said, made = symbolized()
    document = told_of(made["cut"], "--json")
    expect(document == said["cut"], f"another report:\n{document}\ninstead of\n{said['cut']}")
    expect_equal(json.loads(document)["capture"]["truncated"], True, "truncated")
    expect("demo::guilty::" in document, "nothing has its name")


@fact
def the_symbols_of_ten_seconds_take_less_than_a_megabyte():
    _, whole, _ = demo_recorded()
    made = symbolized()[1]["whole"]
    expect_equal(run(["zstd", "-tq", made]).returncode, 0, "exit code of zstd -t")
    grown = os.path.getsize(made) - os.path.getsize(whole)
    print(f"     {os.path.getsize(whole):,} bytes, symbols {grown:,} more")
    expect(0 < grown and os.path.getsize(made) <= 1_000_000, f"{os.path.getsize(made)} bytes")


@fact
def loading_it_supersedes_the_one_without():
    _, whole, _ = demo_recorded()
    made = symbolized()[1]["whole"]
    db = database(whole, made)
    expect_equal(db.execute("SELECT count(*) FROM capture").fetchone()[0], 1, "captures")
    named = db.execute("SELECT count(*) FROM frame WHERE function LIKE 'demo::guilty::%'").fetchone()[0]
    expect(named > 0, "the binary is gone, and nothing has its name")


facts_check()
