# SPDX-License-Identifier: MIT OR Apache-2.0
"""Tasks that never wake: one blocked before the recording began, one during it."""

import os
import signal
import time

from lib import (MS, S, Demo, Recording, analyzed, database, expect, expect_equal, fact,
                 facts_check, once, path_for, recorded, report, wait_until)

SECOND_AT = 7  # seconds after the start of the demo: on a slow machine a recording begins so late


def demo_waits(pid):
    """Whether the only worker of a demo waits in a futex, as one that parks with drivers does not.
    """
    tasks = f"/proc/{pid}/task"
    for task in os.listdir(tasks):
        if open(f"{tasks}/{task}/comm").read() == "tokio-runtime-w\n":
            return open(f"{tasks}/{task}/wchan").read().startswith("futex")
    return False


class Deadlocked:
    def __init__(self, variant):
        demo = Demo(variant, "--deadlock-at", f"0,{SECOND_AT}", "--only", "sleep")
        begun = time.monotonic()

        def held():
            tasks = f"/proc/{demo.pid}/task"
            return any(open(f"{tasks}/{t}/comm").read() == "holder\n" for t in os.listdir(tasks))
        wait_until(held, "the lock is held")
        recording = Recording(path_for(f"{variant}.hud"), "-p", demo.pid)
        time.sleep(max(0, begun + SECOND_AT - time.monotonic()) + 2)
        self.capture = recording.ended_well(signal.SIGINT)
        self.truth = demo.truth()
        self.report = report(self.capture)


@once
def deadlocked(variant):
    d = Deadlocked(variant)
    start, end = database(d.capture).execute("SELECT start_ns, end_ns FROM capture").fetchone()
    d.blocks = [b for b in d.truth["blocks"] if b["open"]
                and b["function"] == "demo::guilty::deadlock"]
    before = [b for b in d.blocks if b["start_ns"] < start]
    during = [b for b in d.blocks if start < b["start_ns"] < end - S]
    expect(len(before) == 1 and len(during) == 1,
           f"a broken set-up: {len(before)} blocked before, {len(during)} during the recording")
    d.end_ns, d.start_ns = end, start
    return d


def deadlock_facts(variant, how):
    @fact(name=f"{how}_both_deadlocked_tasks_are_in_the_report")
    def _():
        d = deadlocked(variant)
        sites = [s for s in d.report["sites"] if s["function"] == "demo::guilty::deadlock"]
        names = [(s["function"], s["cause"], s["count"], s["open_count"])
                 for s in d.report["sites"]]
        expect_equal(len(sites), 1, f"sites demo::guilty::deadlock among {names}")
        site = sites[0]
        lines = {line for b in d.blocks for line in b["lines"]}
        expect_equal((site["cause"], site["count"], site["open_count"]), ("lock", 2, 2),
                     "cause, spans, open")
        expect(site["file"].endswith("src/guilty.rs") and site["line"] in lines,
               f"{site['file']}:{site['line']}, true {sorted(lines)}")
        text = analyzed("report", d.capture)
        line = next(l for l in text.splitlines() if "demo::guilty::deadlock" in l)
        expect("STILL BLOCKED" in line.upper(), f"not marked as still blocked: {line}")

    @fact(name=f"{how}_nobody_ended_these_waits_and_one_began_before_the_recording")
    def _():
        d = deadlocked(variant)
        site = next(s for s in d.report["sites"] if s["function"] == "demo::guilty::deadlock")
        expect_equal(site["at_attach_count"], 1, "waits that had begun before the recording")
        expect_equal([(w["function"], w["open"]) for w in site["wakers"]], [(None, True)],
                     "who ended them")
        expect("guard that is kept over an .await" in site["advice"]["text"],
               f"the advice: {site['advice']}")
        text = analyzed("report", d.capture, "--site", site["id"])
        expect("nobody ended it until the end" in text, f"who ended them, on its page:\n{text}")

    @fact(name=f"{how}_what_waits_behind_them_is_read_while_they_sleep")
    def _():
        d = deadlocked(variant)
        site = next(s for s in d.report["sites"] if s["function"] == "demo::guilty::deadlock")
        expect(site["queue_wait"] and site["queue_wait"]["max"] >= 1,
               f"tasks in the run queue: {site['queue_wait']}")
        expect_equal([(t["task"], t["waits"]) for t in site["next_tasks"]],
                     [("demo::handlers::left_behind", 2)], "tasks in the LIFO slot")

    @fact(name=f"{how}_they_are_blocked_until_the_end_of_the_recording")
    def _():
        d = deadlocked(variant)
        rows = {r["tid"]: r for r in database(d.capture).execute("""SELECT t.tid, s.start_ns,
            s.end_ns, s.open,
            s.at_attach FROM offcpu_span AS s JOIN thread AS t ON t.id = s.thread WHERE s.open""")}
        for block in d.blocks:
            expect(block["tid"] in rows, f"no open span of thread {block['tid']}")
            row = rows[block["tid"]]
            expect_equal(bool(row["at_attach"]), block["start_ns"] < d.start_ns, "at_attach")
            expect(d.end_ns - row["end_ns"] < S // 2,
                   f"the open span of {block['tid']} ends {(d.end_ns - row['end_ns']) / MS:.0f} ms "
                   f"before the capture")
            expect(abs(row["start_ns"] - max(block["start_ns"], d.start_ns)) < S // 4,
                   f"the open span of {block['tid']} begins "
                   f"{(row['start_ns'] - max(block['start_ns'], d.start_ns)) / MS:.0f} ms late")


deadlock_facts("debug", "in_a_debug_build")
deadlock_facts("release", "in_plain_release")


@fact
def a_runtime_whose_only_worker_is_deadlocked_makes_no_progress():
    demo = Demo("release", "--workers", "1", "--deadlock-at", "0", "--only", "sleep")
    wait_until(lambda: demo_waits(demo.pid), "the worker waits for the lock")
    capture = path_for("stuck.hud")
    recorded("-d", "2", "-p", demo.pid, "-o", capture)
    demo.truth()
    verdict = report(capture)["verdict"]
    expect_equal((verdict["level"], verdict["reason"], verdict["stuck_workers"]),
                 ("HUNG", "stuck", 1), "level, reason and stuck workers")
    sentence = verdict["sentence"]  # the demo's load has a current_thread runtime of its own
    expect(sentence.startswith(
        f"no worker of the multi_thread runtime of demo ({demo.pid}) runs: its tasks cannot make "
        "progress; 1 worker waits since before the recording in demo::guilty::deadlock (lock)"),
        sentence)
    expect(sentence.endswith("The other worker is of another runtime."), sentence)


facts_check()
