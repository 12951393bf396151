# SPDX-License-Identifier: MIT OR Apache-2.0
"""Code that a process generates itself has the names that its runtime writes for it."""

import os

from lib import Recording, expect, expect_equal, fact, facts_check, path_for, program, query, start


class Spinning:
    """The program while it spins, and the file with the name."""

    def __enter__(self):
        self.process = start([program("generated")], stdout=-1)
        expect_equal(self.process.stdout.readline().strip(), "ready", "first line")
        return self.process.pid

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.unlink(f"/tmp/perf-{self.process.pid}.map")


def names(name, *options):
    """function -> how many samples were taken in it."""
    with Spinning() as pid:
        capture = Recording(path_for(f"{name}.hud"), "-d", 1, "-p", pid, *options,
                            begun=False).ended_well()
    return {row["function"]: row["samples"] for row in query(capture, """
        SELECT f.function, count(*) AS samples FROM sample AS s
        JOIN stack_frame AS k ON k.stack = s.user_stack AND k.position = 0
        JOIN frame AS f ON f.id = k.frame GROUP BY f.function""")}


@fact
def generated_code_has_the_name_that_its_runtime_gave_it():
    found = names("generated")
    expect(found.get("spin_in_generated_code", 0) >= 10, f"{found}")


@fact
def without_copies_generated_code_has_no_name():
    found = names("unnamed", "--no-copies")
    expect("spin_in_generated_code" not in found and sum(found.values()) >= 10, f"{found}")
    expect(not os.path.exists(path_for("unnamed.hud.binaries")), "there are copies")


facts_check()
