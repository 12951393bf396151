# SPDX-License-Identifier: MIT OR Apache-2.0
"""One run of the demo against its own ground truth, poll by poll.

The demo times each poll in which it blocks, and each block in it. Both lie inside the real poll, by
some nanoseconds unless the thread loses its CPU just there: hence SLACK and SLIPS.
"""

import collections
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import lib  # noqa: E402
from lib import MS, Demo, Recording, analyzed, expect, path_for  # noqa: E402

SLACK = MS // 5
SLIPS = 1 / 200  # of edges, and of polls that may be several
# From a thread's wakeup until it is in the queue of another CPU: 25 us on average (sched_waking to
# sched_wakeup). Allowed for each sleep that is an event: about one in four of many short ones.
WAKE = MS // 10
WINDOW = 100 * MS  # of thread_window; one may end a little late

# Code of the demo that may be in a block besides the guilty function: its book-keeping, its server.
AROUND = ("unknown", "demo::truth::", "<demo::truth::", "demo::clock::", "demo::server::",
          "demo::handlers::",
          "demo::elsewhere::", "demo::random::", "demo::calibrate::")
TOKIOS_LOCK = "demo::server:: (a lock of Tokio's own)"


class TruePoll:
    """A poll of the demo's with at least one block in it."""

    def __init__(self, tid, start_ns, blocks):
        self.tid, self.start_ns, self.end_ns = tid, start_ns, blocks[0]["poll_end_ns"]
        self.wall_ns = self.end_ns - start_ns
        # what makes it a blocking poll
        self.busy_ns = self.wall_ns - blocks[0]["poll_run_queue_ns"]
        self.blocks = blocks
        self.open = any(b["open"] for b in blocks)
        self.functions = {b["function"] for b in blocks}
        self.gap_ns = 0  # the largest between two samples around it while its thread ran
        self.stolen_ns = 0  # stolen by the hypervisor from its thread, in the poll or around it
        self.sleeps = 0  # of its thread in it
        self.unaccounted = False  # its thread's windows do not account for all time around it
        self.seen = []   # hud's blocking polls that are matched to it

    def __str__(self):
        return (f"{', '.join(sorted(self.functions))}: {self.wall_ns / MS:.2f} ms, of it "
                f"{(self.wall_ns - self.busy_ns) / MS:.2f} in a run queue; largest gap "
                f"{self.gap_ns / MS:.2f} ms")


class Comparison:
    """A build of the demo, recorded for some seconds at the default threshold."""

    def __init__(self, name, seconds, program=None, record=(), symbols=(), options=("--runtimes",)):
        demo = Demo(name, *options, program=program)
        self.stalls = lib.Stalls()
        recording = Recording(path_for(f"comparison-{name}.hud"), "-d", seconds, "-p", demo.pid,
                              *record,
                              begun=False)
        self.capture = recording.ended_well()
        self.stalls.end()
        self.truth = demo.truth()
        path = lib.loaded(self.capture, *symbols)
        self.report = lib.json.loads(analyzed("report", path, "--json", "--top", "1000"))
        self.db = lib.opened(path)
        # What was open at the end is recorded as of a little before: only until then is everything
        # known.
        self.start_ns, self.end_ns, self.threshold_ns = self.db.execute(
            """SELECT start_ns, min(end_ns, coalesce((SELECT min(end_ns) FROM blocking_poll
                WHERE open), end_ns)),
                threshold_ns FROM capture""").fetchone()
        self.recorded = self.db.execute("SELECT start_ns, end_ns FROM capture").fetchone()
        self.sample_ns = 1e9 / self.report["capture"]["sample_hz"]  # from one sample to the next
        self.in_tokio = self.stacks_in_tokio()
        self.polls = self.true_polls()
        self.doubted = self.doubted_polls()
        self.ended, self.open = self.blocking_polls()
        self.seen = collections.defaultdict(list)
        for row in self.ended:
            self.seen[row["tid"]].append(row)
        self.match()

    def stacks_in_tokio(self):
        """Stacks that wait inside Tokio, called by the site's function if there is one."""
        return {row[0] for row in self.db.execute("""SELECT DISTINCT k.id FROM stack AS k
            JOIN stack_frame AS p ON p.stack = k.id AND p.position < coalesce(k.site_position,
            k.depth)
            JOIN frame AS f ON f.id = p.frame WHERE f.crate = 'tokio'""")}

    def is_tokios_lock(self, cause, stack):
        """
        On a busy machine the thread that holds one of Tokio's own locks, such as that of the
        blocking pool's queue, may have no CPU: whatever spawns, yields or ends then does block its
        worker, but it is no block that the demo made.
        """
        return cause == "lock" and stack in self.in_tokio

    def true_polls(self):
        """Those that lie wholly in the recording, each with the gaps around it."""
        blocks = collections.defaultdict(list)
        for b in self.truth["blocks"]:
            blocks[b["tid"], b["poll_start_ns"]].append(b)
        polls = [TruePoll(tid, start_ns, of) for (tid, start_ns), of in sorted(blocks.items())]
        windows = collections.defaultdict(list)
        for w in self.db.execute("""SELECT t.tid, w.start_ns, w.end_ns, w.sample_gap_ns,
            w.stolen_ns,
                    w.end_ns - w.start_ns - w.cpu_ns - w.sleep_ns - w.run_queue_ns - w.parked_ns
                    - coalesce((SELECT sum(s.end_ns - s.start_ns) FROM offcpu_span AS s
                    WHERE s.thread = w.thread
                        AND s.start_ns >= w.start_ns AND s.end_ns <= w.end_ns), 0) AS unaccounted_ns
                FROM thread_window AS w JOIN thread AS t ON t.id = w.thread ORDER BY w.start_ns"""):
            windows[w["tid"]].append(w)
        for p in polls:
            around = [w for w in windows[p.tid] if w["start_ns"] < p.end_ns + WINDOW
                      and w["end_ns"] > p.start_ns]
            p.gap_ns = max((w["sample_gap_ns"] for w in around), default=0)
            p.stolen_ns = sum(w["stolen_ns"] for w in around)
            p.unaccounted = any(w["unaccounted_ns"] > MS / 2 for w in around)
            p.sleeps = self.db.execute("""SELECT count(*) FROM offcpu_span AS s
                JOIN thread AS t ON t.id = s.thread
                WHERE t.tid = ? AND s.start_ns BETWEEN ? AND ?""",
                                       (p.tid, p.start_ns, p.end_ns)).fetchone()[0]
        return [p for p in polls if not p.open and p.start_ns >= self.start_ns
                and p.end_ns <= self.end_ns]

    def unstalled_ns(self, seen):
        """
        Its time without that in which the hypervisor stopped the machine: it took the CPU from this
        thread, or from the holder of a lock that this thread wanted.
        """
        return sum(seen["slices"].values()) - self.stalls.ns(seen["start_ns"], seen["end_ns"])

    def blocking_polls(self):
        """
        hud's, those that ended in the recording and those open at its end, each with its slices:
        (function, cause) -> ns without run-queue time.
        """
        slices = collections.defaultdict(lambda: collections.defaultdict(int))
        for s in self.db.execute("""SELECT p.blocking_poll, s.function, s.cause, p.stack,
                    p.wall_ns - p.run_queue_ns AS busy_ns
                FROM slice AS p JOIN site AS s ON s.id = p.site"""):
            if self.is_tokios_lock(s["cause"], s["stack"]):
                slices[s["blocking_poll"]][TOKIOS_LOCK, "lock"] += s["busy_ns"]
            else:
                slices[s["blocking_poll"]][s["function"], s["cause"]] += s["busy_ns"]
        seen = [], []
        for row in self.db.execute("""SELECT b.id, b.kind, b.source, b.wall_ns, b.run_queue_ns,
                    t.tid, b.start_ns, b.end_ns, b.open, b.task, b.poll,
                    p.start_min_ns, p.start_max_ns, p.end_min_ns, p.end_max_ns
                FROM blocking_poll AS b JOIN thread AS t ON t.id = b.thread
                LEFT JOIN poll AS p ON p.id = b.poll
                ORDER BY b.start_ns"""):
            seen[row["open"]].append({**row, "slices": slices[row["id"]], "of": None})
        return seen

    def doubted_polls(self):
        """
        By thread, start and end of the records that hud marks as possibly several polls
        (upper_bound).
        """
        doubted = collections.defaultdict(list)
        for row in self.db.execute("""SELECT t.tid, p.start_max_ns, p.end_min_ns
                FROM poll AS p JOIN thread AS t ON t.id = p.thread WHERE p.upper_bound"""):
            doubted[row["tid"]].append((row["start_max_ns"], row["end_min_ns"]))
        return doubted

    def is_doubted(self, poll):
        """
        Was it seen only as part of a record that may be several polls, since its task ran more than
        once in the same round of the scheduler? Up to Tokio 1.28 a round has no end while tasks
        hand the worker to each other. Its long sleeps count one by one.
        """
        return any(min(end_ns, poll.end_ns) - max(start_ns, poll.start_ns) >= 0.9 * poll.wall_ns
                   for start_ns, end_ns in self.doubted[poll.tid])

    def tick_is_unknown(self):
        """Was a layout learned by which one poll of some schedulers looks like the next?"""
        return not self.db.execute("SELECT coalesce(min(tick_known), 1) FROM layout").fetchone()[0]

    def match(self):
        """
        A blocking poll is matched to the true poll with which it has most time in common, but not
        to one that it merely touches. Its start and end are estimates: only the time that it
        certainly lasted counts.
        """
        by_thread = collections.defaultdict(list)
        for p in self.polls:
            by_thread[p.tid].append(p)
        for tid, rows in self.seen.items():
            for row in rows:
                start_ns = row["start_max_ns"] or row["start_ns"]
                end_ns = row["end_min_ns"] or row["end_ns"]

                def common(p):
                    return min(p.end_ns, end_ns) - max(p.start_ns, start_ns)
                best = max(by_thread[tid], key=common, default=None)
                if best and common(best) > (end_ns - start_ns) / 10:
                    row["of"] = best
                    best.seen.append(row)

    def due(self):
        """
        The polls that must be found in any case: those of the threshold plus two gaps. Run-queue
        time does not count. hud takes it from the wakeup, the kernel from the enqueueing, which
        another CPU does a little later: a tenth is allowed for that, and WAKE for each sleep.
        Stolen time, which the demo does not see, does not count either. Polls with time that hud
        cannot account for, after a switch that the kernel did not report, are left out.
        """
        return [p for p in self.polls if not p.unaccounted and
                p.busy_ns - p.stolen_ns >= self.threshold_ns + 2 * p.gap_ns
                + (p.wall_ns - p.busy_ns) / 10
                + WAKE * p.sleeps]

    def known_sites(self):
        """Function -> cause, lines and file as the demo has them, of what must be found."""
        known = {}
        for p in self.due():
            for b in p.blocks:
                of = known.setdefault(b["function"],
                                      {"cause": b["cause"], "file": b["file"], "lines": set(),
                                       "n": 0})
                of["lines"] |= set(b["lines"])
                of["n"] += 1
        return known

    def how_it_ran(self):
        """Why a run may have fewer polls than others: the demo, the host, or the recording."""
        start_ns, end_ns = self.recorded
        stood_ns = self.stalls.ns(start_ns, end_ns)
        made = sum(start_ns <= b["start_ns"] < end_ns for b in self.truth["blocks"])
        return (f"the demo blocked {made} times in the {(end_ns - start_ns) / lib.S:.1f} s of the "
                f"recording, {len(self.polls)} polls of it are compared; the host stood still for "
                f"{stood_ns / MS:.0f} ms; everything is known until "
                f"{(end_ns - self.end_ns) / MS:.0f} ms before the end; polls were timed for "
                f"{self.report['timed_percent'] or 0:.0f}% of the time")

    def skip_if_the_host_stood_still(self, share=0.3):
        """A demo whose host takes its CPUs away for so long makes fewer polls than a fact needs."""
        start_ns, end_ns = self.recorded
        stood_ns = self.stalls.ns(start_ns, end_ns)
        if stood_ns >= share * (end_ns - start_ns):
            raise lib.Skip(f"the host stood still for {stood_ns / MS:.0f} ms of "
                           f"{(end_ns - start_ns) / MS:.0f}")

    # What must hold. ------------------------------------------------------------------------

    def every_guilty_is_named(self):
        wrong = []
        for function, true in sorted(self.known_sites().items()):
            sites = [s for s in self.report["sites"] if s["function"] == function]
            if not sites:
                wrong.append(f"{function} ({true['cause']}, {true['n']} blocks): not reported")
            elif sites[0]["cause"] != true["cause"]:
                wrong.append(f"{function}: cause {true['cause']} expected to lead, seen "
                             + ", ".join(f"{s['cause']} {s['total_ns'] / MS:.0f} ms"
                                         for s in sites))
            elif not (sites[0]["file"]
                      or "").endswith(true["file"]) or sites[0]["line"] not in true["lines"]:
                wrong.append(f"{function}: {true['file']}:{sorted(true['lines'])} expected, "
                             f"seen {sites[0]['file']}:{sites[0]['line']}")
        expect(not wrong,
               f"{len(wrong)} of {len(self.known_sites())} functions\n" + "\n".join(wrong)
               + "\nreported:\n" + sites_text(self.report["sites"]))

    def every_long_poll_is_found_once(self):
        due = self.due()
        doubted = [p for p in due if self.is_doubted(p)]
        sure = [p for p in due if p not in doubted]
        if self.tick_is_unknown():  # every poll is in doubt; what is long in it must be found
            doubted = [p for p in doubted if not p.seen]
        missing = [p for p in sure if not p.seen]
        divided = [p for p in sure if len(p.seen) > 1]
        expect(not missing,
               f"{len(missing)} of {len(due)} polls not found\n"
               + "\n".join(map(str, missing[:10])))
        expect(len(doubted) <= SLIPS * len(due), f"{len(doubted)} of {len(due)} polls doubted\n"
               + "\n".join(map(str, doubted[:10])))
        expect(not divided, f"{len(divided)} of {len(due)} polls found in pieces\n"
               + "\n".join(map(str, divided[:10])))

    def true_edges_lie_in_the_bounds(self):
        """
        No poll begins after the demo was in it, or ends before the demo has left it. None begins
        much before or ends much after that either, except for edges where the thread lost its CPU
        between the poll's edge and the reading of the demo's clock: then hud has seen the poll wait
        for a CPU longer than the demo has, by as much.
        """
        outside, slipped = [], []
        pairs = [(p, s) for p in self.polls for s in p.seen if s["kind"] == "poll"]
        for p, s in pairs:
            lost_ns = max(0, s["run_queue_ns"] - (p.wall_ns - p.busy_ns))
            # (how much hud's poll is too short there, how much it is too long)
            for name, short_ns, long_ns in (
                    ("start", (s["start_min_ns"] or 0) - p.start_ns,
                     p.start_ns - s["start_max_ns"]),
                    ("end", p.end_ns - s["end_max_ns"], s["end_min_ns"] - p.end_ns)):
                for found, ns in ((outside, short_ns), (slipped, long_ns - lost_ns)):
                    if ns > SLACK:
                        found.append(f"{name} {ns / 1000:.0f} us out of its bounds: {p}")
        expect(pairs and not outside,
               f"{len(outside)} of {2 * len(pairs)} edges, the demo was still in the poll\n"
               + "\n".join(outside[:10]))
        expect(len(slipped) <= SLIPS * 2 * len(pairs), f"{len(slipped)} of {2 * len(pairs)} edges\n"
               + "\n".join(slipped[:10]))

    def nothing_is_open_long_before_the_end(self):
        """
        What is open is recorded each second, and at the end. A poll that was open long before and
        has no end has ended meanwhile, and hud does not know it; all after that would be left out
        of the comparison.
        """
        left_ns = self.recorded["end_ns"] - self.end_ns
        still = self.db.execute("SELECT * FROM blocking_poll WHERE open").fetchall()
        expect(left_ns < 2 * lib.S, f"a poll is open as of {left_ns / MS:.0f} ms before the end: "
               f"{[dict(row) for row in still]}")

    def none_is_invented(self):
        """
        Each of hud's blocking polls is one in which the demo blocked, or was slow by the demo's own
        clock, or would be short without book-keeping and stops: on a busy machine the demo's
        book-keeping, or Tokio's, can wait for a lock whose holder has no CPU.
        """
        extra = []
        for s in (s for rows in self.seen.values() for s in rows):
            own_ns = sum(ns for (function, _), ns in s["slices"].items()
                         if function.startswith(AROUND[1:]))
            long = self.unstalled_ns(s) - own_ns >= self.threshold_ns
            if long and not s["of"] and not self.cut(s) and not self.was_slow(s):
                extra.append(s)
        expect(not extra, f"{len(extra)} blocking polls are none of the demo's\n" + "\n".join(
            f"{s['kind']} {s['wall_ns'] / MS:.2f} ms in task {s['task']}: {dict(s['slices'])}"
            for s in extra[:10]))

    def cut(self, seen):
        """Is it of a poll that the demo, or the recording, did not see to its end?"""
        return any(b["tid"] == seen["tid"] and b["poll_start_ns"] < seen["end_ns"]
                   and b["poll_end_ns"] > seen["start_ns"]
                   and (b["open"] or b["poll_start_ns"] < self.start_ns
                        or b["poll_end_ns"] > self.end_ns)
                   for b in self.truth["blocks"])

    def no_function_is_reported_for_another(self):
        wrong = collections.Counter()
        for p in self.polls:
            for s in p.seen:
                for function, _ in s["slices"]:
                    if function not in p.functions and not function.startswith(AROUND):
                        wrong[f"{function} for {', '.join(sorted(p.functions))}"] += 1
        expect(not wrong, "\n".join(f"{n} polls: {what}" for what, n in wrong.most_common()))

    def totals(self):
        """
        Function -> true count, seen count, true ns, seen ns, true ns on a CPU, ns that were stolen
        by the hypervisor (which the demo does not see) or that wakeups took. Of the polls that must
        be found, without run-queue time, which may fall anywhere.
        """
        table = collections.defaultdict(lambda: [0] * 6)
        for p in self.due():
            for function in p.functions:
                table[function][0] += 1
                table[function][5] += max(p.stolen_ns,
                                          p.gap_ns - 2 * self.sample_ns) + WAKE * p.sleeps
            for b in p.blocks:
                table[b["function"]][2] += b["wall_ns"] - b["run_queue_ns"]
                table[b["function"]][4] += b["cpu_ns"]
            seen = collections.Counter()
            for s in p.seen:
                for (function, _), ns in s["slices"].items():
                    seen[function] += ns
            for function in p.functions & set(seen):
                table[function][1] += 1
                table[function][3] += seen[function]
        return table

    def totals_and_counts_hold(self, share=0.05):
        """
        CPU time is attributed by samples, so three standard deviations of their number are allowed
        in addition, and stolen time and that of wakeups; the sum over all sites must hold without
        the deviations.
        """
        table = self.totals()
        text = "\n".join(f"{t[0]:5} {t[1]:5} {t[2] / MS:9.1f} {t[3] / MS:9.1f} ms {f}"
                         for f, t in sorted(table.items(), key=lambda x: -x[1][2]))
        wrong = []
        for f, (count, seen, ns, seen_ns, cpu_ns, stolen_ns) in table.items():
            if abs(seen - count) > share * count:
                wrong.append(f"{f}: {seen} of {count} polls")
            deviation_ns = self.sample_ns * (cpu_ns / self.sample_ns) ** 0.5
            if abs(seen_ns - ns) > share * ns + 3 * deviation_ns + stolen_ns:
                wrong.append(f"{f}: {seen_ns / MS:.1f} of {ns / MS:.1f} ms")
        ns, seen_ns = (sum(t[i] for t in table.values()) for i in (2, 3))
        if abs(seen_ns - ns) > share * ns + sum(p.stolen_ns for p in self.due()):
            wrong.append(f"all: {seen_ns / MS:.1f} of {ns / MS:.1f} ms")
        expect(table and not wrong, "; ".join(wrong) + f"\n true   hud      true       hud\n{text}")

    def little_is_unknown(self, share=0.02):
        every = unknown = 0
        for rows in self.seen.values():
            for s in rows:
                every += sum(s["slices"].values())
                unknown += sum(ns for (function, _), ns in s["slices"].items()
                               if function == "unknown")
        expect(every and unknown <= share * every,
               f"{unknown / MS:.0f} of {every / MS:.0f} ms in blocking polls have the site "
               f"`unknown`")

    def slices_add_up(self):
        wrong = self.db.execute("""SELECT b.id, b.kind, b.wall_ns,
                coalesce(sum(s.wall_ns), 0) AS parts_ns
            FROM blocking_poll AS b LEFT JOIN slice AS s ON s.blocking_poll = b.id
            GROUP BY b.id HAVING parts_ns <> b.wall_ns""").fetchall()
        expect(not wrong, f"{len(wrong)} blocking polls; {[dict(w) for w in wrong[:5]]}")

    def polls_compute_no_more_than_their_threads(self, slack_ns=SLACK):
        """
        Time that hud cannot account for, as after a switch that the kernel hid, is not counted as
        computing.
        """
        wrong = self.db.execute("""SELECT p.ran_ns, p.thread, p.start_ns, (SELECT total(w.cpu_ns)
            FROM thread_window AS w
                WHERE w.thread = p.thread AND w.start_ns < p.end_ns
                AND w.end_ns > p.start_ns) AS cpu_ns
            FROM (SELECT *, end_min_ns - start_max_ns - sleep_ns - run_queue_ns AS ran_ns
            FROM poll WHERE NOT open) AS p
            WHERE ran_ns > cpu_ns + ?""", (slack_ns,)).fetchall()
        expect(not wrong, f"{len(wrong)} polls; {[dict(w) for w in wrong[:5]]}")

    def workers_add_up(self, share=0.02):
        """
        By stack traces only, sleeps under the threshold are `unknown`: then only the sum must hold.
        """
        unknown = wall = 0
        for w in self.report["workers"]:
            states = w["states"]
            expect(sum(states.values()) == w["wall_ns"],
                   f"worker {w['tid']}: {states} of {w['wall_ns']}")
            unknown += states["unknown"]
            wall += w["wall_ns"]
        if any(row["source"] == "stack" for row in self.sources()):
            share = 1
        expect(wall and unknown <= share * wall,
               f"{unknown / MS:.0f} of {wall / MS:.0f} ms are `unknown`")

    def was_slow(self, seen):
        """
        Did the demo time a poll there in which it made no block, and which took its thread for the
        threshold nevertheless? The kernel or the machine was slow in its calls.
        """
        start_ns = seen["start_max_ns"] or seen["start_ns"]
        end_ns = seen["end_min_ns"] or seen["end_ns"]
        return any(p["tid"] == seen["tid"]
                   and p["end_ns"] - p["start_ns"] - p["run_queue_ns"] >= self.threshold_ns - SLACK
                   and min(end_ns, p["end_ns"]) - max(start_ns, p["start_ns"])
                   >= 0.9 * (end_ns - start_ns) for p in self.truth["slow"])

    def no_innocent_is_reported(self):
        never = (self.truth["innocent_module"], "demo::load")

        def innocent(name):
            return bool(name) and any(name == n or name.startswith((n + "::", f"<{n}::"))
                                      for n in never)

        def bookkeeping(site):  # a wait for the holder of the demo's own list, which had no CPU
            return site["cause"] == "lock" and site["function"].startswith("demo::truth::")

        def tokios(site):
            stacks = self.db.execute("""SELECT DISTINCT p.stack FROM slice AS p
                JOIN site AS s ON s.id = p.site
                WHERE s.function = ? AND s.cause = ?""",
                                     (site["function"], site["cause"])).fetchall()
            return bool(stacks) and all(self.is_tokios_lock(site["cause"], row["stack"])
                                        for row in stacks)
        def own_ns(seen):  # what a poll does beside a wait for Tokio's lock is a site, but no block
            return self.unstalled_ns(seen) - seen["slices"].get((TOKIOS_LOCK, "lock"), 0)

        unmatched = [s for s in self.ended + self.open if not s["of"]]
        stolen = collections.Counter(site for s in unmatched
                                     if own_ns(s) < self.threshold_ns
                                     or self.was_slow(s) for site in s["slices"])
        # Of a function that both kinds of task call, a site has the entry of one of its polls.
        guilty = collections.Counter(site for s in self.ended + self.open if s["of"]
                                     for site in s["slices"])

        def explained(site):
            key = site["function"], site["cause"]
            return stolen[key] + (0 if innocent(site["function"]) else guilty[key])
        wrong = [s for s in self.report["sites"] if s["function"] != "unknown" and not tokios(s)
                 and not bookkeeping(s)
                 and s["count"] > explained(s)
                 and (innocent(s["function"]) or innocent(s["entry"])
                      or any(innocent(f["function"]) for f in s["user_frames"])
                      or any(map(innocent, s["tasks"])))]
        expect(not wrong, f"{len(wrong)} sites\n" + sites_text(wrong) + "\n"
               + "\n".join(map(self.poll_text, unmatched)))

    def poll_text(self, seen):
        """How long it is said to be, what of it the machine may have made, and of what it is."""
        stalls = ", ".join(f"{(until - since) / MS:.1f}" for since, until in self.stalls.all
                           if since < seen["end_ns"] and until > seen["start_ns"])
        return (f"thread {seen['tid']}: {seen['kind']} of {seen['wall_ns'] / MS:.2f} ms"
                f"{', open at the end' if seen['open'] else ''}; {self.unstalled_ns(seen) / MS:.2f}"
                f" ms of it without stalls ({stalls}); {dict(seen['slices'])}")

    def the_holder_is_the_waker(self):
        sites = [s for s in self.report["sites"]
                 if s["function"] == "demo::guilty::find_in_index" and s["cause"] == "lock"]
        expect(sites,
               "no site demo::guilty::find_in_index with cause lock\n"
               + sites_text(self.report["sites"]))
        wakers = {w["function"]: w["share"] for w in sites[0]["wakers"]}
        expect(wakers.get(self.truth["holder"], 0) >= 0.9,
               f"{self.truth['holder']} expected to have woken nine tenths, seen {wakers}")

    def nothing_is_lost(self):
        events = [x for x in self.report["loss"]["causes"]
                  if x["unit"] in ("events", "records", "chunks", "bytes")]
        expect(not events, f"lost: {events}")

    def sources(self):
        """The rows of process_source: how polls were seen."""
        return [dict(row)
                for row in self.db.execute("SELECT source, agreeing, contradicting FROM "
                                           "process_source")]

    def polls_are_seen_passively(self):
        rows = self.sources()
        expect(len(rows) == 1 and rows[0]["source"] == "passive" and rows[0]["contradicting"] == 0
               and rows[0]["agreeing"] >= 100, f"{rows}")


def sites_text(sites):
    return "\n".join(f"{s['total_ns'] / MS:9.1f} ms {s['count']:5} {s['cause']:10} {s['function']} "
                     f"{s['file']}:{s['line']} (entry {s['entry']})" for s in sites)
