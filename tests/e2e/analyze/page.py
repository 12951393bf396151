# SPDX-License-Identifier: MIT OR Apache-2.0
"""report --html in a real browser: its controls, its numbers, its links, names that mean harm."""

import atexit
import json
import os
import re
import shutil
import sqlite3

from browser import Browser
from lib import (TOP, analyzed, expect, expect_equal, expect_near, fact, facts_check, once,
                 path_for, query)

EXAMPLE = os.path.join(TOP, "examples", "demo.hud")
ROWS = "document.querySelectorAll('#sites tbody tr')"


@once
def database():
    path = path_for("example.db")
    analyzed("load", EXAMPLE, "-o", path)
    return path


@once
def page():
    path = path_for("example.html")
    analyzed("report", database(), "--html", path)
    return path


browsers = []  # the one that runs


@atexit.register
def browsers_end():
    while browsers:
        browsers.pop().end()


def shown(function):
    """
    A fact that is given a tab of its own in a browser, whose start takes longer than most facts.
    After one that does not hold another browser is started.
    """
    def in_a_tab():
        if not browsers:
            browsers.append(Browser())
        try:
            browsers[0].tab()
            function(browsers[0])
            browsers[0].tab_close()
        except BaseException:
            browsers_end()
            raise
    return fact(in_a_tab, root=False, name=function.__name__)


def opened(chromium, fragment="", path=None):
    chromium.open(path or page(), fragment)


def quiet(chromium):
    expect_equal([m["message"] for m in chromium.messages()], [], "messages of the console")


def sites_shown(chromium):
    """Site to total, as the table has it."""
    return dict(chromium.run("""
        return [...document.querySelectorAll('#sites tbody tr')].map(tr =>
            [Number(tr.cells[0].textContent), tr.cells[1].textContent])"""))


@shown
def it_opens_from_a_file_without_network_and_without_a_message(chromium):
    opened(chromium)
    quiet(chromium)
    expect_equal(chromium.value("performance.getEntriesByType('resource').length"), 0, "requests")
    text = chromium.value("document.querySelector('h1').textContent")
    verdict = query(database(), "SELECT level || ': ' || sentence AS text FROM verdict")[0]["text"]
    expect_equal(text, verdict, "the heading")
    with open(page()) as file:
        html = file.read()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    expect("default-src 'none'" in policy and "unsafe" not in policy, policy)
    data = html[html.index('id="data"'):html.index("</script>")]
    expect(len(html) - len(data) < 1_000_000, f"{len(html) - len(data)} bytes without the data")


@shown
def the_policy_stops_what_the_page_does_not_have(chromium):
    opened(chromium)
    chromium.run("""
        const s = document.createElement('script');
        s.textContent = 'window.intruded = 1';
        document.body.append(s);
        const t = document.createElement('div');
        t.setAttribute('onclick', 'window.intruded = 2');
        document.body.append(t);
        t.click()""")
    expect_equal(chromium.value("window.intruded ?? null"), None, "a script that was added ran")
    expect(chromium.messages(), "the browser does not say that it was refused")


@shown
def the_numbers_are_the_report_s(chromium):
    opened(chromium)
    rows = query(database(), "SELECT site, total_ns FROM blocking_sites")
    seen = chromium.run("return rows('sites').map(s => [s.site, s.total_ns])")
    expect_equal(dict(map(tuple, seen)), {r["site"]: r["total_ns"] for r in rows}, "sites")
    expect_equal(len(sites_shown(chromium)), len(rows), "rows of the table")
    total = sum(r["total_ns"] for r in rows)
    expect_equal(chromium.run("""
        return rows('profile').filter(p => p.kind === 'blocked').reduce((n, p) => n + p.ns, 0)"""),
        total, "flame graph")
    expect_equal(chromium.run("return DATA.parts.rows.reduce((n, p) => n + p[3], 0)"), total,
                 "parts of polls")
    status = chromium.value("document.querySelector('#flame p[role=status]').textContent")
    expect(status.startswith("blocked: "), f"the flame graph says {status}")


@shown
def what_blocks_the_main_future_is_in_a_table_of_its_own(chromium):
    changed, path = path_for("main.db"), path_for("main.html")
    shutil.copy(database(), changed)
    with sqlite3.connect(changed) as db:
        site, total = db.execute("SELECT site, total_ns FROM blocking_sites").fetchone()
        db.execute("UPDATE site SET main = 1 WHERE id = ?", (site,))
        db.execute("UPDATE blocking_poll SET main = 1 WHERE id IN "
                   "(SELECT blocking_poll FROM site_poll WHERE site = ?)", (site,))
    db.close()
    analyzed("report", changed, "--html", path)
    opened(chromium, path=path)
    expect(site not in sites_shown(chromium), "it is among those of the workers")
    chromium.click("#main-future tbody button")
    title = chromium.value("document.querySelector('#site-detail h3').textContent")
    expect(title.startswith(f"Site {site}: "), title)
    expect_equal(chromium.run("return rows('main_sites').map(s => s.total_ns)"), [total], "time")
    quiet(chromium)


@shown
def what_tasks_did_is_a_table_where_they_were_followed(chromium):
    opened(chromium)
    expect_equal(chromium.value("document.getElementById('task-life')"), None, "without --polls")
    changed, path = path_for("lives.db"), path_for("lives.html")
    shutil.copy(database(), changed)
    with sqlite3.connect(changed) as db:
        for second, alive in ((1, 2), (2, 5)):
            db.execute("""INSERT INTO followed_count (capture, time_ns, process, spawned, found,
                ended, written, polls, readies, polled_ns, ready_ns, await_ns, unknown_ns,
                ready_max_ns, lived, lived_ns, unfollowed) SELECT id, start_ns + ?,
                (SELECT min(id) FROM process), ?, 0, 10, 0, 9, 9, 10, 30, 60, 0, 7000000, 10,
                5000, 4 FROM capture""", (second * 10**9, 10 + alive))
    db.close()
    analyzed("report", changed, "--html", path)
    opened(chromium, path=path)
    cells = chromium.run("""
        return [...document.querySelectorAll('#task-life tbody td')].map(td => td.textContent)""")
    expect_equal(cells, ["not known", "5", "+3", "10", "500 ns", "10.0%", "30.0%", "60.0%",
                         "0.0%", "7.0 ms"], "its row")
    text = chromium.value("document.querySelector('#task-life p').textContent")
    expect("4 polls are of tasks that were not followed" in text, text)
    quiet(chromium)


@shown
def a_selection_filters_the_page_and_is_in_the_address(chromium):
    opened(chromium)
    whole = sites_shown(chromium)
    chromium.mouse("#timeline canvas", ("move", 0.4, 0.5), ("down", 0, 0), ("move", 0.5, 0.5),
                   ("move", 0.6, 0.5), ("up", 0, 0))
    chromium.wait("location.hash.includes('from=')")
    note = chromium.value("document.getElementById('sites-note').textContent")
    expect("selected time" in note, f"the note is {note!r}")
    header = "document.getElementById('selection-note')"
    note = chromium.value(header + ".textContent")
    expect("the verdict and all else are of the whole" in note, f"below the verdict: {note!r}")
    some = sites_shown(chromium)
    expect(some and some != whole, f"of {whole}\nthe selection shows {some}")
    address = chromium.value("location.hash")
    chromium.click("#clear-selection")
    expect_equal(sites_shown(chromium), whole, "sites after the selection was cleared")
    expect(chromium.value(header + ".hidden"), "the note below the verdict is still shown")
    opened(chromium, address)
    expect_equal(sites_shown(chromium), some, f"sites by the link {address}")
    quiet(chromium)


@shown
def a_selection_counts_as_a_filter_of_the_report_does(chromium):
    opened(chromium, "#from=1s&to=3s")
    shown = dict(map(tuple, chromium.run("""
        return rows('sites').map(s => s.site).filter(s => state_for_test().site_times().has(s))
            .map(s => [s, state_for_test().site_times().get(s).ns])""".replace(
                "state_for_test()", "document.getElementById('page').state"))))
    exact = json.loads(analyzed("query", database(), "SELECT s.site, total_ns FROM blocking_sites "
                                "AS s", "--json", "--from", "1s", "--to", "3s"))
    expect_near(sum(shown.values()), sum(r["total_ns"] for r in exact), 0.02, "blocked ns")


@shown
def the_cpu_flame_graph_is_of_the_selection(chromium):
    """And as much as the report of that time, to the width of a part at its ends."""
    opened(chromium, "#from=1s&to=3s&flame=cpu")
    status = chromium.value("document.querySelector('#flame p[role=status]').textContent")
    expect(status.startswith("cpu: ") and "by parts of 30.0 ms" in status, status)
    state = "document.getElementById('page').state"
    some = chromium.run(f"return {state}.cpu_times().reduce((sum, [, ns]) => sum + ns, 0)")
    exact = json.loads(analyzed("query", database(), "SELECT sum(ns) AS ns FROM profile_stack "
                                "WHERE kind = 'cpu'", "--json", "--from", "1s", "--to", "3s"))
    expect_near(some, exact[0]["ns"], 0.1, "CPU time")
    quiet(chromium)


@shown
def fingers_zoom_and_move_the_timeline(chromium):
    opened(chromium)
    view = "(t => [t.from, t.to])(document.getElementById('page').timeline)"
    whole = chromium.value(view)
    canvas = "#timeline canvas"
    chromium.touch(canvas, ((0.5, 0.5), (0.3, 0.5)), ((0.6, 0.5), (0.9, 0.5)))
    near = chromium.value(view)
    expect_near(near[1] - near[0], (whole[1] - whole[0]) / 6, 0.1, "after two fingers went apart")
    chromium.touch(canvas, ((0.8, 0.5), (0.5, 0.5)))
    later = chromium.value(view)
    expect(later[0] > near[0] and abs(later[1] - later[0] - (near[1] - near[0])) < 1000,
           f"one finger moved it from {near} to {later}")
    expect_equal(chromium.value("location.hash"), "", "a finger selects nothing")
    chromium.touch(canvas, ((0.8, 0.5), (0.8, 0.5)))
    quiet(chromium)


@shown
def a_poll_is_pinned_with_its_stack_and_who_woke_it(chromium):
    opened(chromium)
    chromium.run("document.querySelector('#timeline canvas').focus()")
    chromium.type("#timeline canvas", "nnn")
    chromium.wait("document.getElementById('timeline-status').textContent.includes('task')")
    chromium.type("#timeline canvas", "\ue007")
    chromium.wait("location.hash.includes('poll=')")
    frames = chromium.value("document.querySelectorAll('#poll-detail .stack li').length")
    expect(frames > 5, f"{frames} frames")
    lock = query(database(), "SELECT w.blocking_poll AS poll, w.waker FROM trace_wake AS w "
                 "WHERE w.cause = 'lock' LIMIT 1")[0]
    opened(chromium, f"#poll={lock['poll']}")
    text = chromium.value("document.getElementById('poll-detail').textContent")
    expect(f"Woken by {lock['waker']}" in text, text[:1000])
    quiet(chromium)


@shown
def the_timeline_zooms_and_moves_by_keys_and_buttons(chromium):
    opened(chromium)
    view = "(t => [t.from, t.to])(document.getElementById('page').timeline)"
    whole = chromium.value(view)
    chromium.click("#timeline button[aria-label='Zoom in']")
    half = chromium.value(view)
    expect_near(half[1] - half[0], (whole[1] - whole[0]) / 2, 0.01, "after zooming in")
    chromium.run("document.querySelector('#timeline canvas').focus()")
    chromium.type("#timeline canvas", "\ue014")
    expect(chromium.value(view)[0] > half[0], "the arrow key does not move it")
    chromium.type("#timeline canvas", "0")
    expect_equal(chromium.value(view), whole, "after 0")
    quiet(chromium)


@shown
def every_control_does_something(chromium):
    opened(chromium)
    status = "document.querySelector('#flame p[role=status]').textContent"
    before = chromium.value(status)
    chromium.run("const c = document.getElementById('flame-kind'); c.value = 'blocked: lock';"
                 "c.dispatchEvent(new Event('change'))")
    chromium.wait(f"{status}.startsWith('blocked: lock: ') && {status} !== {json.dumps(before)}")
    chromium.click("#flame-inverted")
    chromium.wait("document.getElementById('page').flame.root.children.size >= 1 && "
                  "![...document.getElementById('page').flame.root.children.keys()][0]"
                  ".includes('connection')")
    chromium.type("#flame-search", "futex")
    chromium.wait(f"{status}.includes('found in') && !{status}.includes('found in 0 ns')")
    chromium.click("#flame-whole")
    chromium.click("#flame-reset")
    chromium.type("#sites-search", "find_in_index")
    expect_equal(chromium.value(f"{ROWS}.length"), len(query(
        database(), "SELECT 1 AS x FROM blocking_sites WHERE function LIKE '%find_in_index%'")),
        "sites found")
    chromium.click("#sites tbody tr button")
    chromium.wait("document.querySelector('#site-detail .histogram') !== null")
    text = chromium.value("document.getElementById('site-detail').textContent")
    for part in ("Who ended its waits", "rebuild_index", "How long", "Calls", "Waiting behind it"):
        expect(part in text, f"{part} is missing in\n{text[:1500]}")
    chromium.click("#tasks tbody tr button")
    chromium.wait("document.querySelector('#task-detail .histogram') !== null")
    chromium.click("#workers th button")
    expect_equal(chromium.value("document.querySelector('#workers th').ariaSort"), "descending",
                 "order of the workers")
    quiet(chromium)


@shown
def a_long_table_shows_all_of_its_rows_when_asked(chromium):
    opened(chromium)
    rows = "document.querySelectorAll('#pool tbody tr').length"
    every = chromium.run("return rows('closures').length")
    expect(every > 20, f"{every} closures")
    expect_equal(chromium.value(rows), 20, "rows at first")
    chromium.click("#pool .scroll > button")
    expect_equal(chromium.value(rows), every, "rows then")


@shown
def it_fits_a_phone_the_dark_and_paper(chromium):
    opened(chromium)
    chromium.command("Emulation.setDeviceMetricsOverride", width=390, height=800,
                     deviceScaleFactor=2, mobile=True)
    chromium.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": "dark"}])
    chromium.wait("innerWidth === 390")
    expect(chromium.value("document.documentElement.scrollWidth") <= 390,
           f"{chromium.value('document.documentElement.scrollWidth')} wide on a phone")
    back = chromium.value("getComputedStyle(document.body).backgroundColor")
    expect(sum(map(int, re.findall(r"\d+", back)[:3])) < 150, f"the dark is {back}")
    chromium.command("Emulation.clearDeviceMetricsOverride")
    chromium.command("Emulation.setEmulatedMedia", features=[])
    expect(len(chromium.command("Page.printToPDF")["data"]) > 20000, "nothing is printed")
    quiet(chromium)


@shown
def every_control_has_a_name(chromium):
    opened(chromium)
    nameless = chromium.run("""
        const all = document.querySelectorAll('button, input, select, canvas, [role=img]');
        return [...all].filter(e => !e.getAttribute('aria-label') && !e.textContent.trim())
            .map(e => e.outerHTML)""")
    expect_equal(nameless, [], "controls without a name")


@once
def without_a_site():
    """The example under another id, in which one site does not block; and its function."""
    path = path_for("without.db")
    shutil.copy(database(), path)
    db = sqlite3.connect(path)
    db.execute("UPDATE capture SET capture_id = 'ff' || substr(capture_id, 3)")
    site, function = db.execute("SELECT site, function FROM blocking_sites WHERE cause = 'lock' "
                                "ORDER BY total_ns DESC LIMIT 1").fetchone()
    for table in ("site_poll", "site_time", "slice"):
        db.execute(f"DELETE FROM {table} WHERE site = ?", [site])
    db.commit()
    db.close()
    return path, function


@shown
def a_comparison_shows_what_is_gone_and_where(chromium):
    other, function = without_a_site()
    html = path_for("diff.html")
    analyzed("diff", database(), other, "--html", html)
    opened(chromium, path=html)
    quiet(chromium)
    table = json.loads(analyzed("diff", database(), other, "--json"))
    gone = [s["name"] for s in table["sites"] if s["status"] == "gone"]
    expect_equal(gone, [function], "sites that are gone")
    level = chromium.value("document.querySelector('h1 .level').textContent")
    expect_equal(level, table["all"]["status"] + ": ", "the heading")
    row = "[...document.querySelectorAll('#sites tbody tr')].find(r => /^gone/.test(r.innerText))"
    text = chromium.value(f"{row}.innerText")
    expect(function in text and "-100%" in text, f"the row is {text}")
    drawn = chromium.run(f"return [...{row}.querySelectorAll('.interval i')].map(i => i.className)")
    expect_equal(drawn, ["same", "none", "range", "found"], "what is drawn of its interval")
    chromium.run(f"{row}.querySelector('button').click()")
    status = "document.querySelector('#flame p[role=status]').textContent"
    chromium.wait(f"{status}.includes('found in') && !{status}.includes('found in 0.00')")
    expect_equal(chromium.value("document.getElementById('flame-side').value"), "before", "width")
    chromium.command("Emulation.setDeviceMetricsOverride", width=390, height=800,
                     deviceScaleFactor=2, mobile=True)
    chromium.wait("innerWidth === 390 && document.documentElement.scrollWidth <= 390")
    quiet(chromium)


HOSTILE = (
    "</script><script>window.intruded=1</script><img src=x onerror=window.intruded=1>",
    "\x1b[31m\u202e\u2066'\"`${window.intruded=1}\n\x00".replace("\x00", ""),
    "Vec<" * 2500,
    "<!--<script>",
)


@shown
def names_that_mean_harm_are_only_shown(chromium):
    for number, name in enumerate(HOSTILE):
        path = path_for(f"hostile-{number}.db")
        shutil.copy(database(), path)
        db = sqlite3.connect(path)
        for table, columns in (("frame", "site function file"), ("thread", "comm"),
                               ("process", "name executable"), ("blocking_poll", "task"),
                               ("capture", "command kernel file"), ("binary", "path")):
            db.execute(f"UPDATE {table} SET " + ", ".join(f"{c} = ?" for c in columns.split()),
                       [name] * len(columns.split()))
        db.execute("UPDATE site SET function = ? || id", [name])
        db.execute("INSERT INTO mark (capture, time_ns, text) SELECT id, start_ns + 1, ? "
                   "FROM capture", [name])
        db.commit()
        db.close()
        html = path_for(f"hostile-{number}.html")
        analyzed("report", path, "--html", html)
        opened(chromium, "#site=1", html)
        quiet(chromium)
        expect_equal(chromium.value("window.intruded ?? null"), None, "it ran")
        expect_equal(chromium.value("document.scripts.length"), 2, "scripts")
        expect_equal(chromium.value("document.images.length"), 0, "images")
        expect(chromium.run("return rows('sites')[0].function.startsWith(arguments[0])",
                            name[:9000]), "the name is not whole")
        chromium.wait("document.documentElement.scrollWidth <= innerWidth")


facts_check()
