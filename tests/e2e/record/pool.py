# SPDX-License-Identifier: MIT OR Apache-2.0
"""The queue of the blocking pool is read: compared with what the program itself measured."""

import json
import os
import shutil

from lib import (Recording, analyze, analyzed, database, expect, expect_equal, fact, facts_check,
                 go, once, path_for, query, recorded, report, started_program,
                 tokio_pool)


# A wait is counted from the first reading that found its task in the queue to the last one.
READING_NS = 5_000_000
PRECISION_NS = 1_000_000


@once
def measured(scheduler, threads, requests="bursts"):
    """A recording, and what the program says of it."""
    process = started_program([tokio_pool(), scheduler, str(threads), requests])
    recording = Recording(path_for(f"pool-{scheduler}-{threads}-{requests}.hud"),
                          "-p", str(process.pid))
    out, _ = process.communicate("\n")
    expect_equal(process.returncode, 0, "exit code of tokio_pool")
    recording.ended_well()
    truth = json.loads(out)
    truth["longest_ns"] = max(begun - asked for asked, begun in truth["waits"])
    return recording.output, truth


def pool_of(path):
    document = json.loads(analyzed("report", path, "--json"))
    queues = document["pool"]["queues"]
    expect(queues is not None, "the queue of the pool is not known")
    expect_equal(len(queues), 1, "pools")
    return document, queues[0]


def expect_lower_bound(seen, truth, share, what):
    """`seen` is at most the truth, and at least this share of it."""
    expect(share * truth <= seen <= truth + READING_NS,
           f"{what}: {seen / 1e6:.1f} ms were seen, {truth / 1e6:.1f} ms are true")


def expect_true_waits(path, truth):
    """
    Whenever a task is said to have waited since a time, one did, and went on to wait. How many such
    claims there were. With tasks in the queue it was read often enough for a false one.
    """
    readings = query(path, "SELECT since_ns, time_ns FROM pool_queue WHERE tasks > 0")
    expect(len(readings) > 50, f"only {len(readings)} readings found tasks in the queue")
    claims = [reading for reading in readings
              if (reading["since_ns"] or reading["time_ns"]) < reading["time_ns"]]
    for claim in claims:
        since, time = claim["since_ns"] + PRECISION_NS, claim["time_ns"] - PRECISION_NS
        expect(any(asked <= since and time <= begun for asked, begun in truth["waits"]),
               f"no task waited from {claim['since_ns']} to {claim['time_ns']}")
    return len(claims)


def expect_saturated(scheduler, workers):
    path, truth = measured(scheduler, 2)
    document, queue = pool_of(path)
    claims = expect_true_waits(path, truth)
    expect(claims > 10, f"only {claims} readings of the queue found a wait")
    expect_equal((queue["scheduler"], queue["threads"], queue["thread_limit"], queue["workers"]),
                 (scheduler, 2 + workers, 2 + workers, workers), "the pool")
    expect_lower_bound(queue["longest_wait_ns"], truth["longest_ns"], 0.8, "the longest wait")
    expect_lower_bound(queue["waiting_ns"], truth["waiting_ns"], 0.7, "time in which tasks waited")
    expect_lower_bound(queue["full_ns"], truth["waiting_ns"], 0.7, "time in which it was full")
    expect(truth["peak"] - 6 <= queue["peak_tasks"] <= truth["peak"],
           f"at most {queue['peak_tasks']} tasks were seen waiting, {truth['peak']} did")
    return path, document


@fact
def a_full_pool_of_a_multi_thread_runtime_is_saturated_for_as_long_as_requests_waited():
    path, document = expect_saturated("multi_thread", 2)
    verdict = document["verdict"]
    expect("all 2 threads of the blocking pool were busy" in verdict["sentence"],
           f"the verdict says {verdict['sentence']!r}")
    if verdict["reason"] != "starved":  # on a busy machine that is worse
        expect_equal((verdict["level"], verdict["reason"]), ("SATURATED", "pool"), "the verdict")
    expect_equal(analyze("check", path, "--fail-on", "pool_wait > 100ms").returncode, 1,
                 "exit code of a rule on the wait")


@fact
def a_full_pool_of_a_current_thread_runtime_is_read_in_the_same_way():
    expect_saturated("current_thread", 0)


@fact
def tasks_that_follow_one_another_are_not_taken_for_one_that_waits():
    path, truth = measured("multi_thread", 2, "steady")
    expect_true_waits(path, truth)
    _, queue = pool_of(path)
    expect_lower_bound(queue["longest_wait_ns"], truth["longest_ns"], 0, "the longest wait")
    expect_lower_bound(queue["waiting_ns"], truth["waiting_ns"], 0, "time in which tasks waited")


@fact
def a_pool_with_threads_enough_is_never_full():
    path, truth = measured("multi_thread", 64)
    document, queue = pool_of(path)
    expect_equal(queue["full_ns"], 0, "time in which the pool was full")
    expect(queue["longest_wait_ns"] <= truth["longest_ns"] + READING_NS,
           f"a wait of {queue['longest_wait_ns']} ns, the longest was {truth['longest_ns']} ns")
    expect(document["verdict"]["reason"] != "pool", document["verdict"]["sentence"])
    done = analyze("check", path, "--fail-on", "pool_full > 0%", "--min-busy", "0ns")
    expect("pass" in done.stdout, f"the check says\n{done.stdout}")


@fact
def tasks_that_no_thread_ever_begins_are_seen_while_everything_sleeps():
    process = started_program([tokio_pool(), "multi_thread", "2", "stuck"])
    go(process)
    path = path_for("pool-stuck.hud")
    recorded("-d", 3, "-p", process.pid, "-o", path)
    process.communicate("\n")
    _, queue = pool_of(path)
    expect_equal((queue["peak_tasks"], queue["queued_at_end"]), (5, 5), "tasks, and at the end")
    expect(2.5e9 < queue["longest_wait_ns"] < 3.2e9,
           f"the longest wait is {queue['longest_wait_ns'] / 1e9:.2f} s of 3 s")
    expect("5 tasks still waiting at the end" in analyzed("report", path), "the report is silent")


@fact
def of_two_runtimes_the_one_that_stands_still_is_named():
    process = started_program([tokio_pool(), "multi_thread", "2", "apart"])
    go(process)
    path = path_for("pool-apart.hud")
    recorded("-d", 3, "-p", process.pid, "-o", path)
    process.communicate("\n")
    document = json.loads(analyzed("report", path, "--json"))
    workers = {(w["runtime"], w["comm"] == "second") for w in document["workers"]}
    expect_equal(len(workers), 2, "runtimes by number and by name of thread")
    stands = next(runtime for runtime, second in workers if not second)
    sentence = document["verdict"]["sentence"]
    expect(sentence.startswith(f"no worker of runtime {stands} (tokio-runtime-w) of tokio_pool "),
           sentence)
    expect("2 workers wait" in sentence and "tokio_pool::wait_for (lock)" in sentence, sentence)


@once
def functions_without_their_frames():
    """Of functions whose last act is a call; and the same with symbols, without the program."""
    program = shutil.copy(tokio_pool(), path_for("pool-held"))
    process = started_program([program, "multi_thread", "2", "held"])
    go(process)
    path, symbolized = path_for("pool-held.hud"), path_for("pool-held-symbols.hud")
    recorded("-d", 1, "-p", process.pid, "-o", path)
    process.communicate("\n")
    analyzed("symbolize", path, "-o", symbolized)
    os.rename(program, program + ".gone")
    return path, symbolized, program + ".gone"


def sites_that_sleep(path, *options):
    """
    Those that are functions. Once, of some 200 times, a part had no stack to say so, as a sleep
    whose end the kernel did not report has none: that is told.
    """
    rows = json.loads(analyzed("query", path, "SELECT function, boundary, file, inferred, total_ns "
                               "FROM blocking_sites WHERE cause = 'sleep'", "--json", *options))
    for row in rows:
        total_ns = row.pop("total_ns")
        if row["function"] == "unknown":
            print(f"     {total_ns / 1e6:.1f} ms of sleeps have no stack, of the capture's losses "
                  f"{report(path)['loss']['causes']}")
    return [row for row in rows if row["function"] != "unknown"]


@fact
def a_holder_that_unlocks_last_has_left_its_frame_and_is_named():
    wakers = query(functions_without_their_frames()[1],
                   "SELECT waker, inferred, share FROM site_waker "
                   "WHERE function = 'tokio_pool::take' AND cause = 'lock' AND rank = 1")
    expect_equal([(w["waker"], w["inferred"]) for w in wakers], [("tokio_pool::hold", 1)],
                 "who woke it")
    expect(wakers[0]["share"] > 0.9, f"for {wakers[0]['share']:.0%} of the time")


@fact
def a_function_that_blocks_last_has_left_its_frame_and_is_the_site():
    path, symbolized, program = functions_without_their_frames()
    nap = [{"function": "tokio_pool::nap", "boundary": "tokio_pool::nap", "file": "src/main.rs",
            "inferred": 1}]
    expect_equal(sites_that_sleep(path, "--binary", program), nap, "sites that sleep")
    expect_equal(sites_that_sleep(symbolized), nap, "sites by a symbolized capture")
    expect("inferred: its last act was the call" in analyzed("report", symbolized),
           "it is not said")


@fact
def where_the_runtime_is_not_read_nothing_is_said_of_the_queue():
    process = started_program([tokio_pool(), "multi_thread", "2", "bursts"])
    path = path_for("pool-stacks.hud")
    recording = Recording(path, "--stacks-only", "-p", process.pid)
    process.communicate("\n")
    recording.ended_well()
    document = json.loads(analyzed("report", path, "--json"))
    expect_equal(document["pool"]["queues"], None, "queues")
    expect("its queue is not known" in analyzed("report", path), "the report does not say so")
    expect_equal(len(database(path).execute("SELECT * FROM pool_queue").fetchall()), 0, "readings")
    done = analyze("check", path, "--fail-on", "pool_queue > 1000")
    expect_equal(done.returncode, 2, "exit code of a rule on what is not known")


if __name__ == "__main__":
    facts_check()
