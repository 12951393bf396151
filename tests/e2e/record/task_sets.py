# SPDX-License-Identifier: MIT OR Apache-2.0
"""Futures in sets, and tasks in a JoinSet: each is found, at its lines."""

import collections
import re

from lib import analyzed, expect, expect_equal, fact, facts_check, once
from task_program import Program, document_of, dumped, marked_lines, user_lines

# Of tasks that await many futures: the line, how many, and the lines of each of these.
SETS = {
    "unordered": ("unordered.1", 12, ("notify.1", "notify.2")),
    "mixed": ("mixed.1", 2, ()),
    "ordered": ("ordered.1", 3, ("notify.1", "notify.2")),
    "buffered": ("buffered.1", 8, ("notify.1", "notify.2")),
    "joined": ("joined.1", 3, ("notify.1", "notify.2")),
    "joined_many": ("joined.1", 40, ("notify.1", "notify.2")),
    "nested": ("nested.1", 2, ("ordered.1",) + 3 * ("notify.1", "notify.2")),
    "large_set": ("large_set.1", 256, ("notify.1", "notify.2")),
    "join_set": ("join_set.1", 3, ()),
}


@once
def sets():
    program = Program("sets", runtimes=1)
    capture = dumped(program)
    program.end()
    return program.kinds, document_of(capture), analyzed("tasks", capture, "--top", "100")


@fact
def futures_of_a_set_are_each_at_their_lines():
    kinds, document, _ = sets()
    seen = {}
    for task in document["tasks"]:
        kind = kinds.get(task["id"])
        if kind:
            line, count, lines = SETS[kind]
            expect_equal(task["outcome"], "read", f"outcome of {kind}")
            expect_equal(user_lines(task), [marked_lines()[mark] for mark in (line,) +
                                            count * lines], f"lines of {kind}")
            seen[kind] = [frame["futures"] for frame in task["frames"] if frame["leaf"] == "set"]
    expect_equal(seen, {"unordered": [12], "mixed": [2], "ordered": [3], "buffered": [8],
                        "joined": [], "joined_many": [40], "nested": [2, 3, 3],
                        "large_set": [1000], "join_set": [3]}, "futures in the sets")


@fact
def a_set_of_tasks_awaits_those_that_are_in_it_and_no_other():
    kinds, document, _ = sets()
    joined = {kinds[task["id"]]: [frame["joined_task"] for frame in task["frames"]
                                  if frame["leaf"] == "join"]
              for task in document["tasks"] if task["id"] in kinds}
    others = {task["id"] for task in document["tasks"]} - set(kinds)
    expect_equal({kind: len(set(ids)) for kind, ids in joined.items() if ids},
                 {"mixed": 2, "join_set": 3}, "tasks that are awaited")
    expect_equal(set(joined["mixed"] + joined["join_set"]), others, "the tasks that are awaited")
    levels = collections.Counter(join["level"] for join in document["joins"])
    expect_equal(levels, {1: 2, 2: 5}, "trees")


@fact
def futures_of_a_set_that_are_alike_are_one_line():
    _, _, text = sets()
    for kind, (_, count, lines) in SETS.items():
        if lines:
            place = f"src/main.rs:{marked_lines()[lines[0]]}"
            words = rf"{count} × tokio_tasks::notify +{place}"
            if kind == "nested":
                words = rf"2 × tokio_tasks::sets::ordered +src/sets.rs:{marked_lines()[lines[0]]}"
            expect(re.search(words, text), f"{words!r} is not in what is printed:\n{text}")
    for words in ("12 futures", "1000 futures, of which 256 were read", "WHO AWAITS WHOM"):
        expect(words in text, f"{words!r} is not in what is printed:\n{text}")
    expect("not read:" not in text.replace("not read: what block_on", ""), f"it prints\n{text}")


@fact
def a_set_whose_tasks_come_and_go_is_never_wrong():
    program = Program("sets", "50", runtimes=1)
    outcomes = collections.Counter()
    for _ in range(20):
        document = document_of(dumped(program))
        for task in document["tasks"]:
            if program.kinds.get(task["id"]) != "join_set":
                continue
            outcomes[task["outcome"]] += 1
            if task["outcome"] == "read":
                expect_equal(user_lines(task), [marked_lines()["join_set.1"]], "its lines")
                held = [frame["joined_task"] for frame in task["frames"]
                        if frame["leaf"] == "join"]
                expect(len(held) in (0, 53), f"{len(held)} of 53 tasks are awaited")
                expect_equal(len(set(held)), len(held), "different ones")
    program.end()
    expect_equal(sum(outcomes.values()), 20, f"outcomes {outcomes}")
    expect_equal(outcomes["failed"] + outcomes["cut"], 0, f"outcomes {outcomes}")


if __name__ == "__main__":
    facts_check()
