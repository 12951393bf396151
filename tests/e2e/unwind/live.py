# SPDX-License-Identifier: MIT OR Apache-2.0
"""Live stacks through C libraries, signal handlers and code that nothing describes; no frame pointers."""

import collections
import os
import sys

from lib import (Recording, Skip, analyzed, expect, expect_equal, fact, facts_check, go, once, path_for, program, query, run,
                 started_program)

import builds

FLAGS = ("-O2", "-fomit-frame-pointer", "-Wl,--no-as-needed", "-lz")


class Naps:
    """By thread: why its naps' stacks ended, and what is on them."""

    def __init__(self, capture):
        stop_of, frames_of, of_tid = {}, {}, collections.defaultdict(list)
        for line in analyzed("dump", capture).splitlines():
            kind, *words = line.split()
            field = dict(word.split("=", 1) for word in words if "=" in word)
            if kind == "user-stack":
                stop_of[field["id"]] = builds.STOPS[int(field["stop"])]
                frames_of[field["id"]] = int(field["frames"])
            elif kind == "offcpu" and field["user_stack"] != "0" and field["syscall"] == "230":
                of_tid[int(field["tid"])].append(field["user_stack"])
        self.stops, self.frames, self.functions = {}, {}, {}
        for row in query(capture, "SELECT tid, comm FROM thread"):
            ids = of_tid[row["tid"]]
            self.stops[row["comm"]] = dict(collections.Counter(stop_of[i] for i in ids))
            self.frames[row["comm"]] = [frames_of[i] for i in ids]
        for row in query(capture, """SELECT t.comm, k.id, (SELECT group_concat(function, ' < ') FROM
                    (SELECT f.function FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
                     WHERE p.stack = k.id ORDER BY p.position)) AS chain
                FROM stack AS k JOIN offcpu_span AS s ON s.user_stack = k.id JOIN thread AS t ON t.id = s.thread
                WHERE s.syscall = 230 OR s.syscall = 'clock_nanosleep' GROUP BY k.id"""):
            self.functions.setdefault(row["comm"], []).append(row["chain"])


@once
def naps():
    target = started_program([program("unwind_callbacks", *FLAGS)])
    recording = Recording(path_for("callbacks.hud"), "-p", target.pid)
    go(target)
    return Naps(recording.ended_well())


def whole(thread, *functions, of=None):
    n = of or naps()
    expect(sum(n.stops.get(thread, {}).values()) >= 30, f"naps of {thread}: {n.stops.get(thread)}")
    expect_equal(set(n.stops[thread]), {"root"}, f"why the stacks of {thread} ended ({n.stops[thread]})")
    for chain in n.functions[thread]:
        for function in functions:
            expect(function in chain.split(" < "), f"{function} is not on a stack of {thread}: {chain}")


@fact
def a_callback_of_qsort_does_not_break_the_chain():
    whole("qsort", "nap", "compare_and_nap", "in_qsort", "thread_run")


@fact
def a_callback_of_libz_does_not_break_the_chain():
    whole("libz", "nap", "allocate_and_nap", "in_libz", "thread_run")


@fact
def a_signal_handler_does_not_break_the_chain():
    whole("signal", "nap", "handle_and_nap", "in_signal", "thread_run")


@fact
def a_signal_handler_on_its_own_stack_does_not_break_the_chain():
    whole("altstack", "nap", "handle_and_nap", "in_signal_of_its_own_stack", "thread_run")


@fact
def realigned_and_huge_frames_do_not_break_the_chain():
    whole("realigned", "nap", "in_realigned", "thread_run")
    whole("huge", "nap", "in_huge", "thread_run")


@fact
def code_that_keeps_frame_pointers_is_crossed_without_rows():
    whole("jit-frames", "nap", "in_jit_with_frames", "thread_run")


@fact
def code_that_nothing_describes_stops_the_walk_and_keeps_the_frames_before_it():
    n = naps()
    stops = n.stops.get("jit", {})
    expect(sum(stops.values()) >= 30, f"naps: {stops}")
    expect(set(stops) <= {"no-frame-pointer", "no-mapping"}, f"why they ended: {stops}")
    for chain in n.functions["jit"]:
        expect("nap" in chain.split(" < "), f"the frame before it is not there: {chain}")


@fact
def a_stack_deeper_than_the_limit_keeps_its_inner_frames_and_says_so():
    n = naps()
    expect_equal(set(n.stops["depth"]), {"depth"}, "why they ended")
    expect_equal(set(n.frames["depth"]), {255}, "frames kept")


@fact
def the_capture_says_how_many_stacks_are_whole():
    loss = builds.lib.report(path_for("callbacks.hud"))["loss"]
    expect(0 < loss["stacks_complete"] < loss["stacks"], f"{loss}")


TRACING = "/sys/kernel/tracing"


@fact
def a_uretprobe_of_another_tool_does_not_break_the_chain():
    events = os.path.join(TRACING, "uprobe_events")
    if not os.access(events, os.W_OK):
        raise Skip("tracefs is not mounted, or has no uprobes")
    path = program("unwind_callbacks", *FLAGS)
    group = f"hud_unwind_{os.getpid()}"
    offsets = {w[2]: int(w[0], 16) for w in (line.split() for line in run(["nm", path]).stdout.splitlines())
               if len(w) == 3}

    def control(name, text):
        fd = os.open(os.path.join(TRACING, name), os.O_WRONLY | (os.O_APPEND if name == "uprobe_events" else 0))
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)
    try:
        # a function that is on the stack only once, and one that is there in each of its callers
        for name in ("nap", "compare_and_nap", "in_qsort"):
            control("uprobe_events", f"r:{group}/{name} {path}:{offsets[name]:#x}\n")
        control(f"events/{group}/enable", "1")
        target = started_program([path])
        recording = Recording(path_for("uretprobe.hud"), "-p", target.pid)
        go(target)
        whole("qsort", "nap", "compare_and_nap", "in_qsort", "thread_run", of=Naps(recording.ended_well()))
    finally:
        if os.path.exists(os.path.join(TRACING, "events", group)):
            control(f"events/{group}/enable", "0")
            for name in ("nap", "compare_and_nap", "in_qsort"):
                control("uprobe_events", f"-:{group}/{name}\n")


facts_check()
