# SPDX-License-Identifier: MIT OR Apache-2.0
"""When --polls probes, when it does not, and that it is said. The times of polls: timing.py."""

from lib import (RECORD, Demo, Recording, database, expect, expect_equal, fact, facts_check,
                 path_for, report, run, start)


@fact
def an_exhausted_budget_detaches_the_probes_and_is_recorded():
    demo = Demo("release")
    recording = Recording(path_for("budget.hud"), "-d", 4, "-p", demo.pid, "--polls",
                          "--max-overhead", "0.01", begun=False)
    capture = recording.ended_well()
    db = database(capture)
    states = db.execute("SELECT attached, given_up, probe_cost_ns, cost_permille FROM probe_state "
                        "ORDER BY time_ns").fetchall()
    expect(states[0]["attached"] and any(not s["attached"] for s in states),
           f"{[dict(s) for s in states]}")
    expect(all(s["probe_cost_ns"] > 0 for s in states), "a hit is said to cost nothing")
    seen = report(capture)
    expect(seen["timed_percent"] < 50, f"timed for {seen['timed_percent']}% of the time")
    expect(seen["sites"], "samples found nothing while there were no probes")
    expect_equal(seen["count_unit"], "poll", "count_unit")


@fact
def a_debug_build_is_recorded_without_exact_times_and_with_the_reason():
    demo = Demo("debug")
    recording = Recording(path_for("debug.hud"), "-d", 2, "-p", demo.pid, "--polls", begun=False)
    capture = recording.ended_well()
    expect("costly to probe" in recording.errors and "--force" in recording.errors,
           recording.errors)
    expect_equal(report(capture)["population"], "long", "population")
    forced = Recording(path_for("forced.hud"), "-d", 2, "-p", demo.pid, "--polls",
                       "--max-overhead", "100", "--force", begun=False)
    expect_equal(report(forced.ended_well())["population"], "all", "population with --force")


@fact
def a_target_without_poll_sites_is_recorded_with_a_message():
    process = start(["sleep", "60"])
    done = run([RECORD, "-o", path_for("none.hud"), "-d", 1, "-p", process.pid, "--polls"])
    process.kill()
    expect_equal(done.returncode, 0, f"exit code ({done.stderr})")
    expect("no poll site is known" in done.stderr, done.stderr)


@fact
def stacks_only_distinguishes_by_stack_traces():
    demo = Demo("release")
    recording = Recording(path_for("stacks.hud"), "-d", 3, "-p", demo.pid, "--stacks-only",
                          begun=False)
    seen = report(recording.ended_well())
    expect_equal(seen["capture"]["source"], "stack", "source")
    expect_equal(seen["count_unit"], "span", "count_unit")
    refused = run([RECORD, "-p", demo.pid, "--stacks-only", "--polls"])
    expect_equal(refused.returncode, 2, f"exit code of --polls --stacks-only ({refused.stderr})")


facts_check()
