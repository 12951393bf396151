# SPDX-License-Identifier: MIT OR Apache-2.0
"""Where a capture is written: names, owners, pipes, concatenation; and how a target is named."""

import json
import os
import re
import shutil
import signal
import stat

from lib import (ANALYZE, RECORD, Demo, analyzed, expect, expect_equal, fact, facts_check, path_for,
                 program, query, recorded, report, run, started_program)


def recording_of_crowd(name, *arguments, threads=2, seconds="500ms", **options):
    target = started_program([program("crowd"), threads])
    path = path_for(name)
    done = recorded("-d", seconds, "-o", path, "-p", target.pid, *arguments, **options)
    return path, done


@fact
def only_its_owner_can_read_a_capture():
    path, _ = recording_of_crowd("mine.hud")
    found = os.stat(path)
    expect_equal(oct(stat.S_IMODE(found.st_mode)), "0o600", "mode")
    expect_equal(found.st_uid, os.geteuid(), "owner")


@fact
def the_capture_belongs_to_the_user_who_called_sudo():
    path, _ = recording_of_crowd("sudo.hud",
                                 env={**os.environ, "SUDO_UID": "65534", "SUDO_GID": "65533"})
    found = os.stat(path)
    expect_equal((found.st_uid, found.st_gid, oct(stat.S_IMODE(found.st_mode))),
                 (65534, 65533, "0o600"),
                 "owner, group, mode")


@fact
def a_symlink_is_replaced_and_never_written_through():
    victim = path_for("victim")
    with open(victim, "w") as file:
        file.write("precious")
    for link in ("link.hud", "link.hud.partial"):
        os.symlink(victim, path_for(link))
    path, _ = recording_of_crowd("link.hud")
    expect_equal(open(victim).read(), "precious", "what the link pointed to")
    expect(not os.path.islink(path), "the capture is still a symlink")


@fact
def the_default_name_carries_target_and_time():
    directory = path_for("default-name")
    os.mkdir(directory)
    unique = path_for("hud-e2e-named")
    shutil.copy(program("crowd"), unique)
    started_program([unique, 1])
    done = recorded("-d", "500ms", "hud-e2e-named", cwd=directory)
    names = os.listdir(directory)
    expect(len(names) == 1 and re.fullmatch(r"hud-hud-e2e-named-\d{8}-\d{6}\.hud", names[0]),
           f"names: {names}")
    expect(f"hud-analyze report {names[0]}" in done.stderr,
           f"the next command is not shown:\n{done.stderr}")


@fact
def quiet_is_quiet():
    _, done = recording_of_crowd("quiet.hud", "-q")
    expect_equal((done.stdout, done.stderr), ("", ""), "stdout and stderr")


@fact
def pid_and_name_in_every_form_are_the_same_target():
    unique = path_for("hud-e2e-only")
    shutil.copy(program("crowd"), unique)
    target = started_program([unique, 4])
    for number, form in enumerate((["-p", target.pid], ["--pid", target.pid], [target.pid],
                                   ["-n", "hud-e2e-only"], ["--name", "hud-e2e-only"],
                                   ["hud-e2e-only"],
                                   ["hud-e2e-onl"], [target.pid, "hud-e2e-only"])):
        path = path_for(f"form-{number}.hud")
        recorded("-d", "400ms", "-o", path, *form)
        rows = query(path, """SELECT p.pid, p.name, (SELECT count(*) FROM thread) AS threads
            FROM process AS p""")
        expect_equal(rows, [{"pid": target.pid, "name": "hud-e2e-only", "threads": 5}],
                     f"recorded by {form}")


@fact
def many_targets_are_recorded_at_once():
    pids = sorted(started_program([program("crowd"), 2]).pid for _ in range(3))
    path = path_for("many.hud")
    recorded("-d", "500ms", "-o", path, "-p", pids[0], "-p", pids[1], pids[2])
    rows = query(path,
                 "SELECT pid, (SELECT count(*) FROM thread AS t WHERE t.process = p.id) AS n FROM "
                 "process AS p ORDER BY pid")
    expect_equal(rows, [{"pid": pid, "n": 3} for pid in pids], "processes and their threads")


@fact
def a_command_runs_with_its_output_intact():
    path = path_for("command.hud")
    done = recorded("-o", path, "--", "/bin/sh", "-c",
                    "echo to stdout; echo to stderr >&2; sleep 0.3; exit 3")
    expect_equal(done.stdout, "to stdout\n", "stdout")
    expect(done.stderr.startswith("to stderr\n"), f"stderr: {done.stderr!r}")
    expect_equal(report(path)["capture"]["end_reason"], "target-exited", "end_reason")
    names = [r["executable"] for r in query(path, "SELECT executable FROM process ORDER BY id")]
    expect(names and os.path.basename(names[-1]) in ("sh", "dash", "bash"), f"executables: {names}")


@fact
def a_command_is_recorded_without_the_recorder_that_started_it():
    path = path_for("command-only.hud")
    recorded("-q", "-o", path, "--", "/bin/sleep", "0.3")
    names = [p["executable"] for p in report(path)["capture"]["processes"]]
    expect_equal([os.path.basename(name or "?") for name in names], ["sleep"],
                 "executables in the report")


@fact
def a_command_that_outlives_its_recording_is_named_with_its_pid():
    done = recorded("-d", "300ms", "-o", path_for("outlived.hud"), "--", "/bin/sh", "-c",
                    "echo $$; exec sleep 30 >&- 2>&-")
    pid = int(done.stdout)
    expect(os.path.exists(f"/proc/{pid}"), "the command was ended")
    os.kill(pid, signal.SIGKILL)
    expect(f"  /bin/sh is still running, pid {pid}\n" in done.stderr, f"stderr: {done.stderr!r}")
    ended = recorded("-d", 30, "-o", path_for("ended.hud"), "--", "/bin/true")
    expect("still running" not in ended.stderr, f"of one that ended: {ended.stderr!r}")


@fact
def a_command_gets_its_arguments_as_they_are():
    done = recorded("-q", "-d", 5, "-o", path_for("arguments.hud"), "--", "printf", "%s|", "-d",
                    "a b", "--", "*")
    expect_equal(done.stdout, "-d|a b|--|*|", "stdout of the command")


@fact
def a_pipe_reports_while_nothing_is_written_to_disk():
    demo = Demo("release")
    directory = path_for("pipe")
    os.mkdir(directory)
    done = run(["bash", "-o", "pipefail", "-c",
                f"'{RECORD}' -q -d 3 {demo.pid} -o - | '{ANALYZE}' report - --json"], cwd=directory)
    expect_equal(done.returncode, 0, f"exit code (stderr {done.stderr!r})")
    document = json.loads(done.stdout)
    expect(any(s["function"].startswith("demo::guilty::") for s in document["sites"]),
           f"no guilty function: {[s['function'] for s in document['sites']]}")
    expect_equal(document["capture"]["truncated"], False, "truncated")
    expect_equal(os.listdir(directory), [], "files written")


@fact
def two_captures_in_one_file_are_two_captures():
    one, _ = recording_of_crowd("one.hud")
    two, _ = recording_of_crowd("two.hud", threads=4)
    both = path_for("both.hud")
    with open(both, "wb") as out:
        for path in (one, two):
            with open(path, "rb") as file:
                shutil.copyfileobj(file, out)
    expect_equal(run(["zstd", "-q", "-t", both]).returncode, 0, "exit code of zstd -t")
    db = path_for("both.db")
    analyzed("load", both, "-o", db)
    rows = json.loads(analyzed("query", db, """SELECT c.capture_id, c.truncated,
        (SELECT count(*) FROM thread AS t WHERE t.capture = c.id) AS n FROM capture AS c
        ORDER BY c.id""", "--json"))
    expect_equal([(r["truncated"], r["n"]) for r in rows], [(0, 3), (0, 5)],
                 "captures, and their threads")
    expect_equal(len({r["capture_id"] for r in rows}), 2, "capture ids")


@fact
def the_report_of_a_process_without_tokio_says_so():
    path, _ = recording_of_crowd("no-runtime.hud", seconds="1s")
    verdict = report(path)["verdict"]
    expect_equal((verdict["reason"], verdict["workers"]), ("no-runtime", 0), "reason and workers")
    expect("no Tokio runtime was found" in analyzed("report", path).splitlines()[0],
           f"first line: {analyzed('report', path).splitlines()[0]!r}")


@fact
def binaries_are_saved_for_later():
    directory = path_for("binaries")
    target = started_program([program("crowd"), 2])
    path = path_for("saved.hud")
    recorded("-d", "500ms", "-S", directory, "-o", path, "-p", target.pid)
    saved = [name for _, _, names in os.walk(directory) for name in names]
    expect(len(saved) >= 2, f"saved: {saved}")
    hidden = program("crowd") + ".hidden"
    os.rename(program("crowd"), hidden)
    try:
        done = analyzed("query", path, "SELECT DISTINCT function FROM frame", "--debug-dir",
                        directory, "--json")
    finally:
        os.rename(hidden, path_for("crowd"))
    expect("nap_in_a_crowd" in done, f"functions: {done}")


facts_check()
