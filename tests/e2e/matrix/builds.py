# SPDX-License-Identifier: MIT OR Apache-2.0
"""The demo in the builds that production has, each recorded and compared with its own truth."""

import collections
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import lib  # noqa: E402
from lib import BUILD, MS, TOP, Recording, analyzed, expect, query, run  # noqa: E402

# name -> what differs from cargo's release profile with the demo's `debug = true`
BUILDS = {
    "release": {},
    "debug0": {"CARGO_PROFILE_RELEASE_DEBUG": "0"},
    "lines": {"CARGO_PROFILE_RELEASE_DEBUG": "1"},
    "lto": {"CARGO_PROFILE_RELEASE_LTO": "fat"},
    "abort": {"CARGO_PROFILE_RELEASE_PANIC": "abort"},
    "no-id": {"RUSTFLAGS": "-C link-arg=-Wl,--build-id=none"},
    "debug": None,     # cargo's debug profile
    "stripped": None,  # a copy of release without symbols, which it gets from release itself
}
WITHOUT_DEBUG_INFO = {"debug0"}

# enum hud_stack_stop in format/wire.h
STOPS = ("end", "depth", "root", "no-mapping", "read-failed", "no-frame-pointer", "unsupported", "not-advancing")

THRESHOLD = 5 * MS
FINE = "30us"

# One block of these is many sleeps, most of them far shorter than the threshold: without the identity
# of the poll neither their count nor their time is known. What stacks can show is that whoever sleeps
# there is named, for each sleep that a recorder with a low threshold has.
MANY_SLEEPS = {"demo::guilty::save_snapshot", "demo::guilty::append_journal", "demo::guilty::read_archive"}

# What computes is found by looks: a page fault or a stolen CPU divides one block into two spans, and
# spans are what is counted until polls are seen. Their time is held to the truth all the same.
COMPUTE = {"demo::guilty::hash", "demo::guilty::compress"}


def cargo(name, environment, *arguments):
    target = os.path.join(BUILD, "matrix", name)
    made = run(["cargo", "build", "--quiet", *arguments], seconds=600, cwd=os.path.join(TOP, "examples", "demo"),
               env={**os.environ, "PATH": "/usr/bin:/bin", "RUSTC": "/usr/bin/rustc", "RUSTFLAGS": "",
                    "CARGO_TARGET_DIR": target, **environment})
    expect(made.returncode == 0, f"the demo does not build ({name})\n{made.stderr}")
    return target


def build(name):
    """Path of the demo in this build; made once, a no-op when fresh."""
    if name == "debug":
        return os.path.join(cargo(name, {}), "debug", "demo")
    if name == "stripped":
        whole = build("release")
        path = os.path.join(BUILD, "matrix", "stripped", "demo")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(whole):
            stripped = run(["strip", "-o", path, whole])
            expect(stripped.returncode == 0, f"strip: {stripped.stderr}")
        return path
    return os.path.join(cargo(name, BUILDS[name], "--release"), "release", "demo")


def stack_stops(capture):
    """Why the walks ended: reason -> how many of the stacks that events refer to."""
    stop_of, uses = {}, collections.Counter()
    for line in analyzed("dump", capture).splitlines():
        kind, *words = line.split()
        if kind not in ("user-stack", "offcpu", "sample"):
            continue
        field = dict(word.split("=", 1) for word in words if "=" in word)
        if kind == "user-stack":
            stop_of[field["id"]] = STOPS[int(field["stop"])]
            continue
        for which in ("user_stack", "waker_stack"):
            if field.get(which, "0") != "0":
                uses[stop_of[field[which]]] += 1
    return uses


class Outcome:
    """One build, recorded for some seconds."""

    def __init__(self, name, seconds):
        self.name = name
        self.program = build(name)
        self.truth_file = lib.path_for(f"matrix-{name}.json")
        demo = lib.Demo.__new__(lib.Demo)
        demo.program, demo.truth_file = self.program, self.truth_file
        demo.process = lib.start([self.program, "--quiet", "--truth", self.truth_file],
                                 stdout=lib.subprocess.PIPE, stderr=lib.subprocess.PIPE)
        line = demo.process.stdout.readline()
        expect(line.startswith("demo: pid "), f"the demo's first line is {line!r}")
        coarse, fine = (Recording(lib.path_for(f"matrix-{name}-{how}.hud"), "-d", seconds, "-p",
                                  demo.process.pid, *options, begun=False)
                        for how, options in (("coarse", ()), ("fine", ("-t", FINE))))
        self.capture, fine = coarse.ended_well(), fine.ended_well()
        self.truth = demo.truth()
        self.symbols = ["--binary", build("release")] if name == "stripped" else []
        self.report = lib.json.loads(analyzed("report", self.capture, "--json", *self.symbols))
        self.stops = stack_stops(self.capture) + stack_stops(fine)
        self.true, self.true_ns = collections.Counter(), collections.Counter()
        for b in self.blocks_in(self.capture):
            if b["wall_ns"] - b["run_queue_ns"] >= THRESHOLD:
                self.true[b["function"]] += 1
                self.true_ns[b["function"]] += b["wall_ns"] - b["run_queue_ns"]
        self.seen, self.seen_ns = collections.Counter(), collections.Counter()
        for s in self.report["sites"]:
            self.seen[s["function"]] += s["count"]
            self.seen_ns[s["function"]] += s["total_ns"] - s["run_queue_ns"]
        self.spans_in_blocks(fine)
        # What the limit of 200 stacks in 100 ms let no one take was not attempted.
        self.stops["none"] = sum(query(capture, """SELECT coalesce(sum(count), 0) AS n FROM loss
            WHERE cause IN ('stack-failed', 'open-stack')""")[0]["n"] for capture in (self.capture, fine))

    def spans_in_blocks(self, capture):
        """By function, of the off-CPU spans in its blocks: all, with a stack, with it on the stack."""
        functions, spans = collections.defaultdict(set), collections.defaultdict(list)
        for row in self.rows(capture, """SELECT DISTINCT p.stack, f.function FROM stack_frame AS p
                JOIN frame AS f ON f.id = p.frame WHERE f.function LIKE 'demo::guilty::%'"""):
            functions[row["stack"]].add(row["function"])
        for row in self.rows(capture, """SELECT t.tid, s.start_ns, s.end_ns, s.run_queue_ns, s.user_stack
                FROM offcpu_span AS s JOIN thread AS t ON t.id = s.thread"""):
            spans[row["tid"]].append(row)
        self.true_off_ns, self.off_ns, self.stack_ns, self.named_ns = (collections.Counter() for _ in range(4))
        for b in self.blocks_in(capture):
            f = b["function"]
            self.true_off_ns[f] += b["wall_ns"] - b["cpu_ns"] - b["run_queue_ns"]
            for s in spans[b["tid"]]:
                if s["start_ns"] < b["start_ns"] or s["end_ns"] > b["end_ns"]:
                    continue
                ns = s["end_ns"] - s["start_ns"] - s["run_queue_ns"]
                self.off_ns[f] += ns
                self.stack_ns[f] += ns if s["user_stack"] else 0
                self.named_ns[f] += ns if f in functions[s["user_stack"]] else 0

    def rows(self, capture, sql):
        return lib.json.loads(analyzed("query", capture, sql, "--json", *self.symbols))

    def blocks_in(self, capture):
        edges = query(capture, "SELECT start_ns, end_ns FROM capture")[0]
        return [b for b in self.truth["blocks"] if not b["open"] and b["start_ns"] >= edges["start_ns"]
                and b["end_ns"] <= edges["end_ns"]]

    def attempted(self):
        return sum(self.stops.values())

    def whole_share(self):
        return self.stops["root"] / max(self.attempted(), 1)

    def table(self):
        names = sorted(set(self.true) | set(self.seen))
        return "\n".join(f"{self.true[f]:5} {self.seen[f]:5} blocks {self.true_ns[f] / MS:8.1f} "
                         f"{self.seen_ns[f] / MS:8.1f} ms  {f}" for f in names)

    def stacks_reach_the_root(self):
        expect(self.attempted() >= 500, f"only {self.attempted()} stacks")
        expect(self.whole_share() >= 0.995, f"{self.whole_share():.2%} of {self.attempted()}: {dict(self.stops)}")

    def guilty_are_found(self):
        missing = [f for f in self.true if self.true[f] >= 2 and not self.seen[f]]
        expect(not missing, f"not reported: {missing}\n true   hud\n{self.table()}")
        wrong = []
        for f in self.true:
            # one block may lie across the edge of the recording
            one = 1.1 * self.true_ns[f] / self.true[f]
            if f in MANY_SLEEPS:
                if self.named_ns[f] < 0.99 * self.stack_ns[f]:
                    wrong.append(f"{f}: on the stacks of {self.named_ns[f] / MS:.0f} of {self.stack_ns[f] / MS:.0f} "
                                 f"ms that it slept (-t {FINE})")
            elif f not in COMPUTE and abs(self.seen[f] - self.true[f]) > max(1, 0.1 * self.true[f]):
                wrong.append(f"{f}: {self.seen[f]} of {self.true[f]} blocks")
            elif abs(self.seen_ns[f] - self.true_ns[f]) > max((0.2 if f in COMPUTE else 0.1) * self.true_ns[f], one):
                wrong.append(f"{f}: {self.seen_ns[f] / MS:.0f} of {self.true_ns[f] / MS:.0f} ms")
        expect(not wrong, "; ".join(wrong) + f"\n true   hud\n{self.table()}")

    def nothing_is_unknown(self):
        total = sum(self.seen_ns.values())
        expect(self.seen_ns["unknown"] <= 0.01 * total,
               f"{self.seen_ns['unknown'] / MS:.1f} of {total / MS:.1f} ms at `unknown`")

    def code_is_named_without_debug_info(self):
        """All of it by a symbol of the program's own, or module+0x."""
        def own(of):
            return sum(ns for f, ns in of.items() if "demo::" in f or f.startswith("demo+0x"))
        expect(own(self.seen_ns) >= 0.99 * sum(self.seen_ns.values()),
               f"not named\n true   hud\n{self.table()}")
        true = sum(ns for f, ns in self.true_ns.items() if f not in MANY_SLEEPS)
        expect(own(self.seen_ns) >= 0.9 * true,
               f"{own(self.seen_ns) / MS:.0f} of {true / MS:.0f} ms\n true   hud\n{self.table()}")
