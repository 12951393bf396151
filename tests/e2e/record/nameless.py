# SPDX-License-Identifier: MIT OR Apache-2.0
"""A program stripped of all names: what its stacks show without and with them.

One capture is loaded twice, without symbols and with those of the unstripped twin. So nothing that
the machine does makes a difference.
"""

import collections
import json
import os

from learned import learned_plan
from lib import TOP, Demo, Recording, analyzed, database, demo_path, expect, expect_equal, fact
from lib import facts_check, once, path_for, run

SECONDS = 8
EVENTS = """SELECT user_stack, count(*) FROM (SELECT user_stack FROM offcpu_span
    UNION ALL SELECT user_stack FROM sample) WHERE user_stack IS NOT NULL GROUP BY user_stack"""


class Stripped:
    """A variant of the demo, stripped and recorded."""

    def __init__(self, variant):
        stripped = path_for(f"stripped-{variant}")
        demo = Demo(variant, program=demo_path(variant))  # builds it where it is missing
        demo.process.kill()
        made = run(["strip", "-o", stripped, demo_path(variant)])
        expect_equal(made.returncode, 0, f"exit code of strip ({made.stderr})")
        known = learned_plan(stripped)
        if known:  # by another test: parks would be read, and have no stacks
            os.unlink(known)
        demo = Demo(variant, "--runtimes", program=stripped)
        recording = Recording(path_for(f"nameless-{variant}.hud"), "-d", SECONDS, "-p", demo.pid,
                              begun=False)
        self.capture = recording.ended_well()
        self.truth = demo.truth()
        self.without = database(self.capture)
        self.named = database(self.capture, "--binary", demo_path(variant))
        self.events = dict(self.named.execute(EVENTS))

    def classes(self, where="1"):
        """(class with names, class without) -> how many events."""
        counts = collections.Counter()
        named = dict(self.named.execute(
            f"SELECT id, class FROM stack WHERE kind = 'user' AND {where}"))
        for stack, found in self.without.execute("SELECT id, class FROM stack"):
            if stack in named:
                counts[named[stack], found] += self.events.get(stack, 0)
        return counts

    def share(self, of, to, where="1"):
        counts = self.classes(where)
        every = sum(n for (named, _), n in counts.items() if named == of)
        expect(every >= 20, f"only {every} events in class {of}: a broken set-up")
        return counts[of, to] / every

    def intervals(self, database_, where="1"):
        found = collections.defaultdict(list)
        for tid, start, end in database_.execute(f"""SELECT t.tid, b.start_ns, b.end_ns
                FROM blocking_poll AS b JOIN thread AS t ON t.id = b.thread WHERE {where}"""):
            found[tid].append((start, end))
        return found

    def made(self):
        """The long polls that the demo says it made."""
        found = collections.defaultdict(list)
        for block in self.truth["blocks"]:
            found[block["tid"]].append((block["poll_start_ns"], block["poll_end_ns"]))
        for poll in self.truth["slow"]:
            found[poll["tid"]].append((poll["start_ns"], poll["end_ns"]))
        return found


@once
def stripped(variant):
    return Stripped(variant)


def nothing_else_is_a_poll(variant):
    wrong = {key: n for key, n in stripped(variant).classes().items()
             if n and key[1] == "poll" and key[0] not in ("poll", "runtime")}
    expect(not wrong, f"taken for polls: {wrong}")


@fact
def what_is_no_poll_by_name_is_none_by_shape_in_release():
    nothing_else_is_a_poll("release")


@fact
def what_is_no_poll_by_name_is_none_by_shape_in_a_debug_build():
    nothing_else_is_a_poll("debug")


@fact
def a_poll_of_the_multi_threaded_scheduler_is_known_by_its_shape():
    for variant in ("release", "debug"):
        share = stripped(variant).share("poll", "poll", "scheduler = 'multi_thread'")
        expect(share >= 0.9, f"{variant}: {share:.1%} of the events")


@fact
def parks_and_closures_are_told_from_each_other():
    for of in ("park", "pool"):
        share = stripped("release").share(of, of)
        expect(share >= 0.9, f"{of}: {share:.1%} of the events")


@fact
def no_poll_blocks_that_does_not_by_name():
    """
    Upper bounds aside, which may be several polls, and are said to be: without names, tasks look
    alike until it is learned where the runtime's state is, which takes longer on a busy machine.
    Before that names may miss some: a worker that was in block_in_place and got its core back is
    only taken for one again when it parks. What the demo says it made is no mistake.
    """
    demo = stripped("release")
    named, made = demo.intervals(demo.named), demo.made()
    certain = demo.intervals(demo.without, "b.bounds <> 'upper'")
    polls = [(tid, *poll) for tid, every in certain.items() for poll in every]
    true = [p for p in polls if any(start < p[2] and p[1] < end for start, end in made[p[0]])]
    expect(len(true) >= 0.9 * len(polls), f"the demo made {len(true)} of {len(polls)} polls")
    wrong = [p for p in polls if p not in true and
             not any(start < p[2] and p[1] < end for start, end in named[p[0]])]
    expect(len(polls) >= 200, f"only {len(polls)} blocking polls: a broken set-up")
    expect(len(wrong) <= len(polls) / 200, f"{len(wrong)} of {len(polls)}: {wrong[:5]}")


@fact
def the_same_threads_are_workers():
    roles = """SELECT t.tid, r.role = 'worker' FROM thread_role AS r
        JOIN thread AS t ON t.id = r.thread"""
    demo = stripped("release")
    named, found = (dict(d.execute(roles)) for d in (demo.named, demo.without))
    invented = {tid for tid, worker in found.items() if worker and not named[tid]}
    workers = {tid for tid, worker in named.items() if worker}
    missed = {tid for tid in workers if not found[tid]}
    expect(not invented, f"no workers by name: {invented}")
    # A current_thread runtime whose root future does all the work is not known.
    expect(len(missed) <= len(workers) / 3, f"{len(missed)} of {len(workers)} are not found")


@fact
def the_report_gives_a_verdict_tasks_and_source_files():
    report = json.loads(analyzed("report", stripped("release").capture, "--json"))
    expect(report["verdict"]["level"] != "CANNOT TELL", f"verdict: {report['verdict']}")
    sites = report["sites"]
    sources = {os.path.relpath(os.path.join(directory, name), os.path.join(TOP, "examples", "demo"))
               for directory, _, names in os.walk(os.path.join(TOP, "examples", "demo", "src"))
               for name in names}
    files = {site["file"] for site in sites if site["file"]}
    wrong = {file for file in files if not file.startswith("/") and file not in sources}
    expect(sum(site["file"] in sources for site in sites) >= 3, f"files of the sites: {files}")
    expect(not wrong, f"no files of the demo: {wrong}")


@fact
def a_function_is_named_by_where_it_begins():
    names = {name for (name,) in stripped("release").without.execute("""SELECT DISTINCT function
        FROM frame WHERE function LIKE 'stripped-release+0x%' AND origin = 'user'""")}
    starts = set()
    for line in run(["nm", demo_path("release")]).stdout.splitlines():
        address, *rest = line.split()
        if len(rest) == 2:
            starts.add(int(address, 16))
    expect(len(names) >= 5, f"only {names}: a broken set-up")
    wrong = {name for name in names if int(name.split("+")[1], 16) not in starts}
    expect(not wrong, f"no function of the twin begins at {wrong}")


facts_check()
