# SPDX-License-Identifier: MIT OR Apache-2.0
"""Many threads and switches: what is recorded, and how exactly loss is counted."""

import os
import re
import signal

from lib import (Recording, database, end_of, expect, expect_equal, expect_near, fact, facts_check,
                 go, once, path_for, program, query, recorded, report, started_program, wait_until)

PAIRS = 4
HIDDEN = {"switch-unseen"}  # some kernels hide a few switches


def loss_counts(capture):
    return {x["cause"]: x["count"] for x in report(capture)["loss"]["causes"]}


def lost_said(errors):
    """The loss that hud-record's summary tells of, by cause."""
    found = re.search(r"; (\d+) lost(?: \((.*)\))?$", errors, re.MULTILINE)
    expect(found, f"no `N lost` in {errors!r}")
    parts = [part.rsplit(" ", 1) for part in (found.group(2) or "").split(", ") if part]
    causes = {cause: int(count) for cause, count in parts}
    expect_equal(sum(causes.values()), int(found.group(1)), f"the sum of {found.group(0)!r}")
    return causes


@fact
def a_process_of_a_thousand_threads_is_recorded_whole():
    target = started_program([program("crowd"), 1000])
    capture = path_for("crowd.hud")
    done = recorded("-d", 3, "-p", target.pid, "-o", capture)
    db = database(capture)
    threads = db.execute("SELECT count(*) FROM thread").fetchone()[0]
    expect_equal(threads, 1001, "threads in the capture")
    napped = db.execute("""SELECT count(DISTINCT s.thread) FROM offcpu_span AS s
        WHERE s.user_stack IS NOT NULL""").fetchone()[0]
    expect(napped >= 1000, f"only {napped} of 1000 threads have a nap with its stack")
    expect_equal(set(loss_counts(capture)) - HIDDEN, set(), f"loss (stderr: {done.stderr!r})")


@once
def switching():
    """The pairs, recorded at default settings from before their first byte to after their last."""
    target = started_program([program("pingpong"), PAIRS, 3])
    recording = Recording(path_for("pingpong.hud"), "-p", target.pid)
    go(target)
    sleeps, took_ns = map(int, target.stdout.readline().split())
    go(target)
    end_of(target, "pingpong")
    capture = recording.ended_well()
    return capture, recording.errors, sleeps, sleeps * 1e9 / took_ns


@fact
def at_many_switches_a_second_under_a_thousandth_is_lost():
    capture, errors, sleeps, rate = switching()
    percent = report(capture)["loss"]["percent"]
    print(f"     {rate:,.0f} sleeps a second of {2 * PAIRS} watched threads, {percent:.3f}% lost")
    expect(percent < 0.1, f"{percent}% lost at {rate:,.0f} sleeps a second: {loss_counts(capture)}")


@fact
def every_one_of_many_switches_is_counted():
    capture, errors, sleeps, rate = switching()
    seen = query(capture, """SELECT sum(w.sleeps) AS n FROM thread_window AS w
        JOIN thread AS t ON t.id = w.thread WHERE t.tid <> (SELECT pid FROM process)""")[0]["n"]
    # each thread may sleep on its way into and out of the loop
    expect(0 <= seen - sleeps <= sleeps // 1000 + 10 * 2 * PAIRS,
           f"the threads counted {sleeps} sleeps of their own, the capture has {seen}")


@fact
def hud_record_reports_the_loss_that_the_capture_has():
    capture, errors, *_ = switching()
    expect_equal(lost_said(errors), loss_counts(capture), "lost, in hud-record's last line")


def stopped(name, exits_meanwhile):
    """
    With so many pairs each waits for its turn, so at a threshold of 10 us each sleep is an event;
    a stopped hud-record does not drain its ring. Returns the capture, the loss in it, and what
    hud-record printed.
    """
    target = started_program([program("pingpong"), 16 * PAIRS, 2])
    recording = Recording(path_for(name), "-t", "10us", "-p", target.pid)
    recording.process.send_signal(signal.SIGSTOP)
    go(target)
    target.stdout.readline()
    if exits_meanwhile:
        go(target)
        end_of(target, "pingpong")
    size = os.path.getsize(recording.partial)
    recording.process.send_signal(signal.SIGCONT)
    if not exits_meanwhile:
        wait_until(lambda: os.path.getsize(recording.partial) > size, "the ring is empty again")
        go(target)
        end_of(target, "pingpong")
    capture = recording.ended_well()
    counts = loss_counts(capture)
    expect(counts.get("ring-full", 0) > 0, f"nothing was lost: a broken set-up? {counts}")
    return capture, counts, recording.errors


@fact
def what_a_stopped_recorder_misses_is_counted():
    capture, counts, errors = stopped("stopped.hud", exits_meanwhile=False)
    expect_equal(lost_said(errors), counts, "lost, in hud-record's last line")
    document = report(capture)
    events = document["capture"]["events"]
    expect_near(document["loss"]["percent"],
                100 * counts["ring-full"] / (events + counts["ring-full"]), 0.01, "percent lost")


@fact
def a_recorder_that_missed_the_end_of_its_target_ends_too():
    capture, _, _ = stopped("missed.hud", exits_meanwhile=True)
    expect_equal(report(capture)["capture"]["end_reason"], "target-exited", "end_reason")


facts_check()
