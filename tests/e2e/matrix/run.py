# SPDX-License-Identifier: MIT OR Apache-2.0
"""All builds of the demo, some seconds each: stacks that reach the root, guilty functions found.

As root: HUD_BUILD=build python3 tests/e2e/matrix/run.py [--seconds N] [BUILD...]
Builds go to BUILD/matrix; the first run takes some minutes. Exit code 1 if a fact does not hold.
"""

import sys

import builds
from lib import MS, Wrong, lacking_privileges, processes_end


def outcome_print(name, seconds):
    o = builds.Outcome(name, seconds)
    print(f"{name:9} {o.attempted():6} stacks, {o.whole_share():8.3%} to the root, "
          f"{sum(o.true.values()):4} true blocks {sum(o.true_ns.values()) / MS:7.0f} ms, "
          f"hud {sum(o.seen.values()):4} {sum(o.seen_ns.values()) / MS:7.0f} ms, "
          f"unknown {o.seen_ns['unknown'] / MS:5.0f} ms; at -t {builds.FINE}: asleep in blocks "
          f"{sum(o.true_off_ns.values()) / MS:.0f} ms, recorded {sum(o.off_ns.values()) / MS:.0f}, with a stack "
          f"{sum(o.stack_ns.values()) / MS:.0f}, with the guilty on it {sum(o.named_ns.values()) / MS:.0f}", flush=True)
    facts = [o.stacks_reach_the_root, o.nothing_is_unknown]
    facts += [o.code_is_named_without_debug_info] if name in builds.WITHOUT_DEBUG_INFO else [o.guilty_are_found]
    failed = 0
    for check in facts:
        try:
            check()
        except Wrong as wrong:
            failed = 1
            print(f"  FAIL {check.__name__}: {wrong}", flush=True)
    if {k: v for k, v in o.stops.items() if k != "root"}:
        print(f"  stops: {dict(o.stops)}")
    return failed


def main(arguments):
    seconds = 12
    if arguments[:1] == ["--seconds"]:
        seconds = int(arguments[1])
        arguments = arguments[2:]
    lacking = lacking_privileges()
    if lacking:
        sys.exit(lacking)
    failed = 0
    for name in arguments or builds.BUILDS:
        try:
            failed |= outcome_print(name, seconds)
        except Wrong as wrong:
            failed = 1
            print(f"{name}: FAIL {wrong}", flush=True)
        processes_end()
    sys.exit(failed)


main(sys.argv[1:])
