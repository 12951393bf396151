#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a dump of all tasks takes: its time, and the target's throughput while dumps are taken.

  sudo python3 tests/bench/tasks.py build [TASKS [PAIRS]]

The target: tests/e2e/programs/tokio_tasks with so many tasks that wait. Beside them, in its mode
`storm`, tasks come and go as fast as they can: how many ids it gives out in a second is its
throughput. It is watched for 2 s with a dump each second and 2 s without, in turn.
"""

import json
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
    """The time of each, and what the last one found."""
    capture = os.path.join(directory, "dump.hud")
    times = []
    for _ in range(count):
        dump(build, pid, capture)
        last = rows(build, capture, "SELECT duration_ns, tasks, reads, bytes, retries "
                    "FROM task_dumps")[0]
        times.append(last["duration_ns"] / 1e6)
    return times, last


def newest_task(build, pid, directory):
    capture = os.path.join(directory, "newest.hud")
    dump(build, pid, capture)
    return rows(build, capture, "SELECT max(task_id) AS id FROM dumped_task")[0]["id"]


def throughput(build, pid, directory, dumped):
    """Tasks that the target began in a second."""
    before, begin = newest_task(build, pid, directory), time.monotonic()
    while time.monotonic() < begin + PAIR_SECONDS:
        if dumped:
            dump(build, pid, os.path.join(directory, "pair.hud"))
        time.sleep(1)
    end = time.monotonic()
    return (newest_task(build, pid, directory) - before) / (end - begin)


def main():
    build = sys.argv[1]
    tasks = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    program = f"{build}/demo-release/release/tokio_tasks"
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "many"), "w+", encoding="utf-8") as output:
            target = started(program, "many", tasks, output)
            times, last = dumps_measured(build, target.pid, 20, directory)
            target.kill()
            target.wait()
        print(f"{last['tasks']} tasks: median {statistics.median(times):.1f} ms, least "
              f"{min(times):.1f} ms; {last['reads']} calls, {last['bytes'] / 1e6:.1f} MB, "
              f"{last['retries']} read again")
        with open(os.path.join(directory, "storm"), "w+", encoding="utf-8") as output:
            target = started(program, "storm", tasks, output)
            ratios = []
            for _ in range(pairs):
                without = throughput(build, target.pid, directory, False)
                ratios.append(throughput(build, target.pid, directory, True) / without)
            target.kill()
            target.wait()
        print(f"throughput with a dump each second, to that without: median "
              f"{statistics.median(ratios):.3f} of {pairs} pairs, {min(ratios):.3f} to "
              f"{max(ratios):.3f}")


if __name__ == "__main__":
    main()
