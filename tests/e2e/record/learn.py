# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record learns of the stripped demo is what debug information says, and its truth holds.

Other programs: learn_others.py; fat LTO: long/learn.py.
"""

import os
import sys

from learned import layouts, learn, print_cost, stripped, whole_of
from lib import demo_path, expect, expect_equal, fact, facts_check, once, query

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "matrix"))
from comparison import Comparison  # noqa: E402

TRUTH_SECONDS = 8


@once
def demo_stripped():
    """The demo without symbols, which the cache has learned; its path, and the first capture."""
    program = stripped(demo_path("release"), "stripped")
    return program, learn(program, demo_path("release"), "stripped")


@fact
def the_layout_of_the_stripped_demo_is_that_of_its_debug_information():
    _, capture = demo_stripped()
    print_cost(capture, "demo, stripped")
    last = layouts(capture)[-1]
    expect_equal((last["source"], last["withdrawn"], last["earlier"]), ("learned", 0, 0), "layout")
    expect(last["parks"] >= 32 and last["polls"] >= 32 and last["cores"] >= 2, f"{last}")
    expect_equal([s["source"] for s in query(capture, "SELECT source FROM process_source")],
                 ["passive"], "how its polls are known")


@once
def truth():
    program, _ = demo_stripped()
    return Comparison("learned", TRUTH_SECONDS, program=program,
                      symbols=("--binary", whole_of(program)))


def truth_facts():
    """What holds of named builds holds of the stripped one."""
    for name, check in (
            ("polls_are_seen_in_the_runtimes_own_state", Comparison.polls_are_seen_passively),
            ("every_long_poll_is_found_once", Comparison.every_long_poll_is_found_once),
            ("the_true_start_and_end_of_a_poll_lie_in_its_bounds",
             Comparison.true_edges_lie_in_the_bounds),
            ("no_poll_is_invented", Comparison.none_is_invented),
            ("no_innocent_is_reported", Comparison.no_innocent_is_reported),
            ("every_guilty_function_is_named", Comparison.every_guilty_is_named),
            ("totals_and_counts_hold", Comparison.totals_and_counts_hold),
            ("the_states_of_workers_add_up", Comparison.workers_add_up)):
        fact(name=f"learned_{name}")(lambda check=check: check(truth()))


truth_facts()


@fact
def the_next_recording_knows_it_at_once():
    layout = layouts(truth().capture)[0]  # more of it may be learned afterwards
    expect_equal((layout["source"], layout["earlier"]), ("learned", 1), "the first layout")
    first = truth().db.execute("SELECT l.time_ns - c.start_ns FROM layout AS l, capture AS c")
    expect(first.fetchone()[0] < 5e8, "it was not known at the start")


facts_check()
