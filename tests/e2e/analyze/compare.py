# SPDX-License-Identifier: MIT OR Apache-2.0
"""diff and check over recordings of the demo find what was changed on purpose, nothing else."""

import json
import os
import xml.etree.ElementTree as xml

from lib import (ANALYZE_UNUSABLE, TOP, Demo, Recording, Skip, analyze, analyzed, expect,
                 expect_equal, fact, facts_check, once, one_clear_message, path_for)

# Endpoints that are not calibrated when the demo starts: they block equally long in every run.
SAME = ("--only", "sleep,lock,resolve,fetch")
SECONDS = 10
PASS, FAIL, CANNOT_TELL = 0, 1, 2


truths = {}  # what the demo itself measured, by recording


@once
def everything():
    """
    The same service twice, one without `lock` whose `sleep` is twice as long, and another build,
    all recorded at the same time: whatever the machine does, it does to each. Name -> path.
    """
    demos = {"usual-1": Demo("release", *SAME), "usual-2": Demo("release", *SAME),
             "changed": Demo("release", *SAME, "--without", "lock", "--stretch", "sleep=2"),
             "other-build": Demo("debug", *SAME)}
    recordings = {name: Recording(path_for(f"{name}.hud"), "-d", SECONDS, "-p", demo.pid,
                                  begun=False)
                  for name, demo in demos.items()}
    paths = {name: recording.ended_well() for name, recording in recordings.items()}
    truths.update((paths[name], demo.truth()) for name, demo in demos.items())
    return paths


@once
def loaded(name):
    """The database of one recording: it is symbolized once, and not by each comparison."""
    capture = everything()[name]
    path = path_for(f"{name}.db")
    analyzed("load", capture, "-o", path)
    truths[path] = truths[capture]
    return path


def captures():
    return [everything()["usual-1"], everything()["usual-2"]]


def usual():
    return [loaded("usual-1"), loaded("usual-2")]


def changed():
    return loaded("changed")


@once
def diff(*arguments):
    return json.loads(analyzed("diff", "--json", *arguments))


def claims(document):
    return {(site["name"], site["cause"]): site["status"] for site in document["sites"]
            if site["status"] not in ("unchanged", "cannot tell")}


def truly_blocked(path, function):
    """Blocked time per second of a recording, by the demo's clock, without waits for a CPU."""
    rows = json.loads(analyzed("query", path, "SELECT start_ns, end_ns FROM capture", "--json"))
    start, end = rows[0].values()
    inside = [block for block in truths[path]["blocks"]
              if block["function"] == function
              and start <= block["start_ns"] and block["end_ns"] <= end]
    return sum(block["wall_ns"] - block["run_queue_ns"] for block in inside) / (end - start)


def untrue_claims(before, after):
    """Changes that diff claims but the demo's clock does not show (a busy machine makes some)."""
    untrue = {}
    for site in diff(before, after)["sites"]:
        if site["status"] in ("unchanged", "cannot tell"):
            continue
        was, now = (truly_blocked(path, site["name"]) for path in (before, after))
        so = {"gone": was > 0 and not now, "new": now > 0 and not was}.get(
            site["status"], was and now and (now / was - 1) / site["change"] > 0.5)
        if not so:
            untrue[(site["name"], site["cause"])] = (site["status"], site["change"], was, now)
    return untrue


@fact
def the_same_service_twice_is_unchanged():
    document = diff(*usual())
    expect_equal((document["comparable"], document["reason"]), (True, None), "comparable")
    expect_equal(untrue_claims(*usual()), {}, "claims that are not so")
    expect(not set(claims(document).values()) & {"new", "gone"}, f"claims: {claims(document)}")
    expect(len([s for s in document["sites"] if not s["minor"]]) >= 4,
           "less than 4 sites of any weight")
    for site in document["sites"]:
        if site["reason"]:
            expect_equal((site["status"], site["interval"]), ("cannot tell", [None, None]),
                         f"{site['name']}, {site['reason']}")
            continue
        low, high = site["interval"]
        expect(low is not None and (high is None or low <= high),
               f"interval of {site['name']}: {low}, {high}")
        if site["status"] == "cannot tell":
            expect(site["record_s"] is None or site["record_s"] > 0, f"record_s of {site['name']}")


@fact
def what_was_changed_is_found_and_nothing_else():
    lock, pause = ("demo::guilty::find_in_index", "lock"), ("demo::guilty::pause", "sleep")
    for before, after, gone, worse in ((usual()[0], changed(), "gone", "worse"),
                                       (changed(), usual()[0], "new", "better")):
        found = claims(diff(before, after))
        expect_equal((found.pop(lock, None), found.pop(pause, None)), (gone, worse),
                     "what was changed")
        expect(not set(found.values()) & {"new", "gone"}, f"other claims: {found}")
        expect_equal(untrue_claims(before, after), {}, "claims that are not so")


@fact
def sites_are_matched_across_builds():
    found = claims(diff(usual()[0], loaded("other-build")))
    expect(not set(found.values()) & {"new", "gone"}, f"claims: {found}")


@fact
def databases_and_captures_give_the_same_answer():
    both = path_for("both.db")
    analyzed("load", *captures(), "-o", both)
    by_file = diff(*captures())
    expect_equal(diff(*usual())["sites"], by_file["sites"], "sites by a database each")
    ids = [by_file[side][0]["id"] for side in ("before", "after")]
    by_id = diff(f"{both}@{ids[0][:12]}", f"{both}@{ids[1][:12]}")
    expect_equal(by_id["sites"], by_file["sites"], "sites by database and id")
    several = diff("--before", usual()[0], "--before", usual()[1], "--after", both)
    expect_equal([len(several["before"]), len(several["after"])], [2, 2], "captures on each side")
    expect_equal(several["all"]["change"], 0.0, "the change from two captures to the same two")


@fact
def the_json_fits_its_schema():
    try:
        import jsonschema
    except ImportError:
        raise Skip("needs python3-jsonschema (make deps)")
    with open(os.path.join(TOP, "docs", "diff.schema.json")) as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    documents = [diff(*usual()), diff(usual()[0], changed())]
    for name in ("diff.json", "diff-thresholds.json"):
        with open(os.path.join(TOP, "tests", "golden", "diff", name)) as file:
            documents.append(json.load(file))
    for document in documents:
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
                  for e in validator(schema).iter_errors(document)]
        expect(not errors, f"{len(errors)} errors\n" + "\n".join(errors[:10]))


@fact
def markdown_shows_what_has_changed():
    text = analyzed("diff", usual()[0], changed(), "--markdown")
    expect("| gone | `demo::guilty::find_in_index` | lock |" in text,
           f"no row of the lock that is gone:\n{text}")
    expect(text.startswith("### hud: "), f"first line: {text.splitlines()[0]!r}")


@once
def two_others():
    """Recordings of a service at another threshold, and of one that blocks nowhere."""
    services = ((Demo("release", *SAME), "-t", "2ms"),
                (Demo("release", "--without",
                      "hash,compress,sleep,drip,lock,save,journal,read,resolve,fetch"),))
    recordings = [Recording(path_for(f"other-{demo.pid}.hud"), "-d", 5, "-p", demo.pid, *options,
                            begun=False)
                  for demo, *options in services]
    return [recording.ended_well() for recording in recordings]


@fact
def recordings_with_different_thresholds_cannot_be_compared():
    path, _ = two_others()
    document = diff(usual()[0], path)
    expect_equal((document["comparable"], document["reason"]), (False, "threshold"),
                 "comparable, reason")
    expect_equal({s["status"] for s in document["sites"]}, {"cannot tell"}, "statuses")
    expect("different thresholds" in analyzed("diff", usual()[0], path),
           "the text does not say why")


@fact
def filters_choose_the_same_part_of_each_side():
    whole = diff(usual()[0], changed())
    part = diff(usual()[0], changed(), "--from", "1s", "--to=-1s", "--cause", "sleep,lock",
                "--match", "pause")
    expect_equal(part["filter"], {"from": "1s", "to": "-1s", "worker": None, "task": None,
                                  "cause": "sleep,lock", "match": "pause", "min_ns": None},
                 "the filter in the document")
    expect_equal(claims(part), {("demo::guilty::pause", "sleep"): "worse"}, "claims of a part")
    expect_equal([site["name"] for site in part["sites"]], ["demo::guilty::pause"], "sites")
    for side in ("before", "after"):
        cut = whole[side][0]["duration_ns"] - part[side][0]["duration_ns"]
        expect_equal(cut, 2_000_000_000, f"what is cut off {side}")
    pieces = [diff(*usual(), *piece)["all"]["after"]["total_ns"]
              for piece in ((), ("--to", "5s"), ("--from", "5s"))]
    expect(abs(pieces[0] - pieces[1] - pieces[2]) < 1000,
           f"pieces do not add up to the whole: {pieces}")
    # The rates differ: the load runs in a runtime of its own, on a thread of another name.
    expect_equal(*([(side["count"], side["total_ns"])
                    for side in (document["all"]["before"], document["all"]["after"])]
                   for document in (diff(*usual(), "--worker", "tokio-*"), diff(*usual()))),
                 "blocks of all workers")
    long = diff(*usual(), "--min", "40ms")["all"]["before"]
    expect(long["p50_ns"] >= 40_000_000 and long["count"] > 0, f"blocks of 40 ms or more: {long}")
    text = analyzed("diff", *usual(), "--task", "*connection*", "--cause", "lock")
    expect_equal(text.splitlines()[0], "only task *connection*, cause lock", "first line")
    both = path_for("filtered.db")
    analyzed("load", *captures(), "-o", both)
    several = diff("--before", both, "--after", both, "--cause", "lock")
    expect_equal(([len(several["before"]), len(several["after"])],
                  {site["cause"] for site in several["sites"]}),
                 ([2, 2], {"lock"}), "captures and causes of a filtered database")


def check(*arguments):
    return analyze("check", *arguments)


@fact
def rules_pass_fail_or_cannot_tell():
    one, two = usual()
    for expected, *arguments in (
            (PASS, one, "--fail-on", "blocked_p99 > 2s"),
            (FAIL, one, "--fail-on", "blocked_p99 > 2s", "--fail-on", "blocked_p99 > 10ms"),
            (FAIL, one, "--fail-on", 'site("guilty::*").rate > 1/s'),
            (PASS, one, "--fail-on", 'site("no::such::*").rate > 0/s'),
            (CANNOT_TELL, one, "--fail-on", "blocked_p99 > 2s", "--min-busy", "1h"),
            (FAIL, one, "--fail-on", "blocked_p99 > 10ms", "--min-busy", "1h"),
            (PASS, two, "--baseline", one, "--fail-on", 'site("*").blocked > +20%'),
            (FAIL, changed(), "--baseline", one, "--fail-on", 'site("*").blocked > +20%'),
            (PASS, changed(), "--baseline", one, "--fail-on", 'site("*", "lock").blocked > +0%')):
        done = check(*arguments)
        expect_equal(done.returncode, expected,
                     f"exit code of check {arguments}\n{done.stdout}{done.stderr}")
        expect(done.stdout.splitlines()[-1].startswith("check: "), f"last line: {done.stdout!r}")


@fact
def filters_choose_what_is_checked():
    rule = ("--fail-on", "blocked_p99 > 10ms")
    expect_equal(check(usual()[0], *rule).returncode, FAIL, "the whole")
    done = check(usual()[0], *rule, "--match", "no_such_function")
    one_clear_message(done, "hud-analyze", ANALYZE_UNUSABLE, "no_such_function")
    relative = ("--baseline", usual()[0], "--fail-on", "blocked > +20%")
    expect_equal(check(changed(), *relative, "--cause", "net-io").returncode, PASS,
                 "what did not change")
    expect_equal(check(changed(), *relative, "--cause", "sleep").returncode, FAIL, "what did")
    done = check(usual()[0], *rule, "--match", "pause", "--to", "500ms")
    expect(done.returncode in (FAIL, CANNOT_TELL), f"exit code {done.returncode} of half a second")
    done = check(usual()[0], *rule, "--json", "--to", "9s")
    expect_equal(json.loads(done.stdout)["filter"]["to"], "9s", "JSON")


@fact
def verbs_about_whole_captures_refuse_filters():
    for verb in ("info", "dump"):
        one_clear_message(analyze(verb, captures()[0], "--cause", "lock"), "hud-analyze",
                          ANALYZE_UNUSABLE, f"{verb} takes no --cause",
                          "report query export diff check")
    one_clear_message(analyze("load", captures()[0], "-o", path_for("no.db"), "--from=2s"),
                      "hud-analyze", ANALYZE_UNUSABLE, "load takes no --from")
    one_clear_message(analyze("diff", *usual(), "--cause", "bug"), "hud-analyze", ANALYZE_UNUSABLE,
                      "no cause `bug`")
    one_clear_message(analyze("diff", *usual(), "--site", "1"), "hud-analyze", ANALYZE_UNUSABLE,
                      "there is no option --site")


@fact
def a_service_that_blocks_nowhere_passes():
    _, path = two_others()
    done = check(path, "--fail-on", "blocked_p99 > 50ms",
                 "--fail-on", 'site("guilty::*").count > 0')
    expect_equal(done.returncode, PASS, f"exit code\n{done.stdout}{done.stderr}")


@fact
def check_writes_what_machines_read():
    junit = path_for("junit.xml")
    done = check(everything()["changed"], "--baseline", captures()[0], "--junit", junit, "--github",
                 "--fail-on", "blocked > 90%", "--fail-on", 'site("pause").blocked > +20%')
    expect_equal(done.returncode, FAIL, f"exit code\n{done.stdout}{done.stderr}")
    suite = xml.parse(junit).getroot()
    expect_equal((suite.tag, suite.get("tests"), suite.get("failures"), suite.get("errors")),
                 ("testsuite", "3", "1", "0"), "the suite")
    expect_equal([case.get("name") for case in suite if case.find("failure") is not None],
                 ['site("pause").blocked > +20%'], "failed cases")
    expect(not os.path.exists(junit + ".partial"), "a partial file is left")
    annotations = [line for line in done.stdout.splitlines()
                   if line.startswith("::error file=src/guilty.rs,line=")]
    expect(annotations, f"no annotation:\n{done.stdout}")
    document = json.loads(check(usual()[0], "--json", "--fail-on", "blocked > 90%").stdout)
    expect_equal((document["schema"], document["status"], document["rules"][0]["status"]),
                 (1, "pass", "pass"), "JSON")


@fact
def bad_usage_and_input_differ_from_a_failed_check():
    one = usual()[0]
    junk = path_for("junk")
    with open(junk, "w") as file:
        file.write("this is no capture\n")
    for words, *arguments in ((("needs a rule",), "check", one),
                              (("cannot read the rule", "character 9"), "check", one, "--fail-on",
                               "blocked_p98 > 1ms"),
                              (("cannot read the rule", "no cause `lok`", "causes: cpu, lock, "),
                               "check", one, "--fail-on", 'site("*", "lok").max >= 1ms'),
                              (("--cause sleep,cpu leaves that out",), "check", one, "--cause",
                               "sleep,cpu", "--fail-on", 'site("*", "lock").max >= 1ms'),
                              (("that --min leaves out",), "check", one, "--min", "40ms",
                               "--fail-on", "main_max > 10ms"),
                              (("which is no task",), "check", one, "--task", "sleep", "--fail-on",
                               "main_blocked > 1%"),
                              (("--worker does not choose",), "check", one, "--worker",
                               "tokio-runtime-w*", "--fail-on", "tasks > 10"),
                              (("needs a baseline",), "check", one, "--fail-on", "blocked > +5%"),
                              ((), "check", one, "--min-busy", "soon", "--fail-on", "blocked > 5%"),
                              ((), "check", junk, "--fail-on", "blocked > 5%"),
                              ((), "check", one, "--baseline", junk, "--fail-on", "blocked > +5%"),
                              (("not both",), "check", one, "--json", "--github", "--fail-on",
                               "blocked > 5%"),
                              (("two sides",), "diff", one),
                              (("two sides",), "diff", one, one, "--before", one),
                              ((), "diff", one, path_for("missing.hud")),
                              ((), "diff", one, junk)):
        one_clear_message(analyze(*arguments), "hud-analyze", ANALYZE_UNUSABLE, *words)


facts_check()
