# SPDX-License-Identifier: MIT OR Apache-2.0
"""The demo as cargo builds it, without frame pointers. All other builds: tests/e2e/matrix/run.py."""

import os
import signal
import sys

from lib import FACT_SECONDS, fact, facts_check, once

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "matrix"))
import builds  # noqa: E402

SECONDS = 6


@once
def outcome(name):
    signal.alarm(0)  # the first build takes its time
    builds.build(name)
    signal.alarm(FACT_SECONDS)
    return builds.Outcome(name, SECONDS)


@fact
def in_plain_release_all_stacks_reach_the_root():
    outcome("release").stacks_reach_the_root()


@fact
def in_plain_release_every_guilty_function_is_found_with_no_help_from_unknown():
    outcome("release").guilty_are_found()
    outcome("release").nothing_is_unknown()


@fact
def without_debug_info_all_stacks_reach_the_root():
    outcome("debug0").stacks_reach_the_root()


@fact
def without_debug_info_all_is_told_by_symbols():
    outcome("debug0").code_is_named_without_debug_info()
    outcome("debug0").nothing_is_unknown()


facts_check()
