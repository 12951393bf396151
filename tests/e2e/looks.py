# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a thread computed is told by looks at it: each must get its share of them."""

import os

from lib import MS, database, expect, fact, facts_check, path_for, recorded, start

SECONDS = 4
THRESHOLD = "50ms"  # not every tick is a look then, where ticks come 250 times a second


@fact
def threads_that_take_turns_on_a_cpu_are_looked_at_by_what_each_computed():
    cpu = max(os.sched_getaffinity(0))
    busy = [start(["taskset", "-c", cpu, "sh", "-c", "while :; do :; done"]) for _ in range(2)]
    path = path_for("looks.hud")
    recorded("-d", SECONDS, "--threshold", THRESHOLD, "-o", path,
             *(word for process in busy for word in ("-p", process.pid)))
    db = database(path)
    threads = db.execute("SELECT thread, sum(cpu_ns) AS cpu_ns, sum(looks) AS looks FROM thread_window GROUP BY thread"
                         ).fetchall()
    expect(len(threads) == 2, f"{len(threads)} threads: a broken set-up")
    for t in threads:
        expect(t["cpu_ns"] >= 500 * MS, f"thread {t['thread']} computed for {t['cpu_ns'] / MS:.0f} ms: a broken set-up")
    rates = [t["looks"] * MS / t["cpu_ns"] for t in threads]
    expect(max(rates) <= 1.12 * min(rates), f"looks for each ms of CPU time: {rates}")


facts_check()
