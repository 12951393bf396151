# SPDX-License-Identifier: MIT OR Apache-2.0
"""Short polls that samples could take for one long poll."""

import signal
import time

from lib import (Demo, Recording, Stalls, cpu_seconds, database, expect, expect_equal, fact,
                 facts_check, path_for, report, wait_until)

SECONDS = 5
CPU_SECONDS = 1.5  # that the yielding tasks use in SECONDS of a machine with nothing else to do


def recorded_alone(*parts, used=0):
    """
    The demo with these parts only: its database, its report, and when the hypervisor stopped the
    machine. For SECONDS, and until it has used so many seconds of CPU.
    """
    demo = Demo("release", "--only", ",".join(parts))
    stalls = Stalls()
    recording = Recording(path_for(f"{parts[0]}.hud"), "-p", demo.pid)
    begun = cpu_seconds(demo.pid)
    time.sleep(SECONDS)
    wait_until(lambda: cpu_seconds(demo.pid) - begun >= used, f"the demo used {used} s of CPU")
    capture = recording.ended_well(signal.SIGINT)
    stalls.end()
    return database(capture), report(capture), stalls


def long_but_for(stalls, rows):
    """
    Those that are over the threshold even without the time in which the hypervisor stopped the
    machine.
    """
    return [dict(row) for row in rows
            if row["busy_ns"] - stalls.ns(row["start_ns"], row["end_ns"]) >= row["threshold_ns"]]


# How long a worker waited for a lock of the runtime while its holder, who woke it, had no CPU.
HOLDER_QUEUED = """(SELECT coalesce(sum(max(0, min(h.end_ns, o.end_ns)
        - max(h.end_ns - h.run_queue_ns, o.start_ns))), 0)
    FROM offcpu_span AS o JOIN offcpu_span AS h ON h.thread = o.waker_thread
        AND h.end_ns > o.start_ns AND h.start_ns < o.end_ns
    WHERE o.id = p.offcpu_span AND o.cause = 'lock')"""


def no_site(db, document, stalls):
    """
    There are no sites, except of polls that only the machine made long: its stops, or that the
    holder of a lock of the runtime had no CPU.
    """
    slices = db.execute(f"""SELECT s.function, s.cause, b.start_ns, b.end_ns,
            b.wall_ns - b.run_queue_ns - {HOLDER_QUEUED} AS busy_ns,
            c.threshold_ns, o.waker_pid, o.waker_tid, o.waker_thread
        FROM blocking_poll AS b JOIN capture AS c ON c.id = b.capture
        JOIN slice AS p ON p.blocking_poll = b.id JOIN site AS s ON s.id = p.site
        LEFT JOIN offcpu_span AS o ON o.id = p.offcpu_span""").fetchall()
    wrong = long_but_for(stalls, slices)
    expect(not wrong, f"reported: {wrong}")
    expect(len(document["sites"]) <= len(slices) <= 3,
           f"{len(document['sites'])} sites of {len(slices)} slices")


def one(db, sql):
    return db.execute(sql).fetchone()[0]


@fact
def tasks_that_wake_each_other_in_the_lifo_slot_are_an_upper_bound_and_no_site():
    db, document, stalls = recorded_alone("ping-pong")
    expect(one(db, "SELECT count(*) FROM poll WHERE upper_bound AND task_id IS NOT NULL") > 0,
           "no poll is an upper bound: a broken set-up, or hud does not see the tasks run again")
    sure = long_but_for(stalls, db.execute("""SELECT p.start_ns, p.end_ns,
            p.end_ns - p.start_ns - p.run_queue_ns AS busy_ns, c.threshold_ns
        FROM poll AS p JOIN capture AS c ON c.id = p.capture WHERE NOT p.upper_bound"""))
    expect(not sure, f"reported as one poll each: {sure}")
    no_site(db, document, stalls)


@fact
def yields_of_tasks_and_root_futures_are_no_poll():
    db, document, stalls = recorded_alone("yields", "busy-yields", "root-yields", "single-yields",
                                          "unconstrained", used=CPU_SECONDS)
    samples = one(db, "SELECT sum(poll_samples) FROM thread_window")
    expect(samples >= 100, f"only {samples} samples met a poll: a broken set-up")
    no_site(db, document, stalls)


@fact
def a_local_set_with_short_tasks_is_no_long_poll_and_without_a_core_it_blocks_no_worker():
    db, document, stalls = recorded_alone("local-short", "local-no-core")
    expect(one(db, """SELECT count(*) FROM offcpu_span AS s JOIN thread AS t ON t.id = s.thread
        WHERE t.comm = 'local-no-core' AND s.end_ns - s.start_ns >= 10000000""") >= 10,
           "the task without a core did not sleep: a broken set-up")
    no_site(db, document, stalls)


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
