# SPDX-License-Identifier: MIT OR Apache-2.0
"""examples/demo.hud, which a new user looks at first: no root, no binary, no build of the demo."""

import os
import re
import subprocess

from lib import TOP, analyzed, expect, expect_equal, fact, facts_check, json, query

CAPTURE = os.path.join(TOP, "examples", "demo.hud")
WITHOUT_CACHE = {**os.environ, "HUD_CACHE": ""}

CHAIN_OF_PAUSE = """
    SELECT c.function
    FROM site_user_frame AS c JOIN site AS s ON s.id = c.site
    WHERE s.function = 'demo::guilty::pause'
    ORDER BY c.position
"""

# What blocks in the demo for longer than the threshold, and why.
GUILTY = {
    ("demo::guilty::hash", "cpu"),
    ("demo::guilty::compress", "cpu"),
    ("demo::guilty::pause", "sleep"),
    ("demo::guilty::find_in_index", "lock"),
    ("demo::guilty::resolve", "net-io"),
    ("demo::guilty::fetch_config", "net-io"),
}


@fact(root=False)
def the_report_names_the_guilty_functions_with_their_lines():
    document = json.loads(analyzed("report", CAPTURE, "--json", env=WITHOUT_CACHE))
    seen = {(site["function"], site["cause"]) for site in document["sites"]}
    expect(GUILTY <= seen, f"missing: {sorted(GUILTY - seen)}")
    for site in document["sites"]:
        if (site["function"], site["cause"]) in GUILTY:
            place = (site["file"], site["line"] > 0)
            expect_equal(place, ("src/guilty.rs", True), f"place of {site['function']}")
    text = analyzed("report", CAPTURE, env=WITHOUT_CACHE)
    expect("demo::guilty::pause  src/guilty.rs:" in text, f"the report says\n{text}")


@fact(root=False)
def cpus_divide_the_cpu_time_of_the_threads():
    document = json.loads(analyzed("report", CAPTURE, "--json", env=WITHOUT_CACHE))
    threads = query(CAPTURE, """SELECT sum(c.cpu_ns) AS cpu_ns FROM thread_cpu AS c
        JOIN thread_samples AS s ON s.thread = c.thread""")[0]["cpu_ns"]
    seen = sum(cpu["cpu_ns"] for cpu in document["cpus"])
    expect(abs(seen - threads) < 1000, f"CPUs {seen} ns, threads {threads} ns")
    waited = query(CAPTURE, "SELECT sum(run_queue_ns) AS ns FROM offcpu_span")[0]["ns"]
    expect_equal(sum(cpu["run_queue_ns"] for cpu in document["cpus"]), waited, "waits for a CPU")
    text = analyzed("report", CAPTURE, env=WITHOUT_CACHE)
    rows = re.search(r"^CPUS\n +cpu +ran +waited +longest.*\n((?: +\d.*\n)+)", text, re.M)
    expect(rows and len(rows[1].splitlines()) == len(document["cpus"]), f"CPUs in\n{text}")


@fact(root=False)
def async_functions_read_as_a_chain_of_calls():
    rows = query(CAPTURE, CHAIN_OF_PAUSE)
    chain = [row["function"] for row in rows]
    # The demo wraps the connection's future in Timed, so `connection` is there twice.
    expected = [
        "demo::server::connection",
        "demo::truth::Timed::poll",
        "demo::server::connection",
        "demo::server::serve_one",
        "demo::handlers::answer",
        "demo::handlers::sleep",
        "demo::truth::measure",
        "demo::guilty::pause",
    ]
    expect_equal(chain, expected, "chain")


@fact(root=False)
def a_user_crate_is_your_own_code_where_most_of_a_site_is():
    arguments = ("report", CAPTURE, "--json", "--user-crate", "sha2")
    document = json.loads(analyzed(*arguments, env=WITHOUT_CACHE))
    seen = {site["function"]: site["leaf"]["function"] for site in document["sites"]
            if site["cause"] == "cpu" and site["leaf"]}
    expect(seen["demo::guilty::hash"].startswith("sha2::"), f"seen {seen}")


@fact(root=False)
def the_capture_is_small_and_complete_and_lost_nothing():
    expect(os.path.getsize(CAPTURE) < 500_000, f"{os.path.getsize(CAPTURE)} bytes")
    # A virtual machine's kernel may not report some switches, which no recorder can help.
    lost = {row["cause"]: row["count"] for row in query(CAPTURE, "SELECT cause, count FROM loss")}
    expect(lost.pop("switch-unseen", 0) < 10 and not lost, f"losses: {lost}")
    expect_equal(query(CAPTURE, "SELECT truncated FROM capture"), [{"truncated": 0}], "truncated")


@fact(root=False)
def the_capture_contains_no_path_of_the_machine_that_made_it():
    for line in analyzed("dump", CAPTURE).splitlines():
        path = re.search(r'^\s*(?:string|symbol-text) .*\btext="(/[^"]*)"', line)
        expect(not path or path[1].startswith(("/srv/demo", "/demo", "/usr/")), f"seen {line}")
    text = subprocess.run(["zstd", "-dc", CAPTURE], capture_output=True, check=True).stdout
    for word in (b"/home/", b"/root/", b"/tmp/", b"/work/", os.fsencode(TOP)):
        expect(word not in text, f"{word!r} is in it")


facts_check()
