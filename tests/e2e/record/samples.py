# SPDX-License-Identifier: MIT OR Apache-2.0
"""Samples say what a thread computes: each thread must get its share of them."""

import os
import sys

from lib import MS, database, expect, fact, facts_check, path_for, recorded, start

SECONDS = 4
THRESHOLD = "50ms"  # then not every tick is a sample, at 250 ticks a second

# Has the CPU from a quarter of a tick before each tick until a quarter after it, at real-time
# priority.
IN_STEP = """
import os, time
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(2))
tick = round(time.clock_getres(6) * 1e9)  # CLOCK_MONOTONIC_COARSE moves once a tick
while True:
    tick_ns = (time.monotonic_ns() // tick + 1) * tick
    time.sleep(max(0, tick_ns - tick // 4 - time.monotonic_ns()) / 1e9)
    while time.monotonic_ns() < tick_ns + tick // 4:
        pass
"""


@fact
def threads_that_share_a_cpu_are_sampled_in_proportion_to_their_cpu_time():
    cpu = max(os.sched_getaffinity(0))
    busy = [start(["taskset", "-c", cpu, "sh", "-c", "while :; do :; done"]) for _ in range(2)]
    path = path_for("samples.hud")
    recorded("-d", SECONDS, "--threshold", THRESHOLD, "-o", path,
             *(word for process in busy for word in ("-p", process.pid)))
    db = database(path)
    threads = db.execute("SELECT thread, sum(cpu_ns) AS cpu_ns, sum(samples) AS samples FROM "
                         "thread_window GROUP BY thread"
                         ).fetchall()
    expect(len(threads) == 2, f"{len(threads)} threads: a broken set-up")
    for t in threads:
        expect(t["cpu_ns"] >= 500 * MS,
               f"thread {t['thread']} computed for {t['cpu_ns'] / MS:.0f} ms: a broken set-up")
    rates = [t["samples"] * MS / t["cpu_ns"] for t in threads]
    expect(max(rates) <= 1.12 * min(rates), f"samples per ms of CPU time: {rates}")


@fact
def a_thread_that_is_preempted_before_each_tick_is_sampled_nevertheless():
    """
    Ticks are at multiples of their period from Linux 6.4 on; before, this passes without proving
    anything.
    """
    cpu = max(os.sched_getaffinity(0))
    busy = start(["taskset", "-c", cpu, "sh", "-c", "while :; do :; done"])
    start(["taskset", "-c", cpu, sys.executable, "-c", IN_STEP])
    path = path_for("samples-in-step.hud")
    recorded("-d", SECONDS, "-o", path, "-p", busy.pid)
    cpu_ns, samples, hz = database(path).execute("""SELECT sum(cpu_ns), sum(samples), max(sample_hz)
        FROM thread_window AS w JOIN capture AS c ON c.id = w.capture""").fetchone()
    expect(cpu_ns >= 500 * MS, f"it computed for {cpu_ns / MS:.0f} ms: a broken set-up")
    expect(samples * 1000 * MS / hz >= 0.75 * cpu_ns,
           f"{samples} samples, {hz} a second, in {cpu_ns / MS:.0f} ms of CPU time")


@fact
def a_sample_has_a_kernel_stack_if_and_only_if_the_thread_is_in_a_system_call():
    busy = [start(["sh", "-c", "while :; do :; done"]),
            start(["dd", "if=/dev/zero", "of=/dev/null", "bs=64M"])]
    path = path_for("samples-mode.hud")
    recorded("-d", 2, "-o", path, *(word for process in busy for word in ("-p", process.pid)))
    db = database(path)
    for process, in_call in zip(busy, (False, True)):
        samples, calls, stacks, odd = db.execute("""
            SELECT count(*), coalesce(sum(syscall IS NOT NULL), 0),
            coalesce(sum(kernel_stack IS NOT NULL), 0),
                coalesce(sum((syscall IS NOT NULL) <> (kernel_stack IS NOT NULL)), 0)
            FROM sample AS s JOIN thread AS t ON t.id = s.thread
            WHERE t.tid = ?""", (process.pid,)).fetchone()
        seen = (f"{samples} samples of {process.args[0]}, {calls} of them in a call, "
                f"{stacks} with kernel stack")
        expect(samples >= 50 and (calls >= 0.9 * samples) == in_call, f"{seen}: a broken set-up")
        expect(odd <= 0.05 * samples, seen)


facts_check()
