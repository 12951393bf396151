# SPDX-License-Identifier: MIT OR Apache-2.0
"""Symbols kept in a capture or in the cache give exactly what the binary gives, to the byte."""

import os
import random
import shutil
from lib import (ANALYZE, Demo, Recording, analyzed, database, demo_build, expect, expect_equal,
                 fact, facts_check, json, once, path_for, program, run, unlimited)

COLD = {**os.environ, "HUD_CACHE": ""}


def resolved(binary, addresses, cache):
    """The output of addr2line for these lines of input, with this cache directory ("": none)."""
    source = path_for("addresses")
    with open(source, "w") as file:
        file.write(addresses)
    with open(source) as file:
        environment = {**os.environ, "HUD_CACHE": cache}
        done = run([ANALYZE, "addr2line", binary], stdin=file, env=environment)
    expect_equal((done.returncode, done.stderr), (0, ""), "exit code and errors of addr2line")
    return done.stdout


def addresses_in(binary):
    """Four addresses in each function, each twice, in random order; and input that is none."""
    pick = random.Random(1)
    listed = run(["nm", "-S", "--defined-only", binary]).stdout
    symbols = [line.split() for line in listed.splitlines()]
    functions = [
        (int(words[0], 16), int(words[1], 16) or 1)
        for words in symbols
        if len(words) == 4 and words[2] in "tT"
    ]
    chosen = [start + pick.randrange(size) for start, size in functions for _ in range(4)] * 2
    pick.shuffle(chosen)
    odd = ["0", "", "nothing", "0x", "ffffffffffffffffff", "0xffffffffffffffff", " 0x40", "-1"]
    return [f"{a:#x}" for a in chosen], odd


@fact(root=False)
def addr2line_prints_the_same_with_a_cache_and_without():
    for binary in (ANALYZE, program("crowd")):
        cache = path_for(f"cache-{os.path.basename(binary)}")
        known, odd = addresses_in(binary)
        half, whole = "\n".join(known[::3]), "\n".join(known + odd)
        cold = resolved(binary, whole, "")
        expect_equal(cold.count("\n0x") + 1, len(known) + len(odd), "addresses answered")
        resolved(binary, half, cache)
        caches = ("a cache with some of them", "a cache with all of them", "a cache that was used")
        for kind in caches:
            expect(resolved(binary, whole, cache) == cold, f"{binary}: other output with {kind}")


@fact(root=False)
def addr2line_prints_what_binutils_prints():
    binary = program("crowd")
    symbols = [line.split() for line in run(["nm", "-S", binary]).stdout.splitlines()]
    start, size = next(
        (int(words[0], 16), int(words[1], 16)) for words in symbols if words[-1] == "nap_in_a_crowd"
    )
    addresses = "".join(f"{a:#x}\n" for a in range(start, start + size))
    source = path_for("few")
    with open(source, "w") as file:
        file.write(addresses)
    with open(source) as file:
        theirs = run(["addr2line", "-aifC", "-e", binary], stdin=file).stdout
    for _ in range(2):
        expect_equal(resolved(binary, addresses, path_for("cache-few")), theirs, "output")


@once
def demo_recorded():
    """Ten seconds of a copy of the demo, which can be removed; and the same capture, truncated."""
    with unlimited():
        built = demo_build("release")
    copy = path_for("demo")
    shutil.copy(built, copy)
    demo = Demo(program=copy)
    options = ("-d", "10", "-p", str(demo.pid))
    whole = Recording(path_for("raw.hud"), *options, begun=False).ended_well()
    demo.process.kill()
    cut = path_for("cut.hud")
    shutil.copy(whole, cut)
    os.truncate(cut, os.path.getsize(whole) * 2 // 3 + 1)
    return copy, whole, cut


def report_of(capture, *options, cache=""):
    """The report of a copy with a fixed name, since the report names the file."""
    shown = path_for("shown.hud")
    shutil.copy(capture, shown)
    return analyzed("report", shown, *options, env={**os.environ, "HUD_CACHE": cache})


@once
def symbolized():
    """The reports of both captures by the binary, and both symbolized. Removes the binary."""
    binary, whole, cut = demo_recorded()
    reports = {
        "whole": report_of(whole, "--json"),
        "text": report_of(whole),
        "cut": report_of(cut, "--json"),
    }
    for _ in range(2):
        again = report_of(whole, "--json", cache=path_for("cache-demo"))
        expect(again == reports["whole"], "another report with a cache")
    made = {}
    for name, capture in (("whole", whole), ("cut", cut)):
        made[name] = path_for(f"{name}-symbols.hud")
        analyzed("symbolize", capture, "-o", made[name], env=COLD)
    os.unlink(binary)
    return reports, made


@fact
def a_symbolized_capture_gives_the_same_report_to_the_byte():
    reports, made = symbolized()
    text, expected = report_of(made["whole"]), reports["text"]
    expect("demo::guilty::" in text and "src/guilty.rs:" in text, f"no names in\n{text}")
    expect(text == expected, f"another report:\n{text}\ninstead of\n{expected}")
    expect(report_of(made["whole"], "--json") == reports["whole"], "another JSON report")


@fact
def a_truncated_capture_can_be_symbolized():
    reports, made = symbolized()
    document, expected = report_of(made["cut"], "--json"), reports["cut"]
    expect(document == expected, f"another report:\n{document}\ninstead of\n{expected}")
    expect_equal(json.loads(document)["capture"]["truncated"], True, "truncated")
    expect("demo::guilty::" in document, "no function of the demo is named")


@fact
def ten_seconds_with_symbols_take_less_than_a_megabyte():
    _, whole, _ = demo_recorded()
    made = symbolized()[1]["whole"]
    expect_equal(run(["zstd", "-tq", made]).returncode, 0, "exit code of zstd -t")
    grown = os.path.getsize(made) - os.path.getsize(whole)
    print(f"     {os.path.getsize(whole):,} bytes, symbols {grown:,} more")
    expect(0 < grown and os.path.getsize(made) <= 1_000_000, f"{os.path.getsize(made)} bytes")


@fact
def a_symbolized_capture_supersedes_the_one_without_symbols():
    _, whole, _ = demo_recorded()
    made = symbolized()[1]["whole"]
    db = database(whole, made)
    expect_equal(db.execute("SELECT count(*) FROM capture").fetchone()[0], 1, "captures")
    frames = "SELECT count(*) FROM frame WHERE function LIKE 'demo::guilty::%'"
    named = db.execute(frames).fetchone()[0]
    expect(named > 0, "without the binary, no function of the demo is named")


facts_check()
