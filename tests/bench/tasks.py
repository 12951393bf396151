#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a dump of all tasks takes: its time, and the target's throughput while dumps are taken.

  sudo python3 tests/bench/tasks.py build [TASKS [PAIRS]]

The target: tests/e2e/programs/tokio_tasks with so many tasks that wait. Beside them, in its mode
`storm`, tasks come and go as fast as they can: how many ids it gives out in a second is its
throughput. It is watched for 2 s with a dump each second and 2 s without, in turn, and is confined
to one CPU: two workers of it that hinder each other are faster while hud-record takes the CPU of
one. What a dump takes of a machine without an idle CPU is its CPU time.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

PAIR_SECONDS = 2


def started(program, mode, tasks, output):
    process = subprocess.Popen([program, mode, str(tasks)], stdout=output)
    for _ in range(600):
        time.sleep(0.1)
        output.seek(0)
        if "ready" in output.read():
            return process
    sys.exit(f"{program} is not ready after 60 s")


def dump(build, pid, capture):
    if os.path.exists(capture):
        os.remove(capture)
    subprocess.run([f"{build}/hud-record", "tasks", str(pid), "-q", "-o", capture], check=True)


def rows(build, capture, sql):
    done = subprocess.run([f"{build}/hud-analyze", "query", capture, sql, "--json"], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def dumps_measured(build, pid, count, directory):
    """The time of each in ms, the CPU time of its hud-record, and what the last one found."""
    capture = os.path.join(directory, "dump.hud")
    times, cpu_times = [], []
    for _ in range(count):
        before = os.times()
        dump(build, pid, capture)
        after = os.times()
        cpu_times.append((after.children_user + after.children_system - before.children_user -
                          before.children_system) * 1e3)
        last = rows(build, capture, "SELECT duration_ns, tasks, reads, bytes, retries "
                    "FROM task_dumps")[0]
        times.append(last["duration_ns"] / 1e6)
    return times, cpu_times, last


def newest_task(build, capture):
    return rows(build, capture, "SELECT max(task_id) AS id FROM dumped_task")[0]["id"]


def throughput(build, pid, directory, dumped):
    """Tasks that the target began in a second. Both counts are read when the time is over."""
    first, last = (os.path.join(directory, name) for name in ("first.hud", "last.hud"))
    dump(build, pid, first)
    begin = time.monotonic()
    while time.monotonic() < begin + PAIR_SECONDS:
        if dumped:
            dump(build, pid, os.path.join(directory, "pair.hud"))
        time.sleep(1)
    dump(build, pid, last)
    seconds = time.monotonic() - begin
    return (newest_task(build, last) - newest_task(build, first)) / seconds


def ratio(build, pid, directory, dumped_first):
    """Throughput with dumps to that without, of two times that follow each other."""
    given = {dumped: throughput(build, pid, directory, dumped)
             for dumped in (dumped_first, not dumped_first)}
    return given[True] / given[False]


def bounds_of_median(ratios):
    """The two values that the median lies between at 95%, by the signs of a binomial."""
    ratios = sorted(ratios)
    below = int((len(ratios) - 1.96 * math.sqrt(len(ratios))) / 2)
    if below < 1:
        return "too few pairs"
    return f"{ratios[below - 1]:.3f} to {ratios[-below]:.3f}"


def storm_measured(build, program, tasks, pairs, directory):
    """Prints what dumps leave of the throughput of a target that is confined to one CPU."""
    cpu = max(os.sched_getaffinity(0))
    with open(os.path.join(directory, "storm"), "w+", encoding="utf-8") as output:
        target = started(program, "storm", tasks, output)
        for thread in os.listdir(f"/proc/{target.pid}/task"):
            os.sched_setaffinity(int(thread), {cpu})
        ratios = [ratio(build, target.pid, directory, pair % 2 == 0) for pair in range(pairs)]
        target.kill()
        target.wait()
    print(f"throughput with a dump each second, to that without: median "
          f"{statistics.median(ratios):.3f} of {pairs} pairs (95%: {bounds_of_median(ratios)}), "
          f"{min(ratios):.3f} to {max(ratios):.3f}")


def main():
    build = sys.argv[1]
    tasks = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    program = f"{build}/demo-release/release/tokio_tasks"
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "many"), "w+", encoding="utf-8") as output:
            target = started(program, "many", tasks, output)
            times, cpu_times, last = dumps_measured(build, target.pid, 20, directory)
            target.kill()
            target.wait()
        print(f"{last['tasks']} tasks: median {statistics.median(times):.1f} ms, least "
              f"{min(times):.1f} ms, {statistics.median(cpu_times):.0f} ms of CPU time with all "
              f"that hud-record does; {last['reads']} calls, {last['bytes'] / 1e6:.1f} MB, "
              f"{last['retries']} read again", flush=True)
        storm_measured(build, program, tasks, pairs, directory)


if __name__ == "__main__":
    main()
