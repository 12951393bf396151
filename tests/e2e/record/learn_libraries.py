# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record learns of runtimes in libraries, and of several in one process."""

import os
import re
import signal
import sys
import time

from learned import (MOST_SECONDS, SECONDS, layouts, learned_plan, print_cost,
                     recorded_and_learned, stripped)
from lib import (Recording, expect, expect_equal, fact, facts_check, go, path_for, query, recorded,
                 started_program, tokio_echo_library, wait_until, program as c_program)

PYTHON_HOST = """
import ctypes, sys
ctypes.CDLL(sys.argv[1]).echo_run()
"""


def library_learned(name, *host):
    """A host that loads the stripped library is recorded while the runtime in it works."""
    library = stripped(tokio_echo_library(), f"lib{name}.so")
    target = started_program([*host, library])
    go(target)
    said = recorded_and_learned(library, path_for(f"{name}.hud"), "-p", target.pid)
    expect(f"lib{name}.so keeps" in said, f"something else was learned:\n{said}")
    print_cost(path_for(f"{name}.hud"), f"a library in {name}")
    capture = path_for(f"{name}-known.hud")
    recorded("-p", target.pid, "-d", 4, "-o", capture)
    layout = layouts(capture)[0]  # more of it may be learned afterwards
    expect_equal((layout["source"], layout["earlier"]), ("learned", 1),
                 "the first layout of the second recording")
    # In each 40th message of six clients a worker blocks for 8 ms.
    polls = query(capture, """SELECT count(*) AS n, min(wall_ns - run_queue_ns) AS least,
        max(wall_ns - run_queue_ns) AS most FROM blocking_poll""")[0]
    expect(polls["n"] >= 20 and polls["least"] >= 5e6, f"blocking polls: {polls}")
    workers = query(capture, "SELECT scheduler, count(*) AS n FROM workers GROUP BY 1 ORDER BY 1")
    # The kind of the clients' runtime may not be known: that needs a long poll.
    counts = {r["scheduler"]: r["n"] for r in workers}
    expect_equal((counts.get("multi_thread"), sum(counts.values())), (2, 3), f"workers {counts}")
    parked = query(capture, "SELECT sum(parked_ns) / sum(wall_ns + 0.0) AS s FROM workers")[0]["s"]
    expect(parked >= 0.5, f"they were parked for {parked:.0%} only")


@fact
def a_runtime_in_a_library_that_python_loads_is_learned():
    library_learned("python", sys.executable, "-c", PYTHON_HOST)


@fact
def a_runtime_in_a_library_that_a_c_program_loads_is_learned():
    library_learned("c", c_program("echo_host", "-ldl"))


@fact
def a_library_that_is_loaded_while_recording_is_learned():
    library = stripped(tokio_echo_library(), "liblate.so")
    target = started_program([c_program("echo_host", "-ldl"), "-l", library])
    recording = Recording(path_for("late.hud"), "-p", target.pid)
    time.sleep(2.5)
    go(target)  # it loads the library
    expect_equal(target.stdout.readline(), "ready\n", "what its server says")
    go(target)
    wait_until(lambda: learned_plan(library), "its layout is learned", MOST_SECONDS)
    recording.ended_well(signal.SIGINT)
    expect("liblate.so keeps" in recording.errors, f"stderr: {recording.errors}")


def learned_names(text):
    return set(re.findall(r"learned in .* where \S*/(\w+\.so) keeps", text))


@fact
def runtimes_in_several_libraries_of_a_process_are_each_followed():
    names = ["libleft.so", "libright.so"]
    libraries = [stripped(tokio_echo_library(), name) for name in names]
    target = started_program([c_program("echo_host", "-ldl"), *libraries])
    expect_equal(target.stdout.readline(), "ready\n", "what the second library's server says")
    go(target, "0")
    one = path_for("one-of-two.hud")
    said = recorded_and_learned(libraries[0], one, "-p", target.pid, seconds=SECONDS + 4)
    expect_equal(learned_names(said), {names[0]}, f"what was learned:\n{said}")
    expect(f"{names[1]} keeps the state of its workers could not be learned" in said,
           f"stderr: {said}")
    sentence = query(one, "SELECT sentence FROM verdict")[0]["sentence"]
    expect(f"what the runtime in {names[1]} computed in polls" in sentence, f"verdict: {sentence}")
    go(target, "1")
    said = recorded_and_learned(libraries[1], path_for("two-of-two.hud"), "-p", target.pid)
    expect_equal(learned_names(said), {names[1]}, f"what was learned then:\n{said}")
    both = path_for("both-known.hud")
    recorded("-p", target.pid, "-d", 4, "-o", both)
    rows = query(both, "SELECT object, source, sentence FROM runtime_layouts")
    expect_equal({os.path.basename(r["object"]): r["source"] for r in rows},
                 {name: "learned" for name in names}, "layouts")
    expect("Not in these figures" not in query(both, "SELECT sentence FROM verdict")[0]["sentence"],
           "the verdict leaves out what was followed")
    workers = query(both, """SELECT w.tid, w.scheduler, w.unknown_ns,
        w.wall_ns, (SELECT count(*) FROM blocking_poll AS b JOIN thread AS t ON t.id = b.thread
            WHERE t.tid = w.tid AND b.source = 'passive') AS n FROM workers AS w""")
    multi = [w for w in workers if w["scheduler"] == "multi_thread"]
    expect(len(multi) == 4 and all(w["n"] >= 10 for w in multi), f"workers of both: {workers}")
    expect(all(w["unknown_ns"] < 0.1 * w["wall_ns"] for w in workers), f"unknown time: {workers}")


facts_check()
