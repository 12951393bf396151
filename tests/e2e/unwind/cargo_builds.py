# SPDX-License-Identifier: MIT OR Apache-2.0
"""The demo as cargo builds it, with and without debug information.

All other builds: tests/e2e/matrix/run.py.
"""

import signal

from lib import Demo, FACT_SECONDS, fact, facts_check, once, path_for, recorded

import builds

SECONDS = 6


@once
def outcome(name):
    signal.alarm(0)  # the first build takes longer than a fact may
    program = builds.build(name)
    signal.alarm(FACT_SECONDS)
    if name in builds.WITHOUT_LAYOUT:
        learn(program)
    return builds.Outcome(name, SECONDS)


def learn(program):
    """
    The runtime's state is learned beforehand: while that goes on, its probes lengthen the demo's
    innocent polls, and without debug information several in one round may look like one.
    """
    demo = Demo(program=program)
    recorded("-d", 3, "-p", demo.pid, "-o", path_for("learned.hud"))
    demo.process.kill()


def build_facts(name, how):
    @fact(name=f"{how}_all_stacks_reach_the_root")
    def _():
        outcome(name).stacks_reach_the_root()

    @fact(name=f"{how}_no_innocent_is_reported")
    def _():
        outcome(name).no_innocent_is_reported()

    @fact(name=f"{how}_the_truth_holds")
    def _():
        for check in outcome(name).facts():
            check()


build_facts("release", "in_plain_release")
build_facts("debug0", "without_debug_info")

facts_check()
