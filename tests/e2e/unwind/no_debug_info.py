# SPDX-License-Identifier: MIT OR Apache-2.0
"""The demo as cargo's release is where nobody asks for debug information.

With it, and as a debug build: record/truth.py. All other builds: tests/e2e/matrix/run.py.
"""

from lib import Demo, fact, facts_check, once, path_for, recorded, unlimited

import builds

SECONDS = 6


@once
def outcome():
    with unlimited():
        program = builds.build("debug0")
    learn(program)
    return builds.Outcome("debug0", SECONDS)


def learn(program):
    """
    The runtime's state is learned beforehand: while that goes on, its probes lengthen the demo's
    innocent polls, and without debug information several in one round may look like one.
    """
    demo = Demo(program=program)
    recorded("-d", 3, "-p", demo.pid, "-o", path_for("learned.hud"))
    demo.process.kill()


@fact
def all_stacks_reach_the_root():
    outcome().stacks_reach_the_root()


@fact
def no_innocent_is_reported():
    outcome().no_innocent_is_reported()


@fact
def the_truth_holds():
    for check in outcome().facts():
        check()


facts_check()
