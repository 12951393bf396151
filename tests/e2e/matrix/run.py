# SPDX-License-Identifier: MIT OR Apache-2.0
"""All builds of the demo, some seconds each, against their own ground truth.

As root: HUD_BUILD=build python3 tests/e2e/matrix/run.py [--seconds N] [BUILD...]
Builds go to BUILD/matrix; the first run takes some minutes. Exit code 1 if a fact does not hold.
"""

import sys

import builds
from lib import MS, Wrong, lacking_privileges, processes_end


def outcome_print(name, seconds):
    o = builds.Outcome(name, seconds)
    total = [sum(t[i] for t in o.totals().values()) for i in range(4)]
    print(f"{name:9} {o.mode():7} {o.attempted():6} stacks, {o.whole_share():8.3%} to the root; "
          f"{len(o.due()):5} polls due; by site {total[0]:5} {total[2] / MS:7.0f} ms, "
          f"hud {total[1]:5} {total[3] / MS:7.0f} ms", flush=True)
    failed = 0
    for check in o.facts():
        try:
            check()
        except Wrong as wrong:
            failed = 1
            print(f"  FAIL {check.__name__}: {wrong}", flush=True)
    if {k: v for k, v in o.stops.items() if k != "root" and v}:
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
