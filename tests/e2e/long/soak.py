# SPDX-License-Identifier: MIT OR Apache-2.0
"""
Two hours of the demo at speed, and of a program whose threads come and go: `make soak`, and
HUD_SOAK_SECONDS says otherwise. docs/RELIABILITY.md has what this prints.
"""

import os
import signal
import time

from lib import (Demo, Recording, cpu_seconds, expect, expect_equal, fact, facts_check, go,
                 path_for, program, query, record, rss_kib, started_program)

SECONDS = int(os.environ.get("HUD_SOAK_SECONDS", "7200"))
SAMPLES = 40
SETTLE = 5  # samples until tables and buffers have their size


class Soaked:
    """A recording, and what its recorder takes from time to time."""

    def __init__(self, name, pid, *options):
        self.name = name
        self.recording = Recording(path_for(f"{name}.hud"), "-p", pid, *options)
        self.pid = self.recording.process.pid
        self.rss, self.fds, self.bytes, self.marks = [], [], [], []

    def sample(self):
        """The mark's time in the capture must lie between the moments around it."""
        self.rss.append(rss_kib(self.pid))
        self.fds.append(len(os.listdir(f"/proc/{self.pid}/fd")))
        self.bytes.append(os.path.getsize(self.recording.partial))
        before = time.clock_gettime_ns(time.CLOCK_REALTIME), time.monotonic_ns()
        done = record("mark", "-r", self.pid, f"{len(self.marks)}")
        expect_equal((done.returncode, done.stderr), (0, ""), f"{self.name}: mark")
        self.marks.append((*before, time.monotonic_ns()))

    def flat(self):
        settled = self.rss[SETTLE:]
        half = len(settled) // 2
        grown = max(settled[half:]) - max(settled[:half])
        # Stacks that were seen are kept, up to 64 MB: there are ever fewer new ones.
        expect(grown <= 1024 + max(settled[:half]) - settled[0],
               f"{self.name}: grows ever faster: {self.rss} KiB")
        # Now and then one more is open for a moment.
        fds = self.fds[SETTLE:]
        expect_equal(min(fds[half:]), min(fds[:half]), f"{self.name}: descriptors of {self.fds}")
        middle = self.bytes[SETTLE] + (self.bytes[-1] - self.bytes[SETTLE]) / 2
        off = self.bytes[SETTLE + half] / middle - 1
        expect(abs(off) < 0.1, f"{self.name}: the file does not grow evenly: {self.bytes}")
        sizes = ", ".join(f"{kib / 1024:.1f}" for kib in self.rss[SETTLE::7])
        return (f"{sizes} MB; {min(fds)} fds; "
                f"{self.bytes[-1] / 1e6:.1f} MB, {off:+.1%} from a line at half time")

    def loads(self):
        """Loads it; how far its clock was from the wall clock at the first and last mark."""
        used = cpu_seconds(self.pid)
        capture = self.recording.ended_well(signal.SIGINT)
        start, = query(capture, "SELECT start_ns, end_ns, start_realtime_ns FROM capture")
        rows = query(capture, "SELECT time_ns FROM mark ORDER BY time_ns")
        expect_equal(len(rows), len(self.marks), f"{self.name}: marks")
        drift = []
        for row, (wall, before, after) in zip(rows, self.marks):
            expect(before <= row["time_ns"] <= after, f"{self.name}: a mark at another time")
            told = start["start_realtime_ns"] + row["time_ns"] - start["start_ns"]
            drift.append((told - wall - (row["time_ns"] - before)) / 1e6)
        lost = query(capture, "SELECT coalesce(sum(count), 0) AS n FROM loss")[0]["n"]
        length = (start["end_ns"] - start["start_ns"]) / 1e9
        expect(length >= SECONDS, f"{self.name}: {length:.0f} s recorded")
        return (f"loads, {length:.0f} s; {lost} lost; CPU {used / length:.1%}; wall clock off by "
                f"{drift[0]:+.2f} ms, then {drift[-1]:+.2f}")


@fact(seconds=3 * SECONDS + 600)
def a_long_recording_stays_as_small_as_it_began_and_loads():
    churn = started_program([program("storm"), "churn", str(SECONDS * 200)])
    soaked = [Soaked("demo", Demo().pid, "--polls"), Soaked("churn", churn.pid)]
    go(churn)
    begun = time.monotonic()
    for i in range(1, SAMPLES + 1):
        time.sleep(max(0, begun + SECONDS * i / SAMPLES - time.monotonic()))
        for one in soaked:
            one.sample()
    for one in soaked:
        print(f"     {one.name}: {one.flat()};")
        print(f"     {one.loads()}")


facts_check()
