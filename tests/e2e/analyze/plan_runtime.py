# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a plan says of Tokio's state holds in a live process: read through it from outside, as hud-record does."""

import collections
import ctypes
import json
import os
import platform
import time

from lib import ANALYZE, Demo, Skip, expect, expect_equal, fact, facts_check, once, path_for, run

SECONDS = 4
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
    """One thread of the process, and what was seen of it."""

    def __init__(self, process, tid):
        self.directory = f"/proc/{process.pid}/task/{tid}"
        self.process, self.pointer = process, thread_pointer(tid)
        self.name = open(f"{self.directory}/comm").read().strip()
        self.ticks, self.tasks = set(), set()
        self.budgets = collections.Counter()  # (state, is there one)
        self.waiting = set()  # (poll site, task id) of those in the LIFO slot
        self.seen = collections.Counter()  # (kind, state, system call) of looks while it did not run

    def read(self, address, size=WORD):
        return self.process.read(address, size)

    def state(self):
        """(kind, state), and beside it what the core says."""
        for s in self.process.identity["schedulers"]:
            context = self.read(self.pointer + s["context"])
            variant, parked = s["variant"], s["parked"]
            if not context or (variant and
                               self.read(context + variant["offset"], variant["bytes"]) != variant["value"]):
                continue
            core = self.read(context + s["core"])
            if not core:
                return s["kind"], "no core"
            self.ticks.add(self.read(core + s["tick"], 4))
            self.next = self.read(core + s["lifo"]) if s["lifo"] is not None else 0
            waits = self.read(core + parked["offset"], parked["bytes"]) == parked["value"]
            return s["kind"], "parked" if waits else "polls"
        return None, "no context"

    def waits_next(self):
        """Of the task in the LIFO slot: what polls it, and its id."""
        header = self.process.identity["task_header"]
        table = self.read(self.next + header["vtable"])
        return self.read(table) - self.process.base, self.read(self.next + self.read(table + header["id"]))

    def task(self):
        identity = self.process.identity
        if identity["task_tag"] is not None and not self.read(self.pointer + identity["task_tag"]):
            return 0
        return self.read(self.pointer + identity["task"])

    def ran(self):
        with open(f"{self.directory}/schedstat") as file:
            return file.read()

    def look(self):
        try:
            before, call = self.ran(), open(f"{self.directory}/syscall").read().split()[0]
            self.next = 0
            kind, state = self.state()
            task = self.task()
            budget = self.read(self.pointer + self.process.identity["budget"], 1)
            waiting = self.waits_next() if self.next else None
            if call == "running" or self.ran() != before:
                return
        except (OSError, ValueError):
            return
        self.seen[kind, state, int(call)] += 1
        self.budgets[state, budget] += 1
        if waiting:
            self.waiting.add(waiting)
        if state == "polls" and task:
            self.tasks.add(task)


class Process:
    def __init__(self, demo, runtime):
        self.pid, self.identity = demo.pid, runtime["identity"]
        self.memory = os.open(f"/proc/{self.pid}/mem", os.O_RDONLY)
        with open(f"/proc/{self.pid}/maps") as file:
            self.base = int(file.readline().split("-")[0], 16)  # the program lies lowest
        self.threads = [Thread(self, int(tid)) for tid in os.listdir(f"/proc/{self.pid}/task")]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for thread in self.threads:
                thread.look()
            time.sleep(0.001)

    def read(self, address, size):
        return int.from_bytes(os.pread(self.memory, size, address), "little")

    def seen(self, state, calls, kind=None):
        return sum(n for t in self.threads for (k, s, c), n in t.seen.items()
                   if s == state and c in calls and (not kind or k == kind))


@once
def demo_program():
    demo = Demo()
    demo.process.kill()
    return demo.program


@once
def looked(*options):
    demo = Demo("release", *options)
    time.sleep(0.5)
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
    expect(looked().seen("parked", waits) >= 50, f"{looked().seen('parked', waits)} parks seen in epoll_wait")
    expect_equal(looked().seen("polls", waits), 0, "looks at a worker in epoll_wait that were taken for polls")


@fact
def a_worker_that_sleeps_with_its_core_polls_and_is_never_parked():
    sleeps = of_machine(SLEEPS)
    expect(looked().seen("polls", sleeps) >= 20, f"{looked().seen('polls', sleeps)} sleeps seen in polls")
    expect_equal(looked().seen("parked", sleeps), 0, "sleeps that were taken for parks")


@fact
def who_gave_the_core_away_sleeps_without_one():
    sleeps = of_machine(SLEEPS)
    expect(looked().seen("no core", sleeps) >= 10, f"{looked().seen('no core', sleeps)} of them seen")


@fact
def both_kinds_of_scheduler_are_seen_on_threads_of_their_own():
    kinds = collections.defaultdict(set)
    for thread in looked().threads:
        kinds[thread.name == "load"] |= {kind for kind, _, _ in thread.seen if kind}
    expect_equal(kinds[True], {"current_thread"}, "schedulers of the thread `load`")
    expect_equal(kinds[False], {"multi_thread"}, "schedulers of all other threads")


@fact
def threads_of_no_runtime_have_no_context():
    for thread in looked().threads:
        if thread.name in ("index", "dns", "config", "batch"):
            expect_equal({s for _, s, _ in thread.seen}, {"no context"}, f"states of {thread.name}")


@fact
def ticks_and_tasks_change_from_poll_to_poll():
    expect(max(len(t.ticks) for t in looked().threads) >= 20, "no worker's tick changed 20 times")
    expect(len(set().union(*(t.tasks for t in looked().threads))) >= 10, "fewer than 10 tasks were seen")


@fact
def a_coop_budget_is_there_in_polls_and_not_in_parks():
    budgets = sum((t.budgets for t in looked().threads), collections.Counter())
    expect(budgets["polls", 1] > 9 * budgets["polls", 0], f"of polls that sleep: {budgets}")
    expect(budgets["parked", 0] >= 50 and not budgets["parked", 1], f"of parks: {budgets}")


@fact
def the_header_of_a_task_that_is_to_run_next_leads_to_its_poll_site_and_its_id():
    process = looked("--only", "second-runtime")
    waiting = set().union(*(t.waiting for t in process.threads))
    sites = {s["address"]: s["task"] for s in plan_of(demo_program())["poll_sites"]}
    expect(len(waiting) >= 10, f"{len(waiting)} tasks were seen to be next")
    expect({sites.get(site) for site, _ in waiting} <= {t for t in sites.values() if t and "spawn_late" in t},
           f"poll sites: { {sites.get(site) for site, _ in waiting} }")
    expect(len({task for _, task in waiting}) == len(waiting) and all(task for _, task in waiting), f"ids: {waiting}")


@fact(root=False)
def a_stripped_program_has_poll_sites_but_no_identity_and_says_so():
    stripped = path_for("stripped")
    expect_equal(run(["strip", "-o", stripped, demo_program()]).returncode, 0, "exit code of strip")
    whole, runtime = plan_of(demo_program()), plan_of(stripped)
    expect(runtime["identity"] is None and runtime["identity_problem"], f"identity: {runtime['identity']}")
    expect_equal({s["address"] for s in runtime["poll_sites"]}, {s["address"] for s in whole["poll_sites"]},
                 "poll sites by shape, against those by symbols")
    expect_equal(runtime["poll_sites_by"], "shape", "how they were found")
    text = run([ANALYZE, "plan", stripped, "-o", path_for("stripped.plan")]).stdout
    expect("is not known" in text and "found without symbols" in text, f"it said {text!r}")


@fact(root=False)
def without_debug_information_the_guess_is_what_debug_information_says():
    bare = path_for("bare")
    expect_equal(run(["strip", "-g", "-o", bare, demo_program()]).returncode, 0, "exit code of strip")
    known, guess = plan_of(demo_program())["identity"], plan_of(bare)["identity"]
    expect(guess, "there is no guess")
    expect_equal((known.pop("known"), guess.pop("known")), (True, False), "`known` with debug information, and without")
    for more in ("budget", "task_header"):
        expect(known.pop(more) is not None and guess.pop(more) is None, f"{more} comes from debug information only")
    expect_equal(guess, known, "where the state lies")


@fact(root=False)
def without_debug_information_scheduler_and_blocking_pool_of_a_site_are_known():
    bare = path_for("bare-sites")
    expect_equal(run(["strip", "-g", "-o", bare, demo_program()]).returncode, 0, "exit code of strip")
    known, told = ({s["address"]: (s["scheduler"], s["blocking_pool"]) for s in plan_of(p)["poll_sites"]}
                   for p in (demo_program(), bare))
    unknown = {address for address, site in told.items() if site == (None, None)}
    expect(len(unknown) <= len(known) / 20, f"{len(unknown)} of {len(known)} sites are not known")
    expect_equal({a: s for a, s in told.items() if a not in unknown},
                 {a: s for a, s in known.items() if a not in unknown}, "scheduler and blocking pool of the poll sites")


facts_check()
