# SPDX-License-Identifier: MIT OR Apache-2.0
"""
Whichever call fails, both programs say so in one clear line, and leave no half file. Of the calls
some fail; HUD_FAULTS=20 makes it twenty times as many, which takes ten minutes: make check-long.
"""

import errno
import os

from lib import (ANALYZE, RECORD, expect, expect_equal, fact, facts_check, path_for, program, run,
                 started_program)

SOURCE = "tests/unit/fixture/faults.c"
EXAMPLE = "examples/demo.hud"
TIMES = int(os.environ.get("HUD_FAULTS", "1"))
LONG = 240 + 40 * TIMES  # seconds that a fact may take


def faults_library():
    path = path_for("faults.so")
    if not os.path.exists(path):
        made = run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared", "-I.", SOURCE,
                    "-o", path, "-ldl"])
        expect_equal(made.returncode, 0, f"cc ({made.stderr})")
    return path


def with_fault(fault, command):
    """Runs it with the calls that tests/unit/fixture/faults.h names failing."""
    env = {**os.environ, "LD_PRELOAD": faults_library(), "HUD_FAULT": fault, "HUD_CACHE": ""}
    return run(command, env=env)


def expect_clear(fault, done, name, output=None):
    """It did without the call; or one line says what failed, and there is no output file."""
    expect(done.returncode >= 0, f"{fault}: signal {-done.returncode}\n{done.stderr}")
    if done.returncode == 0:
        return False
    # hud-record may have warned of what it went on without, a line before.
    heads = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    expect(1 <= len(heads) <= 2 and all(line.startswith(name + ": ") for line in heads),
           f"{fault}: a line that begins with `{name}: ` expected on stderr, seen:\n{done.stderr}")
    expect(name == "hud-record" or len(heads) == 1, f"{fault}: two lines:\n{done.stderr}")
    if output:
        expect(not os.path.exists(output), f"{fault}: {output} is there, after\n{done.stderr}")
    return True


def each_fails(command, name, faults, output=None):
    """How many of the faults it could not do without."""
    failed = 0
    for fault in faults:
        if output and os.path.exists(output):
            os.unlink(output)
        failed += expect_clear(fault, with_fault(fault, command), name, output)
    return failed


def allocations(last, step):
    step = max(1, step // TIMES)
    return [f"malloc:{n}:{errno.ENOMEM}" for n in [*range(1, 30), *range(30, last, step)]]


def disk(*calls):
    return [f"{call}:{n}:{error}" for call in calls for error in (errno.ENOSPC, errno.EIO)
            for n in (1, 2, 3, 5, 9, *range(10, 3 * TIMES))]


@fact(root=False, seconds=LONG)
def a_report_without_memory_says_so():
    expect(each_fails([ANALYZE, "report", EXAMPLE], "hud-analyze", allocations(200000, 9973)) > 30,
           "hardly any allocation that failed was noticed")


@fact(root=False, seconds=LONG)
def a_database_that_cannot_be_written_gets_no_name():
    output = path_for("fault.db")
    command = [ANALYZE, "load", EXAMPLE, "-o", output]
    faults = [*disk("write", "read", "sync"), *allocations(120000, 39989)[29:]]
    expect(each_fails(command, "hud-analyze", faults, output) > 5,
           "hardly any call that failed was noticed")
    expect_equal(with_fault("short:1", [*command[:-1], path_for("short.db")]).returncode, 0,
                 "exit code where each call reads or writes a part")


@fact(root=False, seconds=LONG)
def a_plan_that_cannot_be_made_gets_no_name():
    output = path_for("fault.plan")
    command = [ANALYZE, "plan", program("crowd"), "-o", output]
    faults = [*allocations(400, 37), *disk("read", "write", "sync"), "mmap:1", "mmap:2"]
    expect(each_fails(command, "hud-analyze", faults, output) > 10,
           "hardly any call that failed was noticed")


@fact(root=False, seconds=LONG)
def an_export_that_does_not_fit_gets_no_name():
    for form in ("perfetto", "chrome", "firefox", "speedscope", "pprof"):
        output = path_for("fault." + form)
        done = run(["bash", "-c", 'trap "" XFSZ; ulimit -f 4; exec "$@"', "limited", ANALYZE,
                    "export", EXAMPLE, "--format", form, "-o", output],
                   env={**os.environ, "HUD_CACHE": ""})
        expect(expect_clear(form, done, "hud-analyze", output), f"{form}: written all the same")


@fact(seconds=LONG)
def a_recording_that_cannot_go_on_says_so():
    output = path_for("fault.hud")
    target = started_program([program("crowd"), 1])
    command = [RECORD, "-q", "-d", "0.3", "-o", output, str(target.pid)]
    faults = [*allocations(120 * min(TIMES, 10), 23), "thread:1",
              *(f"mmap:{n}" for n in (1, 3, 9, *range(10, TIMES))),
              f"write:1:{errno.ENOSPC}", f"write:4:{errno.EIO}", f"read:1:{errno.EIO}",
              f"read:20:{errno.EIO}"]
    expect(each_fails(command, "hud-record", faults, output) > 10,
           "hardly any call that failed was noticed")
    expect_equal(target.poll(), None, "exit code of the target, which must go on")


@fact(seconds=LONG)
def a_kernel_that_refuses_is_named_and_the_target_goes_on():
    output = path_for("refused.hud")
    target = started_program([program("crowd"), 1])
    command = [RECORD, "-q", "-d", "0.1", "-o", output, str(target.pid)]
    faults = [f"bpf:{n}:{errno.ENOMEM if n % 2 else errno.EPERM}"
              for n in (1, 60, 121, 900, *range(130, 20 * TIMES, 7))]
    expect(each_fails(command, "hud-record", [*faults, f"perf:1:{errno.EMFILE}"], output) >= 3,
           "hardly any call that failed was noticed")
    expect_equal(target.poll(), None, "exit code of the target, which must go on")


facts_check()
