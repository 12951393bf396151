# SPDX-License-Identifier: MIT OR Apache-2.0
"""What tasks did with their time, compared with what they measured themselves."""

import collections
import contextlib
import signal
import sqlite3
import time

from lib import (Recording, Stalls, analyzed, expect, expect_equal, fact, facts_check, go, once,
                 path_for, query, started_program, tokio_lives)

# From a program's last word until hud-record had ended, by capture.
AFTER_SECONDS = {}

# A task: kind, id, parent, whether it ended, polls, and the times polled, ready, awaited.
Life = collections.namedtuple("Life", "kind id parent ended polls polled ready awaited")


def lives_told(process):
    """What its tasks say, once two seconds are over."""
    lives = []
    for line in process.stdout:
        if line == "done\n":
            break
        kind, *numbers = line.split()[1:]
        lives.append(Life(kind, *map(int, numbers)))
    return {life.id: life for life in lives}


def lived(*options, late=False, arguments=()):
    """What the tasks said, and the capture of their lives; `late`: after they had begun."""
    process = started_program([tokio_lives(), *(["late"] if late else arguments)])
    if late:
        go(process)
        time.sleep(0.5)
    recording = Recording(path_for(f"lives-{time.monotonic_ns()}.hud"), "-p", str(process.pid),
                          "-q", *options)
    if late:
        time.sleep(1)
    go(process)
    lives = lives_told(process)
    told = time.monotonic()
    recording.ended_well(signal.SIGINT)
    AFTER_SECONDS[recording.output] = time.monotonic() - told
    process.kill()
    process.wait()
    return lives, recording.output


@once
def recorded_lives():
    lives, capture = lived("--polls", "--max-overhead", "100")
    rows = query(capture, "SELECT * FROM task_lives")
    return lives, capture, {row["task_id"]: row for row in rows}


@fact
def each_task_is_followed_from_its_spawn_to_its_end():
    lives, _, seen = recorded_lives()
    expect_equal(sorted(seen), sorted(lives), "ids of the tasks")
    for life in lives.values():
        row = seen[life.id]
        expect_equal((row["spawned"], row["ended"]), (1, life.ended), f"spawn, end of {life}")
        expect_equal(row["task"], f"tokio_lives::{life.kind}", f"type of task {life.id}")
        expect_equal(row["parent_id"] or 0, life.parent, f"who spawned task {life.id}")


@fact
def two_processes_of_one_program_are_counted_once_each():
    """Both run one file, which has the probes."""
    programs = [started_program([tokio_lives()]) for _ in range(2)]
    path = path_for("two.hud")
    recording = Recording(path, *(f"--pid={program.pid}" for program in programs), "-q",
                          "--polls", "--max-overhead", "100")
    for program in programs:
        go(program)
    polls = sum(life.polls for program in programs for life in lives_told(program).values())
    recording.ended_well(signal.SIGINT)
    for program in programs:
        program.kill()
        program.wait()
    (row,) = query(path, "SELECT sum(polls) AS polls FROM task_lives")
    # Until the recording ended some tasks went on.
    expect(polls <= row["polls"] < 1.2 * polls, f"polls: {polls} made, {row['polls']} counted")


def rows_by_table(database):
    with contextlib.closing(sqlite3.connect(database)) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name, in tables.fetchall()}


@fact
def a_capture_that_is_loaded_again_with_its_symbols_takes_the_place_of_its_rows():
    _, capture, _ = recorded_lives()
    symbolized, twice, once_only = (path_for(name) for name in ("s.hud", "twice.db", "once.db"))
    analyzed("symbolize", capture, "-o", symbolized)
    for database, captures in ((twice, (capture, symbolized)), (once_only, (symbolized,))):
        for each in captures:
            analyzed("load", each, "-o", database)
    expect(rows_by_table(once_only)["poll_bucket"] > 0, "polls by how long they are")
    expect_equal(rows_by_table(twice), rows_by_table(once_only), "rows of each table")


@fact
def polls_are_those_that_the_task_counts():
    lives, capture, seen = recorded_lives()
    # Between its last line and the end of the recording it is polled again, the yielder six times
    # in 10 ms.
    more = 20 + 600 * AFTER_SECONDS[capture]
    for life in lives.values():
        expect(life.polls <= seen[life.id]["polls"] <= life.polls + more,
               f"{seen[life.id]['polls']} polls, {more:.0f} of them at most afterwards, of {life}")


@fact
def the_times_of_a_task_are_those_that_it_measures():
    stalls = Stalls()
    lives, capture = lived("--polls", "--max-overhead", "100")
    stalls.end()
    stopped_ns = sum(until - since for since, until in stalls.all)
    seen = {row["task_id"]: row for row in query(capture, "SELECT * FROM task_lives")}
    for life in lives.values():
        row = seen[life.id]
        whole = sum(row[f"{part}_ns"] for part in ("polled", "ready", "await", "unknown"))
        expect_equal(whole, row["life_ns"], f"all times of task {life.id}")
        expect_equal(row["unknown_ns"], 0, f"what is not known of {life}")
        # It measures inside of its poll, and hud until the next one: some microseconds of a poll.
        room = 30e6 + 50e3 * life.polls + stopped_ns
        expect(abs(row["polled_ns"] - life.polled) < room, f"polled {row['polled_ns']}: {life}")
        expect(abs(row["ready_ns"] - life.ready) < room, f"ready {row['ready_ns']}: {life}")


@fact
def who_waits_for_a_worker_is_told_from_who_keeps_it():
    _, capture, _ = recorded_lives()
    rows = {row["task"].split("::")[1]: row for row in query(capture, "SELECT * FROM task_life")}
    expect(rows["hog"]["polled_percent"] > 35, f"hog: {rows['hog']}")
    expect(rows["hog"]["ready_percent"] < 10, f"hog: {rows['hog']}")
    expect(rows["queued"]["ready_percent"] > 35, f"queued: {rows['queued']}")
    expect(rows["queued"]["polled_percent"] < 5, f"queued: {rows['queued']}")
    expect(rows["queued"]["ready_max_ns"] > 15e6, f"queued: {rows['queued']}")
    expect(rows["sleeper"]["await_percent"] > 90, f"sleeper: {rows['sleeper']}")


@fact
def spawns_and_ends_are_counted_and_a_leak_grows():
    lives, capture, _ = recorded_lives()
    kinds = collections.Counter(life.kind for life in lives.values())
    for row in query(capture, "SELECT * FROM task_life"):
        kind = row["task"].split("::")[1]
        expect_equal(row["spawned"], kinds[kind], f"spawned tasks of {kind}")
        ended = sum(life.ended for life in lives.values() if life.kind == kind)
        expect_equal((row["ended"], row["alive"]), (ended, kinds[kind] - ended), f"of {kind}")
    counts = [row["alive"] for row in query(
        capture, "SELECT alive FROM task_counts WHERE task = 'tokio_lives::leaked' "
        "ORDER BY time_ns")]
    expect(counts == sorted(counts) and counts[-1] > counts[0], f"leaked tasks: {counts}")


@fact
def the_report_says_what_tasks_did():
    _, capture, _ = recorded_lives()
    text = analyzed("report", capture)
    for words in ("WHAT TASKS DID", "tokio_lives::queued", "tokio_lives::leaked", "(+"):
        expect(words in text, f"{words!r} is not in the report:\n{text}")


@fact
def where_spawns_cannot_be_seen_the_report_says_so():
    lives, capture = lived("--polls", "--max-overhead", "100", arguments=["current"])
    rows = query(capture, "SELECT * FROM task_life WHERE task = 'tokio_lives::leaked'")
    leaked = sum(life.kind == "leaked" for life in lives.values())
    expect_equal([(row["spawned"], row["found"]) for row in rows], [(0, leaked)], "leaked tasks")
    text = analyzed("report", capture)
    expect(f"{rows[0]['found_late']} of these tasks were first seen when polled" in text,
           f"it prints\n{text}")


@fact
def without_the_probes_no_life_is_told():
    _, capture = lived()
    expect_equal(query(capture, "SELECT * FROM task_life"), [], "lives")
    expect("WHAT TASKS DID" not in analyzed("report", capture), "the report has them")


@fact
def tasks_that_were_there_before_are_found():
    _, capture = lived("--polls", "--max-overhead", "100", late=True)
    rows = {row["task"].split("::")[1]: row for row in query(
        capture, "SELECT task, spawned, found FROM task_life")}
    expect_equal([(rows[kind]["spawned"], rows[kind]["found"]) for kind in ("hog", "ticking")],
                 [(0, 1), (0, 3)], "tasks that were there")
    expect(rows["child"]["spawned"] > 0, "no child was spawned")
    expect("sleeper" not in rows, "the sleeper was not polled, and is found")


if __name__ == "__main__":
    facts_check()
