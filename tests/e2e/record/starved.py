# SPDX-License-Identifier: MIT OR Apache-2.0
"""A program that is given too little CPU is starved: not nominal, and no function is to blame."""

import json
import os
import re
import tempfile

from lib import (Demo, Skip, analyze, analyzed, expect, expect_equal, fact, facts_check, once,
                 path_for, recorded, run)

QUOTA_US, PERIOD_US = 10000, 100000


def hierarchy():
    """Where cgroups with the CPU controller are, and whether they are of version 2."""
    for line in open("/proc/self/mounts"):
        _, place, kind, options = line.split()[:4]
        if kind == "cgroup" and "cpu" in options.split(","):
            return place, False
        controllers = os.path.join(place, "cgroup.controllers")
        if kind == "cgroup2" and os.path.exists(controllers):
            if "cpu" in open(controllers).read().split():
                return place, True
    raise Skip("no cgroup hierarchy here has the CPU controller")


def write(place, name, text):
    with open(os.path.join(place, name), "w") as file:
        file.write(text)


class LimitedGroup:
    """A cgroup with a quota, and one without in it, for the program."""

    def __enter__(self):
        root, unified = hierarchy()
        try:
            if unified:
                write(root, "cgroup.subtree_control", "+cpu")
            self.place = tempfile.mkdtemp(prefix="hud-e2e-", dir=root)
            self.inner = os.path.join(self.place, "inner")
            os.mkdir(self.inner)
            if unified:
                write(self.place, "cpu.max", f"{QUOTA_US} {PERIOD_US}")
            else:
                write(self.place, "cpu.cfs_period_us", f"{PERIOD_US}")
                write(self.place, "cpu.cfs_quota_us", f"{QUOTA_US}")
        except OSError as error:
            raise Skip(f"no cgroup with a CPU quota can be made here: {error}")
        return self

    def enter(self, pid):
        write(self.inner, "cgroup.procs", str(pid))

    def __exit__(self, *_):
        for place in (self.inner, self.place):
            os.rmdir(place)


@once
def throttled():
    """Short polls that need four times the tenth of a CPU that they may use."""
    with LimitedGroup() as group:
        demo = Demo("release", "--only", "busy-yields,unconstrained,ping-pong")
        group.enter(demo.pid)
        path = path_for("throttled.hud")
        recorded("-d", 3, "-p", demo.pid, "-o", path)
        demo.process.kill()
        demo.process.wait()
    return path


@fact
def a_program_under_a_cpu_quota_is_starved():
    document = json.loads(analyzed("report", throttled(), "--json"))
    verdict = document["verdict"]
    expect_equal((verdict["level"], verdict["reason"]), ("STARVED", "starved"),
                 f"verdict: {verdict['sentence']}")
    expect_equal(round(verdict["quota_cpus"], 3), QUOTA_US / PERIOD_US, "the quota")
    expect(verdict["quota_periods"] >= 15 and
           verdict["throttled_periods"] >= verdict["quota_periods"] // 2,
           f"throttled in {verdict['throttled_periods']} of {verdict['quota_periods']} periods")
    expect(verdict["run_queue_ns"] > verdict["blocking_ns"], f"{verdict}")
    blamed = [s["function"] for s in document["sites"] if "innocent" in s["function"]]
    expect_equal(blamed, [], "innocents blamed")


@fact
def the_first_line_names_the_limit():
    first = analyzed("report", throttled()).splitlines()[0]
    expect(re.search(r"^STARVED: .* the limit of its cgroup, 0\.1 CPUs, was used up in \d+ of \d+ "
                     r"periods", first), first)


@fact
def a_check_can_gate_on_it():
    for rule in ("throttled > 10%", "run_queue > 10%", "run_queue_max > 10ms"):
        done = analyze("check", throttled(), "--fail-on", rule)
        expect_equal(done.returncode, 1, f"{rule}: exit code\n{done.stdout}{done.stderr}")


facts_check()
