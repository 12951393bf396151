# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the report of one recording promises: its schema, its sums, its other forms."""

import csv
import io
import json
import os

from lib import (ANALYZE_UNUSABLE, MS, TOP, Demo, Skip, analyze, analyzed, database, expect, expect_equal, fact,
                 facts_check, once, one_clear_message, path_for, query, recorded, report, run)

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
    expect_equal(sites, document["verdict"]["blocking_ns"], "sum of total_ns over the sites, and the verdict's")
    expect_equal(sum(w["blocking_ns"] for w in document["workers"]), sites, "blocking_ns of the workers")
    for site in document["sites"]:
        figures = [site[k] for k in ("p50_ns", "p99_ns", "max_ns", "total_ns")]
        expect_equal(figures, sorted(figures), f"p50, p99, max and total of {site['function']} rise")


@fact
def the_states_of_a_worker_add_up_to_its_time():
    workers = report(capture())["workers"]
    expect(workers, "no worker at all")
    for worker in workers:
        expect_equal(set(worker["states"]), STATES, f"states of worker {worker['tid']}")
        expect_equal(sum(worker["states"].values()), worker["wall_ns"], f"sum of the states of {worker['tid']}")


@fact
def the_time_of_every_thread_is_accounted_for():
    """CPU, short sleeps and waits in the windows, and the spans: together the whole recording."""
    rows = query(capture(), """SELECT t.tid, t.comm, c.end_ns - c.start_ns AS recorded_ns,
            coalesce((SELECT sum(w.cpu_ns + w.sleep_ns + w.run_queue_ns) FROM thread_window AS w
                WHERE w.thread = t.id), 0) AS windows_ns,
            coalesce((SELECT sum(s.end_ns - max(s.start_ns, c.start_ns)) FROM offcpu_span AS s
                WHERE s.thread = t.id), 0) AS spans_ns
        FROM thread AS t JOIN capture AS c ON c.id = t.capture
        WHERE t.exit_ns IS NULL AND NOT EXISTS (SELECT 1 FROM lifecycle AS l
            WHERE l.tid = t.tid AND l.kind = 'thread-start')""")
    expect(len(rows) >= 10, f"only {len(rows)} threads were there all the time")
    wrong = [r for r in rows if abs(r["windows_ns"] + r["spans_ns"] - r["recorded_ns"]) > r["recorded_ns"] / 100]
    expect(not wrong, f"{len(wrong)} of {len(rows)} threads\n" + "\n".join(
        f"{r['comm']} {r['tid']}: {r['windows_ns'] / MS:.1f} ms in windows + {r['spans_ns'] / MS:.1f} ms in spans, "
        f"of {r['recorded_ns'] / MS:.1f} ms" for r in wrong))


@fact
def the_workers_are_those_of_the_demo():
    rows = query(capture(), """SELECT t.comm, r.role, count(*) AS n FROM thread_role AS r
        JOIN thread AS t ON t.id = r.thread GROUP BY 1, 2""")
    wrong = [r for r in rows if r["role"] == "worker" and r["comm"] not in ("tokio-runtime-w", "load")]
    wrong += [r for r in rows if r["role"] != "worker" and r["comm"] == "load"]
    wrong += [r for r in rows if r["role"] in ("worker", "pool") and r["comm"] in ("batch", "index", "control")]
    expect(not wrong, f"wrong roles: {wrong}\nall: {rows}")


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
    expect_equal(json.loads(analyzed("report", path, "--json")), report(capture()), "report of the database")


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
    expect("truncated" in analyzed("report", cut).lower(), "the text report does not say `truncated`")
    db = database(cut)
    expect(db.execute("SELECT count(*) FROM thread_window").fetchone()[0] > 0, "nothing was loaded")


facts_check()
