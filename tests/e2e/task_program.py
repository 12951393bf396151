# SPDX-License-Identifier: MIT OR Apache-2.0
"""tokio_tasks, a program that says of its tasks what they are, and dumps of it."""

import json
import os
import re
import time

from lib import PROGRAMS, analyzed, once, path_for, recorded, start, tokio_tasks, wait_until

SOURCES = [os.path.join(PROGRAMS, "tokio_tasks", "src", name) for name in ("main.rs", "sets.rs")]


@once
def marked_lines():
    lines = {}
    for path in SOURCES:
        with open(path, encoding="utf-8") as source:
            for number, line in enumerate(source, 1):
                for mark in re.findall(r"//@(\S+)", line):
                    lines[mark] = number
    return lines


class Program:
    """tokio_tasks, running: what it says of its tasks, by their ids."""

    def __init__(self, *arguments, runtimes=2, executable=None, **options):
        self.output = path_for(f"tasks-{'-'.join(arguments)}-{time.monotonic_ns()}.txt")
        with open(self.output, "w", encoding="utf-8") as out:
            self.process = start([executable or tokio_tasks(), *arguments], stdout=out,
                                 **options)
        self.pid = str(self.process.pid)
        wait_until(lambda: self.said().count("ready") == runtimes, "the tasks wait", seconds=60)
        self.kinds = {int(words[3]): words[2] for words in map(str.split, self.said().splitlines())
                      if words[0] == "task"}

    def said(self):
        with open(self.output, encoding="utf-8") as out:
            return out.read()

    def end(self):
        self.process.kill()
        self.process.wait()


def dumped(program):
    capture = path_for(f"dump-{time.monotonic_ns()}.hud")
    recorded("tasks", program.pid, "-o", capture)
    return capture


def document_of(capture):
    return json.loads(analyzed("tasks", capture, "--json"))


def user_lines(task):
    return [frame["line"] for frame in task["frames"]
            if frame["kind"] == "coroutine" and frame["origin"] == "user"]
