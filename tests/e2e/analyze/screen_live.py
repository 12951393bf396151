# SPDX-License-Identifier: MIT OR Apache-2.0
"""hud-analyze live on a terminal, while the demo runs and blocks. A replay: screen.py."""

import ctypes
import json
import os
import re
import time

from lib import (ANALYZE, RECORD, Demo, Skip, analyzed, cpu_pressure, expect, expect_equal, fact,
                 facts_check, go, processes_end, run, started_program, tokio_lives, wait_until)
from terminal import Terminal


def age_of(function, text):
    """How long the poll that waits there for a lock has blocked, s."""
    found = re.search(rf"^ *([\d.]+) (m?s) +\d+ lock +{function}", text, re.M)
    expect(found, f"a poll that blocks in {function} in\n{text}")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


@fact
def the_demo_is_shown_while_it_blocks():
    demo = Demo("release", "--only", "lock,sleep", "--deadlock-at", "4")
    terminal = Terminal(f"{RECORD} -p {demo.pid} -o - | {ANALYZE} live -", 120, 30)
    terminal.see("demo (", "demo::guilty::pause")
    waited = -cpu_pressure()
    text = terminal.see("NOW  1 poll still blocks", "demo::guilty::deadlock")
    waited += cpu_pressure()
    age = age_of("demo::guilty::deadlock", text)
    # Within 2 s of its begin; one second more for a machine that others use.
    if age > 3 >= age - waited:
        raise Skip(f"it is on the screen when it has blocked for {age} s, but threads of the "
                   f"machine waited for a CPU for {waited:.1f} s meanwhile")
    expect(age <= 3, f"it is on the screen when it has blocked for {age} s")
    time.sleep(2)
    later = age_of("demo::guilty::deadlock", terminal.text())
    expect(1 <= later - age <= 6, f"its age grows, from {age} s to {later} s")
    terminal.press("Tab", "Enter")
    terminal.see("demo::guilty::deadlock, from", "CALLS")
    terminal.press("Escape", "Space")
    paused = terminal.see("PAUSED")
    time.sleep(1.5)
    differ = [line for line in zip(paused.splitlines(), terminal.lines()) if line[0] != line[1]]
    expect_equal(differ, [], "lines that changed in a pause")
    terminal.press("Space")
    terminal.see("LIVE")
    terminal.press("q")
    processes_end()


@fact
def what_tasks_did_is_shown_where_they_are_followed():
    process = started_program([tokio_lives()])
    terminal = Terminal(f"{RECORD} --polls --max-overhead 100 -p {process.pid} -o - | "
                        f"{ANALYZE} live -", 120, 40)
    terminal.see("tokio_lives (")
    time.sleep(2)
    go(process)
    text = terminal.see("WHAT TASKS DID", "tokio_lives::leaked")
    expect(re.search(r"^ +[1-9]\d* +\d+ .*tokio_lives::leaked", text, re.M), f"it shows\n{text}")
    terminal.press("q")
    process.kill()
    process.wait()


class Halted:
    """One thread of a process, which a tracer has stopped."""

    ATTACH, DETACH, WALL = 16, 17, 0x40000000

    def __init__(self, pid, name):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p,
                                     ctypes.c_void_p]
        tasks = self.tasks = f"/proc/{pid}/task"
        [self.tid] = [int(tid) for tid in os.listdir(tasks)
                      if open(f"{tasks}/{tid}/comm").read().strip() == name]

    def sleeps(self):
        """Is it in thread::sleep()?"""
        return "nanosleep" in open(f"{self.tasks}/{self.tid}/wchan").read()

    def __enter__(self):
        expect_equal(self.libc.ptrace(self.ATTACH, self.tid, None, None), 0, "ptrace attaches")
        os.waitpid(self.tid, self.WALL)

    def __exit__(self, *_):
        self.libc.ptrace(self.DETACH, self.tid, None, None)


@fact
def a_poll_that_waits_for_a_lock_says_who_held_it_before():
    """
    The demo's index thread is stopped while it holds the lock: it sleeps nowhere else. Before, it
    runs for a while: of waits that ended it is known who held the lock, and they are in the window.
    """
    demo = Demo("release", "--only", "lock")
    terminal = Terminal(f"{RECORD} -p {demo.pid} -o - | {ANALYZE} live -", 160, 30)
    terminal.see("demo::guilty::find_in_index", "of 10 s")
    row = r"lock +demo::guilty::find_in_index .*held before \((\d+)/(\d+)\) by (\S+)"
    found, index = None, Halted(demo.pid, "index")
    until = time.monotonic() + 60
    while not found and time.monotonic() < until:
        time.sleep(1)
        wait_until(index.sleeps, "the index thread sleeps")
        with index:
            time.sleep(4)
            text = terminal.text()
        found = re.search(row, text)
    expect(found, f"who held the lock before, in\n{text}")
    held, waits, holder = found.groups()
    expect_equal(holder, "demo::guilty::rebuild_index", "the holder")
    expect(0 < int(held) <= int(waits), f"{held} of {waits} waits")
    terminal.press("q")


@fact
def what_has_stopped_falls_out_of_the_window():
    other = Demo("release", "--only", "timers")
    demo = Demo("release", "--only", "sleep", "--duration", "7")
    terminal = Terminal(f"{RECORD} -p {demo.pid} -p {other.pid} -o - | "
                        f"{ANALYZE} live -", 120, 30)
    terminal.see("demo::guilty::pause")
    wait_until(lambda: demo.process.poll() is not None, "the demo has ended")
    time.sleep(5)
    terminal.see("demo::guilty::pause", "of 10 s")
    wait_until(lambda: "demo::guilty::pause" not in terminal.text(), "it is gone from the window")
    terminal.see("no poll blocked")
    terminal.press("w", "w", "w")
    terminal.see("(sites: all)", "demo::guilty::pause")
    terminal.press("q")


@fact
def a_target_is_recorded_by_itself():
    demo = Demo("release", "--only", "sleep,lock")
    terminal = Terminal(f"{ANALYZE} live {demo.pid} --save saved.hud", 120, 30)
    terminal.see("LIVE", "demo::guilty::pause")
    terminal.press("m")
    terminal.see("is set")
    # The mark is above the workers, in the window.
    terminal.see("v")
    terminal.press("q")
    saved = os.path.join(terminal.directory, "saved.hud")
    wait_until(lambda: os.path.exists(saved), "the capture is saved")
    marks = json.loads(analyzed("query", saved, "@marks", "--json"))
    expect_equal(len(marks), 1, "marks in the capture")
    wait_until(lambda: run(["pgrep", "-f", "--", f"^{RECORD} .*{demo.pid}$"]).stdout == "",
               "the recorder has ended")


facts_check()
