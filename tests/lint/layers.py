#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Which folder may use which: holds the includes, and docs/ARCHITECTURE.md, to the lists below.

Prints one line for each include that runs the wrong way, and exits with 1 if there is any. The
folders of format/, recorder/ and analyzer/ are listed in the layers.mk of each, which the build
reads too: each may use only folders listed before it, so there is no circle. Those of analyzer/
have unit tests, or are listed there as without. Nor is there a circle between the folders of views.
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


class Layers:
    """The folders of one program in order, each with those that it may use."""

    def __init__(self, program, prefix):
        self.program = program
        self.list = f"{program}/layers.mk"
        text = (ROOT / self.list).read_text()
        self.order = re.search(rf"^{prefix}FOLDERS := (.*)$", text, re.M)[1].split()
        self.uses = {name: set(value.split()) for name, value in
                     re.findall(rf"^{prefix}USES_(\w+)\s*:=(.*)$", text, re.M)}

    def wrong_order(self):
        for name in self.order:
            if name not in self.uses:
                yield f"{self.list}: USES_{name} is missing"
            for used in sorted(self.uses.get(name, ())):
                if used not in self.order[: self.order.index(name)]:
                    yield f"{self.list}: {name} may use {used}, which is not listed before it"
        folders = {path.parent.name for path in ROOT.glob(f"{self.program}/*/*.c")}
        for name in sorted(folders ^ set(self.order)):
            yield f"{self.list}: FOLDERS and the folders of {self.program}/ differ in {name}"
        for path in sorted(ROOT.glob(f"{self.program}/*.[ch]")):
            yield f"{path.relative_to(ROOT)}: not in a folder of {self.program}/"

    def wrong_page(self):
        """The table of docs/ARCHITECTURE.md: | `folder/` | what it is for | what it may use |"""
        text = (ROOT / "docs/ARCHITECTURE.md").read_text()
        rows = {name: set(re.findall(r"`(\w+)`", used)) for name, used in
                re.findall(rf"^\| `{self.program}/(\w+)/` \|[^|]*\|([^|]*)\|", text, re.M)}
        for name in self.order:
            place = f"{self.program}/{name}/"
            if name not in rows:
                yield f"docs/ARCHITECTURE.md: no row for {place}"
            elif rows[name] != self.uses[name]:
                used = " ".join(sorted(self.uses[name])) or "nothing"
                yield f"docs/ARCHITECTURE.md: {place} may use {used}"

    def wrong_tests(self):
        """Each folder has unit tests of its own, or is listed as without."""
        text = (ROOT / self.list).read_text()
        without = set(re.search(r"^WITHOUT_TESTS := (.*)$", text, re.M)[1].split())
        for name in self.order:
            tested = any(ROOT.glob(f"tests/unit/{name}/*_test.c"))
            if tested == (name in without):
                yield (f"{self.list}: {name} has unit tests, and is in WITHOUT_TESTS" if tested
                       else f"{self.list}: {name} has no unit tests, and is not in WITHOUT_TESTS")

    def wrong_grants(self):
        """What a folder may use, and neither it nor its unit tests do."""
        for name in self.order:
            files = [*ROOT.glob(f"{self.program}/{name}/*.[ch]"),
                     *ROOT.glob(f"tests/unit/{name}/*.c")]
            text = "".join(path.read_text() for path in files)
            used = {line.split("/")[1] for line in INCLUDE.findall(text)
                    if line.startswith(f"{self.program}/")}
            for other in sorted(self.uses.get(name, set()) - used):
                yield f"{self.list}: {name} may use {other}, and does not"

    def may_use(self, folder):
        return self.uses.get(folder, set()) | {folder}


def wrong_include(path, layers):
    """What is wrong with each include of one file."""
    place = path.relative_to(ROOT).parts
    for line in INCLUDE.findall(path.read_text()):
        target = line.split("/")
        if not (ROOT / line).exists():
            continue  # made by the build, or the system's
        if target[0] not in PROGRAMS[place[0]]:
            yield f"{path.relative_to(ROOT)}: {place[0]}/ may not use {line}"
        elif (target[0] == place[0] in layers
              and target[1] not in layers[place[0]].may_use(place[1])):
            yield f"{path.relative_to(ROOT)}: {place[0]}/{place[1]}/ may not use {line}"


def views():
    """The views of analyzer/sql/view: name, folder and what it selects from."""
    for path in sorted(ROOT.glob("analyzer/sql/view/*/*.sql")):
        sql = re.sub(r"--.*", "", path.read_text())
        yield path.stem, path.parent.name, set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", sql))


def wrong_views():
    """Folders of views have an order in which each uses only earlier ones."""
    folder = {name: place for name, place, _ in views()}
    uses = {place: set() for place in folder.values()}
    for _, place, used in views():
        uses[place] |= {folder[name] for name in used if name in folder} - {place}
    while free := {place for place, used in uses.items() if not used & set(uses)}:
        uses = {place: used for place, used in uses.items() if place not in free}
    if uses:
        yield f"analyzer/sql/view: {', '.join(sorted(uses))} are in a circle, or use one"


def main():
    layers = {"format": Layers("format", "FORMAT_"), "recorder": Layers("recorder", "RECORDER_"),
              "analyzer": Layers("analyzer", "")}
    wrong = [line for each in layers.values() for line in [*each.wrong_order(), *each.wrong_page(),
                                                         *each.wrong_grants()]]
    wrong += layers["analyzer"].wrong_tests()
    wrong += wrong_views()
    for program in PROGRAMS:
        for path in sorted(ROOT.glob(f"{program}/**/*.[ch]")):
            wrong += wrong_include(path, layers)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
