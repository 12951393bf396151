# SPDX-License-Identifier: MIT OR Apache-2.0
"""All tasks of a running program, and what each waits for, compared with what it knows itself."""

import collections
import json
import os
import re
import shutil
import subprocess

from lib import (analyze, analyzed, expect, expect_equal, fact, facts_check, once, path_for, query,
                 recorded, tokio_circles, tokio_tasks)
from task_program import Program, document_of, dumped, marked_lines, user_lines

# Which marked lines a task waits at, from its outermost future down; else KIND.1 and KIND.2.
LINES = {
    "timeout": ("timeout.1", "notify.1", "notify.2"),
    "boxed": ("boxed.1", "boxed.r", "boxed.r", "boxed.0"),
    "both": ("both.1", "sleep.2", "notify.2"),
    "large": ("large.1", "notify.2"),
    "in_macro": ("in_macro.1", "notify.2"),
    "selected": ("selected.1", "notify.2", "sleep.2"),
    "gave_back": ("gave_back.1", "notify.2"),
    "moved": ("moved.1", "notify.2"),
    "keeps": ("keeps.1", "notify.2"),
    "all": ("all.1",),
}
# What it waits for in the end.
LEAVES = {
    "sleep": "sleep", "mutex": "acquire", "holder": "sleep", "mpsc": "channel", "send": "acquire",
    "unbounded": "channel", "oneshot": "oneshot", "join": "join", "accept": "ready", "read": "fd",
    "notify": "notified", "sem": "acquire", "permit": "sleep", "rwread": "acquire",
    "rwhold": "sleep", "watch": "notified", "broadcast": "broadcast", "timeout": None,
    "boxed": "sleep", "dynamic": "notified", "large": "notified", "in_macro": "notified",
    "dead": "acquire",
    "both": None, "all": None, "selected": None,
    "gave_back": "notified", "moved": "notified", "keeps": "notified",
}


def expected_lines(kind):
    marks = LINES.get(kind, (f"{kind}.1", f"{kind}.2"))
    return [marked_lines()[mark] for mark in marks]


@once
def captures():
    """Two dumps of one task of each kind on both schedulers, and which tasks these are."""
    program = Program()
    two = dumped(program), dumped(program)
    program.end()
    return program.kinds, two


@once
def everything():
    kinds, (first, _) = captures()
    return kinds, document_of(first)


def expect_chain(task, kind):
    expect_equal(user_lines(task), expected_lines(kind), f"lines of {kind}, task {task['id']}")


@fact
def every_task_of_both_schedulers_is_listed_and_no_other():
    kinds, document = everything()
    seen = [task["id"] for task in document["tasks"]]
    expect_equal(sorted(seen), sorted(kinds), "ids of the tasks")
    schedulers = collections.Counter(task["scheduler"] for task in document["tasks"])
    expect_equal(set(schedulers), {"multi_thread", "current_thread"}, "schedulers")
    for runtime in document["runtimes"]:
        expect_equal(runtime["broken_lists"], 0, "lists that could not be read")
        expect_equal(runtime["found"], schedulers[runtime["scheduler"]], "tasks of a runtime")


@fact
def each_task_waits_at_its_lines():
    kinds, document = everything()
    for task in document["tasks"]:
        expect_equal(task["outcome"], "read", f"outcome of task {task['id']}")
        expect_chain(task, kinds[task["id"]])


@fact
def the_place_of_a_task_is_where_all_that_it_waits_for_comes_from():
    kinds, document = everything()
    for kind, mark in (("both", "both.1"), ("timeout", "timeout.1"), ("boxed", "boxed.0"),
                       ("large", "notify.2")):
        places = [task["place_line"] for task in document["tasks"] if kinds[task["id"]] == kind]
        expect_equal(places, [marked_lines()[mark]] * 2, f"places of {kind}")


@fact
def an_await_in_a_macro_lies_between_the_ends_of_its_function():
    kinds, document = everything()
    frames = [task["frames"][0] for task in document["tasks"] if kinds[task["id"]] == "in_macro"]
    ends = marked_lines()["in_macro.1"], marked_lines()["in_macro.end"]
    expect_equal([(f["file"], f["line"], f["line_end"]) for f in frames],
                 [("src/main.rs", *ends)] * 2, "where the await is")
    others = [frame["line_end"] for task in document["tasks"] for frame in task["frames"]
              if kinds[task["id"]] != "in_macro" and frame["line_end"]]
    expect_equal(others, [], "ends of awaits whose line is known")


@fact
def what_each_task_waits_for_is_known():
    kinds, document = everything()
    for task in document["tasks"]:
        kind = kinds[task["id"]]
        expect_equal(task["leaf"], LEAVES[kind], f"what {kind}, task {task['id']}, waits for")
    for task in document["tasks"]:
        leaves = sorted(frame["leaf"] for frame in task["frames"] if frame["kind"] == "wait")
        if kinds[task["id"]] in ("both", "timeout", "selected"):
            expect_equal(leaves, ["notified", "sleep"], f"what task {task['id']} waits for")


@fact
def the_task_that_is_awaited_is_named():
    kinds, document = everything()
    joined = [task["joined_task"] for task in document["tasks"] if kinds[task["id"]] == "join"]
    expect_equal([kinds[task] for task in joined], ["notify"] * 2, "kinds of the awaited tasks")
    expect_equal(len(set(joined)), 2, "awaited tasks")


@fact
def a_sleep_ends_when_it_ends():
    kinds, document = everything()
    end_ns = document["dump"]["end_ns"]
    for task in document["tasks"]:
        if kinds[task["id"]] == "sleep":
            left = (task["deadline_ns"] - end_ns) / 1e9
            expect(36000 - 100 < left < 36000, f"task {task['id']} sleeps for {left} s more")


@fact
def sockets_are_known_by_their_descriptor():
    program = Program()
    document = document_of(dumped(program))
    sockets = {int(name) for name in os.listdir(f"/proc/{program.pid}/fd")
               if os.readlink(f"/proc/{program.pid}/fd/{name}").startswith("socket:")}
    program.end()
    for task in document["tasks"]:
        if program.kinds[task["id"]] in ("accept", "read"):
            expect(task["fd"] in sockets, f"task {task['id']} waits for descriptor {task['fd']}")


def resource_of(document, task):
    numbers = [frame["resource"] for frame in task["frames"] if frame["kind"] == "wait"]
    return [r for r in document["resources"] if r["number"] in numbers]


@fact
def who_holds_a_lock_that_others_wait_for_is_named():
    kinds, document = everything()
    holders = {"mutex": ["holder"], "rwread": ["rwhold"], "sem": ["permit", "moved", "keeps"]}
    found = collections.Counter()
    for task in document["tasks"]:
        for resource in resource_of(document, task):
            if kinds[task["id"]] in holders and resource["holder"]:
                expect(kinds[resource["holder"]] in holders[kinds[task["id"]]],
                       f"{kinds[resource['holder']]} holds what task {task['id']} waits for")
                expect_equal(resource["holders"], 1, "holders")
                expect_equal(resource["free_permits"], 0, "free permits")
                found[kinds[task["id"]]] += 1
    expect_equal(found, {"mutex": 4, "rwread": 2, "sem": 6}, "waiters with a holder")


@fact
def an_argument_is_held_where_it_was_moved_to_and_no_more_where_it_was_dropped():
    kinds, document = everything()
    held = collections.Counter()
    for task in document["tasks"]:
        kind = kinds[task["id"]]
        held[kind] += sum(frame["leaf"] == "guard" for frame in task["frames"])
    expect_equal([held[kind] for kind in ("gave_back", "moved", "keeps")], [0, 2, 2],
                 "guards of two tasks of each kind")


@fact
def a_task_that_was_never_polled_holds_what_it_was_made_with():
    program, document, text = blocked()
    held = {program.kinds[resource["holder"]]: resource["waiters"]
            for resource in document["resources"] if resource["holder"]}
    expect_equal(held, {"never_polled": 1}, "who holds what how many wait for")
    expect("never polled" in text, f"it prints\n{text}")


@fact
def receivers_of_a_channel_wait_for_the_same_thing():
    _, document = everything()
    channels = [resource["waiters"] for resource in document["resources"]
                if resource["leaf"] == "broadcast"]
    expect_equal(channels, [2, 2], "who waits for the two broadcast channels")


@fact
def who_holds_what_others_wait_for_and_waits_for_no_such_thing_is_listed():
    kinds, document = everything()
    listed = collections.Counter()
    for holder in document["holders"]:
        kind = kinds[holder["task"]]
        listed[kind] += 1
        expect_equal((holder["waiters"], holder["leaf"]), (2 if kind == "holder" else 1,
                     LEAVES[kind]), f"waiters for {kind}, and what it waits for")
    expect_equal(listed, {kind: 2 for kind in ("holder", "permit", "rwhold", "moved", "keeps")},
                 "who is listed")


@fact
def a_lock_that_was_never_given_back_has_no_holder():
    kinds, document = everything()
    orphans = [task["id"] for task in document["tasks"] if kinds[task["id"]] == "mutex" and
               all(not r["holders"] for r in resource_of(document, task))]
    expect_equal(len(orphans), 2, "tasks that wait for a lock without a holder")


@fact
def who_waits_for_room_in_a_channel_waits_for_no_holder():
    kinds, document = everything()
    channels = {resource["number"] for resource in document["resources"] if resource["channel"]}
    for task in document["tasks"]:
        numbers = {resource["number"] for resource in resource_of(document, task)}
        expect_equal(bool(numbers & channels), kinds[task["id"]] == "send",
                     f"whether {kinds[task['id']]} waits for a channel")


@fact
def the_task_that_is_awaited_stands_below_the_one_that_awaits_it():
    kinds, document = everything()
    joins = [(kinds[join["task"]], join["level"]) for join in document["joins"]]
    expect_equal([pair for pair in joins if pair[0] in ("join", "notify")],
                 [("join", 1), ("notify", 2)] * 2, "trees")


@fact
def deadlocks_are_found_and_no_other_circle():
    kinds, document = everything()
    cycles = document["cycles"]
    expect_equal(sorted(len(cycle["tasks"]) for cycle in cycles), [2, 2, 3, 3], "circles")
    for cycle in cycles:
        expect_equal({kinds[task] for task in cycle["tasks"]}, {"dead"}, "kinds in a circle")
        expect(cycle["certain"], "the deadlock is only possible")


@fact
def a_circle_that_something_unseen_may_open_is_only_possible():
    program = Program(runtimes=1, executable=tokio_circles())
    capture = dumped(program)
    program.end()
    document = document_of(capture)
    circles = {program.kinds[circle["tasks"][0]]: (len(circle["tasks"]), circle["certain"])
               for circle in document["cycles"]}
    expect_equal(circles, {"in_struct": (2, True), "selected": (2, False), "permits": (2, False),
                           "dropped": (2, False), "given": (2, False), "twice": (1, False)},
                 "circles")
    text = analyzed("tasks", capture)
    expect("waits for itself" in text, f"the task that is alone in it, in\n{text}")
    expect_equal(text.count("unless it dropped its guard before"), 4,
                 f"guards that may have been dropped, in\n{text}")
    expect(re.search(r"MutexGuard +holds #\d+, unless dropped before\n", text), f"in\n{text}")


@fact
def a_deadlock_with_the_future_of_block_on_is_found():
    program = Program("main_holds", runtimes=1)
    capture = dumped(program)
    program.end()
    task, = program.kinds
    document = json.loads(analyzed("tasks", capture, "--json"))
    expect_equal([(c["tasks"], c["certain"]) for c in document["cycles"]],
                 [([-int(program.pid), task], True)], "circles")
    resource, = document["resources"]
    expect_equal((resource["holder_thread"], resource["holder_line"]),
                 (int(program.pid), marked_lines()["main_holds.1"]), "who holds it, where")
    text = analyzed("tasks", capture)
    expect(f"deadlock: task {task} and the block_on of thread {program.pid} wait for each other"
           in text and f"held by the block_on of thread {program.pid} " in text,
           f"it prints\n{text}")


@fact
def what_is_printed_names_place_holder_and_deadlock():
    program = Program()
    text = analyzed("tasks", dumped(program), "--top", "100")
    program.end()
    for words in (f"{len(program.kinds)} tasks of 2 runtimes", "deadlock: tasks",
                  f"src/main.rs:{marked_lines()['rwread.2']}", "tokio::sync::mutex::lock",
                  "held by task", "file descriptor", "no task with a guard of it was found",
                  "the channel is full", "WHO AWAITS WHOM"):
        expect(words in text, f"{words!r} is not in what is printed:\n{text}")


@fact
def a_list_that_is_cut_says_how_much_is_missing():
    _, (capture, _) = captures()
    groups = len(json.loads(analyzed("query", capture, "@task_groups", "--json")))
    text = analyzed("tasks", capture, "--top", "2")
    awaits = text[text.index("WHERE TASKS WAIT"):]
    expect_equal(len(re.findall(r"^ +\d+ × ", awaits, re.M)), 2, f"groups in\n{awaits}")
    expect(awaits.endswith(f"\n  and {groups - 2} more: --top {groups}\n"), f"it ends\n{awaits}")
    expect("more: --top" not in analyzed("tasks", capture, "--top", str(groups)), "all is shown")


@fact
def of_several_captures_it_says_which_is_shown():
    both = path_for("both-dumps.db")
    analyzed("load", *captures()[1], "-o", both)
    rows = json.loads(analyzed("query", both, "@captures", "--json"))
    for row in rows:
        first = analyzed("tasks", both, "--capture", row["capture_id"]).splitlines()[0]
        expect_equal(first, f"capture {row['capture_id'][:8]} of {row['started_utc']}, one of 2: "
                     "--capture chooses, @captures lists them", "the first line")


@fact
def a_diff_of_two_dumps_says_where_tasks_wait_that_did_not():
    _, (first, second) = captures()
    text = analyzed("diff", first, second)
    expect(re.search(r"at the last dump\nas many as before at \d+ places\n$", text),
           f"it prints\n{text}")
    waiting = json.loads(analyzed("diff", first, blocked_dump()[1], "--json"))["waiting"]
    gone = [row for row in waiting if row["task"] == "tokio_tasks::mutex"]
    expect_equal([(row["line"], row["before"], row["after"]) for row in gone],
                 [(marked_lines()["mutex.2"], 6, 1)], "tasks that wait for a lock")


@fact
def ten_thousand_tasks_are_all_found():
    program = Program("many", "10000", runtimes=1)
    document = document_of(dumped(program))
    program.end()
    seen = {task["id"]: task for task in document["tasks"]}
    expect_equal(sorted(seen), sorted(program.kinds), "ids of the tasks")
    wrong = [task for number, task in seen.items() if task["outcome"] == "read" and
             user_lines(task) != expected_lines(program.kinds[number])]
    expect_equal(wrong[:1], [], "a task with other lines")
    read = sum(task["outcome"] == "read" for task in seen.values())
    expect(read == len(seen), f"only {read} of {len(seen)} tasks were read")


@fact
def tasks_that_stay_are_found_while_others_come_and_go():
    program = Program("storm", "200", runtimes=1)
    outcomes = collections.Counter()
    for _ in range(20):
        document = document_of(dumped(program))
        seen = {task["id"]: task for task in document["tasks"]}
        missing = set(program.kinds) - set(seen)
        expect_equal(missing, set(), "tasks that were not found")
        for number, task in seen.items():
            outcomes[task["outcome"]] += 1
            if number in program.kinds and task["outcome"] == "read":
                expect_chain(task, program.kinds[number])
            elif number not in program.kinds:
                expect(re.fullmatch(r"tokio_tasks::(short|storm)", task["task"]),
                       f"task {number} is of type {task['task']}")
        expect_equal(document["cycles"] and sorted(len(c["tasks"]) for c in document["cycles"]),
                     [2, 3], "circles")
    program.end()
    expect(outcomes["read"] > 19 * len(program.kinds), f"outcomes: {dict(outcomes)}")
    expect_equal(outcomes["failed"], 0, "tasks whose memory makes no sense")


def without_types(how):
    """The kinds of its tasks, and a dump of the program when strip has taken `how` away."""
    bare = path_for(f"tokio_tasks{how}")
    shutil.copy(tokio_tasks(), bare)
    subprocess.run(["strip", how, bare], check=True)
    program = Program(executable=bare)
    capture = path_for(f"bare{how}.hud")
    done = recorded("tasks", program.pid, "-o", capture)
    program.end()
    expect("no debug information of types" in done.stderr, f"it says {done.stderr!r}")
    return program.kinds, capture


@fact
def without_types_all_tasks_are_listed_and_what_is_missing_is_said():
    for how in ("--strip-all", "--strip-debug"):
        kinds, capture = without_types(how)
        document = document_of(capture)
        expect_equal(sorted(task["id"] for task in document["tasks"]), sorted(kinds), "ids")
        expect_equal({task["outcome"] for task in document["tasks"]}, {"unknown"}, "outcomes")
        expect_equal(sum(runtime["broken_lists"] for runtime in document["runtimes"]), 0,
                     "lists that could not be read")
        # As many functions as there are types of tasks and schedulers.
        sites = {task["task"] for task in document["tasks"]}
        expect(len(sites) > len(set(kinds.values())), f"{how}: {len(sites)} functions poll them")
        expect("information of types" in analyzed("tasks", capture), "what is missing")
        for rule, code in (("deadlock", 2), ('tasks("tokio_tasks::*") > 1', 2), ("tasks > 1", 1)):
            expect_equal(analyze("check", capture, "--fail-on", rule).returncode, code, rule)


@fact
def a_plan_says_what_can_be_read_of_tasks():
    bare, plan = path_for("tokio_tasks_planned"), path_for("tasks.plan")
    shutil.copy(tokio_tasks(), bare)
    subprocess.run(["strip", "--strip-all", bare], check=True)
    whole = json.loads(analyzed("plan", tokio_tasks(), "-o", plan, "--json"))["runtime"]
    expect_equal(whole["tasks"]["known"], len(whole["poll_sites"]), "functions with a way down")
    expect(not whole["tasks"]["searched"], "the lists are searched")
    stripped = json.loads(analyzed("plan", bare, "-o", plan, "--json"))["runtime"]["tasks"]
    expect((stripped["searched"], stripped["known"]) == (True, 0), f"a stripped one: {stripped}")


@once
def blocked_dump():
    """A dump of a poll that blocks with a lock, and of futures that no list has."""
    program = Program("blocked", runtimes=2)
    capture = dumped(program)
    program.end()
    return program, capture


@once
def blocked():
    program, capture = blocked_dump()
    return program, document_of(capture), analyzed("tasks", capture)


@fact
def a_poll_that_blocks_has_the_stack_of_its_thread():
    program, document, text = blocked()
    expect_equal([program.kinds[task["task"]] for task in document["polled"]], ["stalled"],
                 "polled tasks")
    task = document["polled"][0]
    expect_equal((task["asleep"], task["cause"], task["function"], task["line"], task["comm"]),
                 (True, "sleep", "tokio_tasks::stall", marked_lines()["stall.1"],
                  "tokio-runtime-w"), "where it is")
    lines = [frame["line"] for frame in task["stack"] if frame["origin"] == "user"]
    expect_equal(lines, [marked_lines()["stall.1"], marked_lines()["stalled.1"]], "its stack")
    for words in ("asleep, sleep in tokio_tasks::stall", "one that is polled may (1 are)"):
        expect(words in text, f"{words!r} is not in what is printed:\n{text}")


@fact
def the_future_of_block_on_is_at_its_lines():
    kinds, document = everything()
    mains = {tuple(user_lines(entry)): entry for entry in document["block_on"]}
    expect_equal(set(mains), {(marked_lines()["main.1"],), (marked_lines()["all.1"],)}, "lines")
    joined = [frame["joined_task"] for frame in mains[(marked_lines()["main.1"],)]["frames"]
              if frame["leaf"] == "join"]
    expect_equal([kinds[task] for task in joined], ["all"], "the task that main awaits")
    _, document, text = blocked()
    lines = {(entry["function"], entry["parked"]): user_lines(entry)
             for entry in document["block_on"]}
    expect_equal(lines, {("tokio_tasks::main", True): [marked_lines()["blocked.1"]],
                         ("tokio_tasks::local_set", True): [marked_lines()["local.1"]],
                         ("tokio_tasks::stall", False): []}, "lines of block_on")
    for words in (rf"tokio_tasks::local +src/main.rs:{marked_lines()['local.1']}",
                  "which blocks: sleep in tokio_tasks::stall", "of a LocalSet"):
        expect(re.search(words, text), f"{words!r} is not in what is printed:\n{text}")


@fact
def tasks_of_a_local_set_are_listed_by_the_future_that_drives_it():
    program, document, text = blocked()
    local = [(runtime["threads"], runtime["found"], runtime["broken_lists"])
             for runtime in document["runtimes"] if runtime["scheduler"] == "local_set"]
    expect_equal(local, [(1, 1, 0)], "threads, tasks and broken lists of LocalSets")
    tasks = [task for task in document["tasks"] if task["scheduler"] == "local_set"]
    expect_equal([(task["outcome"], task["leaf"], user_lines(task)) for task in tasks],
                 [("read", "notified", expected_lines("notify"))], "its task")
    expect(tasks[0]["id"] not in program.kinds, f"task {tasks[0]['id']} is one of a runtime")
    awaited = [frame["joined_task"] for entry in document["block_on"]
               if entry["function"] == "tokio_tasks::local_set"
               for frame in entry["frames"] if frame["leaf"] == "join"]
    expect_equal(awaited, [tasks[0]["id"]], "the task that its future awaits")
    expect("and 1 LocalSet, read in" in text, f"the LocalSet is not counted:\n{text}")


@fact
def futures_that_no_list_has_are_said_not_to_be_read():
    _, document, text = blocked()
    seen = {entry["function"]: (entry["local_set"], entry["read"])
            for entry in document["block_on"]}
    expect_equal(seen, {"tokio_tasks::main": (False, True), "tokio_tasks::stall": (False, False),
                        "tokio_tasks::local_set": (True, True)}, "block_on")
    for words in ("not read: what block_on waits for on 1 thread\n",
                  "called by tokio_tasks::local_set", "with tasks of a LocalSet"):
        expect(words in text, f"{words!r} is not in what is printed:\n{text}")


@fact
def closures_that_wait_for_the_blocking_pool_are_told_from_those_that_run():
    program, document, text = blocked()
    pools = [pool for pool in document["pools"] if pool["queued"]]
    expect_equal([(pool["threads"] - pool["workers"], pool["idle"], pool["queued"],
                   [entry["closures"] for entry in pool["closures"]]) for pool in pools],
                 [(2, 0, 3, [3])], "threads, idle ones, closures in the queue")
    awaited = [join for join in document["joins"] if join["level"] == 2]
    expect_equal(collections.Counter(join["closure"] for join in awaited),
                 {"queued": 3, "running": 2}, "awaited closures")
    for join in awaited:
        if join["closure"] == "running":
            expect_equal(join["line"], marked_lines()["queued.1"], f"where {join} sleeps")
    expect("3 wait; it has 2 of 2 threads, 0 idle" in text, f"it prints\n{text}")
    expect_equal(collections.Counter(program.kinds.values())["awaits"], 5, "tasks that await one")


if __name__ == "__main__":
    facts_check()
