# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record learns of stripped programs by watching them is what debug information says."""

import glob
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time

from lib import (ANALYZE, Demo, FACT_SECONDS, Recording, demo_path, expect, expect_equal, fact,
                 facts_check, go, once, path_for, query, recorded, run, started_program,
                 tokio_echo, tokio_echo_library, program as c_program)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "matrix"))
import builds  # noqa: E402
from comparison import Comparison  # noqa: E402

CACHE = "/var/cache/hud"
SECONDS = 6        # of learning
TRUTH_SECONDS = 12
NO_OFFSET = 0xffffffff
IDENTITY, SEGMENTS_END = 6, 64  # format/plan.h
LEARNED = 32
KINDS = {1: "multi_thread", 2: "current_thread"}


def stripped(program, name):
    out = path_for(name)
    made = run(["strip", "-o", out, program])
    expect_equal(made.returncode, 0, f"exit code of strip ({made.stderr})")
    return out


def said(program):
    """Where debug information says that the state is, as plan --json has it."""
    done = run([ANALYZE, "plan", program, "-o", path_for("said.plan"), "--json"])
    expect_equal(done.returncode, 0, f"exit code of plan ({done.stderr})")
    return json.loads(done.stdout)["runtime"]["identity"]


def learned_plans():
    return set(glob.glob(f"{CACHE}/*-learned.plan"))


def identity_in(path):
    """What is in a plan: (flags, task, tag, {kind: its context, core, variant, parked, tick})."""
    content = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
    at = SEGMENTS_END
    while at < len(content):
        kind, _, size = struct.unpack_from("<HHI", content, at)
        if kind == IDENTITY:
            flags, schedulers, _, task, tag, _, _ = struct.unpack_from("<HHIqqII", content, at + 8)
            found = {}
            for i in range(schedulers):
                s = struct.unpack_from("<IIqIIQIIQI", content, at + 40 + 80 * i)
                found[KINDS[s[0]]] = {"context": s[2], "core": s[1],
                                      "variant": s[3:6] if s[4] else None,
                                      "parked": s[6:9], "tick": s[9]}
            return flags, task if flags & 2 else None, tag if flags & 4 else None, found
        at += size
    return None


def layouts(capture):
    return query(capture, "SELECT * FROM layout ORDER BY time_ns, id")


def learn(program, twin, name, **options):
    """
    Records a stripped program until its layout is known; compares that with its twin's debug
    information. Returns the capture.
    """
    before, capture = learned_plans(), path_for(f"{name}.hud")
    demo = Demo(program=program, **options)
    done = recorded("-p", demo.pid, "-d", SECONDS, "-o", capture)
    demo.process.kill()
    expect("learned in" in done.stderr, f"it was not learned:\n{done.stderr}")
    new = learned_plans() - before
    expect_equal(len(new), 1, "new learned plans in the cache")
    compare(identity_in(new.pop()), said(twin), layouts(capture)[-1])
    return capture


def compare(learned, known, last):
    flags, task, tag, schedulers = learned
    expect(flags & LEARNED, f"flags {flags}")
    expect_equal((task, tag), (known["task"], known["task_tag"]), "the task's id, and its tag")
    expect_equal(set(schedulers), {s["kind"] for s in known["schedulers"]}, "schedulers")
    for s in known["schedulers"]:
        seen = schedulers[s["kind"]]
        expect_equal((seen["context"], seen["core"]), (s["context"], s["core"]), s["kind"])
        parked = (s["parked"]["offset"], s["parked"]["bytes"], s["parked"]["value"])
        expect_equal(seen["parked"], parked, f"parked of {s['kind']}")
        expect(seen["tick"] in (s["tick"], NO_OFFSET), f"{s['kind']}: {seen} and not {s['tick']}")
    multi = schedulers.get("multi_thread")
    expect(not multi or multi["tick"] != NO_OFFSET,
           f"the tick of multi_thread was not learned: {last}")


def print_cost(capture, name):
    last = layouts(capture)[-1]
    print(f"     {name}: learned in {last['took_ns'] / 1e9:.1f} s from {last['parks']} parks and "
          f"{last['polls']} polls; {last['probe_hits']} probe hits, "
          f"{last['bpf_run_ns'] / 1e6:.0f} ms in BPF")


@once
def demo_stripped():
    """The demo without symbols, which the cache has learned; its path, and the first capture."""
    program = stripped(demo_path("release"), "stripped")
    return program, learn(program, demo_path("release"), "stripped")


@fact
def the_layout_of_the_stripped_demo_is_that_of_its_debug_information():
    _, capture = demo_stripped()
    print_cost(capture, "demo, stripped")
    last = layouts(capture)[-1]
    expect_equal((last["source"], last["withdrawn"], last["earlier"]), ("learned", 0, 0), "layout")
    expect(last["parks"] >= 32 and last["polls"] >= 32 and last["cores"] >= 2, f"{last}")
    expect_equal([s["source"] for s in query(capture, "SELECT source FROM process_source")],
                 ["passive"], "how its polls are known")


@fact(seconds=400)
def the_layout_of_fat_lto_is_that_of_its_debug_information():
    signal.alarm(0)  # the first build takes minutes
    whole = builds.build("lto")
    signal.alarm(FACT_SECONDS)
    print_cost(learn(stripped(whole, "lto"), whole, "lto"), "fat LTO, stripped")


@fact
def the_default_build_of_cargo_is_guessed_first_and_then_learned():
    program = path_for("debug0")
    shutil.copy(demo_path("debug0"), program)
    capture = learn(program, demo_path("release"), "debug0")
    print_cost(capture, "cargo's default, with symbols")
    expect_equal([r["source"] for r in layouts(capture)], ["table", "learned"], "layouts")


@once
def truth():
    program, _ = demo_stripped()
    return Comparison("learned", TRUTH_SECONDS, program=program,
                      symbols=("--binary", demo_path("release")))


def truth_facts():
    """What holds of named builds holds of the stripped one."""
    for name, check in (
            ("polls_are_seen_in_the_runtimes_own_state", Comparison.polls_are_seen_passively),
            ("every_long_poll_is_found_once", Comparison.every_long_poll_is_found_once),
            ("the_true_start_and_end_of_a_poll_lie_in_its_bounds",
             Comparison.true_edges_lie_in_the_bounds),
            ("no_poll_is_invented", Comparison.none_is_invented),
            ("no_innocent_is_reported", Comparison.no_innocent_is_reported),
            ("every_guilty_function_is_named", Comparison.every_guilty_is_named),
            ("totals_and_counts_hold", Comparison.totals_and_counts_hold),
            ("the_states_of_workers_add_up", Comparison.workers_add_up)):
        fact(name=f"learned_{name}")(lambda check=check: check(truth()))


truth_facts()


@fact
def the_next_recording_knows_it_at_once():
    layout = layouts(truth().capture)[0]  # more of it may be learned afterwards
    expect_equal((layout["source"], layout["earlier"]), ("learned", 1), "the first layout")
    first = truth().db.execute("SELECT l.time_ns - c.start_ns FROM layout AS l, capture AS c")
    expect(first.fetchone()[0] < 5e8, "it was not known at the start")


def links():
    """Names of the programs of hud-record's learning that are attached now."""
    done = run(["bpftool", "-j", "prog", "show"])
    names = {p["id"]: p.get("name", "") for p in json.loads(done.stdout)}
    done = run(["bpftool", "-j", "link", "show"])
    return sorted(n for n in (names.get(k.get("prog_id"), "") for k in json.loads(done.stdout))
                  if n.startswith("learn_"))


@fact
def a_process_that_idles_is_undecided_and_is_learned_when_it_wakes():
    program = stripped(tokio_echo(), "echo")
    target = started_program([program])
    idle = path_for("idle.hud")
    done = recorded("-p", target.pid, "-d", 3, "-o", idle)
    expect("could not be learned" in done.stderr, f"stderr: {done.stderr}")
    row = query(idle, "SELECT source, reason, sentence, remedy FROM runtime_layouts")[0]
    expect(row["source"] == "none" and row["reason"] and "longer" in row["remedy"], f"{row}")
    recording = Recording(path_for("woken.hud"), "-p", target.pid, "-d", 12)
    time.sleep(2)
    go(target)
    time.sleep(6)
    expect_equal(links(), [], "programs of learning that are still attached")
    capture = recording.ended_well()
    expect("learned in" in recording.errors, f"stderr: {recording.errors}")
    print_cost(capture, "woken")
    sources = [r["source"] for r in layouts(capture)]
    expect_equal(sources[-1], "learned", f"the last of {sources}")


def ticks_forget(path):
    """As if no tick had been proven when this plan was learned."""
    content = bytearray(subprocess.run(["zstd", "-dcq", path], capture_output=True,
                                       check=True).stdout)
    at = SEGMENTS_END
    while at < len(content):
        kind, _, size = struct.unpack_from("<HHI", content, at)
        if kind == IDENTITY:
            for i in range(struct.unpack_from("<H", content, at + 10)[0]):
                struct.pack_into("<I", content, at + 40 + 80 * i + 48, NO_OFFSET)
        at += size
    with open(path, "wb") as file:
        subprocess.run(["zstd", "-cq", f"--stream-size={len(content)}"], input=content,
                       stdout=file, check=True)


@fact
def what_an_earlier_recording_could_not_prove_is_learned_later():
    program = stripped(tokio_echo(), "half")
    target = started_program([program])
    before = learned_plans()
    go(target)
    done = recorded("-p", target.pid, "-d", SECONDS, "-o", path_for("half-first.hud"))
    new = learned_plans() - before
    expect_equal(len(new), 1, f"new learned plans in the cache; stderr: {done.stderr}")
    ticks_forget(next(iter(new)))
    recorded("-p", target.pid, "-d", SECONDS, "-o", path_for("half.hud"))
    rows = layouts(path_for("half.hud"))
    expect_equal([(r["source"], r["tick_known"], r["earlier"]) for r in rows],
                 [("learned", 0, 1), ("learned", 1, 0)], "layouts")
    print_cost(path_for("half.hud"), "the rest of it")
    _, _, _, schedulers = identity_in(next(iter(new)))
    expect(all(s["tick"] != NO_OFFSET for s in schedulers.values()), f"{schedulers}")


@fact
def a_runtime_without_a_driver_is_learned_by_the_futexes_of_its_workers():
    program = stripped(tokio_echo(), "driverless")
    target = started_program([program], env={**os.environ, "ECHO_WITHOUT_DRIVER": "1"})
    before, capture = learned_plans(), path_for("driverless.hud")
    go(target)
    done = recorded("-p", target.pid, "-d", SECONDS + 4, "-o", capture)
    expect("learned in" in done.stderr, f"it was not learned:\n{done.stderr}")
    print_cost(capture, "without a driver")
    _, task, _, schedulers = identity_in((learned_plans() - before).pop())
    known = said(tokio_echo())
    multi = next(s for s in known["schedulers"] if s["kind"] == "multi_thread")
    parked = (multi["parked"]["offset"], multi["parked"]["bytes"], multi["parked"]["value"])
    seen = schedulers["multi_thread"]
    expect_equal(seen, {"context": multi["context"], "core": multi["core"], "variant": None,
                        "parked": parked, "tick": seen["tick"]}, "multi_thread")
    # What shows these comes at times only: calls in polls that were seen to begin.
    expect(task in (known["task"], None) and seen["tick"] in (multi["tick"], NO_OFFSET),
           f"task {task}, tick {seen['tick']}")
    # In each 40th message of six tasks a worker blocks for 8 ms; most of the time it is parked.
    polls = query(capture, "SELECT count(*) AS n, min(wall_ns) AS least FROM blocking_poll")[0]
    expect(polls["n"] >= 20 and polls["least"] >= 5e6, f"blocking polls: {polls}")


@fact
def what_contradicts_the_layout_withdraws_it_and_it_is_said():
    program = stripped(tokio_echo(), "contradicted")
    target = started_program([program])
    before = learned_plans()
    recording = Recording(path_for("contradicted.hud"), "-p", target.pid, "-d", 12)
    go(target)
    time.sleep(6)
    new = learned_plans() - before
    expect_equal(len(new), 1, "new learned plans in the cache")
    go(target)
    capture = recording.ended_well()
    expect("not believed any longer" in recording.errors, f"stderr: {recording.errors}")
    rows = layouts(capture)
    expect(any(r["withdrawn"] and r["contradictions"] for r in rows), f"{rows}")
    expect_equal([r["source"] for r in query(capture, "SELECT source FROM process_source")],
                 ["stack"], "how its polls are known")
    expect_equal(learned_plans() & new, set(), "of it in the cache")


PYTHON_HOST = """
import ctypes, sys
ctypes.CDLL(sys.argv[1]).echo_run()
"""


def library_learned(name, *host):
    """A host that loads the stripped library is recorded while the runtime in it works."""
    library = stripped(tokio_echo_library(), f"lib{name}.so")
    target = started_program([*host, library])
    go(target)
    done = recorded("-p", target.pid, "-d", SECONDS, "-o", path_for(f"{name}.hud"))
    expect(f"lib{name}.so keeps" in done.stderr, f"it was not learned:\n{done.stderr}")
    print_cost(path_for(f"{name}.hud"), f"a library in {name}")
    capture = path_for(f"{name}-known.hud")
    recorded("-p", target.pid, "-d", 4, "-o", capture)
    expect_equal([(r["source"], r["earlier"]) for r in layouts(capture)], [("learned", 1)],
                 "layouts of the second recording")
    # In each 40th message of six clients a worker blocks for 8 ms.
    polls = query(capture, """SELECT count(*) AS n, min(wall_ns - run_queue_ns) AS least,
        max(wall_ns - run_queue_ns) AS most FROM blocking_poll""")[0]
    expect(polls["n"] >= 20 and polls["least"] >= 5e6, f"blocking polls: {polls}")
    workers = query(capture, "SELECT scheduler, count(*) AS n FROM workers GROUP BY 1 ORDER BY 1")
    # The kind of the clients' runtime may not be known: that needs a long poll.
    counts = {r["scheduler"]: r["n"] for r in workers}
    expect_equal((counts.get("multi_thread"), sum(counts.values())), (2, 3), f"workers {counts}")
    parked = query(capture, "SELECT sum(parked_ns) / sum(wall_ns + 0.0) AS s FROM workers")[0]["s"]
    expect(parked >= 0.5, f"they were parked for {parked:.0%} only")


@fact
def a_runtime_in_a_library_that_python_loads_is_learned():
    library_learned("python", sys.executable, "-c", PYTHON_HOST)


@fact
def a_runtime_in_a_library_that_a_c_program_loads_is_learned():
    library_learned("c", c_program("echo_host", "-ldl"))


facts_check()
