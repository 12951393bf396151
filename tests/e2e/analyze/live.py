# SPDX-License-Identifier: MIT OR Apache-2.0
"""hud-analyze live without a screen: a stream that comes slowly, is cut, or is broken; lines, rules
and the figures of --json, which are those of report."""

import json
import os
import re
import signal
import subprocess
import time

from lib import (ANALYZE, ANALYZE_UNUSABLE, TOP, Demo, Recording, analyze, analyzed, end_of,
                 expect, expect_equal, fact, facts_check, once, one_clear_message, path_for, query,
                 report, start, tokio_tasks, wait_until)

CAPTURE = os.path.join(TOP, "examples", "demo.hud")


@once
def frames():
    """The capture's frames: ends of its chunks, as the reader counts bytes."""
    data = open(CAPTURE, "rb").read()
    ends = [found.start() for found in re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), data)]
    return data, ends[1:] + [len(data)]


def fed(pieces, *arguments, pause=0.0):
    """What live says of a pipe that gives these pieces."""
    process = start([ANALYZE, "live", "-", *arguments], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for piece in pieces:
        process.stdin.buffer.write(piece)
        process.stdin.buffer.flush()
        time.sleep(pause)
    out, error = process.communicate(timeout=30)
    return subprocess.CompletedProcess([], process.returncode, out, error)


def without_ids(report):
    """Numbers of sites are each database's own; a pipe has no name."""
    for site in report["sites"]:
        site.pop("id")
    report["capture"]["file"] = None
    return report


@fact(root=False)
def a_line_for_each_second():
    out = analyzed("live", CAPTURE, "--plain")
    times = [float(line.split()[0]) for line in out.splitlines()]
    expect_equal([round(time) for time in times], [1, 2, 3, 4, 5, 6], "times of the lines")
    expect("WARNING: polls blocked" in out and "demo::guilty::" in out, f"a verdict in\n{out}")


@fact(root=False)
def a_pipe_that_comes_in_pieces_gives_the_same_lines():
    data, _ = frames()
    pieces = [data[at:at + 20011] for at in range(0, len(data), 20011)]
    done = fed(pieces, "--plain", pause=0.02)
    # Symbols come last in this capture: without a file they are not known before.
    one_clear_message(done, "hud-analyze", 0, "no function names", "/srv/demo", "--binary")
    expect_equal(len(done.stdout.splitlines()), 6, "lines")
    expect_equal(analyze("live", CAPTURE, "--plain").stderr, "", "of the file, with its symbols")


@fact(root=False)
def a_cut_is_said_and_what_was_seen_is_kept():
    data, ends = frames()
    done = fed([data[:ends[3] - 100]], "--plain")
    expect_equal(done.returncode, 0, "exit code")
    expect("the stream ended before the recording did" in done.stderr, f"said: {done.stderr!r}")
    expect(len(done.stdout.splitlines()) >= 2, f"lines of what was seen:\n{done.stdout}")


@fact(root=False)
def the_figures_are_those_of_report():
    for length in ("2s", "3500ms"):
        seen = json.loads(analyzed("live", CAPTURE, "--json", "--window", length))
        expected = json.loads(analyzed("report", CAPTURE, "--json", "--from", "-" + length))
        expect_equal(without_ids(seen), without_ids(expected), f"report of the last {length}")


@fact(root=False)
def each_long_block_has_a_line():
    out = analyzed("live", CAPTURE, "--plain", "--alert", "50ms")
    alerts = [line for line in out.splitlines() if "BLOCKED for" in line]
    polls = json.loads(analyzed("query", CAPTURE, "SELECT at_ns FROM blocking_polls "
                                "WHERE wall_ns - run_queue_ns >= 50000000", "--json"))
    expect_equal(sorted(float(line.split()[0]) for line in alerts),
                 sorted(round(poll["at_ns"] / 1e9, 3) for poll in polls), "times of the blocks")


@fact(root=False)
def rules_decide_the_exit_status():
    done = analyze("live", CAPTURE, "--plain", "--fail-on", "blocked_max > 900ms")
    expect_equal(done.returncode, 0, f"no rule is broken\n{done.stderr}")
    done = analyze("live", CAPTURE, "--plain", "--fail-on", "blocked_p99 > 20ms")
    expect_equal(done.returncode, 1, "a rule is broken")
    expect(done.stdout.count("BROKEN: blocked_p99 > 20ms") == 6, f"in each second:\n{done.stdout}")
    done = analyze("live", CAPTURE, "--plain", "--fail-on", "blocked > 1%", "--min-busy", "1h")
    expect_equal(done.returncode, 1, "a broken rule stays broken")
    done = analyze("live", CAPTURE, "--plain", "--fail-on", "blocked > 99%", "--min-busy", "1h")
    expect_equal(done.returncode, 2, "too little was seen to pass")
    one_clear_message(analyze("live", CAPTURE, "--plain", "--fail-on", "blocked_p99 > +5%"),
                      "hud-analyze", ANALYZE_UNUSABLE, "baseline")
    one_clear_message(analyze("live", CAPTURE, "--plain", "--fail-on", "blocked_max > 1s"),
                      "hud-analyze", ANALYZE_UNUSABLE, "--window")


@fact(root=False)
def what_is_read_can_be_saved():
    data, _ = frames()
    saved = path_for("saved.hud")
    done = fed([data], "--plain", "--save", saved)
    expect_equal(done.returncode, 0, f"exit code\n{done.stderr}")
    expect_equal(open(saved, "rb").read(), data, "the saved capture")
    one_clear_message(analyze("live", CAPTURE, "--plain", "--save", "/nowhere/x.hud"),
                      "hud-analyze", ANALYZE_UNUSABLE, "/nowhere/x.hud")


@fact(root=False)
def a_chunk_that_comes_again_counts_once():
    data, _ = frames()
    done = fed([data, data], "--plain")
    expect_equal(done.returncode, 0, f"exit code\n{done.stderr}")
    expect_equal(len(done.stdout.splitlines()), 6, "lines")


@fact
def a_process_is_recorded_by_its_pid():
    demo = Demo("release", "--only", "sleep", "--duration", "5")
    done = analyze("live", demo.pid, "--plain")
    expect_equal(done.returncode, 0, f"exit code\n{done.stderr}")
    expect("demo::guilty::pause" in done.stdout, f"what blocks in\n{done.stdout}")
    done = analyze("live", "no-such-process-here", "--plain")
    one_clear_message(done, "hud-record", ANALYZE_UNUSABLE, "no-such-process-here")


@fact
def of_a_recorder_that_was_held_up_no_time_is_left_out():
    """What happened meanwhile comes in several chunks; the first ends where the last does."""
    demo = Demo("release")
    recording = Recording(path_for("held-up.hud"), "-p", demo.pid)
    for pause, number in ((1.3, signal.SIGSTOP), (3, signal.SIGCONT), (1.2, signal.SIGINT)):
        time.sleep(pause)
        recording.process.send_signal(number)
    capture = recording.ended_well()
    lines = analyzed("live", capture, "--plain")
    told_s = sum(float(wall) / (1000 if unit == "ms" else 1)
                 for wall, unit in re.findall(r"(?m)^.*? of their ([0-9.]+) (m?s)", lines))
    whole_s = report(capture)["verdict"]["worker_wall_ns"] / 1e9
    expect(abs(told_s - whole_s) < whole_s / 20,
           f"the lines are of {told_s} s of workers, the recording has {whole_s:.1f} s\n{lines}")


@fact
def workers_that_are_parked_all_the_time_are_known_meanwhile():
    """None of them is ever switched, so only the recorder's walk over threads can tell of them."""
    program = start([tokio_tasks(), "many", "3"], stdout=subprocess.PIPE)
    for line in program.stdout:
        if "ready" in line:
            break
    recording = Recording(path_for("parked.hud"), "-p", program.pid)

    def lines():
        return analyzed("live", recording.partial, "--plain").splitlines()

    wait_until(lambda: len(lines()) >= 3, "three seconds are in the file")
    recording.process.kill()
    recording.process.wait()
    for line in lines():
        expect("2 workers had next to nothing to do" in line, f"the line {line!r}")
    windows = query(recording.partial, """SELECT count(DISTINCT thread) AS threads,
        count(*) AS windows, min(parked_ns * 1.0 / (end_ns - start_ns)) AS parked
        FROM thread_window WHERE parked_ns""")[0]
    expect(windows["threads"] == 2 <= windows["windows"], f"threads and their windows: {windows}")
    expect(windows["parked"] > 0.99, f"parked for {windows['parked']} of their windows")


@fact(root=False)
def what_is_no_capture_is_refused():
    one_clear_message(fed([b"no capture\n" * 100], "--plain"), "hud-analyze", ANALYZE_UNUSABLE,
                      "no hud capture")
    one_clear_message(fed([], "--plain"), "hud-analyze", ANALYZE_UNUSABLE)
    one_clear_message(analyze("live", CAPTURE, "--plain", "--from", "2s"), "hud-analyze",
                      ANALYZE_UNUSABLE, "--window")


@fact(root=False)
def an_interrupt_reads_to_the_end():
    data, ends = frames()
    process = start([ANALYZE, "live", "-", "--plain"], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.buffer.write(data[:ends[2]])
    process.stdin.buffer.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    expect(process.poll() is None, "it goes on, since the recorder does")
    process.stdin.buffer.write(data[ends[2]:])
    process.stdin.close()
    expect_equal(end_of(process, "live"), 0, "exit code")
    expect(len(process.stdout.read().splitlines()) >= 4, "lines of what came after")


facts_check()
