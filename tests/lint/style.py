#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Checks the form of every file: .clang-format, lines of 100 columns, one head, includes in one
order, no mention of a missing file.

Prints one line for each place, and exits with 1 if there is any.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COLUMNS = 100
LIMITED = {".c", ".h", ".sql", ".py", ".sh", ".rs", ".js", ".css"}
FOLDERS = "analyzer|bpf|docs|examples|format|recorder|tests"
ENDINGS = "c|h|sql|py|sh|md|json|rules|rs|mk|js|css"
# A path from the top of the tree, with an ending. Not a pattern, a part of a longer path or of a
# URL, a header of libbpf (<bpf/...>), or a placeholder in capitals (NAME.c).
MENTION = re.compile(rf"(?<![\w/.*$<-])(?:{FOLDERS})/(?:[\w.-]+/)*(?![A-Z]+\.[a-z])"
                     rf"[\w.-]*\w\.(?:{ENDINGS})\b(?!/)")
HEAD = re.compile(r"/\* SPDX-License-Identifier: \(?MIT OR Apache-2\.0\)? \*/\n")
INCLUDED = re.compile(r'^#include (["<])([^">]+)[">]', re.M)
ORDERED = ("analyzer/", "recorder/", "format/")
REPEATED = {"bpf/unwind.h"}  # a template: after the macros that it is made with
# Of another package, and made by the build.
NOT_TRACKED = {"examples/addr2line.rs", "bpf/hud.skel.h", "bpf/learn.skel.h",
               "bpf/threads.skel.h"}


def output_of(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def tracked():
    return [ROOT / name for name in output_of("git", "ls-files").stdout.splitlines()
            if (ROOT / name).is_file()]


def unformatted(paths):
    sources = [str(path.relative_to(ROOT)) for path in paths if path.suffix in (".c", ".h")]
    done = output_of("clang-format", "--dry-run", "-Werror", *sources)
    files = sorted({line.split(":")[0] for line in done.stderr.splitlines()
                    if "clang-format-violations" in line})
    return [f"{name}: not as clang-format writes it" for name in files]


def too_long(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line.expandtabs(8)) > COLUMNS:
            yield f"{path.relative_to(ROOT)}:{number}: {len(line.expandtabs(8))} columns"


def disordered(path, text):
    """A source file's own header is first, then the project's by name, then the system's."""
    place = str(path.relative_to(ROOT))
    own = place.removesuffix(".c") + ".h"
    seen = [(kind == "<", name != own, name) for kind, name in INCLUDED.findall(text)
            if not name.endswith(".def") and name not in REPEATED]
    if place.startswith(ORDERED) and path.suffix in (".c", ".h") and seen != sorted(seen):
        yield f"{place}: includes in another order than own, project's, system's, each by name"


def headless(path, text):
    if path.suffix in (".c", ".h") and not HEAD.match(text):
        yield f"{path.relative_to(ROOT)}: does not begin with /* SPDX-License-Identifier"


def missing(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        for name in MENTION.findall(line):
            if name not in NOT_TRACKED and not (ROOT / name).exists():
                yield f"{path.relative_to(ROOT)}:{number}: there is no {name}"


def main():
    paths = tracked()
    wrong = unformatted(paths)
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.suffix in LIMITED:
            wrong += too_long(path, text)
        wrong += headless(path, text)
        wrong += disordered(path, text)
        wrong += missing(path, text)
    print("\n".join(wrong) if wrong else "ok: every file is in form")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
