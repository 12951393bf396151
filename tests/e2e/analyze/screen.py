# SPDX-License-Identifier: MIT OR Apache-2.0
"""hud-analyze live on a terminal: panels, keys, sizes, a replay whose numbers are those of report,
and how it leaves the terminal. While a program runs: screen_live.py."""

import glob
import json
import os
import re
import shlex
import signal
import struct
import subprocess
import time
import unicodedata

import exported
from lib import (ANALYZE, TOP, analyzed, expect, expect_equal, fact, facts_check, path_for,
                 wait_until)
from terminal import Terminal

CAPTURE = os.path.join(TOP, "examples", "demo.hud")
REPLAY = f"{ANALYZE} live {CAPTURE}"


def replayed(*arguments, columns=80, rows=24, **environment):
    """A replay that has come to its end."""
    words = " ".join(shlex.quote(str(word)) for word in arguments)
    terminal = Terminal(f"{REPLAY} {words}", columns, rows, **environment)
    terminal.see("REPLAY x1", "SITES")
    terminal.press("+", "+", "+", "+", "+")
    terminal.see("REPLAY ENDED")
    return terminal


def duration(ns):
    """As analyzer/base/words.c prints it."""
    for least, unit, form in ((100e9, 1e9, "%.0f s"), (10e9, 1e9, "%.1f s"),
                              (1e9, 1e9, "%.2f s"), (100e6, 1e6, "%.0f ms"),
                              (1e6, 1e6, "%.1f ms"), (1e3, 1e3, "%.0f us")):
        if ns >= least:
            return form % (ns / unit)
    return "%.0f ns" % ns


def columns_of_sites(text):
    """total, polls, p99, max and cause of each function on the screen."""
    rows = {}
    for line in text.splitlines():
        found = re.match(r" *([\d.]+ \w+) +(\d+) +([\d.]+ \w+) +([\d.]+ \w+) +[\d.]+ \w+[ !]"
                         r"(\S+).*?((?:\w+::)+\w+)", line)
        if found:
            rows[found[6]] = found.groups()[:4]
    return rows


@fact(root=False)
def all_panels_fit_80x24():
    terminal = replayed()
    text = terminal.see("hud  demo (", "WARNING: polls blocked", "lost 0.00%", "SITES by",
                        "NOW", "WORKERS", "TASKS", "BLOCKING POOL", "Enter all about it")
    expect_equal(len(text.rstrip("\n").split("\n")), 24, "rows")
    expect(max(map(len, text.split("\n"))) <= 80, "columns")
    for name in ("find_in_index", "demo::server::connection", "threads"):
        expect(name in text, f"{name} in\n{text}")


@fact(root=False)
def the_numbers_are_those_of_report():
    for window in ("60s", "3s", "2500ms"):
        terminal = replayed("--window", window, columns=160, rows=50)
        text = terminal.text()
        report = json.loads(analyzed("report", CAPTURE, "--json", *(
            [] if window == "60s" else ["--from", "-" + window])))
        sentence = report["verdict"]["sentence"]
        expect(report["verdict"]["level"] + ": " + sentence in " ".join(text.split()),
               f"{sentence}\n in\n{text}")
        seen = columns_of_sites(text)
        functions = json.loads(analyzed("query", CAPTURE, "@functions", "--json", *(
            [] if window == "60s" else ["--from", "-" + window])))
        expect(len(functions) >= 9, "functions in the report")
        for row in functions:
            if row["function"] == "unknown":
                continue
            expected = (duration(row["total_ns"]), str(row["count"]), duration(row["p99_ns"]),
                        duration(row["max_ns"]))
            expect_equal(seen.get(row["function"]), expected,
                         f"{row['function']} of the last {window}, in\n{text}\n")
        for worker in report["workers"]:
            share = 100 * worker["blocking_ns"] / worker["wall_ns"]
            expect(re.search(rf"\b{worker['tid']} .*\b{share:.1f}%", text),
                   f"worker {worker['tid']} with {share:.1f}% in\n{text}")
        terminal.press("q")


@fact(root=False)
def a_row_opens_its_page_and_its_source():
    terminal = replayed(columns=100, rows=40)
    terminal.press("Home", "Enter")
    text = terminal.see("find_in_index, from 0.0 s", "AT LINES", "CALLS")
    expect("WHAT TO DO" in text, f"advice in\n{text}")
    terminal.press("PgDn")
    terminal.see("WOKEN BY")
    terminal.press("Escape")
    terminal.see("SITES by function")
    # From where the sources are, a line of code opens its file.
    other = Terminal("bash --norc -i", 100, 40)
    other.type(f"cd {TOP}/examples/demo && {REPLAY}\n")
    other.see("REPLAY", "SITES")
    other.press("+", "+", "+", "+", "+")
    other.see("REPLAY ENDED")
    other.press("Enter")
    page = other.see("AT LINES").splitlines()
    at = next(i for i, line in enumerate(page) if line.startswith("AT LINES")) + 1
    other.press(*["Down"] * (at - 1), "Enter")
    other.see("src/guilty.rs:112", "   112  ")


@fact(root=False)
def the_filter_applies_as_one_types():
    terminal = replayed()
    terminal.press("/")
    terminal.type("find_in")
    text = terminal.see("/find_in", "with find_in", "find_in_index")
    expect("demo::guilty::hash" not in text, f"only what fits in\n{text}")
    terminal.press("Enter")
    terminal.press("Escape")
    terminal.see("demo::guilty::hash")
    terminal.press("/")
    terminal.type("no such name")
    terminal.see("nothing that blocked has this in its name")
    terminal.press("Escape")
    terminal.see("demo::guilty::hash")


@fact(root=False)
def keys_sort_group_and_choose_the_window():
    terminal = replayed()
    for name in ("polls", "p99", "max", "last", "name", "total"):
        terminal.press("s")
        terminal.see(f"sorted by {name}")
    terminal.press("g")
    terminal.see("SITES by file", "src/guilty.rs")
    terminal.press("g")
    terminal.see("SITES by task", "demo::server::connection")
    terminal.press("g")
    terminal.see("SITES by function")
    for name in ("of 30 s", "of 60 s", "(sites: all)", "of 10 s"):
        terminal.press("w")
        terminal.see(name, "find_in_index")


@fact(root=False)
def short_polls_are_left_out_without_a_new_recording():
    terminal = replayed("--window", "60s", columns=160, rows=50)
    whole = terminal.see("blocks from 5.0 ms")
    for least, more in (("10.0 ms", ()), ("20.0 ms", ("--min", "20ms"))):
        terminal.press("t")
        text = terminal.see(f"blocks from {least}")
    seen = columns_of_sites(text)
    functions = json.loads(analyzed("query", CAPTURE, "@functions", "--json", *more))
    expect(len(functions) >= 5, "functions in the report")
    for row in functions:
        if row["function"] != "unknown":
            expect_equal(seen.get(row["function"]),
                         (duration(row["total_ns"]), str(row["count"]), duration(row["p99_ns"]),
                          duration(row["max_ns"])), f"{row['function']} in\n{text}\n")
    terminal.press("T", "T")
    text = terminal.see("blocks from 5.0 ms")
    expect_equal(columns_of_sites(text), columns_of_sites(whole), "all polls again")
    terminal.press("T")
    terminal.see("shorter polls were not recorded")


@fact(root=False)
def each_panel_can_be_reached():
    terminal = replayed()

    def focused():
        """The panels whose title is drawn in reverse."""
        return [found[1] for found in
                (re.match(r"(?:\033\[[\d;]*m)*\033\[(?:\d+;)*7(?:;\d+)*m(?:\033\[[\d;]*m)*"
                          r"(SITES|NOW|WORKERS|TASKS|BLOCKING)", line)
                 for line in terminal.text("-e").splitlines()) if found]

    wait_until(lambda: focused() == ["SITES"], "the first panel has the focus")
    for name in ("NOW", "WORKERS", "TASKS", "BLOCKING", "SITES"):
        terminal.press("Tab")
        wait_until(lambda: focused() == [name], f"{name} has the focus")
    terminal.press("BTab")
    wait_until(lambda: focused() == ["BLOCKING"], "the panel before")
    terminal.press("Tab", "j", "j", "k", "Down", "Up", "End", "Home", "NPage", "PPage")
    terminal.see("SITES by function")


@fact(root=False)
def help_lists_every_key():
    terminal = replayed(rows=45)
    terminal.press("?")
    text = terminal.see("Keys", "leave; the terminal is as it was")
    table = open(os.path.join(TOP, "analyzer", "screen", "keys.c")).read()
    names = re.findall(r'^\t\{\{[^}]*\},\s*"([^"]+)"', table, re.M)
    expect(len(names) > 20, f"names of keys in the table: {names}")
    for name in names:
        expect(re.search(rf"^  {re.escape(name)} ", text, re.M), f"{name} in\n{text}")
    terminal.press("Escape")
    terminal.see("SITES")


def moved(terminal, key, *what):
    terminal.press(key)
    return terminal.see(*what)


def verdict_told(text):
    return re.search(r"polls blocked \d+ workers for .*? \([0-9.]+%\): \d+ blocking polls",
                     " ".join(text.split()))[0]


@fact(root=False)
def a_replay_pauses_and_seeks():
    terminal = Terminal(REPLAY)
    terminal.see("REPLAY x1", "SITES")
    terminal.press("Space")
    before = terminal.see("PAUSED")
    time.sleep(1.5)
    expect_equal(terminal.text(), before, "the screen of a pause")
    # A moment has its numbers, however it was come to.
    moments = {"<": "1.0 s  last 1.0", ".": "4.0 s  last 4.0"}
    told = [[verdict_told(moved(terminal, key, moment)) for key, moment in moments.items()]
            for _ in range(2)]
    expect(told[0] == told[1] and len(set(told[0])) == 2, f"verdicts: {told}")
    terminal.press("Space", ".")
    terminal.see("6.0 s  last 6.0", "REPLAY ENDED")
    # While it runs, a slow machine may look when it is over.
    terminal.press("Space", "<")
    terminal.see("1.0 s  last 1.0", "PAUSED x1")
    terminal.press("-")
    terminal.see("PAUSED x0.5")
    terminal.press("+", "+", "+")
    terminal.see("PAUSED x4")
    terminal.press("Space")
    # The same moment has the same numbers, however it was come to.
    terminal.press(".")
    expect_equal(verdict_told(terminal.see("REPLAY ENDED")),
                 verdict_told(analyzed("report", CAPTURE)), "the verdict at the end")


@fact(root=False)
def another_window_of_a_replay_that_runs_is_of_the_same_moment():
    terminal = Terminal(REPLAY)
    terminal.see("4.0 s  last 4.0", "REPLAY x1")
    terminal.press("w", "Space")
    time.sleep(1)
    text = terminal.text()
    # A slow machine may look when it is over.
    expect(re.search(r"(4.0|6.0) s  last \1", text), f"where it is in\n{text}")


@fact(root=False)
def the_mouse_selects_sorts_and_seeks():
    terminal = Terminal(REPLAY, 100, 30)
    terminal.see("REPLAY x1", "SITES")
    terminal.press("Space")
    terminal.see("PAUSED")

    def click(column, row):
        """Press and release as terminals report them (X10), counted from 1."""
        for button in (0, 3):
            terminal.type("\033[M" + chr(32 + button) + chr(32 + column) + chr(32 + row))

    place = {name: next(i for i, line in enumerate(terminal.lines(), 1) if name in line)
             for name in ("SITES by", "TASKS", " of 6.0 s")}
    click(12, place["SITES by"] + 1)
    terminal.see("sorted by polls")
    click(4, place["SITES by"] + 1)
    terminal.see("sorted by total")
    click(94, place[" of 6.0 s"])
    terminal.see("4.0 s  last 4.0")
    click(69, place[" of 6.0 s"])
    terminal.see("1.0 s  last 1.0")
    click(30, place["SITES by"] + 3)
    click(30, place["SITES by"] + 3)
    terminal.see("CALLS")


@fact(root=False)
def it_fits_any_size():
    terminal = replayed()
    for columns, rows in ((200, 60), (20, 5), (3, 2), (1, 1), (132, 10), (80, 24)):
        terminal.resize(columns, rows)
        time.sleep(0.4)
        expect(terminal.tmux("list-panes", "-F", "#{pane_dead}").stdout.strip() == "0",
               f"it runs at {columns}x{rows}")
        if rows >= 5:
            terminal.see("hud")
    terminal.resize(200, 60)
    terminal.see("tokio-runtime-w", "demo::guilty::save_snapshot  src/guilty.rs:122")
    terminal.resize(20, 5)
    terminal.see("SITES by")
    terminal.resize(80, 24)
    terminal.see("WORKERS", "TASKS")


@fact(root=False)
def the_size_is_followed_where_no_signal_tells_of_it():
    """The program that starts it may have blocked the signal, which then stays so."""
    blocked = ("import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH]); "
               f"os.execv('{ANALYZE}', {REPLAY.split()})")
    terminal = Terminal(shlex.join(["/usr/bin/python3", "-c", blocked]))
    terminal.see("REPLAY x1", "SITES")
    terminal.resize(20, 5)
    terminal.see("hud", "SITES by")
    terminal.resize(200, 60)
    terminal.see("tokio-runtime-w", "demo::guilty::save_snapshot  src/guilty.rs:122")


@fact(root=False)
def the_selected_name_is_copied():
    terminal = replayed()
    terminal.press("y")
    terminal.see("copied")
    expect_equal(terminal.tmux("show-buffer").stdout,
                 "demo::guilty::find_in_index src/guilty.rs:112", "the clipboard")


@fact(root=False)
def the_window_is_exported():
    terminal = replayed("--window", "3s")
    terminal.press("J")
    terminal.see("the report of the window")
    [name] = glob.glob(os.path.join(terminal.directory, "hud-live-*.json"))
    seen = json.load(open(name))
    expected = json.loads(analyzed("report", CAPTURE, "--json", "--from", "-3s"))
    expect_equal(seen["verdict"], expected["verdict"], "its verdict")
    expect_equal([site["function"] for site in seen["sites"]],
                 [site["function"] for site in expected["sites"]], "its sites")
    terminal.press("e")
    terminal.see("a page of the window")
    [name] = glob.glob(os.path.join(terminal.directory, "hud-live-*.html"))
    with open(name) as file:
        page = file.read()
    data = page[page.index('id="data">') + len('id="data">'):]
    data = json.loads(data[:data.index("</script>")])
    total = data["sites"]["columns"].index("total_ns")
    expect_equal([row[total] for row in data["sites"]["rows"]],
                 [site["total_ns"] for site in expected["sites"]], "the sites of the page")
    terminal.press("E")
    terminal.see("a trace for Perfetto of the window")
    [name] = glob.glob(os.path.join(terminal.directory, "hud-live-*.pftrace"))
    with open(name, "rb") as file:
        trace = exported.Trace(file.read())
    blocked = sum(site["blocked_ns"] for s in trace.slices for site in s["args"].get("sites", ()))
    expect_equal(blocked, sum(site["total_ns"] for site in expected["sites"]),
                 "blocked time in the trace")
    terminal.press("c")
    terminal.see("a capture of the window")
    [name] = glob.glob(os.path.join(terminal.directory, "hud-live-*.hud"))
    part = json.loads(analyzed("report", name, "--json"))
    for what in ("sites", "verdict", "workers"):
        expect_equal(part[what], expected[what], f"{what} of the capture")
    expect("of a recording, from 3.00 s on" in analyzed("info", name), "info says it is a part")
    # Why a file cannot be written is said over whatever the last line has, until a key is pressed.
    for file in os.listdir(terminal.directory):
        os.remove(os.path.join(terminal.directory, file))
    os.rmdir(terminal.directory)
    for key in "eEJc":
        terminal.type("/demo")
        terminal.press("Enter", key)
        terminal.see("hud-live-", "No such file or directory")
        time.sleep(1.5)
        terminal.see("No such file or directory", seconds=1)
        terminal.press("Escape")


HARMFUL = (
    "\x1b[2J\x1b[31m\x1b]0;owned\x07\u202e\u2066::\n\r\t\x9b31m",
    "\u6f22\u5b57" * 40,
    "e\u0301\u200d" * 60,
    "Vec<" * 2500,
)


STRING, SYMBOL_TEXT = 2, 96  # of format/wire/; both hold an id, a length and the text


def harmful_name(kind, text, name):
    """None: it stays as it is. A mangled name stays one, of the user's crate."""
    name = name.encode()
    if kind == STRING and text in (b"tokio-runtime-w", b"demo", b"load"):
        return name[:4000]
    if kind == SYMBOL_TEXT and text.startswith(b"_ZN4demo6guilty"):
        return b"_ZN4demo6guilty%d%s%s" % (len(name), name, text[-20:])
    return None


def renamed(path, name):
    """The example, in which each function is called so, and each thread."""
    data = open(CAPTURE, "rb").read()
    frame = re.compile(rb"\x28\xb5\x2f\xfd")
    begins = [found.start() for found in frame.finditer(data)]
    parts = [data[:begins[0]]]
    for begin, end in zip(begins, begins[1:] + [len(data)]):
        chunk = subprocess.run(["zstd", "-dcq"], input=data[begin:end], stdout=-1,
                               check=True).stdout
        records, at = b"", 64
        while at < len(chunk):
            kind, flags, size = struct.unpack_from("<HHI", chunk, at)
            record = chunk[at:at + size]
            at += size
            if kind in (STRING, SYMBOL_TEXT):
                number, length = struct.unpack_from("<II", record, 8)
                text = harmful_name(kind, record[16:16 + length], name)
                if text:
                    size = -(-(16 + len(text)) // 8) * 8
                    record = struct.pack("<HHIII", kind, flags, size, number, len(text)) + text
            records += record.ljust(size, b"\0")
        whole = chunk[:56] + struct.pack("<Q", len(records)) + records
        parts.append(subprocess.run(["zstd", "-cq", "--check", f"--stream-size={len(whole)}"],
                                    input=whole, stdout=-1, check=True).stdout)
    with open(path, "wb") as file:
        file.write(b"".join(parts))


@fact(root=False)
def names_that_mean_harm_are_only_shown():
    """Of a process, its threads and its functions: the lines that have none stay as they are."""
    for number, name in enumerate(HARMFUL):
        capture = path_for(f"harmful-{number}.hud")
        renamed(capture, name)
        terminal = Terminal(f"{ANALYZE} live {capture}", 100, 30)
        terminal.see("REPLAY x1", "SITES by function")
        terminal.press("+", "+", "+", "+", "+")
        text = terminal.see("REPLAY ENDED", "SITES by function", "WORKERS", "TASKS",
                            "BLOCKING POOL", "Enter all about it")
        for row, line in enumerate(text.splitlines()):
            wide = sum(unicodedata.east_asian_width(character) in "WF" for character in line)
            combining = sum(unicodedata.category(character) in ("Mn", "Cf") for character in line)
            expect(len(line) + wide - combining <= 100, f"row {row} of {name[:20]!r}: {line}")
        expect("owned" not in terminal.tmux("display", "-p", "#{pane_title}").stdout, "a title")
        terminal.press("Enter")
        terminal.see("CALLS")
        terminal.press("Escape", "q")


@fact(root=False)
def without_colours_and_unicode():
    terminal = replayed(NO_COLOR="1", LANG="C", columns=60)
    text = terminal.text("-e")
    expect(not re.search(r"\033\[[\d;]*3[1-6]m", text), f"no colours in\n{text!r}")
    expect(text.isascii(), f"ASCII only in\n{text!r}")
    terminal.see("~", "B")
    colours = replayed().text("-e")
    expect(re.search(r"\033\[[\d;]*3[1-6]m", colours), "colours where they are wanted")


@fact(root=False)
def the_terminal_is_left_as_it_was():
    terminal = Terminal()
    terminal.type("PS1='prompt> '; stty -g > before; clear\n")
    terminal.see("prompt>")

    times = []

    def left(how):
        times.append(how)
        terminal.type(f"clear; stty -g > after; echo $? left {len(times)}\n")
        terminal.see(f"0 left {len(times)}")
        expect("SITES" not in terminal.text(), f"{how}: the screen is gone")
        before, after = (open(os.path.join(terminal.directory, name)).read()
                         for name in ("before", "after"))
        expect_equal(after, before, f"the terminal's settings {how}")
        shown = terminal.tmux("display", "-p", "#{cursor_flag} #{alternate_on}").stdout.strip()
        expect_equal(shown, "1 0", f"the cursor, and the other screen, {how}")

    for signal_number in (None, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV):
        terminal.type(f"{REPLAY}\n")
        terminal.see("SITES", "REPLAY")
        if signal_number is None:
            terminal.press("q")
        else:
            os.kill(terminal.pid(f"^{REPLAY}"), signal_number)
        wait_until(lambda: "SITES" not in terminal.text(), "the screen is gone")
        left(f"after {signal_number or 'q'}")
    terminal.type(f"{REPLAY}\n")
    terminal.see("SITES", "REPLAY")
    terminal.press("C-z")
    terminal.see("Stopped")
    left("after Ctrl-Z")
    terminal.type("fg\n")
    terminal.see("SITES", "REPLAY")
    terminal.press("q")
    wait_until(lambda: "SITES" not in terminal.text(), "the screen is gone")
    left("after Ctrl-Z and fg")


@fact(root=False)
def ctrl_z_is_never_ignored():
    """ncurses' own handler is away while a screen is drawn, and Ctrl-Z is lost then."""
    terminal = Terminal(f"{REPLAY}; sleep 100", 100, 30)
    terminal.see("SITES", "REPLAY")
    status = f"/proc/{terminal.pid(f'^{REPLAY}')}/status"
    bit = 1 << (signal.SIGTSTP - 1)
    until = time.monotonic() + 2
    seen = ignored = 0
    while time.monotonic() < until:
        mask = int(re.search(r"SigIgn:\s*(\w+)", open(status).read()).group(1), 16)
        seen += 1
        ignored += bool(mask & bit)
        if seen % 100 == 0:
            terminal.press("Tab")
    expect_equal(ignored, 0, f"times out of {seen}")
    terminal.press("q")


@fact(root=False)
def a_pipe_that_is_cut_keeps_the_screen():
    data = open(CAPTURE, "rb").read()
    fifo = path_for("cut.fifo")
    os.mkfifo(fifo)
    terminal = Terminal(f"{ANALYZE} live - < {fifo}; echo exit status $?; sleep 100", 100, 30)
    with open(fifo, "wb") as pipe:
        for at in range(0, 120000, 20000):
            pipe.write(data[at:at + 20000])
            pipe.flush()
            time.sleep(0.1)
        text = terminal.see("LIVE", "SITES by", "polls blocked")
        expect("CUT" not in text, f"not cut yet\n{text}")
        # Half of a key's sequence, which a slow link may give, is no key that quits or blocks.
        terminal.type("\033[")
        terminal.see("NOTHING COMES")
    terminal.see("CUT", "SITES by", "polls blocked")
    terminal.press("q")
    terminal.see("exit status 0")


facts_check()
