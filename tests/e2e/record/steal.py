# SPDX-License-Identifier: MIT OR Apache-2.0
"""Time that the hypervisor takes from a thread counts as waiting for a CPU."""

import os

from lib import MS, Skip, database, expect, fact, facts_check, once, path_for, recorded, start

SECONDS = 6
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def stolen_ns():
    """
    Of all CPUs since boot, as the kernel counts it: in ticks, while a CPU had something to run.
    """
    with open("/proc/stat") as file:
        return int(file.readline().split()[8]) * TICK_NS


@once
def busy_cpus():
    """A recording of a busy loop on each CPU: its database, and the time stolen meanwhile."""
    cpus = sorted(os.sched_getaffinity(0))
    busy = [start(["taskset", "-c", cpu, "sh", "-c", "while :; do :; done"]) for cpu in cpus]
    before = stolen_ns()
    path = path_for("steal.hud")
    recorded("-d", SECONDS, "-o", path, *(word for process in busy for word in ("-p", process.pid)))
    return database(path), stolen_ns() - before


@fact
def no_window_has_more_time_than_its_length():
    db, _ = busy_cpus()
    windows = db.execute("SELECT count(*) FROM thread_window").fetchone()[0]
    expect(windows >= 5 * SECONDS * os.cpu_count(), f"{windows} windows in {SECONDS} s")
    wrong = db.execute("""SELECT * FROM thread_window
        WHERE cpu_ns + sleep_ns + run_queue_ns + parked_ns > end_ns - start_ns OR stolen_ns >
        run_queue_ns""").fetchall()
    expect(not wrong, f"{[dict(row) for row in wrong[:3]]}")


@fact
def stolen_time_is_not_time_on_a_cpu():
    db, taken = busy_cpus()
    if taken < 200 * MS:
        raise Skip(f"the hypervisor took {taken / MS:.0f} ms only")
    stolen = db.execute("SELECT sum(stolen_ns) FROM thread_window").fetchone()[0]
    expect(stolen >= 0.5 * taken,
           f"{stolen / MS:.0f} ms are said to be stolen, the kernel says {taken / MS:.0f}")


facts_check()
