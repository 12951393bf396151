# SPDX-License-Identifier: MIT OR Apache-2.0
"""hud-analyze gives up what it does not need before it reads: docs/SECURITY.md."""

import contextlib
import os
import pty
import sqlite3
import subprocess
import tempfile

from lib import (ANALYZE, TOP, analyzed, end_of, expect, expect_equal, fact, facts_check,
                 once, path_for, program, recorded, run, start, started_program, wait_until)


@once
def capture():
    target = started_program([program("crowd"), 2])
    name = path_for("crowd.hud")
    recorded("-d", "500ms", "-p", target.pid, "-o", name)
    return name


def example():
    return os.path.join(TOP, "examples", "demo.hud")


def verbs():
    """Those that read a capture from standard input, with what else they need."""
    yield "report", ["-"]
    yield "live", ["-", "--plain"]
    yield "tasks", ["-"]
    yield "info", ["-"]
    yield "load", ["-", "-o", path_for("confined.db")]
    yield "query", ["-", "SELECT 1"]
    yield "export", ["-", "--format", "folded"]
    yield "diff", ["-", capture()]
    yield "check", ["-", "--fail-on", "blocked > 1s"]
    yield "dump", ["-"]
    yield "symbolize", ["-", "-o", path_for("confined.hud")]


def status_of(pid):
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


@fact
def each_verb_is_confined_before_it_reads():
    for verb, arguments in verbs():
        process = start([ANALYZE, verb, *arguments], stdin=subprocess.PIPE,
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: status_of(process.pid).get("Seccomp") == "2", f"{verb} under seccomp")
        expect_equal(status_of(process.pid)["NoNewPrivs"], "1", f"NoNewPrivs of {verb}")
        process.stdin.close()
        end_of(process, verb)


@contextlib.contextmanager
def no_temporary_place():
    """A directory outside of those for temporary files, where hud-analyze may write anyway."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        yield directory


@fact
def outputs_are_written_where_they_were_named():
    with no_temporary_place() as place:
        for option, name, verb in (("-o", "x.db", ["load", capture()]),
                                   ("--html", "x.html", ["report", capture()]),
                                   ("-o", "x.txt", ["export", capture(), "--format", "folded"]),
                                   ("-o", "x.hud", ["symbolize", capture()]),
                                   ("--save", "y.hud", ["live", capture(), "--plain"])):
            analyzed(*verb, option, os.path.join(place, name))
            expect(os.path.exists(os.path.join(place, name)), f"{verb[0]} wrote {name}")
        analyzed("plan", program("crowd"), cwd=place)
        for name in ("plans/", "plans", "plans/."):
            analyzed("plan", os.getpid(), "-o", os.path.join(place, name))
            expect(os.listdir(os.path.join(place, "plans")), f"plan -o {name} wrote nothing")
        analyzed("load", capture(), "-o", "relative.db", cwd=place)
        analyzed("load", example(), "-o", "relative.db", cwd=place)


@fact
def a_database_is_read_whatever_its_journal_is():
    with no_temporary_place() as place:
        database = os.path.join(place, "some.db")
        analyzed("load", capture(), "-o", database)
        expected = analyzed("info", database)
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        expect_equal(analyzed("info", database), expected, "info of a database that has a WAL")


WRITER = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
           " LIMIT 20000) SELECT i, hex(randomblob(100)) FROM n")
db.execute("DELETE FROM thread")
os.kill(os.getpid(), 9)
"""


@fact
def a_journal_that_a_killed_writer_left_is_undone():
    with no_temporary_place() as place:
        database = os.path.join(place, "some.db")
        analyzed("load", capture(), "-o", database)
        expected = analyzed("report", database)
        run(["python3", "-c", WRITER, database])
        expect(os.path.exists(database + "-journal"), "the writer left no journal")
        expect_equal(analyzed("report", database), expected, "the report after it is undone")


@fact
def as_root_it_says_so_on_a_terminal_only():
    ours, theirs = pty.openpty()
    run([ANALYZE, "info", capture()], stdout=subprocess.DEVNULL, stderr=theirs)
    said = os.read(ours, 4096).decode()
    expect("this runs as root" in said, f"said on the terminal: {said!r}")
    expect_equal(run([ANALYZE, "info", capture()]).stderr, "", "said into a pipe")


facts_check()
