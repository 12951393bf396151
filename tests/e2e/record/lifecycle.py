# SPDX-License-Identifier: MIT OR Apache-2.0
"""Targets that end, are killed, exec, start threads and load libraries; recorders that are killed.
"""

import json
import os
import signal
import subprocess
import time

from lib import (MS, S, Demo, Recording, analyzed, database, end_of, expect, expect_equal, fact,
                 facts_check, go, last_event_ns, path_for, program, query, recorded, report,
                 start, started_program, tokio_circles, tokio_lives, tokio_plugin, wait_until)


def whole(capture, reason="target-exited"):
    """Expects a capture that is complete and ended for this reason."""
    seen = query(capture, "SELECT end_reason, truncated FROM capture")[0]
    expect_equal(seen, {"end_reason": reason, "truncated": 0}, "how the capture ended")
    expect(os.path.exists(capture) and not os.path.exists(capture + ".partial"), "not renamed")


def ended(capture):
    return [row["ended"] for row in json.loads(analyzed("query", capture, "@processes", "--json"))]


@fact
def a_target_that_exits_ends_the_recording_with_its_status():
    target = started_program([program("crowd"), 3, 7])
    recording = Recording(path_for("exits.hud"), "-p", target.pid)
    go(target)
    expect_equal(end_of(target, "the target"), 7, "exit code of the target")
    capture = recording.ended_well()
    whole(capture)
    expect_equal(ended(capture), ["process-exit (status 7)"], "how the process ended")
    kinds = query(capture, "SELECT kind, count(*) AS n FROM lifecycle GROUP BY kind")
    expect({"kind": "thread-exit", "n": 3} in kinds or {"kind": "thread-exit", "n": 4} in kinds,
           f"{kinds}")
    expect("target-exited" in analyzed("info", capture), "info does not say that the target exited")


@fact
def a_poll_of_short_sleeps_that_goes_on_at_the_end_is_recorded():
    """No sleep is as long as the threshold: the poll itself is what the recording ends in."""
    target = started_program([tokio_lives(), "naps"])
    recording = Recording(path_for("naps.hud"), "-p", target.pid)
    go(target)
    time.sleep(1.5)
    capture = recording.ended_well(signal.SIGINT)
    target.kill()
    target.wait()
    (poll,) = query(capture, "SELECT wall_ns, open FROM blocking_poll")
    expect(poll["open"] and poll["wall_ns"] > 0.9 * S, f"the poll: {poll}")


@fact
def of_more_processes_of_a_program_than_runtimes_fit_all_are_known():
    """There is room for 64 distinct runtimes; what all run is one."""
    programs = [start([tokio_circles()], stdout=subprocess.PIPE) for _ in range(70)]
    for each in programs:
        while each.stdout.readline() != "ready multi\n":
            pass
    recording = Recording(path_for("many.hud"), *(f"--pid={each.pid}" for each in programs), "-q")
    time.sleep(1)
    capture = recording.ended_well(signal.SIGINT)
    for each in programs:
        each.kill()
        each.wait()
    sources = query(capture, "SELECT source, count(*) AS processes FROM process_source "
                             "GROUP BY source")
    expect_equal(sources, [{"source": "passive", "processes": 70}], "how polls are known")


@fact
def a_target_that_is_killed_ends_the_recording_with_the_signal():
    target = started_program([program("crowd"), 20])
    recording = Recording(path_for("killed.hud"), "-p", target.pid)
    target.kill()
    target.wait()
    capture = recording.ended_well()
    whole(capture)
    expect_equal(ended(capture), ["process-exit (signal 9)"], "how the process ended")


@fact
def what_the_demo_did_before_it_was_killed_is_reported():
    demo = Demo("release")
    recording = Recording(path_for("demo-killed.hud"), "-p", demo.pid)
    begun = time.monotonic()
    wait_until(lambda: time.monotonic() - begun > 2, "two seconds of blocks have passed")
    demo.process.kill()
    demo.process.wait()
    capture = recording.ended_well()
    whole(capture)
    document = report(capture)
    expect(any(s["function"].startswith("demo::guilty::") for s in document["sites"]),
           f"no guilty function among {[s['function'] for s in document['sites']]}")


@fact
def a_target_that_execs_while_the_recording_begins_is_its_new_image():
    """As `./start.sh & hud-record -p $!`: before hud-record watches it, or just after."""
    for delay in ("0.05", "0.15"):
        target = start(["sh", "-c", f"sleep {delay}; exec {tokio_lives()} naps"],
                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        recording = Recording(path_for(f"early-{delay}.hud"), "-p", target.pid)
        go(target)
        time.sleep(1)
        capture = recording.ended_well(signal.SIGINT)
        target.kill()
        target.wait()
        last = query(capture, "SELECT executable FROM process ORDER BY id DESC LIMIT 1")[0]
        expect_equal(os.path.realpath(last["executable"]), os.path.realpath(tokio_lives()),
                     f"the last image, after an exec at {delay} s")
        (poll,) = query(capture, "SELECT wall_ns FROM blocking_poll")
        expect(poll["wall_ns"] > 0.1 * S, f"the poll: {poll}")


@fact
def a_target_that_execs_is_followed_into_its_new_image():
    target = started_program([program("becomes"), program("crowd"), 5, 4])
    recording = Recording(path_for("execs.hud"), "-p", target.pid)
    go(target)
    expect_equal(target.stdout.readline(), "ready\n", "first line of the new image")
    begun = os.path.getsize(recording.partial)
    wait_until(lambda: os.path.getsize(recording.partial) > begun,
               "a chunk of the new image is written")
    go(target)
    expect_equal(end_of(target, "the new image"), 4, "exit code of the new image")
    capture = recording.ended_well()
    whole(capture)
    rows = query(capture, "SELECT pid, executable FROM process ORDER BY id")
    expect_equal([(r["pid"], os.path.basename(r["executable"] or "?")) for r in rows],
                 [(target.pid, "becomes"), (target.pid, "crowd")], "process images")
    kinds = [r["kind"] for r in query(capture, "SELECT kind FROM lifecycle ORDER BY time_ns")]
    expect("process-exec" in kinds and kinds[-1] == "process-exit", f"lifecycle: {kinds}")
    functions = {r["function"] for r in query(capture, """SELECT DISTINCT f.function
        FROM offcpu_span AS s
        JOIN stack_frame AS k ON k.stack = s.user_stack JOIN frame AS f ON f.id = k.frame""")}
    expect("nap_in_a_crowd" in functions, f"nothing of the new image is named: {sorted(functions)}")


@fact
def a_killed_recorder_loses_no_more_than_the_last_second():
    demo = Demo("release")
    recording = Recording(path_for("cut.hud"), "-p", demo.pid)
    size = os.path.getsize(recording.partial)
    wait_until(lambda: os.path.getsize(recording.partial) > size, "a second chunk is written")
    begun = time.monotonic()
    wait_until(lambda: time.monotonic() - begun > 0.9, "most of another second has passed")
    killed_ns = time.monotonic_ns()
    recording.process.kill()
    recording.process.wait()
    expect(not os.path.exists(recording.output), "a killed recorder's file has its final name")
    expect(demo.process.poll() is None, "the demo did not outlive the recorder")
    document = report(recording.partial)
    expect_equal(document["capture"]["truncated"], True, "truncated")
    expect_equal(document["capture"]["end_reason"], None, "end_reason")
    expect("truncated" in analyzed("report", recording.partial).lower(),
           "the text report does not say `truncated`")
    lost_ns = killed_ns - last_event_ns(database(recording.partial))
    expect(0 <= lost_ns < 1.5 * S, f"the last {lost_ns / S:.2f} s before the kill are missing")


@fact
def a_recording_ended_by_a_signal_is_complete():
    target = started_program([program("crowd"), 3])
    for number in (signal.SIGINT, signal.SIGTERM):
        recording = Recording(path_for(f"signal-{int(number)}.hud"), "-p", target.pid)
        whole(recording.ended_well(number), "interrupted")
    expect(target.poll() is None, "the target did not outlive the recorder")


@fact
def new_threads_and_libraries_are_followed():
    plugin = program("plugin.so", "-shared", "-fPIC")
    target = started_program([program("plugin_host"), plugin])
    recording = Recording(path_for("plugin.hud"), "-p", target.pid)
    go(target)
    expect_equal(target.stdout.readline(), "done\n", "the host's second line")
    go(target)
    end_of(target, "the host")
    capture = recording.ended_well()
    threads = query(capture, "SELECT comm FROM thread")
    expect({"comm": "newcomer"} in threads, f"the new thread is missing: {threads}")
    naps = query(capture, """SELECT count(DISTINCT s.id) AS n,
            coalesce(sum(k.complete), 0) AS complete
        FROM offcpu_span AS s JOIN stack AS k ON k.id = s.user_stack
        JOIN thread AS t ON t.id = s.thread
        WHERE t.comm = 'newcomer' AND EXISTS (SELECT 1 FROM stack_frame AS p
        JOIN frame AS f ON f.id = p.frame
            WHERE p.stack = k.id AND f.function = 'nap_in_a_plugin')""")[0]
    every = query(capture, """SELECT group_concat(function, ' < ') AS stack, n FROM (
            SELECT s.user_stack, count(*) AS n FROM offcpu_span AS s
            JOIN thread AS t ON t.id = s.thread
            WHERE t.comm = 'newcomer' GROUP BY 1) AS u
        LEFT JOIN stack_frame AS p ON p.stack = u.user_stack LEFT JOIN frame AS f ON f.id = p.frame
        GROUP BY u.user_stack""")
    expect(naps["n"] >= 30, f"nap_in_a_plugin is in {naps['n']} of 40 naps; stacks: {every}")


@fact
def a_runtime_in_a_library_that_runs_for_two_seconds_is_seen_by_stack_traces():
    target = started_program([program("plugin_host"), tokio_plugin()])
    recording = Recording(path_for("tokio-plugin.hud"), "-p", target.pid)
    go(target)
    expect_equal(target.stdout.readline(), "done\n", "the host's second line")
    go(target)
    end_of(target, "the host")
    capture = recording.ended_well()
    seen = report(capture)
    # It may be learned before it ends, and perhaps too late for any of it.
    learned = query(capture, "SELECT count(*) AS n FROM layout WHERE source = 'learned'")[0]["n"]
    read = query(capture, "SELECT count(*) AS n FROM offcpu_span WHERE runtime_state = 'poll'")
    sources = ("passive",) if read[0]["n"] else ("stack", "passive") if learned else ("stack",)
    expect(seen["capture"]["source"] in sources, f"{seen['capture']['source']}, not {sources}")
    # What a sample hits of the 0.1 ms that the task computes is a slice with a cause of its own.
    counts = {(s["function"], s["cause"]): s["count"] for s in seen["sites"]
              if s["max_ns"] >= 5 * MS}
    # Until the library's unwind rows arrive its stacks are cut short: the function of those blocks
    # is not known, and before anything shows that the thread is a worker, they are not known to be
    # blocks. How long the rows take is for a benchmark to say: 5 blocks, on a slow machine 17.
    unknown = counts.pop(("unknown", "sleep"), 0)
    counts.pop(("unknown", "cpu"), 0)  # the rest of such a poll
    expect_equal(list(counts), [("tokio_plugin::blocks_in_a_plugin", "sleep")], "sites")
    expect(sum(counts.values()) >= 10 and unknown + sum(counts.values()) <= 40,
           f"{counts}, unknown {unknown} of 40 blocks")


@fact
def children_of_the_target_do_not_disturb_the_recording():
    capture = path_for("children.hud")
    done = recorded("-o", capture, "-d", 10, "--", "/bin/sh", "-c",
                    "for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done; sleep 1.2; exit 5")
    whole(capture)
    expect_equal(ended(capture)[-1:], ["process-exit (status 5)"], "how the shell ended")
    # A switch that the kernel did not report is no child's doing: 2 of 250 such recordings had one.
    lost = query(capture, "SELECT cause, count FROM loss WHERE cause <> 'switch-unseen'")
    expect_equal(lost, [], f"what was lost; stderr:\n{done.stderr}")


facts_check()
