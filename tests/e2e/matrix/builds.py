# SPDX-License-Identifier: MIT OR Apache-2.0
"""The demo, built as production programs are: each build recorded and compared with its own truth.
"""

import collections
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import lib  # noqa: E402
from comparison import Comparison  # noqa: E402
from lib import BUILD, MS, TOP, analyzed, expect, run  # noqa: E402

# name -> what differs from cargo's release profile with the demo's `debug = true`; None: made
# otherwise
BUILDS = {
    "release": None,
    "debug0": None,
    "debug": None,
    "lines": {"CARGO_PROFILE_RELEASE_DEBUG": "1"},
    "lto": {"CARGO_PROFILE_RELEASE_LTO": "fat"},
    "abort": {"CARGO_PROFILE_RELEASE_PANIC": "abort"},
    "fp-v0": {"RUSTFLAGS": "-C force-frame-pointers=yes -C symbol-mangling-version=v0"},
    "no-id": None,     # a copy of release without its build-id
    # a copy of release without symbols; plan and symbols come from release itself
    "stripped": None,
}
COPIES = {"no-id": "--remove-section=.note.gnu.build-id", "stripped": "--strip-all"}
WITHOUT_DEBUG_INFO = {"debug0"}
# Debug information without members of types: the runtime's state is found by other means or not at
# all.
WITHOUT_LAYOUT = {"debug0", "lines"}

# enum hud_stack_stop in format/wire/definitions.h
STOPS = ("end", "depth", "root", "no-mapping", "read-failed", "no-frame-pointer", "unsupported",
         "not-advancing")

# One block of these is many sleeps, most of them far shorter than the threshold: where whole polls
# are not seen, most of these blocks are not either.
MANY_SLEEPS = {"demo::guilty::save_snapshot", "demo::guilty::append_journal",
               "demo::guilty::read_archive",
               "demo::guilty::throttle"}

# There, computing is found by samples: a page fault or a stolen CPU divides one block into two
# spans.
COMPUTE = {"demo::guilty::hash", "demo::guilty::compress", "demo::guilty::elsewhere::checksum"}


def cargo(name, environment, *arguments):
    target = os.path.join(BUILD, "matrix", name)
    made = run(["cargo", "build", "--quiet", *arguments], seconds=600,
               cwd=os.path.join(TOP, "examples", "demo"),
               env={**os.environ, "PATH": "/usr/bin:/bin", "RUSTC": "/usr/bin/rustc",
                    "RUSTFLAGS": "",
                    "CARGO_TARGET_DIR": target, **environment})
    expect(made.returncode == 0, f"the demo does not build ({name})\n{made.stderr}")
    return target


def copy_of_release(name):
    whole, path = build("release"), os.path.join(BUILD, "matrix", name, "demo")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(whole):
        made = run(["objcopy", COPIES[name], whole, path])
        expect(made.returncode == 0, f"objcopy: {made.stderr}")
    return path


def build(name):
    """Path of the demo in this build, which is made if needed."""
    if name in COPIES:
        return copy_of_release(name)
    if BUILDS[name] is None:
        return lib.demo_build(name)
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


class Outcome(Comparison):
    """One build, recorded for some seconds."""

    def __init__(self, name, seconds):
        record = symbols = ()
        if name == "stripped":
            plan, symbols = lib.path_for("twin.plan"), ("--binary", build("release"))
            analyzed("plan", build("release"), "-o", plan)
            record = ("--plan", plan)
        super().__init__(f"matrix-{name}", seconds, program=build(name), record=record,
                         symbols=symbols)
        self.name = name
        self.stops = stack_stops(self.capture)
        # Stacks beyond the limit of 200 in 100 ms were not attempted.
        self.stops["none"] = self.db.execute("""SELECT coalesce(sum(count), 0) FROM loss
            WHERE cause IN ('stack-failed', 'open-stack')""").fetchone()[0]

    def passive(self):
        return all(row["source"] != "stack" for row in self.sources())

    def mode(self):
        return "passive" if self.passive() else "stack"

    def attempted(self):
        return sum(self.stops.values())

    def whole_share(self):
        return self.stops["root"] / max(self.attempted(), 1)

    def stacks_reach_the_root(self):
        expect(self.attempted() >= 500, f"only {self.attempted()} stacks")
        expect(self.whole_share() >= 0.995,
               f"{self.whole_share():.2%} of {self.attempted()}: {dict(self.stops)}")

    def spans_hold(self):
        """
        Without whole polls: sleeps and runs of samples over the threshold, by function, within a
        tenth.
        """
        true, true_ns = collections.Counter(), collections.Counter()
        for p in self.polls:
            for b in p.blocks:
                busy_ns = b["wall_ns"] - b["run_queue_ns"]
                if b["function"] not in MANY_SLEEPS and busy_ns >= self.threshold_ns:
                    true[b["function"]] += 1
                    true_ns[b["function"]] += busy_ns
        seen, seen_ns = collections.Counter(), collections.Counter()
        for p in self.polls:
            for s in p.seen:
                for (function, _), ns in s["slices"].items():
                    seen[function] += 1
                    seen_ns[function] += ns
        text = "\n".join(f"{true[f]:5} {seen[f]:5} {true_ns[f] / MS:9.1f} {seen_ns[f] / MS:9.1f} "
                         f"ms  {f}"
                         for f in sorted(set(true) | set(seen)))
        wrong = []
        for f, count in true.items():
            if f not in COMPUTE and abs(seen[f] - count) > max(1, 0.1 * count):
                wrong.append(f"{f}: {seen[f]} of {count} blocks")
            if abs(seen_ns[f] - true_ns[f]) > max(0.2 if f in COMPUTE else 0.1,
                                                  1.1 / count) * true_ns[f]:
                wrong.append(f"{f}: {seen_ns[f] / MS:.0f} of {true_ns[f] / MS:.0f} ms")
        expect(true and not wrong, "; ".join(wrong) + f"\n true   hud      true       hud\n{text}")

    def code_is_named_without_debug_info(self):
        """All code is named by a symbol of the program, or as module+0x."""
        own = every = true = 0
        for p in self.polls:
            true += sum(b["wall_ns"] - b["run_queue_ns"] for b in p.blocks
                        if b["function"] not in MANY_SLEEPS
                        and b["wall_ns"] - b["run_queue_ns"] >= self.threshold_ns)
            for s in p.seen:
                for (function, _), ns in s["slices"].items():
                    every += ns
                    own += ns if "demo::" in function or function.startswith("demo+0x") else 0
        expect(own >= 0.98 * every, f"{own / MS:.0f} of {every / MS:.0f} ms are named")
        expect(own >= 0.9 * true, f"{own / MS:.0f} of at least {true / MS:.0f} ms are named")

    def facts(self):
        """What must hold of this build."""
        facts = [self.stacks_reach_the_root, self.no_innocent_is_reported, self.little_is_unknown,
                 self.slices_add_up, self.polls_compute_no_more_than_their_threads,
                 self.workers_add_up,
                 self.nothing_is_lost]
        if self.name not in WITHOUT_LAYOUT:
            facts += [self.polls_are_seen_passively]
        if self.passive():
            facts += [self.every_long_poll_is_found_once, self.true_edges_lie_in_the_bounds,
                      self.none_is_invented]
        if self.name in WITHOUT_DEBUG_INFO:
            return facts + [self.code_is_named_without_debug_info]
        facts += [self.no_function_is_reported_for_another, self.the_holder_is_the_waker]
        if self.passive():
            return facts + [self.every_guilty_is_named, self.totals_and_counts_hold]
        return facts + [self.spans_hold]
