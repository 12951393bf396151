# SPDX-License-Identifier: MIT OR Apache-2.0
"""Programs made after public incidents, each against its own ledger of what blocked.

As root: HUD_BUILD=build PYTHONPATH=tests/e2e python3 tests/e2e/matrix/incidents.py DIR [NAME...]
DIR/NAME is a cargo project, DIR/common what they share; `$EVENTS` is where the program writes a
line for each stretch that blocked: its start (ns of the wall clock), length, function and cause; on
standard error it says INNOCENT and a function. Exit code 1 if a report says otherwise.
"""

import collections
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

from cargo import build
from lib import ANALYZE, MS, RECORD, lacking_privileges
from quota import LimitedGroup

SECONDS = 6
QUOTAS_US = {"14-cfs-quota": 30000}


def record(program, quota_us, place):
    """Runs and records it. What it said, its stretches, and the capture."""
    os.makedirs(os.path.join(place, "out"), exist_ok=True)
    capture, events = os.path.join(place, "case.hud"), os.path.join(place, "events")
    silent, kept_open = os.pipe()  # a standard input that says nothing
    limit = LimitedGroup(quota_us) if quota_us else contextlib.nullcontext()
    with limit as group, subprocess.Popen(
            [program], cwd=place, stdin=silent, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "EVENTS": events}) as running:
        if group:
            group.enter(running.pid)
        time.sleep(2)
        subprocess.run([RECORD, "-q", "-d", str(SECONDS), "-p", str(running.pid), "-o", capture],
                       check=True)
        said = running.communicate(timeout=60)[1]
    os.close(silent)
    os.close(kept_open)
    with open(events) as file:
        return said, file.read().splitlines(), capture


def rows(capture, sql):
    done = subprocess.run([ANALYZE, "query", capture, sql, "--json"], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def truth_in(lines, from_ns, to_ns, threshold_ns):
    """Time of each function inside the recording, in stretches over the threshold."""
    totals = collections.Counter()
    for line in lines:
        start, length, function = line.split()[:3]
        start, end = int(start), int(start) + int(length)
        if end - start >= threshold_ns and start < to_ns and end > from_ns:
            totals[function] += min(end, to_ns) - max(start, from_ns)
    return totals


def compare(said, lines, capture):
    about = rows(capture, "SELECT start_realtime_ns, end_ns - start_ns AS long, threshold_ns "
                          "FROM capture")[0]
    start = about["start_realtime_ns"]
    due = truth_in(lines, start, start + about["long"], about["threshold_ns"])
    seen, queued = collections.Counter(), collections.Counter()
    for row in rows(capture, "SELECT function, total_ns, run_queue_ns FROM blocking_functions "
                             "UNION ALL SELECT function, total_ns, run_queue_ns FROM main_sites"):
        seen[row["function"].rsplit("::", 1)[-1]] += row["total_ns"]
        queued[row["function"].rsplit("::", 1)[-1]] += row["run_queue_ns"]
    wrong = 0
    for function, total in due.most_common():
        # The program's clock went on while it waited for a CPU.
        right = seen[function] <= 1.1 * total and seen[function] + queued[function] >= 0.9 * total
        wrong |= not right
        print(f"    {function}: {total / MS:.0f} ms, hud {seen[function] / MS:.0f} ms and "
              f"{queued[function] / MS:.0f} ms in the run queue{'' if right else '  FAIL'}")
    for line in said.splitlines():
        function = line.split()[-1]
        if line.startswith("INNOCENT ") and seen[function] >= about["threshold_ns"]:
            wrong = 1
            print(f"    {function} is innocent, hud says {seen[function] / MS:.0f} ms  FAIL")
    return wrong


def main(directory, *names):
    lacking = lacking_privileges()
    if lacking:
        sys.exit(lacking)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="hud-incidents-") as work:
        subprocess.run(["cp", "-r", os.path.join(directory, "."), work], check=True)
        for name in sorted(names or (n for n in os.listdir(work) if n[0].isdigit())):
            try:
                built = build(os.path.join(work, name), os.path.join(work, "target"))
            except subprocess.CalledProcessError:
                failed = 1
                print(f"{name}: cannot be built", flush=True)
                continue
            said, lines, capture = record(os.path.join(built, "c" + name), QUOTAS_US.get(name),
                                           os.path.join(work, "run-" + name))
            print(f"{name}: {rows(capture, 'SELECT sentence, level FROM verdict')[0]['level']}")
            failed |= compare(said, lines, capture)
            report = subprocess.run([ANALYZE, "report", capture], capture_output=True, text=True)
            for line in report.stdout.splitlines()[:12]:
                print("    | " + line, flush=True)
    sys.exit(failed)


if len(sys.argv) < 2:
    sys.exit(__doc__)
main(*sys.argv[1:])
