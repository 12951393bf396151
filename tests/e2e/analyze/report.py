# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the report of one recording promises: its schema, its sums, its other forms."""

import collections
import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import termios

from lib import (ANALYZE, ANALYZE_UNUSABLE, MS, TOP, Demo, Skip, analyze, analyzed, database,
                 expect, expect_equal, fact, facts_check, once, one_clear_message, path_for, query,
                 recorded, report, run, start)

STATES = {"poll-cpu", "poll-off-cpu", "run-queue", "parked", "runtime", "unknown"}


@once
def capture():
    demo = Demo("release")
    path = path_for("demo.hud")
    recorded("-d", 4, "-p", demo.pid, "-o", path)
    return path


@fact
def the_json_report_validates_against_its_schema():
    try:
        import jsonschema
    except ImportError:
        raise Skip("needs python3-jsonschema (make deps)")
    schema_file = os.path.join(TOP, "docs", "report.schema.json")
    expect(os.path.exists(schema_file), "docs/report.schema.json is missing")
    with open(schema_file) as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    for arguments in ((), ("--top", "1")):
        document = json.loads(analyzed("report", capture(), "--json", *arguments))
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
                  for e in validator(schema).iter_errors(document)]
        expect(not errors, f"{len(errors)} errors\n" + "\n".join(errors[:10]))


@fact
def the_schema_lists_every_level_and_reason_of_the_verdict():
    with open(os.path.join(TOP, "docs", "report.schema.json")) as file:
        verdict = json.load(file)["properties"]["verdict"]["properties"]
    view = os.path.join(TOP, "analyzer", "sql", "view", "recording", "verdict_level.sql")
    with open(view) as file:
        sql = re.sub(r"--.*", "", file.read())
    for name in ("level", "reason"):
        before = sql[:re.search(rf"\bEND AS {name}\b", sql).start()]
        given = re.findall(r"(?:THEN|ELSE) '([^']*)'", before[before.rindex("CASE"):])
        listed = [value for value in verdict[name]["enum"] if value is not None]
        expect(sorted(set(given)) == sorted(listed), f"{name}: {given} in verdict_level.sql, "
               f"{listed} in docs/report.schema.json")


@fact
def the_schema_knows_every_field_of_the_report():
    with open(os.path.join(TOP, "docs", "report.schema.json")) as file:
        schema = json.load(file)
    document = report(capture())
    unknown = []

    def resolve(node):
        while "$ref" in node:
            target = schema
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part]
            node = target
        return node

    def visit(value, node, path):
        node = resolve(node)
        if isinstance(value, dict):
            for key, below in value.items():
                properties = node.get("properties", {})
                if key in properties:
                    visit(below, properties[key], f"{path}/{key}")
                elif not isinstance(node.get("additionalProperties"), dict):
                    unknown.append(f"{path}/{key}")
        elif isinstance(value, list) and value and "items" in node:
            visit(value[0], node["items"], f"{path}/0")
    visit(document, schema, "")
    expect(not unknown, f"not in docs/report.schema.json: {unknown}")


@fact
def the_totals_of_the_sites_add_up_to_the_blocking_time():
    document = report(capture())
    sites = sum(s["total_ns"] for s in document["sites"])
    expect(document["sites"], "no site at all")
    expect_equal(len(document["sites"]), document["sites_total"], "sites without --top")
    expect_equal(sites, document["verdict"]["blocking_ns"],
                 "sum of total_ns over the sites, and the verdict's")
    expect_equal(sum(w["blocking_ns"] for w in document["workers"]), sites,
                 "blocking_ns of the workers")
    for site in document["sites"]:
        figures = [site[k] for k in ("p50_ns", "p99_ns", "max_ns", "total_ns")]
        expect_equal(figures, sorted(figures),
                     f"p50, p99, max and total of {site['function']} rise")


@fact
def the_states_of_a_worker_add_up_to_its_time():
    workers = report(capture())["workers"]
    expect(workers, "no worker at all")
    for worker in workers:
        expect_equal(set(worker["states"]), STATES, f"states of worker {worker['tid']}")
        expect_equal(sum(worker["states"].values()), worker["wall_ns"],
                     f"sum of the states of {worker['tid']}")


@fact
def the_time_of_every_thread_is_accounted_for():
    """
    CPU, short sleeps and waits in the windows, and the spans: together the whole recording. It may
    be less where the capture says that switches were not seen.
    """
    unseen = query(capture(), """SELECT count(*) AS n FROM loss
        WHERE cause = 'switch-unseen'""")[0]["n"]
    rows = query(capture(), """SELECT t.tid, t.comm, c.end_ns - c.start_ns AS recorded_ns,
            coalesce((SELECT sum(w.cpu_ns + w.sleep_ns + w.parked_ns + w.run_queue_ns)
                FROM thread_window AS w WHERE w.thread = t.id), 0) AS windows_ns,
            coalesce((SELECT sum(s.end_ns - max(s.start_ns, c.start_ns)) FROM offcpu_span AS s
                WHERE s.thread = t.id), 0) AS spans_ns
        FROM thread AS t JOIN capture AS c ON c.id = t.capture
        WHERE t.exit_ns IS NULL AND NOT EXISTS (SELECT 1 FROM lifecycle AS l
            WHERE l.tid = t.tid AND l.kind = 'thread-start')""")
    expect(len(rows) >= 10, f"only {len(rows)} threads were there all the time")
    for r in rows:
        r["over_ns"] = r["windows_ns"] + r["spans_ns"] - r["recorded_ns"]
    wrong = [r for r in rows if r["over_ns"] > r["recorded_ns"] / 100
             or not unseen and r["over_ns"] < -r["recorded_ns"] / 100]
    expect(not wrong, f"{len(wrong)} of {len(rows)} threads\n" + "\n".join(
        f"{r['comm']} {r['tid']}: {r['windows_ns'] / MS:.1f} ms in windows"
        f" + {r['spans_ns'] / MS:.1f} ms in spans, of {r['recorded_ns'] / MS:.1f} ms"
        for r in wrong))


@fact
def the_windows_of_a_thread_do_not_overlap():
    twice = query(capture(), """SELECT count(*) AS n FROM thread_window AS w JOIN thread_window AS o
        ON o.thread = w.thread AND o.id <> w.id
        AND o.start_ns <= w.start_ns AND o.end_ns > w.start_ns""")
    expect_equal(twice[0]["n"], 0, "windows that begin in another of their thread")


@fact
def the_workers_are_those_of_the_demo():
    rows = query(capture(), """SELECT t.comm, r.role, count(*) AS n FROM thread_role AS r
        JOIN thread AS t ON t.id = r.thread GROUP BY 1, 2""")
    wrong = [r for r in rows
             if r["role"] == "worker" and r["comm"] not in ("tokio-runtime-w", "load")]
    wrong += [r for r in rows if r["role"] != "worker" and r["comm"] == "load"]
    wrong += [r for r in rows
              if r["role"] in ("worker", "pool") and r["comm"] in ("batch", "index", "control")]
    expect(not wrong, f"wrong roles: {wrong}\nall: {rows}")
    workers = {r["comm"] for r in rows if r["role"] == "worker"}
    expect_equal(workers, {"tokio-runtime-w", "load"}, "names of workers")


@fact
def csv_and_json_of_a_query_hold_the_same_rows():
    sql = "SELECT tid, comm FROM thread ORDER BY tid"
    rows = query(capture(), sql)
    table = list(csv.DictReader(io.StringIO(analyzed("query", capture(), sql, "--csv"))))
    expect(rows, "no thread")
    expect_equal(table, [{k: str(v) for k, v in row.items()} for row in rows], "CSV")


@fact
def a_loaded_database_reports_as_its_capture_does():
    path = path_for("again.db")
    analyzed("load", capture(), "-o", path)
    expect_equal(json.loads(analyzed("report", path, "--json")), report(capture()),
                 "report of the database")


@fact
def a_wrong_binary_is_refused_by_its_build_id():
    done = analyze("report", capture(), "--binary", "/bin/true")
    one_clear_message(done, "hud-analyze", ANALYZE_UNUSABLE, "/bin/true", "build-id")


@fact
def the_capture_is_sound_zstd():
    done = run(["zstd", "-t", capture()])
    expect_equal(done.returncode, 0, f"exit code of zstd -t ({done.stderr.strip()})")


@fact
def a_cut_capture_is_said_to_be_truncated():
    cut = path_for("cut.hud")
    with open(capture(), "rb") as whole, open(cut, "wb") as part:
        data = whole.read()
        part.write(data[:len(data) * 2 // 3])
    document = report(cut)
    expect_equal(document["capture"]["truncated"], True, "truncated")
    expect("truncated" in analyzed("report", cut).lower(),
           "the text report does not say `truncated`")
    db = database(cut)
    expect(db.execute("SELECT count(*) FROM thread_window").fetchone()[0] > 0, "nothing was loaded")


FILTERS = [
    ("--from", "1s"), ("--to", "1.5s"), ("--from", "-1s"), ("--from", "1.2s", "--to", "2.9s"),
    ("--cause", "lock"), ("--cause", "cpu,file-io"), ("--task", "demo::server::*"),
    ("--match", "guilty"), ("--min", "20ms"), ("--worker", "tokio-runtime-w"), ("--site", "1"),
    ("--from", "1s", "--worker", "tokio*", "--cause", "sleep,lock,net-io", "--min", "10ms"),
]


def filtered(*filters):
    return json.loads(analyzed("report", capture(), "--json", *filters))


@fact
def the_sums_hold_under_every_filter():
    for filters in FILTERS:
        document = filtered(*filters)
        what = " ".join(filters)
        blocking = document["verdict"]["blocking_ns"]
        expect_equal(sum(s["total_ns"] for s in document["sites"]), blocking, f"sites, {what}")
        expect_equal(sum(w["blocking_ns"] for w in document["workers"]), blocking,
                     f"workers, {what}")
        expect_equal(sum(t["blocked_ns"] for t in document["tasks"]), blocking, f"tasks, {what}")
        for worker in document["workers"]:
            expect_equal(sum(worker["states"].values()), worker["wall_ns"], f"states, {what}")
        drawn = sum(sum(w["blocked_ns"]) for w in document["timeline"]["workers"])
        expect(abs(drawn - blocking) <= max(blocking // 1000, 100_000),
               f"{what}: {drawn} ns in the timeline, {blocking} ns in the sites")


@fact
def two_halves_add_up_to_the_whole():
    whole, *halves = [filtered(*f) for f in ((), ("--to", "2s"), ("--from", "2s"))]
    for name in ("blocking_ns", "worker_wall_ns"):
        parts = sum(h["verdict"][name] for h in halves)
        expect(abs(parts - whole["verdict"][name]) <= whole["verdict"][name] // 100,
               f"{name}: {whole['verdict'][name]} in whole, {parts} in two halves")
    expect(all(h["verdict"]["worker_wall_ns"] for h in halves), "a half without workers")


@fact
def a_filter_keeps_what_it_names():
    causes = {s["cause"] for s in filtered("--cause", "sleep,lock")["sites"]}
    expect_equal(causes, {"sleep", "lock"}, "causes")
    functions = {s["function"] for s in filtered("--match", "demo::guilty::pause")["sites"]}
    expect("demo::guilty::pause" in functions, f"functions: {functions}")
    sleeps = filtered("--match", "guilty::pause$", "--cause", "sleep")
    expect_equal({s["cause"] for s in sleeps["sites"]}, {"sleep"}, "causes of pause")
    expect(all(s["wall_ns"] >= 30 * MS for s in filtered("--min", "30ms")["longest"]),
           "shorter ones are left")
    tid = report(capture())["workers"][0]["tid"]
    expect_equal([w["tid"] for w in filtered("--worker", tid)["workers"]], [tid], "workers")
    rows = json.loads(analyzed("query", capture(), "@workers", "--json", "--worker", tid))
    expect_equal([r["tid"] for r in rows], [tid], "workers of a query")


@fact
def a_site_alone_is_the_site_among_others():
    for site in report(capture())["sites"][:3]:
        alone = filtered("--site", site["id"])
        expect_equal(alone["sites"], [site], f"site {site['id']}")
        text = analyzed("report", capture(), "--site", site["id"])
        expect("CALLS" in text and site["function"] in text,
               f"the text of site {site['id']}:\n{text}")


@fact
def each_kind_of_block_has_its_advice():
    expected = {
        "demo::guilty::pause": "tokio::time::sleep",
        "demo::guilty::find_in_index": "tokio::sync::Mutex",
        "demo::guilty::fetch_config": "tokio::net::TcpStream",
        "demo::guilty::hash": "CPU-bound",
        "demo::guilty::save_snapshot": "tokio::fs",
    }
    wrong, known = [], set()
    for site in report(capture())["sites"]:
        word = expected.get(site["function"])
        plain = site["cause"] in ("sleep", "lock", "net-io", "cpu", "file-io")
        if word and plain:
            known.add(site["function"])
            given = (site["advice"] or {}).get("documentation", "none")
            # a few of another cause may be of a machine that was busy
            if word not in given and site["count"] > 3:
                wrong.append(f"{site['function']} {site['cause']}: {given}")
        if site["function"] == "unknown":
            expect_equal(site["advice"], None, "advice for a site without a stack")
    expect(not wrong, "\n".join(wrong))
    expect_equal(known, set(expected), "functions whose advice was seen")


@fact
def the_cpu_time_of_functions_adds_up_to_that_of_threads():
    rows = query(capture(), """SELECT (SELECT sum(self_ns) FROM hotspots) AS functions_ns,
        (SELECT sum(self_ns) FROM hot_file) AS files_ns,
        (SELECT sum(cpu_ns) FROM thread_cpu
            WHERE thread IN (SELECT thread FROM sample_weight)) AS threads_ns""")[0]
    for name in ("functions_ns", "files_ns"):
        expect(abs(rows[name] - rows["threads_ns"]) <= rows["threads_ns"] // 100, f"{rows}")


@fact
def the_tasks_are_the_demos():
    tasks = report(capture())["tasks"]
    expect_equal(tasks[0]["task"], "demo::server::connection", "the task that blocks most")
    expect(tasks[0]["file"] and tasks[0]["file"].endswith("src/server.rs") and tasks[0]["line"],
           f"where it is declared: {tasks[0]}")


@fact
def dump_prints_every_record_that_the_database_has_a_row_of():
    dump = analyzed("dump", capture()).splitlines()
    lines = collections.Counter(line.split(None, 1)[0] for line in dump)
    rows = query(capture(), """SELECT (SELECT count(*) FROM sample) AS sample,
        (SELECT count(*) FROM thread_window) AS window,
        (SELECT count(*) FROM offcpu_span) AS offcpu,
        (SELECT count(*) FROM poll) AS poll""")[0]
    expect_equal(lines["sample"], rows["sample"], "lines and rows of samples")
    ended = sum(line.startswith("window ") and line.endswith("window_flags=0x0") for line in dump)
    expect_equal(ended, rows["window"], "lines of windows that have ended, and rows")
    for name in ("offcpu", "poll", "window"):  # an open one is reported again and again
        expect(rows[name] and lines[name] >= rows[name],
               f"{lines[name]} lines, {rows[name]} rows of {name}")
    expect_equal((lines["session"] > 0, lines["end"], lines["unknown"]), (True, 1, 0),
                 "session, end, unknown records")


@fact
def info_says_what_the_recording_was():
    text = analyzed("info", capture())
    said = dict(line.split(None, 1) for line in text.split("\n\n")[0].splitlines())
    seen = report(capture())["capture"]
    expect_equal(said["capture"], seen["id"], "id")
    expect(said["settings"].startswith(f"threshold 5.0 ms, samples {seen['sample_hz']} Hz")
           and said["settings"].endswith("passive"), said["settings"])
    expect_equal(said["ended"], "duration", "why it ended")
    expect(re.search(r", [34]\.\d\d s$", said["recorded"]), said["recorded"])
    expect(re.search(r"^\d+ sleeps .*\d+ samples, \d+ windows, \d+ threads$", said["events"]),
           said["events"])
    for part in ("PROCESSES", "THREADS", "BINARIES", "LIMITS", "LOST"):
        expect(f"\n{part}\n" in text, f"no part {part}")


@fact
def a_filter_that_means_nothing_is_one_clear_message():
    for filters, word in ((("--from", "1h"), "long"), (("--from", "noon"), "noon"),
                          (("--to", "0s"), "--to"), (("--worker", "1"), "worker"),
                          (("--cause", "bug"), "bug"), (("--match", "("), "--match"),
                          (("--min", "5"), "20ms"), (("--site", "99999"), "site"),
                          (("--task", "typo"), "@tasks"), (("--match", "typo"), "matches")):
        one_clear_message(analyze("report", capture(), *filters), "hud-analyze", ANALYZE_UNUSABLE,
                          word)


def on_terminal(columns, **environment):
    """The report as printed on a terminal of this width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = start([ANALYZE, "report", capture()], stdout=slave, stdin=slave,
                    env={**os.environ, **environment})
    os.close(slave)
    text = b""
    try:
        while part := os.read(master, 65536):
            text += part
    except OSError:
        pass  # EIO: the other side of the terminal was closed
    os.close(master)
    expect_equal(process.wait(), 0, "exit code")
    return text.decode().replace("\r\n", "\n")


@fact
def a_terminal_gets_colours_and_lines_that_fit():
    plain = analyzed("report", capture())
    expect("\x1b" not in plain, "escape sequences without a terminal")
    for columns in (60, 80, 132):
        text = on_terminal(columns, NO_COLOR="")
        expect("\x1b[" in text, "no colour on a terminal")
        longest = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in text.split("\n"))
        expect(longest <= columns, f"a line of {longest} in {columns} columns")
    expect("\x1b" not in on_terminal(80, NO_COLOR="1"), "colour in spite of NO_COLOR")


@fact
def the_first_screen_of_24_lines_of_80_columns_says_what_is_wrong_and_what_to_do_next():
    """Of a service with many blocking sites: the worst five, each with its line and its cause."""
    screen = on_terminal(80, NO_COLOR="1").split("\n")[:24]
    report = json.loads(analyzed("report", capture(), "--json"))
    expect(" ".join(screen[:3]).startswith(report["verdict"]["level"] + ": "), screen[0])
    text = "\n".join(screen)
    expect("hud-analyze report " in text and "--site N" in text, f"no next command\n{text}")
    worst = query(capture(), """SELECT function, file, line FROM blocking_functions
        WHERE function <> 'unknown' ORDER BY total_ns DESC LIMIT 5""")
    expect_equal(len(worst), 5, "functions that block")
    for site in worst:
        place = f"{site['function']}  {site['file']}:{site['line']}"
        at = next((i for i, line in enumerate(screen) if place in line), None)
        expect(at is not None, f"{place} is not on the first screen\n{text}")
        expect(re.search(r" polls |ms .* (cpu|lock|sleep|file-io|net-io)", screen[at - 1]),
               f"no cause above {place}\n{text}")
        if site["function"] == "demo::guilty::find_in_index":
            expect(re.search(r"by demo::guilty::rebuild_index \(src/guilty.rs:\d+\)",
                             screen[at + 1]), f"no holder below {place}\n{text}")


facts_check()
