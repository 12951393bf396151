# SPDX-License-Identifier: MIT OR Apache-2.0
"""Exports as their readers see them: one number everywhere, and names that mean harm."""

import collections
import csv
import io
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess

import exported
from lib import (ANALYZE, ANALYZE_UNUSABLE, TOP, Demo, Skip, analyze, analyzed, expect,
                 expect_equal, fact, facts_check, lacking_privileges, once, one_clear_message,
                 path_for, query, recorded, report)

FORMATS = ("perfetto", "chrome", "folded", "speedscope", "pprof", "firefox", "prometheus")
EXAMPLE = os.path.join(TOP, "examples", "demo.hud")


@once
def example():
    path = path_for("example.db")
    analyzed("load", EXAMPLE, "-o", path)
    return path


@once
def databases():
    """The example; with root also the demo with each poll timed, and without debug information."""
    paths = [example()]
    if lacking_privileges():
        return paths
    for variant, options in (("release", ["--polls"]), ("debug0", [])):
        name, demo = path_for(f"{variant}"), Demo(variant)
        recorded("-d", 3, "-p", demo.pid, "-o", f"{name}.hud", *options)
        demo.process.kill()
        analyzed("load", f"{name}.hud", "-o", f"{name}.db")
        paths.append(f"{name}.db")
    return paths


def export(database, *arguments):
    done = subprocess.run([ANALYZE, "export", database, *map(str, arguments)],
                          capture_output=True, timeout=60)
    expect_equal(done.returncode, 0, f"exit code of {arguments}: {done.stderr.decode()}")
    return done.stdout


def of_trace(events):
    """Blocked ns by site, of events whose arguments have `sites`."""
    sums = collections.Counter()
    for arguments in events:
        for site in arguments.get("sites", ()):
            sums[site["site"]] += site["blocked_ns"]
    return sums


def of_perfetto(database):
    trace = exported.Trace(export(database, "--format", "perfetto"))
    return of_trace(s["args"] for s in trace.slices)


def of_chrome(database):
    document = json.loads(export(database, "--format", "chrome"))
    return of_trace(e.get("args", {}) for e in document["traceEvents"])


def of_pprof(database):
    sums = collections.Counter()
    for _, values, labels in exported.Profile(export(database, "--format", "pprof")).samples:
        sums[labels["site"]] += values["blocked"]
        expect_equal(values[labels["cause"]], values["blocked"], "the value of the cause")
    return sums


def of_folded(database, sites):
    return {site: sum(exported.folded(export(
        database, "--format", "folded", "--site", site).decode()).values()) for site in sites}


def of_metrics(database, sites):
    sums = {}
    for name, labels, value in exported.metrics(
            export(database, "--format", "prometheus").decode()):
        if name == "hud_blocked_seconds":
            sums[labels["function"], labels.get("crate"), labels["cause"]] = round(value * 1e9)
    return {s["site"]: sums[s["function"], s["crate"], s["cause"]] for s in sites}


def of_text(database, functions):
    """The total of each function in the text report, and as the text would have it by SQL."""
    text = analyzed("report", database, "--top", 1000)
    seen = {int(m[1]): m[2] for m in
            re.finditer(r"^ *(\d+) +([\d.]+ (?:s|ms|us|ns)) +\d+ +(?:≤ )?[\d.]", text, re.M)}
    for row in functions:
        if row["site"] in seen:
            number, unit = seen[row["site"]].split()
            digits = len(number.partition(".")[2])
            scale = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}[unit]
            expect(abs(row["total_ns"] / scale - float(number)) <= 0.51 * 10 ** -digits,
                   f"{row['function']}: {seen[row['site']]} in the text, {row['total_ns']} ns")
    expect(seen, f"no site in the report\n{text[:2000]}")


@fact(root=False)
def one_number_everywhere():
    for database in databases():
        sites = query(database, "SELECT * FROM blocking_sites")
        expected = {s["site"]: s["total_ns"] for s in sites if s["total_ns"]}
        expect(expected, "nothing blocked")
        seen = {
            "JSON": {s["id"]: s["total_ns"] for s in report(database)["sites"]},
            "Perfetto": of_perfetto(database), "chrome": of_chrome(database),
            "pprof": of_pprof(database), "folded": of_folded(database, expected),
            "Prometheus": of_metrics(database, sites),
            "CSV": {int(row["site"]): int(row["total_ns"]) for row in csv.DictReader(io.StringIO(
                export(database, "@sites", "--format", "csv").decode()))},
        }
        for name, sums in seen.items():
            sums = {site: ns for site, ns in sums.items() if ns}
            expect_equal(sums, expected, f"blocked ns by site in {name} of {database}")
        of_text(database, query(database, "SELECT * FROM blocking_functions"))
        whole = sum(expected.values())
        expect_equal(sum(exported.folded(export(database, "--format", "folded").decode())
                         .values()), whole, "folded")
        speedscope = json.loads(export(database, "--format", "speedscope"))
        expect_equal(sum(speedscope["profiles"][0]["weights"]), whole, "speedscope")
        verdict = query(database, "SELECT blocking_ns FROM verdict")
        expect_equal(verdict[0]["blocking_ns"], whole, "the verdict")


@fact(root=False)
def a_filter_holds_for_every_format():
    database = example()
    filters = ("--from", "1s", "--to", "3s", "--cause", "lock,file-io")
    expected = sum(row["total_ns"] for row in json.loads(
        analyzed("query", database, "SELECT total_ns FROM blocking_sites", "--json", *filters)))
    whole = query(database, "SELECT sum(total_ns) AS ns FROM blocking_sites")[0]["ns"]
    expect(0 < expected < whole, f"{expected} of {whole} ns")
    trace = exported.Trace(export(database, "--format", "perfetto", *filters))
    expect_equal(sum(of_trace(s["args"] for s in trace.slices).values()), expected, "Perfetto")
    profile = exported.Profile(export(database, "--format", "pprof", *filters))
    expect_equal(sum(v["blocked"] for _, v, _ in profile.samples), expected, "pprof")
    start = query(database, "SELECT start_ns FROM capture")[0]["start_ns"]
    realtime = query(database, "SELECT start_realtime_ns AS ns FROM capture")[0]["ns"]
    expect_equal(trace.clocks, {3: start, 1: realtime}, "clocks")
    for read in trace.slices:
        expect(1e9 <= read["start"] - start and read["end"] - start <= 3e9,
               f"{read['name']} from {read['start'] - start} to {read['end'] - start} ns")


@fact(root=False)
def who_held_the_lock_is_at_the_other_end_of_a_flow():
    trace = exported.Trace(export(example(), "--format", "perfetto"))
    starts = {flow: read for read in trace.instants for flow in read["flows"]}
    ends = {flow: read for read in trace.instants for flow in read["ends"]}
    expect_equal(sorted(starts), sorted(ends), "flows")
    locks = [flow for flow, read in starts.items() if read["args"]["cause"] == "lock"]
    expect(locks, "no flow from a holder")
    polls = collections.defaultdict(list)
    for read in trace.slices:
        if "blocking_poll" in read["args"]:
            polls[read["track"]].append(read)
    for flow in locks:
        expect_equal(starts[flow]["args"]["function"], "demo::guilty::rebuild_index", "holder")
        expect("demo::guilty::rebuild_index" in starts[flow]["stack"], "the holder's stack")
        expect_equal(starts[flow]["start"], ends[flow]["start"], "time of the flow")
        at = ends[flow]["start"]
        expect(any(p["start"] <= at <= p["end"] for p in polls[ends[flow]["track"]]),
               "the flow does not end in a blocking poll")


@fact(root=False)
def both_traces_hold_the_same():
    trace = exported.Trace(export(example(), "--format", "perfetto"))
    events = json.loads(export(example(), "--format", "chrome"))["traceEvents"]
    count = collections.Counter(e["ph"] for e in events)
    flows = sum(len(read["flows"]) for read in trace.instants)
    expect_equal(count["X"], len(trace.slices) + 2 * flows, "slices")
    expect_equal((count["s"], count["f"]), (flows, flows), "flows")
    expect_equal(count["C"], sum(map(len, trace.counters.values())), "counters")
    first = query(example(), "SELECT start_ns FROM capture")[0]["start_ns"]
    ours = sorted((read["start"] - first, read["end"] - read["start"], read["name"])
                  for read in trace.slices)
    theirs = sorted((round(e["ts"] * 1000), round(e["dur"] * 1000), e["name"])
                    for e in events if e["ph"] == "X" and e["cat"] != "wake")
    expect_equal(theirs, ours, "times and names")


@fact(root=False)
def a_firefox_profile_refers_to_what_it_has():
    profile = json.loads(export(example(), "--format", "firefox"))
    polls = query(example(), "SELECT count(*) AS n FROM blocking_poll")[0]["n"]
    expect_equal(sum(t["markers"]["length"] for t in profile["threads"]), polls, "markers")
    for thread in profile["threads"]:
        lengths = {name: thread[name]["length"] for name in (
            "samples", "markers", "stackTable", "frameTable", "funcTable", "resourceTable",
            "nativeSymbols")}
        for name, length in lengths.items():
            for column, values in thread[name].items():
                if isinstance(values, list):
                    expect_equal(len(values), length, f"length of {name}.{column}")
        strings, stacks = len(thread["stringArray"]), thread["stackTable"]
        expect(all(p is None or p < i for i, p in enumerate(stacks["prefix"])), "prefixes")
        for values, limit in ((stacks["frame"], lengths["frameTable"]),
                              (thread["frameTable"]["func"], lengths["funcTable"]),
                              (thread["funcTable"]["name"], strings),
                              (thread["markers"]["name"], strings),
                              (thread["samples"]["stack"], lengths["stackTable"]),
                              (stacks["category"], len(profile["meta"]["categories"]))):
            expect(all(v is None or 0 <= v < limit for v in values), "an index is out of range")
        expect(thread["samples"]["time"] == sorted(thread["samples"]["time"]), "times")
    stand_for = query(example(), "SELECT sum(cpu_ns) AS ns FROM sample_weight")[0]["ns"]
    cpu_ns = sum(sum(thread["samples"]["threadCPUDelta"]) for thread in profile["threads"])
    expect(abs(cpu_ns - stand_for) < 1e6, f"CPU time {cpu_ns}, of samples {stand_for}")


@fact(root=False)
def go_reads_the_profile():
    if not shutil.which("go"):
        raise Skip("needs golang-go")
    path = path_for("x.pb.gz")
    analyzed("export", example(), "--format", "pprof", "-o", path)
    done = subprocess.run(["go", "tool", "pprof", "-tags", path], capture_output=True, text=True,
                          timeout=60)
    expect_equal(done.returncode, 0, f"exit code of go tool pprof: {done.stderr}")
    expect("demo::guilty::find_in_index" in done.stdout, f"go tool pprof says\n{done.stdout}")
    expect("blocked" in subprocess.run(["go", "tool", "pprof", "-raw", path], text=True,
                                       capture_output=True, timeout=60).stdout, "sample types")


HOSTILE = (
    "a\"b'c\\d</script><script>alert(1)</script>&amp;",
    "\x1b[31mred\x1b[0m\x07\n\r\t\x7f\u202e\u2066evil\u2069 x;y z",
    b"\xff\x80\xc3(\xa0\xc2",
    "Vec<" * 2500,
    "",
    " 1 2",
)


def hostile(name, text):
    path = path_for(name)
    shutil.copy(example(), path)
    db = sqlite3.connect(path)
    value = "CAST(? AS TEXT)"
    for table, columns in (("frame", "site function file"), ("thread", "comm"), ("binary", "path"),
                           ("process", "name executable"), ("blocking_poll", "task"),
                           ("capture", "command kernel"), ("loss", "cause"), ("stack", "task")):
        names = columns.split()
        db.execute(f"UPDATE {table} SET " + ", ".join(f"{c} = {value}" for c in names),
                   [text] * len(names))
    db.execute(f"UPDATE site SET function = {value} || id", [text])
    db.execute(f"INSERT INTO mark (capture, time_ns, text) SELECT id, start_ns + 1, {value} "
               "FROM capture", [text])
    db.commit()
    db.close()
    return path


def strings_of(document):
    if isinstance(document, str):
        yield document
    elif isinstance(document, (dict, list)):
        for value in document.values() if isinstance(document, dict) else document:
            yield from strings_of(value)


@fact(root=False)
def hostile_names_reach_every_reader_whole():
    for number, text in enumerate(HOSTILE):
        database = hostile(f"hostile-{number}.db", text)
        total = query(example(), "SELECT sum(total_ns) AS ns FROM blocking_sites")[0]["ns"]
        shown = text if isinstance(text, str) else text.decode(errors="replace")
        trace = exported.Trace(export(database, "--format", "perfetto")) \
            if isinstance(text, str) else None
        if trace:
            expect_equal(sum(of_trace(s["args"] for s in trace.slices).values()), total, "ns")
        for form in ("chrome", "speedscope", "firefox"):
            document = json.loads(export(database, "--format", form).decode())
            if form != "speedscope" and isinstance(text, str) and "\x7f" not in text and text:
                expect(any(shown in s for s in strings_of(document)), f"{form} lacks {shown!r}")
        folded = exported.folded(export(database, "--format", "folded").decode(errors="replace"))
        expect_equal(sum(folded.values()), total, "folded")
        exported.metrics(export(database, "--format", "prometheus").decode(errors="replace"))
        for form in ("ndjson", "csv"):
            export(database, "@sites", "--format", form)


@fact(root=False)
def hostile_names_do_not_reach_the_terminal():
    begins = "x\n::error::they say\r\x1b]0;t\x07"
    for number, text in enumerate([*HOSTILE[:3], begins]):
        database = hostile(f"shown-{number}.db", text)
        for words in (["report", database], ["report", database, "--site", 1],
                      ["query", database, "@sites"], ["query", database, "@sites", "--csv"],
                      ["query", database, "SELECT * FROM frame", "--plain"],
                      ["diff", database, example()], ["tasks", database], ["info", database],
                      ["check", database, "--fail-on", "blocked > 1ms"]):
            done = analyze(*words)
            said = done.stdout + done.stderr
            found = [c for c in said if ord(c) < 32 and c != "\n" or 0x7f <= ord(c) < 0xa0]
            found = [c for c in found if c not in "\t\r" or words[0] != "query"]
            expect(not found, f"{words} of {text!r} prints {found}")
            expect("\n::error" not in said, f"{words}: a line of {text!r}")


@fact(root=False)
def a_file_is_whole_or_not_there():
    path = path_for("none.json")
    done = analyze("export", example(), "--format", "chrome", "-o", "/dev/full")
    one_clear_message(done, "hud-analyze", 4, "/dev/full")
    done = analyze("export", example(), "--format", "chrome", "-o", path, "--of", "lock")
    one_clear_message(done, "hud-analyze", ANALYZE_UNUSABLE, "--of")
    with open("/dev/full", "w") as full:
        done = subprocess.run([ANALYZE, "export", example(), "--format", "chrome"], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60)
    expect_equal(done.returncode, 4, "exit code with a full disk")
    expect("No space left" in done.stderr, f"it says {done.stderr}")
    left = [name for name in os.listdir(os.path.dirname(path)) if name.startswith("none")]
    expect_equal(left, [], "leftovers")


@fact(root=False)
def what_is_binary_is_not_written_to_a_terminal():
    for form in ("perfetto", "pprof"):
        ours, theirs = pty.openpty()
        done = subprocess.run([ANALYZE, "export", example(), "--format", form], stdout=theirs,
                              stderr=subprocess.PIPE, text=True, timeout=60)
        os.close(theirs)
        os.close(ours)
        expect_equal(done.returncode, ANALYZE_UNUSABLE, "exit code")
        expect("terminal" in done.stderr and "-o FILE" in done.stderr, f"it says {done.stderr}")


@fact(root=False)
def the_same_capture_makes_the_same_file():
    for form in FORMATS:
        expect(export(example(), "--format", form) == export(example(), "--format", form),
               f"{form} differs from run to run")


facts_check()
