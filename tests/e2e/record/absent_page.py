# SPDX-License-Identifier: MIT OR Apache-2.0
"""A page of a target's memory that never comes does not hold up hud-record."""

import os
import tempfile
import time

from lib import (RECORD, database, expect, expect_equal, fact, facts_check,
                 one_clear_message, path_for, program, record, wait_until)
from task_program import Program

MOST_SECONDS = 40  # of hud-record: it gives a dump of tasks up after 15


def target(kind=None):
    """A program of Tokio, and in it a thread that sleeps below such a page, of FUSE unless said."""
    library = program("absent_page.so", "-shared", "-fPIC")
    begun = path_for(f"absent-{time.monotonic_ns()}.txt")
    with open(begun, "w", encoding="utf-8") as errors:
        target = Program(stderr=errors, env={**os.environ, "LD_PRELOAD": library,
                                             "ABSENT_PAGE": kind or tempfile.mkdtemp()})

    def is_absent():
        with open(begun, encoding="utf-8") as errors:
            return "a page is absent" in errors.read()

    wait_until(is_absent, "a page is absent")
    return target


def recorders_of(output):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                words = file.read().split("\0")
        except OSError:
            continue
        if words[0] == RECORD and output in words:
            found.append(pid)
    return found


def gives_up(*arguments):
    begun = time.monotonic()
    done = record(*arguments, seconds=MOST_SECONDS)
    expect(time.monotonic() - begun < MOST_SECONDS, "it took too long")
    return done


def expect_workers(output):
    count = database(output).execute("SELECT count(*) FROM worker").fetchone()[0]
    expect(count >= 3, f"{count} workers are known, not 3")


def leaves_nothing(stopped, output):
    """Its child, which still waits for the page, ends with the process that does not give it."""
    expect(recorders_of(output), "no child waits for the page: a broken set-up")
    stopped.end()
    wait_until(lambda: not recorders_of(output), "no child of hud-record is left")


@fact
def a_recording_does_not_wait_for_it():
    held, output = target(), path_for("recording.hud")
    done = gives_up("-o", output, "-d", 4, "-p", held.pid)
    expect_equal(done.returncode, 0, f"exit code (it said {done.stderr!r})")
    expect_workers(output)
    ends = [row[0] for row in database(output).execute(
        "SELECT max(end_ns) - (SELECT start_ns FROM capture) FROM thread_window GROUP BY thread")]
    expect(min(ends) >= 4e9, f"windows of threads end at {ends}")
    held.end()


@fact
def a_dump_of_tasks_says_so_and_the_recording_goes_on():
    held, output = target(), path_for("dumps.hud")
    done = gives_up("-o", output, "--tasks", "-d", 1, "-p", held.pid)
    expect_equal(done.returncode, 0, f"exit code (it said {done.stderr!r})")
    expect("takes no more dumps" in done.stderr, f"said: {done.stderr}")
    expect_workers(output)
    leaves_nothing(held, output)


@fact
def a_dump_alone_fails_in_one_line():
    held, output = target("userfaultfd"), path_for("dump.hud")
    done = gives_up("tasks", "-o", output, held.pid)
    one_clear_message(done, "hud-record", 1, held.pid, "does not come")
    expect(not os.path.exists(output), "there is a capture")
    expect_equal(recorders_of(output), [], "children of hud-record")
    held.end()


facts_check()
