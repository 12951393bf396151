# SPDX-License-Identifier: MIT OR Apache-2.0
"""Innocent polls that look like one long poll to whoever looks now and then."""

from lib import MS, Demo, Recording, database, expect, expect_equal, fact, facts_check, path_for, report

SECONDS = 5
GAP_NS = 5 * MS  # two looks of the sampler that did not come: the machine below took the CPU


def recorded_alone(*parts):
    """The demo with these parts only: its database, and its report."""
    demo = Demo("release", "--only", ",".join(parts))
    recording = Recording(path_for(f"{parts[0]}.hud"), "-d", SECONDS, "-p", demo.pid, begun=False)
    capture = recording.ended_well()
    return database(capture), report(capture)


def no_site(db, document):
    """Nothing blocked, but for a poll that would be short had the machine below not taken the CPU in it."""
    long = db.execute("""SELECT s.function, s.cause, b.wall_ns - b.run_queue_ns AS busy_ns, c.threshold_ns,
            (SELECT max(w.look_gap_ns) FROM thread_window AS w WHERE w.thread = b.thread
                AND w.start_ns < b.end_ns + 100000000 AND w.end_ns > b.start_ns) AS gap_ns
        FROM blocking_poll AS b JOIN capture AS c ON c.id = b.capture
        JOIN slice AS p ON p.blocking_poll = b.id JOIN site AS s ON s.id = p.site""").fetchall()
    wrong = [dict(row) for row in long
             if row["gap_ns"] <= GAP_NS or row["busy_ns"] - row["gap_ns"] >= row["threshold_ns"]]
    expect(not wrong, f"reported: {wrong}")
    expect(len(document["sites"]) <= len(long) <= 3, f"{len(document['sites'])} sites of {len(long)} slices")


def one(db, sql):
    return db.execute(sql).fetchone()[0]


@fact
def tasks_that_wake_each_other_in_the_lifo_slot_are_an_upper_bound_and_no_site():
    db, document = recorded_alone("ping-pong")
    expect(one(db, "SELECT count(*) FROM poll WHERE upper_bound AND task_id IS NOT NULL") > 0,
           "no poll is an upper bound: a broken set-up, or hud does not see the tasks come back")
    sure = one(db, """SELECT count(*) FROM poll AS p JOIN capture AS c ON c.id = p.capture
        WHERE NOT p.upper_bound AND p.end_ns - p.start_ns - p.run_queue_ns >= c.threshold_ns""")
    expect(sure == 0, f"{sure} polls are said to be one poll each")
    no_site(db, document)


@fact
def yields_of_tasks_and_root_futures_are_no_poll():
    db, document = recorded_alone("yields", "busy-yields", "root-yields", "single-yields", "unconstrained")
    looks = one(db, "SELECT sum(poll_looks) FROM thread_window")
    expect(looks >= 100, f"only {looks} looks saw a poll: a broken set-up")
    no_site(db, document)


@fact
def a_local_set_with_short_tasks_is_no_long_poll_and_without_a_core_it_blocks_nobody():
    db, document = recorded_alone("local-short", "local-no-core")
    expect(one(db, """SELECT count(*) FROM offcpu_span AS s JOIN thread AS t ON t.id = s.thread
        WHERE t.comm = 'local-no-core' AND s.end_ns - s.start_ns >= 10000000""") >= 10,
           "the task without a core did not sleep: a broken set-up")
    no_site(db, document)


@fact
def a_worker_that_is_parked_all_the_time_is_a_worker():
    demo = Demo("release", "--only", "sleep")
    recording = Recording(path_for("parked.hud"), "-d", "400ms", "-p", demo.pid, begun=False)
    db = database(recording.ended_well())
    # and the thread of the demo's own load
    expect_equal(one(db, "SELECT count(*) FROM worker"), demo.truth()["workers"] + 1, "workers")
    expect(one(db, "SELECT count(*) FROM worker AS w WHERE w.parked_ns >= 0.99 * w.wall_ns") > 0,
           "no worker was parked all the time: a broken set-up")


facts_check()
