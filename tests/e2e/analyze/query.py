# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a person's own SQL can and cannot do, and loading that is all or nothing."""

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

from lib import (ANALYZE, ANALYZE_UNUSABLE, TOP, analyze, analyzed, end_of, expect, expect_equal,
                 fact, facts_check, handles_interrupt, interrupt, once, one_clear_message,
                 path_for, program, recorded, start, started_program, wait_until)

INTERRUPTED = 130
ENDLESS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"


@once
def capture():
    target = started_program([program("crowd"), 5])
    path = path_for("query.hud")
    recorded("-d", 1, "-p", target.pid, "-o", path)
    return path


@once
def loaded():
    path = path_for("query.db")
    analyzed("load", capture(), "-o", path)
    return path


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def asked(*arguments):
    return json.loads(analyzed("query", loaded(), *arguments, "--json"))


def unusable(done, *words):
    one_clear_message(done, "hud-analyze", ANALYZE_UNUSABLE, *words)
    expect_equal(done.stdout, "", "stdout")


@fact
def sql_that_writes_changes_nothing():
    before = digest(loaded())
    other = path_for("other.db")
    for sql in ("DELETE FROM site", "CREATE TABLE t (a)", "CREATE TEMP TABLE t (a)",
                "DROP VIEW verdict",
                "UPDATE thread SET comm = ''", "INSERT INTO schema_info VALUES ('a', 'b')",
                f"ATTACH '{other}' AS other", f"VACUUM INTO '{other}'", "VACUUM", "REINDEX",
                "PRAGMA user_version = 7", "PRAGMA writable_schema = 1",
                "PRAGMA journal_mode = WAL",
                "SELECT load_extension('libm.so.6')", "BEGIN IMMEDIATE", "DETACH main"):
        for place in (loaded(), capture()):
            expect_equal(analyze("query", place, sql).returncode, ANALYZE_UNUSABLE,
                         f"exit code of {sql}")
    expect_equal(digest(loaded()), before, "the database's content")
    expect(not os.path.exists(other), f"{other} was made")


@fact
def ctrl_c_ends_sql_that_runs_for_ever():
    for form in ((), ("--csv",), ("--json",)):
        process = start([ANALYZE, "query", loaded(), ENDLESS, *form], stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)
        interrupt(process)
        out, error = process.communicate(timeout=20)
        expect_equal(process.returncode, INTERRUPTED, "exit code")
        expect_equal(error, "hud-analyze: interrupted\n", "stderr")


def state_of(process):
    with open(f"/proc/{process.pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


@fact
def a_second_ctrl_c_ends_output_that_nobody_reads():
    rows = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"
    process = start([ANALYZE, "query", loaded(), rows, "--csv"], stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
    os.read(process.stdout.fileno(), 1)
    wait_until(lambda: state_of(process) == "S", "the pipe is full")
    process.send_signal(signal.SIGINT)
    wait_until(lambda: not handles_interrupt(process), "the first is noted")
    process.send_signal(signal.SIGINT)
    expect_equal(end_of(process, "query"), -signal.SIGINT, "exit code")


@fact
def a_value_cannot_take_all_memory():
    unusable(analyze("query", loaded(), "SELECT zeroblob(900000000)"), "too big")


@fact
def sql_may_begin_with_a_comment():
    expect_equal(asked("-- how many\nSELECT 2 AS n"), [{"n": 2}], "rows")
    expect_equal(asked("--\nSELECT 3 AS n"), [{"n": 3}], "rows")
    unusable(analyze("query", loaded(), "--no-such-option"), "--no-such-option")


@fact
def parameters_have_the_values_that_set_gives():
    sql = "SELECT :a AS a, $b AS b, @c AS c, typeof(:a) AS t"
    expect_equal(asked(sql, "--set", "a=5", "--set", "b=1.5", "--set", "c=x=y"),
                 [{"a": 5, "b": 1.5, "c": "x=y", "t": "integer"}], "rows")
    unusable(analyze("query", loaded(), "SELECT :a"), ":a", "--set a=")
    unusable(analyze("query", loaded(), "SELECT 1", "--set", "a=5"), ":a")
    unusable(analyze("query", loaded(), "SELECT ?"), "without a name")


@fact
def limit_is_a_limit_with_or_without_its_parameter():
    everything = len(asked("SELECT * FROM thread"))
    expect(everything > 3, f"only {everything} threads")
    expect_equal(len(asked("SELECT * FROM thread", "--limit", 2)), 2, "rows")
    expect_equal(len(asked("SELECT * FROM thread LIMIT :limit", "--limit", 2)), 2, "rows")
    expect_equal(len(asked("SELECT * FROM thread LIMIT :limit")), everything, "rows")
    expect_equal(len(asked("@threads", "--limit", 2)), 2, "rows of @threads")


@fact
def a_query_may_stand_in_a_file():
    path = path_for("mine.sql")
    with open(path, "w") as file:
        file.write("-- Mine.\nSELECT count(*) AS n FROM thread WHERE capture = :capture;\n")
    expect_equal(asked(path), asked("SELECT count(*) AS n FROM thread"), "rows")
    unusable(analyze("query", loaded(), path_for("not-there.sql")), "not-there.sql")
    with open(path, "w") as file:
        file.write("SELECT 1; SELECT 2")
    unusable(analyze("query", loaded(), path), "more than one")


@fact(root=False)
def the_list_names_questions_and_parameters():
    lines = analyzed("query", "--list").splitlines()
    sites = next(line for line in lines if line.startswith("@sites "))
    expect("--limit" in sites and "?" in sites, sites)


@fact(root=False)
def folded_stacks_are_lines_that_flame_graph_tools_read():
    demo = os.path.join(TOP, "examples", "demo.hud")
    lines = analyzed("query", demo, "@folded", "--plain").splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"[^;\s][^;]*(;[^;]+)* [1-9][0-9]*", line)]
    expect(len(lines) > 10 and not wrong, f"{len(lines)} lines\n" + "\n".join(wrong[:5]))
    rows = json.loads(analyzed("query", demo, "@sites", "--json"))
    expect_equal(sum(int(line.rsplit(" ", 1)[1]) for line in lines),
                 sum(row["total_ns"] for row in rows), "ns")
    unusable(analyze("query", demo, "@folded", "--plain", "--csv"), "--plain")


@fact
def a_load_that_is_interrupted_leaves_nothing():
    path = path_for("half.db")
    process = start([ANALYZE, "load", "-", "-o", path], stdin=subprocess.PIPE,
                    stderr=subprocess.PIPE)
    with open(capture(), "rb") as file:
        process.stdin.buffer.write(file.read()[:5000])
    process.stdin.flush()
    interrupt(process)
    expect_equal(end_of(process, "load"), INTERRUPTED, "exit code")
    expect_equal(process.stderr.read(), "hud-analyze: interrupted\n", "stderr")
    expect_equal([name for name in os.listdir(path_for("")) if name.startswith("half")], [],
                 "files left")


@fact
def a_load_that_fails_leaves_a_database_as_it_was():
    rows = sqlite3.connect(loaded()).execute("SELECT count(*) FROM thread").fetchone()
    second, bad = path_for("second.hud"), path_for("bad.hud")
    target = started_program([program("crowd"), 3])
    recorded("-d", 1, "-p", target.pid, "-o", second)
    with open(bad, "wb") as file:
        file.write(b"no capture at all")
    unusable(analyze("load", second, bad, "-o", loaded()), "bad.hud")
    unusable(analyze("load", second, capture(), "-o", loaded()), "already")
    expect_equal(sqlite3.connect(loaded()).execute("SELECT count(*) FROM thread").fetchone(), rows,
                 "threads")
    analyzed("load", second, "-o", loaded())
    expect_equal(len(asked("@captures")), 2, "captures")


facts_check()
