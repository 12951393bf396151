# SPDX-License-Identifier: MIT OR Apache-2.0
"""Loading a capture takes a bounded amount of memory, however long the capture is."""

import os
import sqlite3
import subprocess

from lib import ANALYZE, BUILD, TOP, expect, expect_equal, fact, facts_check, path_for, run, start

MB = 1 << 20
PRIVATE = 210 * MB  # it takes 165 MB; with all rows on the heap it would take twice that
RESIDENT = 290 * MB  # it takes 205 MB; this includes file pages that the kernel can take back


def stretched(times):
    """examples/demo.hud, made so many times as long."""
    program, out = path_for("stretch"), path_for("long.hud")
    made = run(
        [
            *("cc", "-O2", "-std=c17", "-D_GNU_SOURCE", f"-I{TOP}"),
            os.path.join(TOP, "tests/bench/stretch_capture.c"),
            os.path.join(BUILD, "libhudformat.a"),
            *("-lzstd", "-o", program),
        ]
    )
    expect(made.returncode == 0, made.stderr)
    with open(os.path.join(TOP, "examples/demo.hud"), "rb") as short, open(out, "wb") as long:
        done = run([program, times], stdin=short, stdout=long)
    expect(done.returncode == 0, f"stretch_capture: {done.stderr}")
    return out


@fact
def three_million_events_load_in_bounded_memory():
    capture, db = stretched(600), path_for("long.db")
    limited = ["sh", "-c", f'ulimit -d {PRIVATE // 1024}; exec "$0" "$@"']
    load = [ANALYZE, "load", capture, "-o", db]
    process = start([*limited, *load], stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    limit = f"{PRIVATE // MB} MB of private memory"
    expect_equal(process.returncode, 0, f"exit code with {limit} ({errors[-200:]!r})")
    events = sqlite3.connect(db).execute("SELECT events FROM capture").fetchone()[0]
    expect(events > 3_000_000, f"only {events} events")
    expect(used.ru_maxrss * 1024 <= RESIDENT, f"{used.ru_maxrss // 1024} MB were resident")


facts_check()
