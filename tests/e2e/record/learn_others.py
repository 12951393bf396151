# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record learns of other builds and programs, and of libraries."""

import glob
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time

from learned import (IDENTITY, NO_OFFSET, SECONDS, SEGMENTS_END, identity_in, layouts, learn,
                     learned_plan, print_cost, said, stripped)
from lib import (Recording, demo_path, expect, expect_equal, fact, facts_check, go, path_for,
                 query, recorded, run, started_program, tokio_echo, tokio_echo_library,
                 program as c_program)


def links(recording):
    """Names of the programs that this hud-record has attached now."""
    done = run(["bpftool", "-j", "prog", "show"])
    names = {p["id"]: p.get("name", "") for p in json.loads(done.stdout)}
    attached = set()
    for path in glob.glob(f"/proc/{recording.process.pid}/fdinfo/*"):
        with open(path) as file:
            info = dict(line.split(":", 1) for line in file if ":" in line)
        if "link_id" in info:
            attached.add(names[int(info["prog_id"])])
    expect(attached, "none of its files is a link")
    return attached


@fact
def the_default_build_of_cargo_is_guessed_first_and_then_learned():
    program = path_for("debug0")
    shutil.copy(demo_path("debug0"), program)
    capture = learn(program, demo_path("release"), "debug0")
    print_cost(capture, "cargo's default, with symbols")
    expect_equal([r["source"] for r in layouts(capture)], ["table", "learned"], "layouts")


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
    learning = {name for name in links(recording) if name.startswith("learn_")}
    expect_equal(learning, set(), "programs of learning that are still attached")
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
    go(target)
    done = recorded("-p", target.pid, "-d", SECONDS, "-o", path_for("half-first.hud"))
    expect("learned in" in done.stderr, f"it was not learned:\n{done.stderr}")
    ticks_forget(learned_plan(program))
    recorded("-p", target.pid, "-d", SECONDS, "-o", path_for("half.hud"))
    rows = layouts(path_for("half.hud"))
    expect_equal([(r["source"], r["tick_known"], r["earlier"]) for r in rows],
                 [("learned", 0, 1), ("learned", 1, 0)], "layouts")
    print_cost(path_for("half.hud"), "the rest of it")
    _, _, _, schedulers = identity_in(learned_plan(program))
    expect(all(s["tick"] != NO_OFFSET for s in schedulers.values()), f"{schedulers}")


@fact
def a_runtime_without_a_driver_is_learned_by_the_futexes_of_its_workers():
    program = stripped(tokio_echo(), "driverless")
    target = started_program([program], env={**os.environ, "ECHO_WITHOUT_DRIVER": "1"})
    capture = path_for("driverless.hud")
    go(target)
    done = recorded("-p", target.pid, "-d", SECONDS + 4, "-o", capture)
    expect("learned in" in done.stderr, f"it was not learned:\n{done.stderr}")
    print_cost(capture, "without a driver")
    _, task, _, schedulers = identity_in(learned_plan(program))
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
    recording = Recording(path_for("contradicted.hud"), "-p", target.pid, "-d", 12)
    go(target)
    time.sleep(6)
    expect(learned_plan(program), "nothing of it is in the cache")
    go(target)
    capture = recording.ended_well()
    expect("not believed any longer" in recording.errors, f"stderr: {recording.errors}")
    rows = layouts(capture)
    expect(any(r["withdrawn"] and r["contradictions"] for r in rows), f"{rows}")
    expect_equal([r["source"] for r in query(capture, "SELECT source FROM process_source")],
                 ["stack"], "how its polls are known")
    expect_equal(learned_plan(program), None, "what the cache keeps of it")


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
    layout = layouts(capture)[0]  # more of it may be learned afterwards
    expect_equal((layout["source"], layout["earlier"]), ("learned", 1),
                 "the first layout of the second recording")
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


def learned_names(text):
    return set(re.findall(r"learned in .* where \S*/(\w+\.so) keeps", text))


@fact
def runtimes_in_several_libraries_of_a_process_are_each_followed():
    names = ["libleft.so", "libright.so"]
    libraries = [stripped(tokio_echo_library(), name) for name in names]
    target = started_program([c_program("echo_host", "-ldl"), *libraries])
    expect_equal(target.stdout.readline(), "ready\n", "what the second library's server says")
    go(target, "0")
    one = path_for("one-of-two.hud")
    done = recorded("-p", target.pid, "-d", SECONDS + 4, "-o", one)
    expect_equal(learned_names(done.stderr), {names[0]}, f"what was learned:\n{done.stderr}")
    expect(f"{names[1]} keeps the state of its workers could not be learned" in done.stderr,
           f"stderr: {done.stderr}")
    sentence = query(one, "SELECT sentence FROM verdict")[0]["sentence"]
    expect(f"what the runtime in {names[1]} computed in polls" in sentence, f"verdict: {sentence}")
    go(target, "1")
    done = recorded("-p", target.pid, "-d", SECONDS, "-o", path_for("two-of-two.hud"))
    expect_equal(learned_names(done.stderr), {names[1]}, f"what was learned then:\n{done.stderr}")
    both = path_for("both-known.hud")
    recorded("-p", target.pid, "-d", 4, "-o", both)
    rows = query(both, "SELECT object, source, sentence FROM runtime_layouts")
    expect_equal({os.path.basename(r["object"]): r["source"] for r in rows},
                 {name: "learned" for name in names}, "layouts")
    expect("Not in these figures" not in query(both, "SELECT sentence FROM verdict")[0]["sentence"],
           "the verdict leaves out what was followed")
    workers = query(both, """SELECT w.tid, w.scheduler, w.unknown_ns,
        w.wall_ns, (SELECT count(*) FROM blocking_poll AS b JOIN thread AS t ON t.id = b.thread
            WHERE t.tid = w.tid AND b.source = 'passive') AS n FROM workers AS w""")
    multi = [w for w in workers if w["scheduler"] == "multi_thread"]
    expect(len(multi) == 4 and all(w["n"] >= 10 for w in multi), f"workers of both: {workers}")
    expect(all(w["unknown_ns"] < 0.1 * w["wall_ns"] for w in workers), f"unknown time: {workers}")


facts_check()
