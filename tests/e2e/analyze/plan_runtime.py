# SPDX-License-Identifier: MIT OR Apache-2.0
"""The layout of Tokio's state in a plan is right: a live process is read by it from outside."""

import collections
import ctypes
import glob
import json
import os
import platform
import time

from lib import (ANALYZE, Demo, Skip, expect, expect_equal, fact, facts_check, once, path_for, run,
                 tokio_echo_library, wait_until)

SECONDS = 4
ROUNDS = 600
WORD = 8
EPOLL_WAITS = {"x86_64": {232, 281}, "aarch64": {22}}
SLEEPS = {"x86_64": {35, 230}, "aarch64": {101, 115}}
PTRACE_ATTACH, PTRACE_DETACH, PTRACE_GETREGS, PTRACE_GETREGSET = 16, 17, 12, 0x4204
NT_ARM_TLS = 0x401
X86_FS_BASE = 21  # of struct user_regs_struct


def plan_of(program):
    out = path_for("runtime.plan")
    done = run([ANALYZE, "plan", program, "-o", out, "--json"])
    expect_equal(done.returncode, 0, f"exit code of plan ({done.stderr})")
    return json.loads(done.stdout)["runtime"]


def thread_pointer(tid):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if libc.ptrace(PTRACE_ATTACH, tid, None, None):
        raise OSError(ctypes.get_errno(), "ptrace")
    os.waitpid(tid, 0x40000000)  # __WALL
    try:
        if platform.machine() == "x86_64":
            registers = (ctypes.c_ulonglong * 27)()
            libc.ptrace(PTRACE_GETREGS, tid, None, ctypes.byref(registers))
            return registers[X86_FS_BASE]
        value = ctypes.c_ulonglong()
        part = (ctypes.c_void_p * 2)(ctypes.addressof(value), ctypes.sizeof(value))
        libc.ptrace(PTRACE_GETREGSET, tid, ctypes.c_void_p(NT_ARM_TLS), ctypes.byref(part))
        return value.value
    finally:
        libc.ptrace(PTRACE_DETACH, tid, None, None)


class Thread:
    """One thread of the process, and what was read of it."""

    def __init__(self, process, tid):
        self.directory = f"/proc/{process.pid}/task/{tid}"
        self.process, self.pointer = process, thread_pointer(tid)
        self.name = open(f"{self.directory}/comm").read().strip()
        self.ticks, self.tasks = set(), set()
        self.waiting = set()  # (poll site, task id) of tasks in the LIFO slot
        self.seen = collections.Counter()  # (kind, state, system call) of readings

    def read(self, address, size=WORD):
        return self.process.read(address, size)

    def state(self):
        """(kind of scheduler, state). Notes the core's tick, and the task in its LIFO slot."""
        for s in self.process.identity["schedulers"]:
            context = self.read(self.pointer + s["context"])
            if not context or not self.is_variant(context, s["variant"]):
                continue
            core = self.read(context + s["core"])
            if not core:
                return s["kind"], "no core"
            self.ticks.add(self.read(core + s["tick"], 4))
            self.next = self.read(core + s["lifo"]) if s["lifo"] is not None else 0
            return s["kind"], "parked" if self.is_variant(core, s["parked"]) else "polls"
        return None, "no context"

    def is_variant(self, address, tag):
        """Is it the variant that the tag describes? Without a tag there is only one."""
        return not tag or self.read(address + tag["offset"], tag["bytes"]) == tag["value"]

    def next_task(self):
        """(poll site, task id) of the task in the LIFO slot."""
        header = self.process.identity["task_header"]
        table = self.read(self.next + header["vtable"])
        site = self.read(table) - self.process.base
        return site, self.read(self.next + self.read(table + header["id"]))

    def task(self):
        identity = self.process.identity
        if identity["task_tag"] is not None and not self.read(self.pointer + identity["task_tag"]):
            return 0
        return self.read(self.pointer + identity["task"])

    def schedstat(self):
        with open(f"{self.directory}/schedstat") as file:
            return file.read()

    def observe(self):
        """Reads the thread's state once; this counts if the thread did not run meanwhile."""
        try:
            before = self.schedstat()
            with open(f"{self.directory}/syscall") as file:
                call = file.read().split()[0]
            self.next = 0
            kind, state = self.state()
            task = self.task()
            waiting = self.next_task() if self.next else None
            if call == "running" or self.schedstat() != before:
                return
        except (OSError, ValueError):
            return
        self.seen[kind, state, int(call)] += 1
        if waiting:
            self.waiting.add(waiting)
        if state == "polls" and task:
            self.tasks.add(task)


class Process:
    """A process whose threads were observed for some seconds."""

    def __init__(self, demo, runtime):
        self.pid, self.identity = demo.pid, runtime["identity"]
        self.memory = os.open(f"/proc/{self.pid}/mem", os.O_RDONLY)
        with open(f"/proc/{self.pid}/maps") as file:
            self.base = int(file.readline().split("-")[0], 16)  # the program is mapped lowest
        self.threads = [Thread(self, int(tid)) for tid in os.listdir(f"/proc/{self.pid}/task")]
        end, rounds = time.monotonic() + SECONDS, 0
        # On a busy machine a round takes long: what is seen depends on their number.
        while time.monotonic() < end or (rounds < ROUNDS and time.monotonic() < end + 60):
            for thread in self.threads:
                thread.observe()
            rounds += 1
            time.sleep(0.001)

    def read(self, address, size):
        return int.from_bytes(os.pread(self.memory, size, address), "little")

    def seen(self, state, calls):
        """Readings of threads in this state that were in one of these system calls."""
        return sum(
            count
            for thread in self.threads
            for (_, of_state, call), count in thread.seen.items()
            if of_state == state and call in calls
        )


@once
def demo_program():
    demo = Demo()
    demo.process.kill()
    return demo.program


def stripped_demo(name, *options):
    out = path_for(name)
    done = run(["strip", *options, "-o", out, demo_program()])
    expect_equal(done.returncode, 0, f"exit code of strip ({done.stderr})")
    return out


# Threads of the demo's that are in no runtime.
OUTSIDE = {"index", "dns", "config", "batch"}


def names_of_threads(demo):
    names = set()
    for path in glob.glob(f"/proc/{demo.pid}/task/*/comm"):
        with open(path) as file:
            names.add(file.read().strip())
    return names


@once
def observed(*options):
    demo = Demo("release", *options)
    if options:
        time.sleep(0.5)
    else:
        wait_until(lambda: OUTSIDE | {"load"} <= names_of_threads(demo), "its threads have begun")
    try:
        return Process(demo, plan_of(demo.program))
    finally:
        demo.process.kill()


def of_machine(table):
    if platform.machine() not in table:
        raise Skip(f"not written for {platform.machine()}")
    return table[platform.machine()]


@fact
def a_worker_that_waits_for_work_is_parked():
    waits = of_machine(EPOLL_WAITS)
    parks = observed().seen("parked", waits)
    expect(parks >= 50, f"{parks} readings of a parked worker in epoll_wait")
    expect_equal(observed().seen("polls", waits), 0, "readings of a poll in epoll_wait")


@fact
def a_worker_that_sleeps_with_its_core_polls_and_is_never_parked():
    sleeps = of_machine(SLEEPS)
    polls = observed().seen("polls", sleeps)
    expect(polls >= 20, f"{polls} readings of a poll that sleeps")
    expect_equal(observed().seen("parked", sleeps), 0, "readings of a parked worker that sleeps")


@fact
def a_worker_that_gave_its_core_away_sleeps_without_one():
    sleeps = of_machine(SLEEPS)
    without_core = observed().seen("no core", sleeps)
    expect(without_core >= 10, f"{without_core} readings of a sleep without a core")


@fact
def both_kinds_of_scheduler_are_seen_on_threads_of_their_own():
    kinds = collections.defaultdict(set)
    for thread in observed().threads:
        kinds[thread.name == "load"] |= {kind for kind, _, _ in thread.seen if kind}
    expect_equal(kinds[True], {"current_thread"}, "schedulers of the thread `load`")
    expect_equal(kinds[False], {"multi_thread"}, "schedulers of all other threads")


@fact
def threads_outside_of_any_runtime_have_no_context():
    expect(OUTSIDE <= {thread.name for thread in observed().threads}, "some were not found")
    for thread in observed().threads:
        if thread.name in OUTSIDE:
            states = {state for _, state, _ in thread.seen}
            expect_equal(states, {"no context"}, f"states of {thread.name}")


@fact
def ticks_and_tasks_change_from_poll_to_poll():
    expect(max(len(t.ticks) for t in observed().threads) >= 20, "no worker's tick changed 20 times")
    tasks = set().union(*(t.tasks for t in observed().threads))
    expect(len(tasks) >= 10, f"only {len(tasks)} tasks were seen")


@fact
def the_header_of_the_task_in_the_lifo_slot_gives_its_poll_site_and_its_id():
    process = observed("--only", "second-runtime")
    waiting = set().union(*(t.waiting for t in process.threads))
    sites = {s["address"]: s["task"] for s in plan_of(demo_program())["poll_sites"]}
    expect(len(waiting) >= 10, f"{len(waiting)} tasks were seen in the LIFO slot")
    tasks = {sites.get(site) for site, _ in waiting}
    expect(all(task and "spawn_late" in task for task in tasks), f"tasks of poll sites: {tasks}")
    ids = {task_id for _, task_id in waiting}
    expect(len(ids) == len(waiting) and all(ids), f"ids: {waiting}")


@fact(root=False)
def the_plan_of_a_stripped_program_has_poll_sites_and_says_that_it_has_no_identity():
    stripped = stripped_demo("stripped")
    whole, runtime = plan_of(demo_program()), plan_of(stripped)
    identity = runtime["identity"]
    expect(identity is None and runtime["identity_problem"], f"identity: {identity}")
    by_shape, by_symbols = (
        {site["address"] for site in plan["poll_sites"]} for plan in (runtime, whole)
    )
    expect_equal(by_shape, by_symbols, "poll sites found by shape, and by symbols")
    expect_equal(runtime["poll_sites_by"], "shape", "how they were found")
    text = run([ANALYZE, "plan", stripped, "-o", path_for("stripped.plan")]).stdout
    expect("is not known" in text and "found without symbols" in text, f"printed: {text!r}")


@fact(root=False)
def of_a_library_for_musl_nothing_can_be_learned():
    with open(tokio_echo_library(), "rb") as file:
        content = file.read()
    for name, libc, learned in (("glibc.so", b"libc.so.6\0", True),
                                ("musl.so", b"libc.so\0\0\0", False)):
        with open(path_for(name), "wb") as file:
            file.write(content.replace(b"libc.so.6\0", libc))
        runtime = plan_of(path_for(name))
        expect_equal(runtime["can_be_learned"], learned, f"whether {name} can be learned")
        expect_equal("musl" in runtime["identity_problem"], not learned, "the reason")


@fact(root=False)
def a_runtime_whose_panics_have_no_paths_is_known_by_its_message():
    stripped = stripped_demo("no-paths")
    with open(stripped, "rb+") as file:
        content = file.read()
        expect(b"The Tokio context thread-local" in content, "the demo has the message")
        file.seek(0)
        file.write(content.replace(b"/tokio-", b"/other-"))
    runtime = plan_of(stripped)
    expect(runtime is not None, "a runtime in the plan")
    expect_equal(runtime["version"], None, "its version")
    expect(runtime["poll_sites"], "poll sites")


@fact(root=False)
def the_guess_without_debug_information_equals_what_debug_information_says():
    bare = stripped_demo("bare", "-g")
    known, guess = plan_of(demo_program())["identity"], plan_of(bare)["identity"]
    expect(guess, "there is no guess")
    flags = (known.pop("known"), guess.pop("known"))
    expect_equal(flags, (True, False), "`known` with debug information, and without")
    both = (known.pop("task_header"), guess.pop("task_header"))
    expect(both[0] is not None and both[1] is None, f"task_header with, and without: {both}")
    expect_equal(guess, known, "layout of the state")


@fact(root=False)
def scheduler_and_blocking_pool_of_a_site_are_known_without_debug_information():
    bare = stripped_demo("bare-sites", "-g")
    known, found = (
        {s["address"]: (s["scheduler"], s["blocking_pool"]) for s in plan_of(program)["poll_sites"]}
        for program in (demo_program(), bare)
    )
    unknown = {address for address, site in found.items() if site == (None, None)}
    expect(len(unknown) <= len(known) / 20, f"{len(unknown)} of {len(known)} sites are not known")
    expected = {address: site for address, site in known.items() if address not in unknown}
    seen = {address: site for address, site in found.items() if address not in unknown}
    expect_equal(seen, expected, "scheduler and blocking pool of the poll sites")


facts_check()
