# SPDX-License-Identifier: MIT OR Apache-2.0
"""The programs that tests/bench/overhead.py records, and the tools that record them."""

import mmap
import os
import re
import shutil
import signal
import struct
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LINKS = 8  # connections of the echo server's client: its worker seldom parks
PACED_ROUNDS = 3333  # a second; three switches each
ATTACH_SECONDS = 30
STOP_SECONDS = 20


class Unusable(Exception):
    """Something needed is missing or failed; the message says what, in one line."""


class Workload:
    """A program under load. `target` is its pid, count() the work done so far."""

    def __init__(self, name, title, unit, commands):
        self.name, self.title, self.unit, self.commands = name, title, unit, commands
        self.children, self.target = [], None

    def start(self, directory):
        path = os.path.join(directory, self.name + ".count")
        with open(path, "wb") as file:
            file.write(bytes(8))
        with open(path, "r+b") as file:
            self.counter = mmap.mmap(file.fileno(), 8)
        printed = ""
        for cpu, command in self.commands:
            command = [part.format(file=path, printed=printed) for part in command]
            child = subprocess.Popen(
                ["taskset", "-c", str(cpu), *command], stdout=subprocess.PIPE, text=True
            )
            self.children.append(child)
            if self.target is None:
                self.target = child.pid
            if "serve" in command:
                printed = child.stdout.readline().strip()
        began = time.monotonic()
        while not self.count():
            if time.monotonic() - began > 10:
                raise Unusable(f"{self.name} does not begin to work")
            time.sleep(0.05)

    def count(self):
        return struct.unpack("=Q", self.counter[:8])[0]

    def stop(self):
        for child in reversed(self.children):
            child.kill()
            child.wait()
            child.stdout.close()
        self.children, self.target = [], None


def workloads(build):
    """Each is pinned: the target to the last processor, its client to the first."""
    cpus = sorted(os.sched_getaffinity(0))
    first, last = cpus[0], cpus[-1]
    pipe = os.path.join(build, "bench", "pipe")
    tokio = os.path.join(build, "bench", "tokio", "release", "bench-tokio")

    def echo(name, title, links):
        client = [tokio, "load", "{printed}", str(links), "{file}"]
        return Workload(name, title, "messages", [(last, [tokio, "serve"]), (first, client)])

    return [
        Workload(
            "pipe",
            "Two threads and a pipe (C, no Tokio; nothing but context switches)",
            "rounds",
            [(last, [pipe, "{file}"])],
        ),
        echo("echo", f"A Tokio echo server, one worker, {LINKS} connections", LINKS),
        echo("link", "The same with one connection: its worker parks after each message", 1),
        Workload(
            "yield",
            "A Tokio worker in a `yield_now` loop",
            "polls",
            [(last, [tokio, "yield", "{file}"])],
        ),
        Workload(
            "paced",
            "The pipe, held to some 10,000 switches a second",
            "rounds",
            [(last, [pipe, "{file}", str(PACED_ROUNDS)])],
        ),
    ]


def threads_of(pid):
    """Directories in /proc of the threads of a process and of its children."""
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for tid in tasks:
        yield f"/proc/{pid}/task/{tid}"
        try:
            with open(f"/proc/{pid}/task/{tid}/children") as file:
                children = file.read().split()
        except OSError:
            continue
        for child in children:
            yield from threads_of(child)


def cpu_seconds(pid):
    total = 0
    for task in threads_of(pid):
        try:
            with open(task + "/schedstat") as file:
                total += int(file.read().split()[0])
        except (OSError, IndexError):
            pass
    return total / 1e9


def switches(pid):
    total = 0
    for task in threads_of(pid):
        try:
            with open(task + "/status") as file:
                total += sum(map(int, re.findall(r"ctxt_switches:\s+(\d+)", file.read())))
        except OSError:
            pass
    return total


def memory_bytes(pid):
    """Resident bytes without the rings shared with the kernel, and those of the rings."""
    own = rings = 0
    is_ring = False
    try:
        with open(f"/proc/{pid}/smaps") as file:
            for line in file:
                if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                    is_ring = "anon_inode:" in line
                elif line.startswith("Rss:"):
                    size = int(line.split()[1]) * 1024
                    own, rings = own + size * (not is_ring), rings + size * is_ring
    except OSError:
        pass
    return own, rings


class Tool:
    """Something that records a process. Subclasses know its command line and its messages."""

    def __init__(self, name):
        self.name, self.child, self.used = name, None, {}

    def command(self, pid, output):
        raise NotImplementedError

    def ready(self, said):
        """Does what it has printed show that it is attached? None: it does not print that."""
        return None

    def reported(self, output, said):
        """What it reports of its own cost and loss."""
        return {}

    def start(self, pid, directory):
        self.output = os.path.join(directory, "recorded")
        self.log = os.path.join(directory, "said")
        began = time.monotonic()
        with open(self.log, "w") as log:
            self.child = subprocess.Popen(
                self.command(pid, self.output), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        while self.ready(self.said()) is False and self.child.poll() is None:
            if time.monotonic() - began > ATTACH_SECONDS:
                self.child.kill()
                self.child.wait()
                raise Unusable(f"{self.name} does not attach: {self.said()[-300:].strip()}")
            time.sleep(0.05)
        self.attached = time.monotonic()

    def said(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def stop(self):
        """What it used, as a dictionary; Unusable with its last message when it failed."""
        seconds = time.monotonic() - self.attached
        if self.child.poll() is not None:
            raise Unusable(f"{self.name} ended by itself: {self.said()[-300:].strip()}")
        self.child.send_signal(signal.SIGINT)
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:  # bpftrace hung now and then; its window was measured
            self.child.kill()
            self.child.wait()
        said = self.said()
        if self.child.returncode in (-signal.SIGABRT, -signal.SIGSEGV):
            raise Unusable(f"{self.name} died: {said[-300:].strip()}")
        size = os.path.getsize(self.output) if os.path.exists(self.output) else len(said)
        result = {"bytes": size / seconds, "lost": 0, **self.reported(self.output, said)}
        for left in (self.output, self.output + ".partial"):
            if os.path.exists(left):
                os.remove(left)
        return result


class Nothing(Tool):
    """The control: everything as with a tool, without a tool."""

    def start(self, pid, directory):
        self.child = None

    def stop(self):
        return {}


class Hud(Tool):
    def __init__(self, name, build, options):
        super().__init__(name)
        self.build, self.options = build, options

    def command(self, pid, output):
        recorder = os.path.join(self.build, "hud-record")
        return [recorder, "-v", "-p", str(pid), "-o", output, *self.options]

    def ready(self, said):
        return "samples a second" in said

    def reported(self, output, said):
        costs = """SELECT max(bpf_run_ns), max(bpf_runs), max(bpf_measured_ns)
            FROM cost WHERE bpf_measured_ns > 0"""
        asked = subprocess.run(
            [os.path.join(self.build, "hud-analyze"), "query", "--csv", output, costs],
            capture_output=True,
            text=True,
        )
        row = asked.stdout.strip().splitlines()[-1].split(",") if asked.returncode == 0 else []
        lost = re.search(r"(\d+) lost", said)
        cost = {"lost": int(lost.group(1)) if lost else None}
        if len(row) == 3 and all(row):
            run, runs, measured = (float(part) for part in row)
            cost.update(bpf=run / measured, runs=runs / measured * 1e9, run_ns=run / max(runs, 1))
        return cost


class Perf(Tool):
    def __init__(self, name, arguments):
        super().__init__(name)
        self.arguments = arguments

    def command(self, pid, output):
        return ["perf"] + [part.format(pid=pid, output=output) for part in self.arguments]

    def reported(self, output, said):
        lost = re.search(r"lost (\d+) ", said)
        return {"lost": int(lost.group(1)) if lost else 0}


class Bpftrace(Tool):
    def command(self, pid, output):
        return ["bpftrace", os.path.join(HERE, "offcpu.bt"), str(pid)]

    def ready(self, said):
        return "ready" in said

    def reported(self, output, said):
        return {"lost": sum(map(int, re.findall(r"Lost (\d+) events", said)))}


def tools(build, others):
    """The tools installed here, and a line for each that is not.

    `others` are (name, build) of other builds of hud-record.
    """
    found, missing = [Nothing("nothing (A/A)"), Hud("hud-record", build, [])], []
    found += [Hud(f"hud-record ({name})", where, []) for name, where in others]
    options = subprocess.run(
        [os.path.join(build, "hud-record"), "--help"], capture_output=True, text=True
    ).stdout
    for option in ("--stacks-only", "--polls"):
        if re.search(rf"{option}\b", options):
            found.append(Hud(f"hud-record {option}", build, [option]))
        else:
            missing.append(f"hud-record {option}: this hud-record has no such option")
    if shutil.which("perf"):
        found += [
            Perf("perf record -F 99 -g, per task",
                 ["record", "-F", "99", "-g", "-p", "{pid}", "-o", "{output}"]),
            Perf("perf record -F 99 -g, per CPU (-a)",
                 ["record", "-F", "99", "-g", "-a", "-o", "{output}"]),
            Perf("perf sched record", ["sched", "record", "-o", "{output}"]),
        ]
    else:
        missing.append("perf: not installed (Debian package linux-perf; make bench-deps)")
    if shutil.which("bpftrace"):
        found.append(Bpftrace("bpftrace, off-CPU time by user stack"))
    else:
        missing.append("bpftrace: not installed (Debian package bpftrace; make bench-deps)")
    return found, missing
