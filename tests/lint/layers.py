#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Which folder may use which: holds the includes, and docs/ARCHITECTURE.md, to the lists below.

Prints one line for each include that runs the wrong way, and exits with 1 if there is any. The list of
the analyzer's folders is analyzer/layers.mk, which the build reads too: each may use only folders that
stand before it, so there is no circle.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)

# The programs: what each may include from. The two share format/ and nothing else.
PROGRAMS = {
    "format": {"format"},
    "bpf": {"bpf", "format"},
    "recorder": {"recorder", "bpf", "format"},
    "analyzer": {"analyzer", "format"},
}


def layers():
    """The analyzer's folders in order, each with those that it may use."""
    text = (ROOT / "analyzer/layers.mk").read_text()
    order = re.search(r"^FOLDERS := (.*)$", text, re.M)[1].split()
    uses = {name: set(value.split()) for name, value in re.findall(r"^USES_(\w+)\s*:=(.*)$", text, re.M)}
    return order, uses


def wrong_order(order, uses):
    for name in order:
        if name not in uses:
            yield f"analyzer/layers.mk: USES_{name} is missing"
        for used in sorted(uses.get(name, ())):
            if used not in order[: order.index(name)]:
                yield f"analyzer/layers.mk: {name} may use {used}, which does not stand before it"
    folders = {path.parent.name for path in ROOT.glob("analyzer/*/*.c")}
    for name in sorted(folders ^ set(order)):
        yield f"analyzer/layers.mk: FOLDERS and the folders of analyzer/ differ in {name}"


def wrong_include(path, uses):
    """What is wrong with each include of one file."""
    place = path.relative_to(ROOT).parts
    for line in INCLUDE.findall(path.read_text()):
        target = line.split("/")
        if not (ROOT / line).exists():
            continue  # made by the build, or the system's
        if target[0] not in PROGRAMS[place[0]]:
            yield f"{path.relative_to(ROOT)}: {place[0]}/ may not use {line}"
        elif target[0] == "analyzer" and target[1] not in uses[place[1]] | {place[1]}:
            yield f"{path.relative_to(ROOT)}: analyzer/{place[1]}/ may not use {line}"


def wrong_page(order, uses):
    """The table of docs/ARCHITECTURE.md: | `folder/` | what it is for | what it may use |"""
    text = (ROOT / "docs/ARCHITECTURE.md").read_text()
    rows = {name: set(re.findall(r"`(\w+)`", used)) for name, used in
            re.findall(r"^\| `analyzer/(\w+)/` \|[^|]*\|([^|]*)\|", text, re.M)}
    for name in order:
        if name not in rows:
            yield f"docs/ARCHITECTURE.md: no row for analyzer/{name}/"
        elif rows[name] != uses[name]:
            yield f"docs/ARCHITECTURE.md: analyzer/{name}/ may use {' '.join(sorted(uses[name])) or 'nothing'}"


def main():
    order, uses = layers()
    wrong = list(wrong_order(order, uses)) + list(wrong_page(order, uses))
    for program in PROGRAMS:
        for path in sorted(ROOT.glob(f"{program}/**/*.[ch]")):
            wrong += wrong_include(path, uses)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
