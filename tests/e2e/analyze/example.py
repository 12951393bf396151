# SPDX-License-Identifier: MIT OR Apache-2.0
"""examples/demo.hud, the first thing that anybody runs: it needs no root, no binary and no build of the demo."""

import os
import re
import subprocess

from lib import TOP, analyzed, expect, expect_equal, fact, facts_check, json, query

CAPTURE = os.path.join(TOP, "examples", "demo.hud")
WITHOUT_CACHE = {**os.environ, "HUD_CACHE": ""}

# What blocks in the demo for longer than any threshold, and why.
GUILTY = {
    ("demo::guilty::hash", "cpu"),
    ("demo::guilty::compress", "cpu"),
    ("demo::guilty::pause", "sleep"),
    ("demo::guilty::find_in_index", "lock"),
    ("demo::guilty::resolve", "net-io"),
    ("demo::guilty::fetch_config", "net-io"),
}


@fact(root=False)
def it_names_the_guilty_functions_with_their_lines():
    told = json.loads(analyzed("report", CAPTURE, "--json", env=WITHOUT_CACHE))
    seen = {(site["function"], site["cause"]) for site in told["sites"]}
    expect(GUILTY <= seen, f"missing: {sorted(GUILTY - seen)}")
    for site in told["sites"]:
        if (site["function"], site["cause"]) in GUILTY:
            expect_equal((site["file"], site["line"] > 0), ("src/guilty.rs", True), f"place of {site['function']}")
    text = analyzed("report", CAPTURE, env=WITHOUT_CACHE)
    expect("demo::guilty::pause  src/guilty.rs:" in text, f"the report says\n{text}")


@fact(root=False)
def async_functions_read_as_a_chain_of_calls():
    rows = query(CAPTURE, """SELECT c.function FROM site_user_frame AS c JOIN site AS s ON s.id = c.site
        WHERE s.function = 'demo::guilty::pause' ORDER BY c.position""")
    # Timed::poll is the demo's own future around the connection's, so this stands twice.
    expect_equal([row["function"] for row in rows],
                 ["demo::server::connection", "demo::truth::Timed::poll", "demo::server::connection",
                  "demo::server::serve_one", "demo::handlers::answer", "demo::handlers::sleep",
                  "demo::truth::measure", "demo::guilty::pause"], "chain")


@fact(root=False)
def code_that_is_said_to_be_the_users_is_blamed():
    told = json.loads(analyzed("report", CAPTURE, "--json", "--user-crate", "sha2", env=WITHOUT_CACHE))
    seen = {site["function"] for site in told["sites"]}
    expect(any(name.startswith("sha2::") for name in seen), f"seen {sorted(seen)}")


@fact(root=False)
def it_comes_whole_and_small_and_lost_nothing():
    expect(os.path.getsize(CAPTURE) < 500_000, f"{os.path.getsize(CAPTURE)} bytes")
    expect_equal(query(CAPTURE, "SELECT count(*) AS n FROM loss"), [{"n": 0}], "losses")
    expect_equal(query(CAPTURE, "SELECT truncated FROM capture"), [{"truncated": 0}], "truncated")


@fact(root=False)
def no_path_in_it_is_of_the_machine_that_made_it():
    for line in analyzed("dump", CAPTURE).splitlines():
        path = re.search(r'^\s*(?:string|symbol-text) .*\btext="(/[^"]*)"', line)
        expect(not path or path[1].startswith(("/srv/demo", "/demo", "/usr/")), f"seen {line}")
    text = subprocess.run(["zstd", "-dc", CAPTURE], capture_output=True, check=True).stdout
    for word in (b"/home/", b"/root/", b"/tmp/", b"/work/", os.fsencode(TOP)):
        expect(word not in text, f"{word!r} is in it")


facts_check()
