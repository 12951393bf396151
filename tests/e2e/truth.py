# SPDX-License-Identifier: MIT OR Apache-2.0
"""hud against the demo's ground truth: blocks of 10 ms and more that lie wholly in the recording.

Two recorders watch the same run. One is at the default threshold of 5 ms. The other is at 0.1 ms, for
the three file endpoints wait many times in one poll, each time for less than 5 ms, and as long as hud
counts spans and not polls (count_unit), no such wait is seen at 5 ms. append_journal's syncs take 30 us
on a fast disk: it must be named, but its time is compared with nothing.
"""

import collections

from lib import (MS, Demo, Recording, Wrong, analyzed, database, expect, expect_near, fact,
                 facts_check, once, path_for, report)

SECONDS = 12
FINE = "100us"
LONG = 10 * MS
ROUNDING = 1 * MS  # a block of just 10 ms may be a span of just less

# Found for sure under the low threshold only.
SHORT_WAITS = {"demo::guilty::save_snapshot", "demo::guilty::append_journal", "demo::guilty::read_archive"}
SHORTEST_WAITS = "demo::guilty::append_journal"
# One block is one sleep.
ONE_SLEEP = {"demo::guilty::pause", "demo::guilty::find_in_index", "demo::guilty::resolve"}


def off_cpu_ns(block):
    return block["wall_ns"] - block["cpu_ns"] - block["run_queue_ns"]


class Comparison:
    """One run of a demo: truth, report, and which spans of hud lie in which true block."""

    def __init__(self, variant):
        demo = Demo(variant)
        coarse = Recording(path_for(f"{variant}.hud"), "-d", SECONDS, "-p", demo.pid, begun=False)
        fine = Recording(path_for(f"{variant}-fine.hud"), "-d", SECONDS, "-t", FINE, "-p", demo.pid,
                         begun=False)
        self.capture, self.fine = coarse.ended_well(), fine.ended_well()
        self.truth = demo.truth()
        self.report, self.fine_report = report(self.capture), report(self.fine)
        self.coarse_blocks, self.coarse_spans = self.match(self.capture)
        self.blocks, self.spans = self.match(self.fine)

    def match(self, capture):
        """Blocks that lie in the capture, and by block the off-CPU spans that hud has there."""
        db = database(capture)
        start, end = db.execute("SELECT start_ns, end_ns FROM capture").fetchone()
        blocks = [b for b in self.truth["blocks"] if not b["open"] and b["wall_ns"] >= LONG
                  and b["start_ns"] >= start and b["end_ns"] <= end]
        expect(len(blocks) >= 50, f"only {len(blocks)} true blocks of 10 ms in {capture}: a broken set-up")
        of_thread = collections.defaultdict(list)
        for span in db.execute("""SELECT t.tid, b.start_ns, b.end_ns, b.wall_ns, b.run_queue_ns,
                    s.function, s.cause
                FROM blocking_poll AS b JOIN thread AS t ON t.id = b.thread
                JOIN slice AS p ON p.blocking_poll = b.id JOIN site AS s ON s.id = p.site
                WHERE b.kind = 'off-cpu'"""):
            of_thread[span["tid"]].append(span)
        spans = [[s for s in of_thread[b["tid"]]
                  if s["start_ns"] >= b["start_ns"] and s["end_ns"] <= b["end_ns"]]
                 for b in blocks]
        return blocks, spans

    def functions(self):
        """Function -> its blocks that were 10 ms without waiting for a CPU."""
        found = collections.defaultdict(list)
        for block in self.coarse_blocks:
            if block["wall_ns"] - block["run_queue_ns"] >= LONG:
                found[block["function"]].append(block)
        return found


@once
def comparison(variant):
    return Comparison(variant)


def sites_text(sites):
    return "\n".join(f"{s['total_ns'] / MS:9.1f} ms {s['count']:5} {s['cause']:10} {s['function']} "
                     f"{s['file']}:{s['line']} (entry {s['entry']})" for s in sites)


def function_facts(variant, how):
    """The facts of one build."""

    def say(name, **options):
        return fact(name=f"{how}_{name}", **options)

    @say("every_guilty_function_is_named_with_its_line_and_its_cause")
    def _():
        c = comparison(variant)
        wrong = []
        for function, blocks in sorted(c.functions().items()):
            true = blocks[0]
            lines = {line for b in blocks for line in b["lines"]}
            seen_in = c.fine_report if function in SHORT_WAITS else c.report
            sites = [s for s in seen_in["sites"] if s["function"] == function]
            if not sites:
                wrong.append(f"{function} ({true['cause']}, {len(blocks)} blocks): not reported")
                continue
            right = [s for s in sites if s["cause"] == true["cause"]]
            if not right:
                wrong.append(f"{function}: cause {true['cause']} expected, seen "
                             + ", ".join(s["cause"] for s in sites))
                continue
            if right[0] is not sites[0]:
                wrong.append(f"{function}: cause {true['cause']} expected to lead, seen {sites[0]['cause']}")
            if not (right[0]["file"] or "").endswith(true["file"]) or right[0]["line"] not in lines:
                wrong.append(f"{function}: {true['file']}:{sorted(lines)} expected, "
                             f"seen {right[0]['file']}:{right[0]['line']}")
        expect(not wrong, f"{len(wrong)} of {len(c.functions())} functions\n" + "\n".join(wrong)
               + "\nreported:\n" + sites_text(c.report["sites"]))

    @say("no_function_is_blamed_for_the_block_of_another")
    def _():
        c = comparison(variant)
        wrong = collections.Counter()
        for block, spans in list(zip(c.blocks, c.spans)) + list(zip(c.coarse_blocks, c.coarse_spans)):
            for span in spans:
                if span["function"] not in (block["function"], "unknown"):
                    wrong[f"{span['function']} for {block['function']}"] += 1
        expect(not wrong, "\n".join(f"{count} spans: {what}" for what, count in wrong.most_common()))

    @say("off_cpu_time_of_each_cause_is_within_a_tenth")
    def _():
        c = comparison(variant)
        true, seen, unknown = (collections.Counter() for _ in range(3))
        for block, spans in zip(c.blocks, c.spans):
            if block["function"] == SHORTEST_WAITS:
                continue
            true[block["cause"]] += off_cpu_ns(block)
            for span in spans:
                ns = span["wall_ns"] - span["run_queue_ns"]
                seen[block["cause"]] += ns
                if span["function"] == "unknown":
                    unknown[block["cause"]] += ns
        text = "\n".join(f"{cause}: true {true[cause] / MS:.0f} ms, hud {seen[cause] / MS:.0f} ms "
                         f"({seen[cause] / true[cause] - 1:+.1%}), of it unknown {unknown[cause] / MS:.0f} ms"
                         for cause in true if cause != "cpu")
        expect(set(true) == {"cpu", "lock", "sleep", "file-io", "net-io"}, f"the demo blocked only for {set(true)}")
        for cause in true:
            if cause != "cpu":
                expect(abs(seen[cause] - true[cause]) <= true[cause] / 10,
                       f"off-CPU time in blocks of cause {cause} (threshold {FINE})\n{text}")

    @say("little_of_the_time_in_true_blocks_is_unknown")
    def _():
        c = comparison(variant)
        every = [s for spans in c.coarse_spans for s in spans]
        total = sum(s["wall_ns"] for s in every)
        unknown = sum(s["wall_ns"] for s in every if s["function"] == "unknown")
        expect(total and unknown <= total / 100,
               f"{unknown / MS:.0f} of {total / MS:.0f} ms in spans of true blocks have the site `unknown`")

    @say("a_block_that_is_one_sleep_is_one_span")
    def _():
        c = comparison(variant)
        true, seen = collections.Counter(), collections.Counter()
        for block, spans in zip(c.coarse_blocks, c.coarse_spans):
            if block["function"] in ONE_SLEEP and off_cpu_ns(block) >= LONG:
                true[block["function"]] += 1
                seen[block["function"]] += sum(
                    s["function"] == block["function"] and s["wall_ns"] - s["run_queue_ns"] >= LONG - ROUNDING
                    for s in spans)
        expect(set(true) == ONE_SLEEP, f"the demo blocked only in {sorted(true)}")
        for function in true:
            expect_near(seen[function], true[function], 0.1, f"spans of {function}\n{dict(seen)} of {dict(true)}")

    @say("no_innocent_and_no_client_is_reported")
    def _():
        c = comparison(variant)
        never = (c.truth["innocent_module"], "demo::load")

        def innocent(name):
            return bool(name) and any(name == n or name.startswith(n + "::") or name.startswith(f"<{n}::")
                                      for n in never)
        wrong = [s for s in c.report["sites"] if innocent(s["function"]) or innocent(s["entry"])
                 or any(innocent(f["function"]) for f in s["user_chain"])]
        expect(not wrong, f"{len(wrong)} sites\n" + sites_text(wrong))

    @say("the_holder_of_the_lock_is_its_waker")
    def _():
        c = comparison(variant)
        sites = [s for s in c.report["sites"] if s["function"] == "demo::guilty::find_in_index"
                 and s["cause"] == "lock"]
        expect(sites, "no site demo::guilty::find_in_index with cause lock\n" + sites_text(c.report["sites"]))
        wakers = {w["function"]: w["share"] for w in sites[0]["wakers"]}
        expect(wakers.get(c.truth["holder"], 0) >= 0.9,
               f"{c.truth['holder']} expected to have woken nine tenths, seen {wakers}")

    @say("nothing_is_lost")
    def _():
        c = comparison(variant)
        events = [x for x in c.report["loss"]["causes"] if x["unit"] in ("events", "records", "chunks", "bytes")]
        expect(not events, f"lost: {events}")


function_facts("fp", "with_frame_pointers")
function_facts("release", "in_plain_release")


@fact
def the_capture_says_how_many_stacks_are_whole():
    loss = comparison("release").report["loss"]
    expect(loss["stacks"] > 0 and loss["stacks_complete"] >= 0.995 * loss["stacks"],
           f"{loss['stacks_complete']} of {loss['stacks']} distinct stacks are whole")


@fact
def the_text_report_opens_with_the_verdict_and_names_the_guilty():
    text = analyzed("report", comparison("release").capture)
    level = comparison("release").report["verdict"]["level"]
    expect(text.splitlines()[0].startswith(level + ": "), f"first line: {text.splitlines()[0]!r}")
    for function in ("pause", "find_in_index", "hash"):
        if f"demo::guilty::{function}  src/guilty.rs:" not in text:
            raise Wrong(f"demo::guilty::{function} with its line is not on the first screen\n{text}")


facts_check()
