#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Holds every file to the house's form: .clang-format, lines of 100 columns, no mention of a file that is not there.

Prints one line for each place, and exits with 1 if there is any.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COLUMNS = 100
LIMITED = {".c", ".h", ".sql", ".py", ".sh", ".rs"}
FOLDERS = "analyzer|bpf|docs|examples|format|recorder|tests"
# A path from the top of the tree, with an ending; no pattern, no part of a longer path or of a URL.
MENTION = re.compile(rf"(?<![\w/.*$-])(?:{FOLDERS})/[\w/.-]*\w\.(?:c|h|sql|py|sh|md|json|rules|rs|mk)\b(?!/)")


def tracked():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


def unformatted(paths):
    sources = [str(path.relative_to(ROOT)) for path in paths if path.suffix in (".c", ".h")]
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *sources], cwd=ROOT, capture_output=True, text=True)
    files = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "clang-format-violations" in line})
    return [f"{name}: not as clang-format writes it" for name in files]


def too_long(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line.expandtabs(8)) > COLUMNS:
            yield f"{path.relative_to(ROOT)}:{number}: {len(line.expandtabs(8))} columns"


def missing(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        for name in MENTION.findall(line):
            if not (ROOT / name).exists():
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
        wrong += missing(path, text)
    print("\n".join(wrong) if wrong else "ok: every file is in form")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
