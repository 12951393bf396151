# SPDX-License-Identifier: MIT OR Apache-2.0
"""
Recordings under load and faults: docs/RELIABILITY.md has what this prints. Takes some 25 minutes;
HUD_ROUNDS divides the number of rounds, to try it out.
"""

import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import time

from lib import (RECORD, Demo, Recording, Skip, analyze, analyzed, end_of, expect, expect_equal,
                 fact, facts_check, go, path_for, program, query, recorded, report, rss_kib, start,
                 started_program, wait_until)

SHARE = int(os.environ.get("HUD_ROUNDS", "1"))
LONG = 1500  # seconds that a fact may take


def rounds(count):
    return max(1, count // SHARE)



def loaded_ids():
    """BPF programs and links of this system."""
    return {(what, one["id"]) for what in ("prog", "link")
            for one in json.loads(subprocess.run(["bpftool", "-j", what, "list"], check=True,
                                                 capture_output=True).stdout)}


def none_left(before):
    """Others may record too: what has come since `before` goes, whosever it is."""
    came = loaded_ids() - before
    wait_until(lambda: not came & loaded_ids(), "all BPF programs and links are gone", 60)


def lost(capture):
    return {x["cause"]: x["count"] for x in report(capture)["loss"]["causes"]}


def uprobes():
    try:
        with open("/sys/kernel/tracing/uprobe_events") as file:
            return file.read()
    except OSError:
        return ""


@fact(seconds=LONG)
def a_recorder_that_is_killed_at_any_moment_leaves_a_file_that_loads_and_nothing_else():
    before = loaded_ids(), uprobes()
    demo = Demo("release")
    loaded, dice = 0, random.Random(22)
    for number in range(rounds(100)):
        output = path_for("killed.hud")
        options = ["--polls"] if number % 2 else []
        recorder = start([RECORD, "-o", output, "-p", demo.pid, *options])
        time.sleep(dice.uniform(0, 4))
        recorder.kill()
        recorder.wait()
        partial = output + ".partial"
        if os.path.exists(partial) and os.path.getsize(partial):
            done = analyze("report", partial)
            whole = "holds no whole chunk" in done.stderr or done.returncode == 0
            expect(whole, f"round {number}: {done.returncode} {done.stderr}")
            loaded += done.returncode == 0
        if os.path.exists(partial):
            os.unlink(partial)
        expect(demo.process.poll() is None, f"round {number}: the demo ended")
    none_left(before[0])
    expect_equal(uprobes(), before[1], "uprobes")
    # Three in four are killed after their first second.
    expect(loaded >= rounds(100) / 2, f"only {loaded} of {rounds(100)} files load")
    print(f"     killed {rounds(100)} times: {loaded} files load, "
          f"{rounds(100) - loaded} have no chunk yet, or were not begun")


@fact(seconds=LONG)
def what_a_recorder_stopped_for_ten_seconds_loses_is_counted_to_the_event():
    threads = 50
    target = started_program([program("storm"), "naps", 100000])
    recording = Recording(path_for("stopped.hud"), "-t", "1ms", "-p", target.pid)
    recording.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    go(target)
    naps = int(target.stdout.readline())
    time.sleep(max(0, 10 - (time.monotonic() - began)))
    recording.process.send_signal(signal.SIGCONT)
    go(target)
    end_of(target, "storm")
    capture = recording.ended_well()
    seen = query(capture, "SELECT count(*) AS n FROM offcpu_span")[0]["n"]
    counts = lost(capture)
    total = seen + counts["ring-full"] + counts.get("switch-unseen", 0)
    # Beside naps each thread waits to begin, starts, ends, has a window each second, and samples.
    more = threads * (3 + 2 * 14) + 14 * 2 * 100
    expect(naps <= total <= naps + more,
           f"{naps} naps, {seen} seen, {counts}: {total - naps} more than there were")
    print(f"     {naps} naps: {seen} seen, {counts['ring-full']} lost events, "
          f"{total - naps} events of another kind among these")


def naps_done(*recorder):
    """100,000 naps: ns that they took; resident KiB of a recorder with a stuck reader."""
    target = started_program([program("storm"), "naps", 100000])
    process = recorder and start([*recorder, "-p", target.pid], stdout=subprocess.PIPE)
    time.sleep(1.5)
    began = time.monotonic_ns()
    go(target)
    time.sleep(3)
    sizes = [rss_kib(process.pid)] if process else []
    target.stdout.readline()
    took = time.monotonic_ns() - began
    if process:
        sizes.append(rss_kib(process.pid))
        go(target)
        with open(path_for("slow.hud"), "wb") as file:
            shutil.copyfileobj(process.stdout.buffer, file)
        expect_equal(end_of(process, "hud-record"), 0, "exit code")
    return took, sizes


@fact(seconds=LONG)
def a_reader_that_takes_nothing_costs_the_target_nothing_and_the_recorder_no_memory():
    alone, _ = naps_done()
    reading, sizes = naps_done(RECORD, "-t", "1ms", "-o", "-")
    counts = lost(path_for("slow.hud"))
    expect(counts.get("ring-full"), f"nothing was lost: was it stuck? {counts}")
    expect(sizes[1] < sizes[0] + 4096, f"resident KiB while stuck: {sizes}")
    expect(reading < 2 * alone, f"{reading / 1e9:.2f} s, {alone / 1e9:.2f} s without a recorder")
    print(f"     100,000 naps take {alone / 1e9:.2f} s alone, {reading / 1e9:.2f} s with a reader "
          f"that is stuck; resident {sizes[0]} and {sizes[1]} KiB; {counts['ring-full']} lost")


@fact(seconds=LONG)
def ten_recorders_of_one_target_agree():
    for count in (2, 10):
        target = started_program([program("storm"), "naps", 20000])
        recordings = [Recording(path_for(f"one-of-{count}-{i}.hud"), "-t", "1ms", "-p", target.pid)
                      for i in range(count)]
        go(target)
        naps = int(target.stdout.readline())
        go(target)
        end_of(target, "storm")
        seen, unseen = [], []
        for recording in recordings:
            capture = recording.ended_well()
            counts = lost(capture)
            expect("ring-full" not in counts, f"lost: {counts}")
            seen.append(query(capture, "SELECT sum(sleeps) AS n FROM thread_window")[0]["n"])
            unseen.append(counts.get("switch-unseen", 0))
        for n, hidden in zip(seen, unseen):
            expect(naps <= n + hidden <= naps + 200, f"{naps} naps, seen {seen}, unseen {unseen}")
        print(f"     {count} recorders, {naps} naps: counted {min(seen)} to {max(seen)} sleeps, "
              f"at most {max(unseen)} switches unseen")


@fact(seconds=LONG)
def each_of_ten_thousand_threads_that_come_and_go_is_counted():
    target = started_program([program("storm"), "threads", 10000])
    recording = Recording(path_for("threads.hud"), "-p", target.pid)
    first = rss_kib(recording.process.pid)
    go(target)
    made = int(target.stdout.readline())
    last = rss_kib(recording.process.pid)
    go(target)
    end_of(target, "storm")
    capture = recording.ended_well()
    kinds = {row["kind"]: row["n"] for row in query(
        capture, "SELECT kind, count(*) AS n FROM lifecycle GROUP BY kind")}
    counts = lost(capture)
    missing = 2 * made + 1 - kinds["thread-start"] - kinds["thread-exit"]
    expect(0 <= missing <= counts.get("ring-full", 0) + counts.get("thread-state", 0),
           f"{made} threads, {kinds}, lost {counts}")
    expect(last - first < 32 * 1024, f"resident from {first} to {last} KiB")
    print(f"     {made} threads: {kinds['thread-start']} starts and {kinds['thread-exit']} ends, "
          f"lost {counts}, resident {first} to {last} KiB")


@fact(seconds=LONG)
def storms_of_forks_and_execs_disturb_no_recording():
    for what, count in (("forks", 5000), ("execs", 2000)):
        target = started_program([program("storm"), what, count])
        recording = Recording(path_for(f"{what}.hud"), "-p", target.pid)
        go(target)
        made = int(target.stdout.readline())
        go(target)
        end_of(target, "storm")
        capture = recording.ended_well()
        processes = query(capture, "SELECT count(*) AS n FROM process")[0]["n"]
        expect_equal((made, processes), (count, 1), "children made, processes in the capture")
        expect("ring-full" not in lost(capture), f"lost: {lost(capture)}")
        print(f"     {made} {what}: one process in the capture, lost {lost(capture)}")


@fact(seconds=LONG)
def a_target_that_execs_again_and_again_is_followed():
    again = 'i=$1; [ $i -gt 0 ] || exit 7; exec sh -c "$2" sh $((i - 1)) "$2"'
    count = rounds(200)
    done = recorded("-o", path_for("again.hud"), "--", "sh", "-c", again, "sh", count, again,
                    seconds=200)
    kinds = {row["kind"]: row["n"] for row in query(
        path_for("again.hud"), "SELECT kind, count(*) AS n FROM lifecycle GROUP BY kind")}
    expect(count <= kinds["process-exec"] <= count + 1, f"{kinds}")
    expect("status 7" in done.stderr, f"{done.stderr}")
    print(f"     {kinds['process-exec']} execs of one process")


@fact(seconds=LONG)
def libraries_that_come_and_go_take_no_memory():
    library = program("plugin.so", "-shared", "-fPIC")
    target = started_program([program("storm", "-ldl"), "loads", 20000, library])
    recording = Recording(path_for("loads.hud"), "-p", target.pid)
    first = rss_kib(recording.process.pid)
    go(target)
    made = int(target.stdout.readline())
    last = rss_kib(recording.process.pid)
    go(target)
    end_of(target, "storm")
    capture = recording.ended_well()
    size = os.path.getsize(capture)
    expect(last - first < 32 * 1024, f"resident from {first} to {last} KiB")
    print(f"     {made} loads: {size / 1024:,.0f} KiB, lost {lost(capture)}, "
          f"resident {first} to {last} KiB")


def cgroup_make():
    root = "/sys/fs/cgroup"
    unified = os.path.join(root, "unified")
    place = os.path.join(unified if os.path.isdir(unified) else root, "hud-faults")
    try:
        os.makedirs(place, exist_ok=True)
    except OSError as error:
        raise Skip(f"no cgroup can be made: {error}")
    if not os.path.exists(f"{place}/cgroup.freeze"):
        os.rmdir(place)
        raise Skip("no freezer of cgroup v2")
    return place


@fact(seconds=LONG)
def a_target_that_the_freezer_stops_is_a_target_that_sleeps():
    place = cgroup_make()
    target = started_program([program("crowd"), 4])
    try:
        with open(f"{place}/cgroup.procs", "w") as file:
            file.write(str(target.pid))
        recording = Recording(path_for("frozen.hud"), "-p", target.pid)
        for frozen in ("1", "0") * 3:
            with open(f"{place}/cgroup.freeze", "w") as file:
                file.write(frozen)
            time.sleep(1)
        capture = recording.ended_well(signal.SIGINT)
        spans = query(capture, "SELECT count(*) AS n FROM offcpu_span "
                      "WHERE end_ns - start_ns > 900000000")[0]["n"]
        expect(spans >= 4 * 2, f"{spans} sleeps of a second")
        print(f"     3 times frozen for a second: {spans} such sleeps of 4 threads")
    finally:
        go(target)
        end_of(target, "crowd")
        os.rmdir(place)


@fact(seconds=LONG)
def a_debugger_and_a_recorder_do_not_disturb_each_other():
    seize, interrupt, detach, cont = 0x4206, 0x4207, 17, 7
    libc = ctypes.CDLL(None, use_errno=True)
    ptrace = libc.ptrace
    ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    target = started_program([program("crowd"), 4])
    recording = Recording(path_for("traced.hud"), "-p", target.pid)
    stops = 0
    expect_equal(ptrace(seize, target.pid, None, None), 0, "PTRACE_SEIZE")
    end = time.monotonic() + 5
    while time.monotonic() < end:
        ptrace(interrupt, target.pid, None, None)
        os.waitpid(target.pid, 0)
        ptrace(cont, target.pid, None, None)
        stops += 1
        time.sleep(0.001)
    ptrace(interrupt, target.pid, None, None)
    os.waitpid(target.pid, 0)
    ptrace(detach, target.pid, None, None)
    capture = recording.ended_well(signal.SIGINT)
    expect(query(capture, "SELECT count(*) AS n FROM offcpu_span")[0]["n"], "no sleep was seen")
    go(target)
    expect_equal(end_of(target, "crowd"), 0, "exit code of the target")
    print(f"     {stops} stops by ptrace, lost {lost(capture)}")


@fact(seconds=LONG)
def an_attach_that_races_with_the_targets_exit_ends_well():
    before, codes, dice = loaded_ids(), {}, random.Random(22)
    for number in range(rounds(1000)):
        target = start(["sleep", "30"])
        recorder = start([RECORD, "-o", path_for("race.hud"), "-d", "50ms", "-q", "-p", target.pid],
                         stderr=subprocess.PIPE)
        time.sleep(dice.uniform(0, dice.choice((0, 0.003, 0.35))))
        target.kill()
        target.wait()
        _, said = recorder.communicate(timeout=30)
        codes[recorder.returncode] = codes.get(recorder.returncode, 0) + 1
        expect(recorder.returncode in (0, 3), f"round {number}: {recorder.returncode} {said}")
        expect(said.count("\n") <= 2, f"round {number}: {said}")
        if not recorder.returncode:
            analyzed("info", path_for("race.hud"))
    none_left(before)
    print(f"     {rounds(1000)} times: {codes.get(0, 0)} recorded, {codes.get(3, 0)} were told "
          "that the process has exited")


facts_check()
