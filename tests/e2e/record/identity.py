# SPDX-License-Identifier: MIT OR Apache-2.0
"""A program without a build-id is identified by a hash of its code: only its unstripped twin gives
symbols."""

import os
from lib import (ANALYZE_UNUSABLE, Demo, Recording, analyze, analyzed, expect, expect_equal, fact,
                 facts_check, json, once, one_clear_message, path_for, query, run, start, unlimited)

import builds
import lib

# Each blocks some times a second.
GUILTY = {"demo::guilty::pause", "demo::guilty::find_in_index", "demo::guilty::resolve"}


@once
def twin():
    with unlimited():
        return builds.build("no-id")


def other_build():
    """
    Another build of the same source. The one with a build-id would not do: its code is the same.
    """
    return lib.demo_build("debug")


@once
def capture():
    """
    A capture of the stripped program, deleted afterwards; and the directory of --save-binaries.
    """
    stripped, saved = path_for("served"), path_for("saved")
    made = run(["strip", "-o", stripped, twin()])
    expect_equal(made.returncode, 0, f"exit code of strip ({made.stderr})")
    demo = Demo.__new__(Demo)
    demo.process = start([stripped, "--quiet"], stdout=-1)
    expect(demo.process.stdout.readline().startswith("demo: pid "), "the demo did not start")
    recording = Recording(path_for("no-id.hud"), "-d", "4", "-p", str(demo.process.pid),
                          "--save-binaries", saved,
                          begun=False)
    path = recording.ended_well()
    os.unlink(stripped)
    return path, saved


def named(path, *options):
    document = json.loads(analyzed("report", path, "--json", *options))
    return {site["function"] for site in document["sites"]}


@fact
def the_capture_has_the_hash_and_no_build_id():
    path, _ = capture()
    rows = query(path, "SELECT build_id, text_hash FROM binary WHERE path LIKE '%/served'")
    expect_equal(len(rows), 1, "binaries of that name")
    expect(rows[0]["build_id"] is None and len(rows[0]["text_hash"]) == 32, f"seen {rows}")
    expect(query(path,
                 "SELECT count(*) AS n FROM binary WHERE build_id IS NOT NULL AND text_hash IS NOT "
                 "NULL")
           == [{"n": 0}], "a binary has both")


@fact
def the_unstripped_twin_names_the_guilty_functions():
    path, _ = capture()
    expect(not GUILTY & named(path), "named without any binary")
    expect(GUILTY <= named(path, "--binary", twin()),
           f"seen {sorted(named(path, '--binary', twin()))}")


@fact
def the_report_says_what_is_missing_without_symbols_and_how_to_get_them():
    path, _ = capture()
    names = path_for("names-only")
    run(["strip", "-g", twin(), "-o", names])
    for options, words in (((), ("no function has a name", "--binary")),
                           (("--binary", names), ("no lines", "line-tables-only", "--debug-dir"))):
        text = analyzed("report", path, *options)
        for word in (f"symbols of {path_for('served')}: ", *words):
            expect(word in text, f"`{word}` expected in\n{text}")
    expect("symbols of" not in analyzed("report", path, "--binary", twin()),
           "something is said to be missing")


@fact
def a_file_with_other_code_is_refused():
    path, _ = capture()
    one_clear_message(analyze("report", path, "--binary", other_build()), "hud-analyze",
                      ANALYZE_UNUSABLE, "fits no binary", "code with the hash")
    directory = path_for("wrong")
    os.makedirs(directory, exist_ok=True)
    run(["cp", other_build(), os.path.join(directory, "served")])
    expect(not GUILTY & named(path, "--debug-dir", directory), "the wrong file's names were taken")
    text = analyzed("info", "--symbols", path, "--debug-dir", directory)
    expect("is another build: the hash of its code is" in text, f"info --symbols says\n{text}")


@fact
def saved_binaries_are_found_by_the_hash():
    path, saved = capture()
    expect(os.path.isdir(os.path.join(saved, ".text-hash")), f"saved: {os.listdir(saved)}")
    text = analyzed("info", "--symbols", path, "--debug-dir", saved)
    expect("/.text-hash/" in text and "taken: the binary" in text, f"info --symbols says\n{text}")


@fact
def a_symbolized_capture_does_not_need_the_twin():
    path, _ = capture()
    out = path_for("no-id-symbols.hud")
    analyzed("symbolize", path, "-o", out, "--binary", twin())
    expect(GUILTY <= named(out), f"seen {sorted(named(out))}")


facts_check()
