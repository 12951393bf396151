# SPDX-License-Identifier: MIT OR Apache-2.0
"""When tasks are dumped, of which programs, and how a dump reaches who asked for it."""

import ctypes
import json
import os
import signal
import subprocess

from lib import (ANALYZE, ANALYZE_UNUSABLE, RECORD, RECORD_NO_TARGET, RECORD_NOT_ABLE, Recording,
                 analyze, analyzed, expect, expect_equal, fact, facts_check, one_clear_message,
                 path_for, query, record, recorded, run, start, tokio_tasks, wait_until)
from task_program import Program, dumped


@fact
def a_dump_goes_through_a_pipe_and_holds_no_memory():
    program = Program()
    done = subprocess.run(
        f"{RECORD} tasks {program.pid} -q -o - | {ANALYZE} tasks - --json",
        shell=True, capture_output=True, text=True, timeout=60, check=False)
    program.end()
    expect_equal((done.returncode, done.stderr), (0, ""), "exit code and messages")
    expect_equal(len(json.loads(done.stdout)["tasks"]), len(program.kinds), "tasks")


@fact
def a_dump_is_taken_where_the_end_of_children_is_ignored():
    program, capture = Program(), path_for("ignored.hud")
    done = run(["env", "--ignore-signal=CHLD", RECORD, "tasks", program.pid, "-o", capture, "-q"])
    program.end()
    expect_equal((done.returncode, done.stderr), (0, ""), "exit code and messages")


@fact
def a_program_without_the_runtime_is_refused():
    program = start(["sleep", "60"])
    output = path_for("sleep.hud")
    done = record("tasks", str(program.pid), "-o", output)
    program.kill()
    program.wait()
    one_clear_message(done, "hud-record", RECORD_NOT_ABLE, "keeps its tasks")
    expect(not os.path.exists(output), "there is a capture")


@fact
def the_report_on_a_dump_leads_to_its_tasks():
    program = Program()
    capture = dumped(program)
    program.end()
    text = analyze("report", capture).stdout
    expect("`hud-analyze tasks` shows where they wait" in text, f"it prints\n{text}")
    expect(f"a dump of {len(program.kinds)} tasks" in text, f"it prints\n{text}")
    expect("--workers" not in text, f"it prints\n{text}")


@fact
def a_capture_without_a_dump_is_no_dump():
    capture = path_for("none.hud")
    program = Program()
    recorded("-p", program.pid, "-d", "1", "-o", capture, "-q")
    program.end()
    done = analyze("tasks", capture)
    one_clear_message(done, "hud-analyze", 3, "no dump of tasks")


@fact
def a_recording_dumps_the_tasks_now_and_then():
    program = Program("storm", "100", runtimes=1)
    capture = path_for("dumps.hud")
    recorded("-p", program.pid, "-d", "3", "-q", "--tasks=500ms", "-o", capture)
    program.end()
    dumps = query(capture, "SELECT dump, start_ns - (SELECT start_ns FROM capture) AS at_ns, "
                  "tasks, cut FROM task_dump ORDER BY dump")
    expect(4 <= len(dumps) <= 8, f"{len(dumps)} dumps in 3 s, of one each 500 ms")
    expect(dumps[-1]["at_ns"] > 2.9e9, "the last one is not at the end")
    stayed = query(capture, f"SELECT task_id FROM task_stays WHERE dump = {dumps[-1]['dump']} "
                   f"AND dumps = {len(dumps)}")
    kept = {row["task_id"] for row in stayed} & set(program.kinds)
    expect(len(kept) >= 0.95 * len(program.kinds),
           f"only {len(kept)} of {len(program.kinds)} tasks stayed where they were")
    text = analyzed("tasks", capture)
    expect("WHAT BECAME OF THEM" in text and "seen here for" in text, f"it prints\n{text}")


def dumps_so_far(partial):
    done = analyze("query", partial, "SELECT count(*) AS dumps FROM task_dump", "--json")
    return done.returncode == 0 and json.loads(done.stdout)[0]["dumps"]


@fact
def the_last_dump_of_a_program_that_ctrl_c_ends_is_of_when_it_ran():
    capture = path_for("interrupted-dumps.hud")
    recording = Recording(capture, "-q", "--tasks=500ms", "--", tokio_tasks())
    wait_until(lambda: dumps_so_far(recording.partial), "a dump is written")
    os.killpg(recording.process.pid, signal.SIGINT)
    recording.ended_well()
    dumps = query(capture, "SELECT tasks, runtimes FROM task_dump ORDER BY dump")
    expect(dumps[-1]["tasks"] > 20 and dumps[-1]["runtimes"] == 2, f"the dumps are {dumps}")


@fact
def a_program_that_is_ending_has_no_dump():
    """Its main thread is stopped on its way out, while its memory is there and others are gone."""
    seize, trace_exit, exit_event, detach = 0x4206, 0x40, 6, 17
    program = Program()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    expect_equal(libc.ptrace(seize, int(program.pid), None, trace_exit), 0, "PTRACE_SEIZE")
    os.kill(int(program.pid), signal.SIGKILL)
    _, status = os.waitpid(int(program.pid), 0)
    expect_equal(status >> 8, signal.SIGTRAP | exit_event << 8, "it stops at its end")
    done = record("tasks", program.pid, "-o", path_for("ending.hud"))
    libc.ptrace(detach, int(program.pid), None, None)
    program.end()
    one_clear_message(done, "hud-record", RECORD_NO_TARGET, "is about to")


@fact
def a_mark_has_a_dump():
    program = Program()
    recording = Recording(path_for("marked.hud"), "-p", program.pid, "-q", "--tasks")
    recorded("mark", "-r", program.pid, "now")
    count = "SELECT count(*) AS dumps FROM task_dump"
    wait_until(lambda: query(recording.partial, count)[0]["dumps"] == 2, "the mark's dump")
    recording.ended_well(signal.SIGINT)
    program.end()
    dumps = query(recording.output, count)
    expect_equal(dumps, [{"dumps": 3}], "dumps at the start, the mark and the end")
    a_dump_is_chosen_by_its_number(recording.output)
    expect("there is a dump of tasks, and hud-analyze tasks shows where"
           in analyzed("report", recording.output), "the report leads to the dumps")


def a_dump_is_chosen_by_its_number(capture):
    starts = [row["start_ns"] for row in
              query(capture, "SELECT start_ns FROM task_dump ORDER BY dump")]
    shown = [json.loads(analyzed("tasks", capture, "--json", *which))["dump"]
             for which in (("--dump", "1"), ("--dump", "2"), ())]
    expect_equal([(dump["number"], dump["start_ns"]) for dump in shown],
                 list(enumerate(starts, 1)), "the first, the second, and without --dump the last")
    expect("dump 2 of 3" in analyzed("tasks", capture, "--dump", "2"), "the head says which it is")
    groups = analyzed("query", capture, "SELECT count(DISTINCT dump) FROM task_groups",
                      "--dump", "2", "--plain")
    expect_equal(groups.strip(), "1", "dumps in a query of one dump")
    one_clear_message(analyze("tasks", capture, "--dump", "4"), "hud-analyze", ANALYZE_UNUSABLE,
                      "there is no dump 4 of tasks")


@fact
def records_of_a_dump_are_all_of_its_own():
    program = Program()
    capture = dumped(program)
    program.end()
    rows = query(capture, "SELECT (SELECT count(*) FROM loss) AS lost, "
                 "(SELECT count(*) FROM task_type WHERE name IS NULL) AS nameless")
    expect_equal(rows, [{"lost": 0, "nameless": 0}], "records refused, types without a name")


facts_check()
