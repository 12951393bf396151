# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record learns of other builds and programs. Of libraries: learn_libraries.py."""

import glob
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import time

from learned import (IDENTITY, MOST_SECONDS, NO_OFFSET, SECONDS, build_of_its_own, identity_in,
                     layouts, learn, learned_plan, plan_content, print_cost, record_at,
                     recorded_and_learned, recorded_until, said, stripped)
from lib import (ANALYZE, Recording, demo_path, expect, expect_equal, fact, facts_check, go,
                 path_for, query, recorded, run, started_program, tokio_echo, wait_until)

TASK_KNOWN = 2
LEARNED_RECORD, VAIN = 10, 44  # format/plan/plan.h, and where in it


def links(recording):
    """Names of the programs that this hud-record has attached now."""
    done = run(["bpftool", "-j", "prog", "show"])
    names = {p["id"]: p.get("name", "") for p in json.loads(done.stdout)}
    attached = set()
    for path in glob.glob(f"/proc/{recording.process.pid}/fdinfo/*"):
        try:
            with open(path) as file:
                info = dict(line.split(":", 1) for line in file if ":" in line)
        except OSError:
            continue  # closed meanwhile
        if "link_id" in info:
            attached.add(names[int(info["prog_id"])])
    expect(attached, "none of its files is a link")
    return attached


def learning_links(recording):
    return {name for name in links(recording) if name.startswith("learn_")}


@fact
def the_default_build_of_cargo_is_guessed_first_and_then_learned():
    program = build_of_its_own(demo_path("debug0"), "debug0")
    capture = learn(program, demo_path("release"), "debug0")
    print_cost(capture, "cargo's default, with symbols")
    expect_equal([r["source"] for r in layouts(capture)], ["table", "learned"], "layouts")


@fact
def a_process_that_idles_is_undecided_and_is_learned_when_it_wakes():
    program = stripped(tokio_echo(), "echo")
    target = started_program([program], env={**os.environ, "ECHO_WORKERS": "8"})
    idle = path_for("idle.hud")
    done = recorded("-p", target.pid, "-d", 3, "-o", idle)
    expect("could not be learned" in done.stderr, f"stderr: {done.stderr}")
    row = query(idle, "SELECT source, reason, sentence, remedy FROM runtime_layouts")[0]
    expect(row["source"] == "none" and row["reason"] and "longer" in row["remedy"], f"{row}")
    recording = Recording(path_for("woken.hud"), "-p", target.pid)
    time.sleep(2)
    go(target)
    wait_until(lambda: learned_plan(program), "its layout is learned", MOST_SECONDS)
    wait_until(lambda: not learning_links(recording), "no program of learning is attached", 10)
    time.sleep(4)
    capture = recording.ended_well(signal.SIGINT)
    expect("learned in" in recording.errors, f"stderr: {recording.errors}")
    print_cost(capture, "woken")
    sources = [r["source"] for r in layouts(capture)]
    expect_equal(sources[-1], "learned", f"the last of {sources}")
    expect_idlers_counted_once(capture)


@fact
def a_program_that_polls_a_few_times_a_second_is_learned():
    program = stripped(tokio_echo(), "slow")
    target = started_program([program], env={**os.environ, "ECHO_SLOW": "1000"})
    go(target)
    recorded_and_learned(program, path_for("slow.hud"), "-p", target.pid)
    print_cost(path_for("slow.hud"), "a few polls a second")


@fact
def threads_outside_of_the_runtime_take_no_room_from_it():
    program = stripped(tokio_echo(), "readers")
    target = started_program([program], env={**os.environ, "ECHO_READERS": "4",
                                              "ECHO_SLOW": "40"})
    go(target)
    recorded_and_learned(program, path_for("readers.hud"), "-p", target.pid)
    print_cost(path_for("readers.hud"), "beside threads that open files")
    _, task, _, _ = identity_in(learned_plan(program))
    expect_equal(task, said(tokio_echo())["task"], "where the task's id is")


@fact
def of_two_processes_of_a_program_the_busy_one_is_learned_from():
    program = stripped(tokio_echo(), "two")
    idle, busy = started_program([program]), started_program([program])
    go(busy)
    recorded_and_learned(program, path_for("two.hud"), "-p", idle.pid, "-p", busy.pid)


def expect_idlers_counted_once(capture):
    """Workers that slept from before the layout was known until the end have their time once."""
    rows = query(capture, "SELECT w.*, c.end_ns - c.start_ns AS long "
                          "FROM worker AS w JOIN capture AS c ON c.id = w.capture")
    expect(any(2 * row["parked_ns"] > row["long"] for row in rows), f"none idled: {rows}")
    for row in rows:
        expect(row["wall_ns"] <= row["long"], f"a worker has more time than there was: {row}\n"
               + "\n".join(f"{part}" for part in parts_of(capture, row["thread"])))


def parts_of(capture, thread):
    """Its windows, and its sleeps of 100 ms and more."""
    return query(capture, f"""SELECT 'window' AS of, w.start_ns - c.start_ns AS start_ns,
            w.end_ns - c.start_ns AS end_ns, w.cpu_ns, w.sleep_ns, w.run_queue_ns, w.parked_ns
        FROM thread_window AS w JOIN capture AS c ON c.id = w.capture WHERE w.thread = {thread}
        ORDER BY 2""") + query(capture, f"""SELECT 'sleep' AS of,
            s.start_ns - c.start_ns AS start_ns, s.end_ns - c.start_ns AS end_ns, s.run_queue_ns,
            s.open, s.at_attach, s.runtime_state
        FROM offcpu_span AS s JOIN capture AS c ON c.id = s.capture
        WHERE s.thread = {thread} AND s.end_ns - s.start_ns >= 100000000 ORDER BY 2""")


def plan_write(path, content):
    with open(path, "wb") as file:
        subprocess.run(["zstd", "-cq", f"--stream-size={len(content)}"], input=content,
                       stdout=file, check=True)


def ticks_forget(path):
    """As if no tick had been proven when this plan was learned."""
    content = plan_content(path)
    at = record_at(content, IDENTITY)
    for i in range(struct.unpack_from("<H", content, at + 10)[0]):
        struct.pack_into("<I", content, at + 40 + 80 * i + 48, NO_OFFSET)
    plan_write(path, content)


def ticks_known(program):
    _, _, _, schedulers = identity_in(learned_plan(program))
    return all(s["tick"] != NO_OFFSET for s in schedulers.values())


def attempts_in_vain(path, now=None):
    """How many the plan says there were since it was learned; `now`: let it say that."""
    content = plan_content(path)
    at = record_at(content, LEARNED_RECORD) + VAIN
    before = struct.unpack_from("<I", content, at)[0]
    if now is not None:
        struct.pack_into("<I", content, at, now)
        plan_write(path, content)
    return before


@fact
def what_an_earlier_recording_could_not_prove_is_learned_later():
    program = stripped(tokio_echo(), "half")
    target = started_program([program])
    go(target)
    recorded_and_learned(program, path_for("half-first.hud"), "-p", target.pid)
    ticks_forget(learned_plan(program))
    expect(not ticks_known(program), "the ticks are known still")
    recorded_until(lambda: ticks_known(program), "its ticks are learned", path_for("half.hud"),
                   "-p", target.pid)
    rows = layouts(path_for("half.hud"))
    expect_equal([(r["source"], r["tick_known"], r["earlier"]) for r in rows],
                 [("learned", 0, 1), ("learned", 1, 0)], "layouts")
    print_cost(path_for("half.hud"), "the rest of it")


@fact
def a_copy_of_what_was_learned_is_known_at_once():
    program, copy = stripped(tokio_echo(), "first"), path_for("copy")
    target = started_program([program])
    go(target)
    recorded_and_learned(program, path_for("first.hud"), "-p", target.pid)
    shutil.copy(program, copy)
    made = run([ANALYZE, "plan", copy, "-o", path_for("copy.plan")])
    expect_equal(made.returncode, 0, f"exit code of plan ({made.stderr})")
    idle = started_program([copy])
    for name, options in (("plain", ()), ("given", ("--plan", path_for("copy.plan")))):
        capture = path_for(f"copy-{name}.hud")
        recorded("-p", idle.pid, "-d", 1, "-o", capture, *options)
        expect_equal([(r["source"], r["earlier"]) for r in layouts(capture)], [("learned", 1)],
                     f"layouts, {name}")


def leave_unprovable(path):
    """As if the task's id were not known, and contexts were told by what no attempt can prove."""
    content = plan_content(path)
    at = record_at(content, IDENTITY)
    flags, schedulers = struct.unpack_from("<HH", content, at + 8)
    struct.pack_into("<H", content, at + 8, flags & ~TASK_KNOWN)
    for i in range(schedulers):
        struct.pack_into("<IIQ", content, at + 40 + 80 * i + 16, 0, 8, 2**64 - 1)
    plan_write(path, content)


@fact
def what_cannot_be_proven_is_not_tried_for_ever():
    program = stripped(tokio_echo(), "lone")
    target = started_program([program], env={**os.environ, "ECHO_LONE": "1", "ECHO_WORKERS": "1"})
    go(target)
    recorded_and_learned(program, path_for("lone.hud"), "-p", target.pid)
    leave_unprovable(learned_plan(program))
    attempts_in_vain(learned_plan(program), now=2)
    recorded_until(lambda: attempts_in_vain(learned_plan(program)) > 2,
                   "an attempt has proved no more", path_for("lone-2.hud"), "-p", target.pid)
    expect_equal(attempts_in_vain(learned_plan(program)), 3, "attempts that proved no more")
    recording = Recording(path_for("lone-3.hud"), "-p", target.pid)
    attached = set()
    for _ in range(10):
        time.sleep(0.2)
        attached |= learning_links(recording)
    recording.ended_well(signal.SIGINT)
    expect_equal(attached, set(), "programs of learning that were attached")


@fact
def a_runtime_without_a_driver_is_learned_by_the_futexes_of_its_workers():
    program = stripped(tokio_echo(), "driverless")
    target = started_program([program], env={**os.environ, "ECHO_WITHOUT_DRIVER": "1"})
    capture = path_for("driverless.hud")
    go(target)
    recorded_and_learned(program, capture, "-p", target.pid, seconds=SECONDS + 4)
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
    recording = Recording(path_for("contradicted.hud"), "-p", target.pid)
    go(target)
    wait_until(lambda: learned_plan(program), "its layout is learned", MOST_SECONDS)
    time.sleep(2)
    go(target)
    wait_until(lambda: not learned_plan(program), "the cache keeps nothing of it", MOST_SECONDS)
    time.sleep(2)
    capture = recording.ended_well(signal.SIGINT)
    expect("not believed any longer" in recording.errors, f"stderr: {recording.errors}")
    rows = layouts(capture)
    expect(any(r["withdrawn"] and r["contradictions"] for r in rows), f"{rows}")
    expect_equal([r["source"] for r in query(capture, "SELECT source FROM process_source")],
                 ["stack"], "how its polls are known")
    expect_equal(learned_plan(program), None, "what the cache keeps of it")


def loader_of(program):
    noted = run(["readelf", "-lW", program])
    return re.search(r"program interpreter: ([^]]+)]", noted.stdout)[1]


@fact
def a_program_that_was_started_by_naming_its_loader_is_known():
    program = build_of_its_own(tokio_echo(), "loaded")
    os.chmod(program, 0o755)
    capture = path_for("loaded.hud")
    target = started_program([loader_of(program), program])
    go(target)
    recorded("-p", target.pid, "-d", 3, "-o", capture)
    expect_equal([r["source"] for r in layouts(capture)], ["debug"], "layouts")
    workers = query(capture, "SELECT sum(parked_ns) / sum(wall_ns + 0.0) AS s FROM workers")
    expect(workers[0]["s"] >= 0.5, f"its workers were parked for {workers[0]['s']}")


@fact
def a_waker_that_sleeps_where_a_worker_parks_contradicts_nothing():
    program = stripped(tokio_echo(), "woken-slowly")
    target = started_program([program], env={**os.environ, "ECHO_SLOW_WAKER": "1"})
    recording = Recording(path_for("woken-slowly.hud"), "-p", target.pid)
    go(target)
    wait_until(lambda: learned_plan(program), "its layout is learned", MOST_SECONDS)
    go(target)
    time.sleep(4)
    capture = recording.ended_well(signal.SIGINT)
    expect("not believed" not in recording.errors, f"stderr: {recording.errors}")
    expect_equal([r["withdrawn"] for r in layouts(capture)][-1], 0, "withdrawn")
    expect(learned_plan(program), "the cache keeps nothing of it")


facts_check()
