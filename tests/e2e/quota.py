# SPDX-License-Identifier: MIT OR Apache-2.0
"""A limit to the CPU time of programs."""

import os
import tempfile

from lib import Skip

PERIOD_US = 100000


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

    def __init__(self, quota_us):
        self.quota_us = quota_us

    def __enter__(self):
        root, unified = hierarchy()
        try:
            if unified:
                write(root, "cgroup.subtree_control", "+cpu")
            self.place = tempfile.mkdtemp(prefix="hud-e2e-", dir=root)
            self.inner = os.path.join(self.place, "inner")
            os.mkdir(self.inner)
            if unified:
                write(self.place, "cpu.max", f"{self.quota_us} {PERIOD_US}")
            else:
                write(self.place, "cpu.cfs_period_us", f"{PERIOD_US}")
                write(self.place, "cpu.cfs_quota_us", f"{self.quota_us}")
        except OSError as error:
            raise Skip(f"no cgroup with a CPU quota can be made here: {error}")
        return self

    def enter(self, pid):
        write(self.inner, "cgroup.procs", str(pid))

    def periods(self):
        """How many it had so far, and in how many of them the quota was used up."""
        with open(os.path.join(self.place, "cpu.stat")) as file:
            counts = dict(line.split() for line in file)
        return int(counts["nr_periods"]), int(counts["nr_throttled"])

    def __exit__(self, *_):
        for place in (self.inner, self.place):
            os.rmdir(place)
