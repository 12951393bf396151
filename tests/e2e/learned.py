# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record has learned of a program, beside what debug information says of it."""

import functools
import json
import os
import re
import signal
import struct
import subprocess
import time

from lib import (ANALYZE, Demo, Recording, Wrong, expect, expect_equal, path_for, query, recorded,
                 run, wait_until)

CACHE = "/var/cache/hud"
SECONDS = 4        # of learning, at least
MOST_SECONDS = 30  # … on a busy machine
NO_OFFSET = 0xffffffff
IDENTITY, SEGMENTS_END = 6, 64  # format/plan/plan.h
LEARNED, UNEXPLAINED = 32, 256  # enum hud_identity_flags
KINDS = {1: "multi_thread", 2: "current_thread"}


BUILD_ID = ".note.gnu.build-id"


def build_of_its_own(program, name):
    """A copy with another build-id, by which the cache keeps what is learned."""
    out, note = path_for(name), path_for(f"{name}.note")
    made = run(["objcopy", "--dump-section", f"{BUILD_ID}={note}", program, os.devnull])
    expect_equal(made.returncode, 0, f"exit code of objcopy ({made.stderr})")
    with open(note, "r+b") as file:
        file.seek(16)  # behind the head, and the name GNU
        file.write(os.urandom(16))
    made = run(["objcopy", "--update-section", f"{BUILD_ID}={note}", program, out])
    expect_equal(made.returncode, 0, f"exit code of objcopy ({made.stderr})")
    return out


def stripped(program, name):
    """A build of its own without symbols; with them it is whole_of()."""
    out = path_for(name)
    made = run(["strip", "-o", out, build_of_its_own(program, f"{name}.whole")])
    expect_equal(made.returncode, 0, f"exit code of strip ({made.stderr})")
    return out


def whole_of(stripped_program):
    return f"{stripped_program}.whole"


@functools.lru_cache(maxsize=None)
def build_id(program):
    noted = run(["readelf", "-n", program])
    return re.search(r"Build ID: ([0-9a-f]+)", noted.stdout)[1]


def said(program):
    """Where debug information says that the state is, as plan --json has it."""
    done = run([ANALYZE, "plan", program, "-o", path_for("said.plan"), "--json"])
    expect_equal(done.returncode, 0, f"exit code of plan ({done.stderr})")
    return json.loads(done.stdout)["runtime"]["identity"]


def learned_plan(program):
    """What the cache keeps of what was learned of this build: a path, or None."""
    path = f"{CACHE}/{build_id(program)}-learned.plan"
    return path if os.path.exists(path) else None


def plan_content(path):
    return bytearray(subprocess.run(["zstd", "-dcq", path], capture_output=True,
                                    check=True).stdout)


def record_at(content, wanted):
    """Where in a plan its record of this kind is."""
    at = SEGMENTS_END
    while at < len(content):
        kind, _, size = struct.unpack_from("<HHI", content, at)
        if kind == wanted:
            return at
        at += size
    return None


def identity_in(path):
    """What is in a plan: (flags, task, tag, {kind: its context, core, variant, parked, tick})."""
    content = plan_content(path)
    at = record_at(content, IDENTITY)
    if at is None:
        return None
    flags, schedulers, _, task, tag, _, _ = struct.unpack_from("<HHIqqII", content, at + 8)
    found = {}
    for i in range(schedulers):
        s = struct.unpack_from("<IIqIIQIIQI", content, at + 40 + 80 * i)
        found[KINDS[s[0]]] = {"context": s[2], "core": s[1], "variant": s[3:6] if s[4] else None,
                              "parked": s[6:9], "tick": s[9]}
    return flags, task if flags & 2 else None, tag if flags & 4 else None, found


def layouts(capture):
    return query(capture, "SELECT * FROM layout ORDER BY time_ns, id")


def recorded_until(known, what, output, *arguments, seconds=SECONDS):
    """
    Records for so long, and until this is known, and two seconds more; returns what hud-record
    said. How long learning takes depends on what else the machine does.
    """
    begun = time.monotonic()
    recording = Recording(output, *arguments)
    try:
        wait_until(known, what, MOST_SECONDS)
    except Wrong as wrong:
        recording.end(signal.SIGINT)
        raise Wrong(f"{wrong}\n{recording.errors}"
                    f"{query(output, 'SELECT * FROM runtime_layouts')}") from None
    print(f"     {what} after {time.monotonic() - begun:.1f} s")
    time.sleep(max(2, begun + seconds - time.monotonic()))
    recording.ended_well(signal.SIGINT)
    return recording.errors


def recorded_and_learned(program, output, *arguments, **options):
    said = recorded_until(lambda: learned_plan(program), "its layout is learned", output,
                          *arguments, **options)
    expect("learned in" in said, f"it was not learned:\n{said}")
    return said


def learn(program, twin, name, **options):
    """
    Records a stripped program until its layout is known, which takes longer on a busy machine;
    compares that with its twin's debug information. Returns the first capture. Where hud-record
    knows that it lacks something, the next recording may learn it.
    """
    capture, known = path_for(f"{name}.hud"), said(twin)
    demo = Demo(program=program, **options)
    recorded_and_learned(program, capture, "-p", demo.pid)
    for _ in range(2):
        flags, _, _, schedulers = identity_in(learned_plan(program))
        if not flags & UNEXPLAINED and all(s["tick"] != NO_OFFSET for s in schedulers.values()):
            break
        recorded("-p", demo.pid, "-d", SECONDS, "-o", path_for(f"{name}-again.hud"))
    demo.process.kill()
    compare(identity_in(learned_plan(program)), known, layouts(capture)[-1])
    return capture


def compare(learned, known, last):
    flags, task, tag, schedulers = learned
    expect(flags & LEARNED, f"flags {flags}")
    expect_equal((task, tag), (known["task"], known["task_tag"]), "the task's id, and its tag")
    expect_equal(set(schedulers), {s["kind"] for s in known["schedulers"]}, "schedulers")
    for s in known["schedulers"]:
        seen = schedulers[s["kind"]]
        expect_equal((seen["context"], seen["core"]), (s["context"], s["core"]), s["kind"])
        parked = (s["parked"]["offset"], s["parked"]["bytes"], s["parked"]["value"])
        expect_equal(seen["parked"], parked, f"parked of {s['kind']}")
        expect(seen["tick"] in (s["tick"], NO_OFFSET), f"{s['kind']}: {seen} and not {s['tick']}")
    multi = schedulers.get("multi_thread")
    expect(not multi or multi["tick"] != NO_OFFSET,
           f"the tick of multi_thread was not learned: {last}")


def print_cost(capture, name):
    last = layouts(capture)[-1]
    print(f"     {name}: learned in {last['took_ns'] / 1e9:.1f} s from {last['parks']} parks and "
          f"{last['polls']} polls; {last['probe_hits']} probe hits, "
          f"{last['bpf_run_ns'] / 1e6:.0f} ms in BPF")
