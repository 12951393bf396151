# SPDX-License-Identifier: MIT OR Apache-2.0
"""Marks: added by hud-record mark to a running recording, found again in the capture."""

import ctypes
import os
import signal
import socket
import sys
import time

from lib import (RECORD, Recording, RECORD_NO_TARGET, RECORD_NOT_ABLE, RECORD_USAGE, Skip, analyze,
                 analyzed, database, expect, expect_equal, fact, facts_check, one_clear_message,
                 path_for, program, query, record, run, started_program)

NOBODY = 65534
CLONE_NEWNET = 0x40000000

# A network namespace of its own: other recorders on this machine are not to be found.
ctypes.CDLL(None).unshare(CLONE_NEWNET)


def crowd():
    return started_program([program("crowd"), 3])


def refused(done, code, *words):
    one_clear_message(done, "hud-record", code, *words)


def mark(*arguments):
    done = record("mark", *arguments)
    expect_equal((done.returncode, done.stdout, done.stderr), (0, "", ""),
                 "exit code, stdout, stderr of mark")


@fact
def a_mark_is_in_the_capture_and_in_its_timeline():
    target = crowd()
    recording = Recording(path_for("marked.hud"), "-p", target.pid)
    mark("deploy v2")
    mark("größer")
    capture = recording.ended_well(signal.SIGINT)
    rows = query(capture, "@marks")
    expect_equal([row["text"] for row in rows], ["deploy v2", "größer"], "marks")
    length = query(capture, "SELECT end_ns - start_ns AS ns FROM capture")[0]["ns"]
    expect(0 < rows[0]["at_ns"] <= rows[1]["at_ns"] <= length, f"{rows} of {length} ns")
    db = database(capture)
    inside = db.execute("""SELECT count(*) FROM thread_window AS w JOIN mark AS m
        ON m.time_ns >= w.start_ns AND m.time_ns < w.end_ns""").fetchone()[0]
    expect(inside >= 2, "no window has a mark in it")
    expect("deploy v2" in analyzed("dump", capture), "dump does not show it")


@fact
def a_mark_names_a_moment_for_from_and_to():
    target = crowd()
    recording = Recording(path_for("between.hud"), "-p", target.pid)
    mark("begin")
    mark("-r", target.pid, "end")
    mark("end")
    capture = recording.ended_well(signal.SIGINT)
    done = analyze("report", capture, "--from", "begin", "--to", "end")
    expect_equal(done.returncode, 0, f"exit code\n{done.stderr}")
    expect("--to end: the first of 2 marks with this text" in done.stderr, done.stderr)
    expect("--from" not in done.stderr, done.stderr)


@fact
def without_a_recording_there_is_nothing_to_mark():
    refused(record("mark", "x"), RECORD_NO_TARGET, "no recording")


@fact
def of_several_recordings_one_must_be_named():
    targets = [crowd(), crowd()]
    recordings = [Recording(path_for(f"several-{i}.hud"), "-p", targets[i].pid) for i in range(2)]
    done = record("mark", "x")
    expect_equal(done.returncode, RECORD_NO_TARGET, "exit code")
    for i in range(2):
        expect(f"  {recordings[i].process.pid}  {targets[i].pid}" in done.stderr, done.stderr)
    refused(record("mark", "-r", "nobody", "x"), RECORD_NO_TARGET, "nobody")
    mark("-r", recordings[0].process.pid, "by its own pid")
    mark("-r", targets[1].pid, "by the target's")
    captures = [recording.ended_well(signal.SIGINT) for recording in recordings]
    for capture, text in zip(captures, ("by its own pid", "by the target's")):
        expect_equal([row["text"] for row in query(capture, "@marks")], [text], "marks")


@fact
def another_user_may_not_mark_and_the_user_who_called_sudo_may():
    target = crowd()
    place = path_for("stranger")
    os.mkdir(place)
    os.chmod(os.path.dirname(place), 0o755)

    def as_nobody():
        return run(["setpriv", "--reuid", NOBODY, "--clear-groups", RECORD, "mark", "hello"])

    if run(["setpriv", "--reuid", NOBODY, "--clear-groups", RECORD, "--version"]).returncode:
        raise Skip("nobody cannot run hud-record where it was built")
    recording = Recording(os.path.join(place, "a.hud"), "-p", target.pid)
    refused(as_nobody(), RECORD_NOT_ABLE, "only root")
    expect_equal(query(recording.ended_well(signal.SIGINT), "@marks"), [], "marks")
    recording = Recording(os.path.join(place, "b.hud"), "-p", target.pid,
                          env={**os.environ, "SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY)})
    expect_equal(as_nobody().returncode, 0, "exit code for the invoker")
    expect_equal(len(query(recording.ended_well(signal.SIGINT), "@marks")), 1, "marks")


@fact
def an_invalid_mark_is_refused_and_the_recording_goes_on():
    target = crowd()
    recording = Recording(path_for("abuse.hud"), "-p", target.pid)
    refused(record("mark", "two\nlines"), RECORD_NOT_ABLE, "control characters")
    for hidden in (b"a\xc2\x9bb", b"latin \xe9", b"cut \xe2\x82"):
        refused(record("mark", os.fsdecode(hidden)), RECORD_NOT_ABLE, "control characters")
    refused(record("mark", "x" * 201), RECORD_USAGE, "200")
    refused(record("mark"), RECORD_USAGE, "text")
    refused(record("mark", "a", "b"), RECORD_USAGE, "one text")
    stranger = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for message in (b"", b"m", b"?x", b"\0", b"m\0a", b"x" * 60000, b"m" + b"y" * 2000):
        stranger.sendto(message, b"\0hud-record/%d" % recording.process.pid)
    mark("and goes on")
    expect_equal([row["text"] for row in query(recording.ended_well(signal.SIGINT), "@marks")],
                 ["and goes on"], "marks")


@fact
def a_process_that_took_the_name_of_a_recorders_socket_is_not_listed():
    false = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    false.bind(b"\0hud-record/1")
    refused(record("mark", "x"), RECORD_NO_TARGET, "no recording")


def false_recorder(answers):
    """A process that calls itself a hud-record, and answers who asks it so, one after the other."""
    script = """if True:
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(b"\\0hud-record/%d" % os.getpid())
        print("ready", flush=True)
        for answer in sys.argv[1:]:
            s.sendto(os.fsencode(answer), s.recvfrom(1024)[1])
        s.recvfrom(1024)
        """
    return started_program([sys.executable, "-c", script, *answers])


@fact
def many_that_do_not_answer_are_waited_for_once():
    target = crowd()
    recording = Recording(path_for("among.hud"), "-p", target.pid)
    silent = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(20)]
    for i, one in enumerate(silent):
        one.bind(b"\0hud-record/%d" % (2000000000 + i))
    begun = time.monotonic()
    mark("among them")
    expect(time.monotonic() - begun < 20, f"{time.monotonic() - begun:.0f} s for a mark")
    expect_equal([row["text"] for row in query(recording.ended_well(signal.SIGINT), "@marks")],
                 ["among them"], "marks")


@fact
def what_a_false_recorder_answers_is_text_on_the_terminal():
    false = false_recorder(["demo\n1", "-\33[2Jno"])
    refused(record("mark", "-r", false.pid, "x"), RECORD_NOT_ABLE, "no mark was added: ?[2Jno")


facts_check()
