# SPDX-License-Identifier: MIT OR Apache-2.0
"""Live stacks without frame pointers, through C libraries, signal handlers and generated code."""

import collections
import contextlib
import os

from lib import (Recording, Skip, analyzed, expect, expect_equal, fact, facts_check, go, once,
                 path_for, program, query, run, started_program,)

import builds

FLAGS = ("-O2", "-fomit-frame-pointer", "-Wl,--no-as-needed", "-lz")


CLOCK_NANOSLEEP = "230"
STACKS_OF_NAPS = """
    SELECT t.comm, k.id, (
        SELECT group_concat(function, ' < ')
        FROM (
            SELECT f.function
            FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
            WHERE p.stack = k.id
            ORDER BY p.position
        )
    ) AS chain
    FROM stack AS k
    JOIN offcpu_span AS s ON s.user_stack = k.id
    JOIN thread AS t ON t.id = s.thread
    WHERE s.syscall = 230 OR s.syscall = 'clock_nanosleep'
    GROUP BY k.id
"""


class Naps:
    """The stacks of each thread's naps: why the walk ended, and the functions on them."""

    def __init__(self, capture):
        stop_of, frames_of, of_tid = {}, {}, collections.defaultdict(list)
        for line in analyzed("dump", capture).splitlines():
            kind, *words = line.split()
            field = dict(word.split("=", 1) for word in words if "=" in word)
            if kind == "user-stack":
                stop_of[field["id"]] = builds.STOPS[int(field["stop"])]
                frames_of[field["id"]] = int(field["frames"])
            elif kind == "offcpu" and field["syscall"] == CLOCK_NANOSLEEP:
                if field["user_stack"] != "0":
                    of_tid[int(field["tid"])].append(field["user_stack"])
        self.stops, self.frames, self.functions = {}, {}, {}
        for row in query(capture, "SELECT tid, comm FROM thread"):
            ids = of_tid[row["tid"]]
            self.stops[row["comm"]] = dict(collections.Counter(stop_of[i] for i in ids))
            self.frames[row["comm"]] = [frames_of[i] for i in ids]
        for row in query(capture, STACKS_OF_NAPS):
            self.functions.setdefault(row["comm"], []).append(row["chain"])


@once
def naps():
    target = started_program([program("unwind_callbacks", *FLAGS)])
    recording = Recording(path_for("callbacks.hud"), "-p", target.pid)
    go(target)
    return Naps(recording.ended_well())


def expect_whole(thread, *functions, of=None):
    """All stacks of the thread's naps reach its root, and hold these functions."""
    n = of or naps()
    stops = n.stops.get(thread, {})
    expect(sum(stops.values()) >= 30, f"naps of {thread}: {stops}")
    expect_equal(set(stops), {"root"}, f"why the stacks of {thread} ended ({stops})")
    for chain in n.functions[thread]:
        for function in functions:
            expect(
                function in chain.split(" < "),
                f"{function} is not on a stack of {thread}: {chain}",
            )


@fact
def a_callback_of_qsort_does_not_break_the_chain():
    expect_whole("qsort", "nap", "compare_and_nap", "in_qsort", "thread_run")


@fact
def a_callback_of_libz_does_not_break_the_chain():
    expect_whole("libz", "nap", "allocate_and_nap", "in_libz", "thread_run")


@fact
def a_signal_handler_does_not_break_the_chain():
    expect_whole("signal", "nap", "handle_and_nap", "in_signal", "thread_run")


@fact
def a_signal_handler_on_its_own_stack_does_not_break_the_chain():
    expect_whole("altstack", "nap", "handle_and_nap", "in_signal_of_its_own_stack", "thread_run")


@fact
def realigned_and_huge_frames_do_not_break_the_chain():
    expect_whole("realigned", "nap", "in_realigned", "thread_run")
    expect_whole("huge", "nap", "in_huge", "thread_run")


@fact
def generated_code_with_frame_pointers_does_not_break_the_chain():
    expect_whole("jit-frames", "nap", "in_jit_with_frames", "thread_run")


@fact
def generated_code_without_frame_pointers_stops_the_walk_and_keeps_the_frames_before_it():
    n = naps()
    stops = n.stops.get("jit", {})
    expect(sum(stops.values()) >= 30, f"naps: {stops}")
    expect(set(stops) <= {"no-frame-pointer", "no-mapping"}, f"why they ended: {stops}")
    for chain in n.functions["jit"]:
        expect("nap" in chain.split(" < "), f"the frame before it is missing: {chain}")


@fact
def a_stack_deeper_than_the_limit_keeps_its_innermost_frames_and_is_marked():
    n = naps()
    expect_equal(set(n.stops["depth"]), {"depth"}, "why they ended")
    expect_equal(set(n.frames["depth"]), {255}, "frames kept")


@fact
def the_report_counts_the_complete_stacks():
    loss = builds.lib.report(path_for("callbacks.hud"))["loss"]
    expect(0 < loss["stacks_complete"] < loss["stacks"], f"{loss}")


@contextlib.contextmanager
def tracefs():
    """Its directory, mounted for the fact: few programs need it, so on most machines it is not."""
    directory = path_for("tracing")
    os.makedirs(directory)
    done = run(["mount", "-t", "tracefs", "tracefs", directory])
    if done.returncode:
        raise Skip(f"there is no tracefs: {done.stderr.strip()}")
    try:
        if not os.path.exists(os.path.join(directory, "uprobe_events")):
            raise Skip("the kernel's tracefs has no uprobes")
        yield directory
    finally:
        run(["umount", "--lazy", directory])


@fact
def a_uretprobe_of_another_tool_does_not_break_the_chain():
    with tracefs() as directory:
        expect_whole_through_uretprobes(directory)


def expect_whole_through_uretprobes(tracing):
    path = program("unwind_callbacks", *FLAGS)
    group = f"hud_unwind_{os.getpid()}"
    symbols = [line.split() for line in run(["nm", path]).stdout.splitlines()]
    offsets = {words[2]: int(words[0], 16) for words in symbols if len(words) == 3}

    def control(name, text):
        append = os.O_APPEND if name == "uprobe_events" else 0
        fd = os.open(os.path.join(tracing, name), os.O_WRONLY | append)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)

    try:
        # three functions of one stack, so that it holds several replaced return addresses
        for name in ("nap", "compare_and_nap", "in_qsort"):
            control("uprobe_events", f"r:{group}/{name} {path}:{offsets[name]:#x}\n")
        control(f"events/{group}/enable", "1")
        target = started_program([path])
        recording = Recording(path_for("uretprobe.hud"), "-p", target.pid)
        go(target)
        seen = Naps(recording.ended_well())
        expect_whole("qsort", "nap", "compare_and_nap", "in_qsort", "thread_run", of=seen)
    finally:
        if os.path.exists(os.path.join(tracing, "events", group)):
            control(f"events/{group}/enable", "0")
            for name in ("nap", "compare_and_nap", "in_qsort"):
                control("uprobe_events", f"-:{group}/{name}\n")


facts_check()
