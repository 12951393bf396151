# SPDX-License-Identifier: MIT OR Apache-2.0
"""Programs made after public incidents, each against its own ledger of what blocked.

They are no part of this tree: $HUD_INCIDENTS is their directory, else ../shared/cases beside the
tree. NN-NAME in it is a cargo project of a program cNN-NAME, common what they share. $EVENTS is
where a program writes a line for each stretch that blocked: its start (ns of the wall clock),
length, function and cause; on standard error it says INNOCENT and a function.
"""

import collections
import contextlib
import os
import shutil
import subprocess
import time

from cargo import build
from lib import (BUILD, MS, TOP, Skip, analyzed, expect, expect_equal, fact, facts_check, path_for,
                 query, recorded, report, start, wait_until)
from quota import LimitedGroup

PLACE = os.environ.get("HUD_INCIDENTS", os.path.join(TOP, "..", "shared", "cases"))
SECONDS = 6
QUOTAS_US = {"14-cfs-quota": 30000}

# The verdict, and what must stand above the table of workers, whatever the times are.
EXPECTED = {
    "02-fair-rwlock": ("WARNING", "route_lookup", "which had waited for",
                       "audit_routes_longread", "a read-write lock that another thread holds"),
    "03-guard-over-await": ("HUNG", "nothing can make progress", "since before the recording",
                            "replace_session", "nobody ended it", "kept over an .await"),
    "14-cfs-quota": ("STARVED", "the limit of its cgroup, 0.3 CPUs"),
    "15-rayon-install": ("WARNING", "evaluate_flags", "evaluate_flags::{closure} (inferred)",
                         "rayon's caller waits"),
    "18-flock": ("WARNING", "claim_state_file", "woken by process", "a file lock"),
    "26-tokio-command": ("WARNING", "spawn_sandboxed", "fork copies its page tables"),
    "30-stdin": ("WARNING", "read_command", "STILL BLOCKED AT THE END", "Reads standard input"),
    "32-canonical": ("WARNING", "the main future blocked", "say_later", "tokio::time::sleep"),
}


def built(name):
    """The program, built by Debian's cargo from Debian's crates."""
    sources = os.path.join(BUILD, "incidents")
    for part in (name, "common"):
        shutil.copytree(os.path.join(PLACE, part), os.path.join(sources, part), dirs_exist_ok=True)
    try:
        made = build(os.path.join(sources, name), os.path.join(sources, "target"))
    except subprocess.CalledProcessError:
        raise Skip("cannot be built here: it takes the crates of Debian that its Cargo.toml names")
    return os.path.join(made, "c" + name)


def run_recorded(name):
    """What the program said, its stretches, and the capture."""
    program, capture, events = built(name), path_for(f"{name}.hud"), path_for(f"{name}.events")
    place = path_for(f"{name}.run")
    os.makedirs(os.path.join(place, "out"))
    quota_us = QUOTAS_US.get(name)
    silent, kept_open = os.pipe()  # a standard input that says nothing
    with (LimitedGroup(quota_us) if quota_us else contextlib.nullcontext()) as group:
        running = start([program], cwd=place, stdin=silent, stderr=subprocess.PIPE,
                        env={**os.environ, "EVENTS": events})
        if group:
            group.enter(running.pid)
        wait_until(lambda: len(os.listdir(f"/proc/{running.pid}/task")) > 1,
                   "the program has its threads")
        time.sleep(1)
        recorded("-q", "-d", SECONDS, "-p", running.pid, "-o", capture)
        said = running.communicate(timeout=60)[1]
    os.close(silent)
    os.close(kept_open)
    with open(events) as file:
        return said, file.read().splitlines(), capture


def truth_in(lines, from_ns, to_ns, threshold_ns):
    """Time of each function inside the recording, in stretches over the threshold."""
    totals = collections.Counter()
    for line in lines:
        begun, length, function = line.split()[:3]
        begun, end = int(begun), int(begun) + int(length)
        if end - begun >= threshold_ns and begun < to_ns and end > from_ns:
            totals[function] += min(end, to_ns) - max(begun, from_ns)
    return totals


def functions_seen(capture):
    """Time of each function, and its time in the run queue, by the last word of its name."""
    seen, queued = collections.Counter(), collections.Counter()
    for row in query(capture, "SELECT function, total_ns, run_queue_ns FROM blocking_functions "
                              "UNION ALL SELECT function, total_ns, run_queue_ns FROM main_sites"):
        function = row["function"].rsplit("::", 1)[-1]
        seen[function] += row["total_ns"]
        queued[function] += row["run_queue_ns"]
    return seen, queued


def differences(said, lines, capture):
    """What is not as the program's ledger says."""
    about = query(capture, "SELECT start_realtime_ns, end_ns - start_ns AS long, threshold_ns "
                           "FROM capture")[0]
    begun = about["start_realtime_ns"]
    due = truth_in(lines, begun, begun + about["long"], about["threshold_ns"])
    if not due:
        yield "the program's ledger says of no block in this time"
    seen, queued = functions_seen(capture)
    for function, total in due.most_common():
        # The program's clock went on while it waited for a CPU.
        if seen[function] > 1.1 * total or seen[function] + queued[function] < 0.9 * total:
            yield (f"{function}: {total / MS:.0f} ms by the program, by hud "
                   f"{seen[function] / MS:.0f} ms and {queued[function] / MS:.0f} ms in the queue")
    for line in said.splitlines():
        function = line.split()[-1]
        if line.startswith("INNOCENT ") and seen[function] >= about["threshold_ns"]:
            yield f"{function} is innocent, by hud it blocked for {seen[function] / MS:.0f} ms"


def compare(name):
    capture_of = run_recorded(name)
    capture = capture_of[-1]
    text = analyzed("report", capture).split("\nWORKERS")[0]
    wrong = list(differences(*capture_of))
    if name in EXPECTED:
        level, *words = EXPECTED[name]
        verdict = report(capture)["verdict"]
        others = level != "STARVED" or 2 * verdict["throttled_periods"] < verdict["quota_periods"]
        if verdict["level"] == "STARVED" and others:
            raise Skip(f"the machine is too busy: {verdict['sentence']}")
        expect_equal(verdict["level"], level, f"verdict of\n{text}")
        shown = " ".join(text.split())
        wrong += [f"{word!r} is not there" for word in words if word not in shown]
    expect(not wrong, "\n".join(wrong) + "\n" + text)


@fact
def their_directory_is_here():
    if not os.path.isdir(PLACE):
        raise Skip(f"no programs of incidents in {PLACE}: HUD_INCIDENTS names their directory")


def facts_of_programs():
    for program in sorted(os.listdir(PLACE) if os.path.isdir(PLACE) else ()):
        if program[0].isdigit():
            fact(lambda program=program: compare(program), name=program, seconds=600)


facts_of_programs()
facts_check()
