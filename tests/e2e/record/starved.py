# SPDX-License-Identifier: MIT OR Apache-2.0
"""A program that is given too little CPU is starved: not nominal, and no function is to blame."""

import json
import os
import re

from lib import (Demo, Skip, Stalls, analyze, analyzed, expect, expect_equal, fact, facts_check,
                 once, path_for, query, recorded, start)
from quota import PERIOD_US, LimitedGroup

QUOTA_US = 10000


@once
def throttled():
    """Short polls that need four times the tenth of a CPU that they may use."""
    with LimitedGroup(QUOTA_US) as group:
        demo = Demo("release", "--only", "busy-yields,unconstrained,ping-pong")
        group.enter(demo.pid)
        path = path_for("throttled.hud")
        before = group.periods()
        stalls = Stalls()
        recorded("-d", 3, "-p", demo.pid, "-o", path)
        periods, used_up = (now - then for now, then in zip(group.periods(), before))
        demo.process.kill()
        demo.process.wait()
        stalls.end()
    if used_up < periods * 2 // 3:
        raise Skip("the machine left the program too little CPU to use its quota up: "
                   f"in {used_up} of {periods} periods it did")
    return path, stalls


def innocents_blamed(path, stalls):
    """Those that blocked for the threshold also without the time in which the machine stood."""
    rows = query(path, """SELECT s.function, b.start_ns, b.end_ns, b.wall_ns, c.threshold_ns
        FROM blocking_poll AS b JOIN slice AS p ON p.blocking_poll = b.id
        JOIN site AS s ON s.id = p.site JOIN capture AS c ON c.id = b.capture
        WHERE s.function LIKE '%innocent%'""")
    return [f"{r['function']}: {r['wall_ns'] / 1e6:.1f} ms" for r in rows
            if r["wall_ns"] - stalls.ns(r["start_ns"], r["end_ns"]) >= r["threshold_ns"]]


@fact
def a_program_under_a_cpu_quota_is_starved():
    document = json.loads(analyzed("report", throttled()[0], "--json"))
    verdict = document["verdict"]
    expect_equal((verdict["level"], verdict["reason"]), ("STARVED", "starved"),
                 f"verdict: {verdict['sentence']}")
    expect_equal(round(verdict["quota_cpus"], 3), QUOTA_US / PERIOD_US, "the quota")
    expect(verdict["quota_periods"] >= 15 and
           verdict["throttled_periods"] >= verdict["quota_periods"] // 2,
           f"throttled in {verdict['throttled_periods']} of {verdict['quota_periods']} periods")
    expect(verdict["run_queue_ns"] > verdict["blocking_ns"], f"{verdict}")
    expect_equal(innocents_blamed(*throttled()), [], "innocents blamed")


@fact
def the_first_line_names_the_limit():
    first = analyzed("report", throttled()[0]).splitlines()[0]
    expect(re.search(r"^STARVED: .* the limit of its cgroup, 0\.1 CPUs, was used up in \d+ of \d+ "
                     r"periods", first), first)


@fact
def a_worker_that_waits_for_a_cpu_after_each_park_is_starved():
    """One that gets a CPU when no other thread of its cgroup wants it, and others always do."""
    with LimitedGroup(os.cpu_count() * PERIOD_US) as group:
        demo = Demo("release", "--only", "timers")
        spins = [start(["/bin/sh", "-c", "while :; do :; done"]) for _ in range(2 * os.cpu_count())]
        for pid in (demo.pid, *(spin.pid for spin in spins)):
            group.enter(pid)
        for tid in os.listdir(f"/proc/{demo.pid}/task"):
            os.sched_setscheduler(int(tid), os.SCHED_IDLE, os.sched_param(0))
        path = path_for("parks.hud")
        recorded("-d", 3, "-p", demo.pid, "-o", path)
        for process in (demo.process, *spins):
            process.kill()
            process.wait()
    verdict = json.loads(analyzed("report", path, "--json"))["verdict"]
    expect_equal((verdict["level"], verdict["reason"]), ("STARVED", "starved"),
                 f"verdict: {verdict['sentence']}")
    expect(verdict["longest_run_queue_ns"] >= 10e6, f"verdict: {verdict['sentence']}")
    done = analyze("check", path, "--fail-on", "run_queue_max >= 10ms")
    expect_equal(done.returncode, 1, f"exit code\n{done.stdout}{done.stderr}")


@fact
def a_check_can_gate_on_it():
    for rule in ("throttled > 10%", "run_queue > 10%", "run_queue_max > 10ms"):
        done = analyze("check", throttled()[0], "--fail-on", rule)
        expect_equal(done.returncode, 1, f"{rule}: exit code\n{done.stdout}{done.stderr}")


facts_check()
