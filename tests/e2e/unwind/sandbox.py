# SPDX-License-Identifier: MIT OR Apache-2.0
"""What reads the targets' files is unprivileged: recorder/plan/broker.c with a hostile analyzer."""

import os
import shutil
import signal
import subprocess
import time

from lib import (TOP, Skip, expect, expect_equal, fact, facts_check, once, path_for, program, run,
                 start, wait_until,)

USER = 4242  # a uid that nobody has
NOBODY = 1885893988  # another: recorder/plan/sandbox.c
AS_USER = ("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups")


@once
def place():
    """A directory with the driver, and beside it the hostile analyzer."""
    directory = path_for("sandbox")
    os.makedirs(directory, exist_ok=True)
    sources = ("recorder/plan/broker.c", "recorder/plan/sandbox.c")
    sources += tuple(f"format/elf/{name}.c" for name in ("build_id", "elf_bytes", "text_hash"))
    sources += ("format/base/hex.c",)
    driver = program(
        "unwind_broker",
        *("-I", TOP),
        '-DHUD_BINDIR="/nonexistent"',
        *(os.path.join(TOP, source) for source in sources),
    )
    analyzer = program("unwind_analyzer")
    shutil.copy(driver, os.path.join(directory, "driver"))
    shutil.copy(analyzer, os.path.join(directory, "hud-analyze"))
    os.chmod(directory, 0o755)
    os.chmod(os.path.dirname(directory), 0o755)
    return directory


def orders_file(text):
    path = path_for(f"orders-{time.monotonic_ns()}")
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


class Answer:
    """What the driver and the analyzer printed: `key value` lines."""

    def __init__(self, text):
        self.lines = [line.split(" ", 1) for line in text.splitlines() if " " in line]
        expect("\nend\n" in text, f"the analyzer did not reach its end:\n{text[-2000:]}")

    def all(self, key):
        return [rest for k, rest in self.lines if k == key]

    def status(self, name, key="status"):
        fields = [rest.split(":", 1) for rest in self.all(key) if ":" in rest]
        found = [value.strip() for field, value in fields if field == name]
        expect(len(found) == 1, f"{key} has no {name}")
        return found[0]

    def tries(self):
        """{what was tried: "DONE", or the error}"""
        return dict(rest.split(" ", 1) for rest in self.all("try"))


LEFT = "/tmp/hud-unwind-try"  # the file that the analyzer tries to create


def answer(orders="", *before, environment=None, **options):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SUDO_")}
    done = run(
        [*before, os.path.join(place(), "driver"), orders_file(orders)],
        env={**clean, **(environment or {})},
        **options,
    )
    if os.path.exists(LEFT):
        os.unlink(LEFT)
    printed = f"{done.stdout[-500:]} {done.stderr}"
    expect_equal(done.returncode, 0, f"exit code of the driver ({printed})")
    return Answer(done.stdout)


@once
def as_root():
    return answer()


@fact
def broker_and_analyzer_run_as_a_user_of_their_own_in_no_group():
    t = as_root()
    for key in ("status", "broker"):
        expect_equal(t.status("Uid", key).split(), [str(NOBODY)] * 4, f"Uid ({key})")
        expect_equal(t.status("Gid", key).split(), [str(NOBODY)] * 4, f"Gid ({key})")
        expect_equal(t.status("Groups", key), "", f"Groups ({key})")


@fact
def under_sudo_the_analyzer_runs_as_that_user_too():
    t = answer(environment={"SUDO_UID": str(USER), "SUDO_GID": str(USER)})
    expect_equal(t.status("Uid").split(), [str(NOBODY)] * 4, "Uid")
    expect_equal(t.status("Gid").split(), [str(NOBODY)] * 4, "Gid")
    expect_equal(t.status("Groups"), "", "Groups")


@fact
def broker_and_analyzer_have_no_capabilities_and_can_gain_none():
    t = as_root()
    for key in ("status", "broker"):
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            expect_equal(int(t.status(name, key), 16), 0, f"{name} ({key})")
        expect_equal(t.status("NoNewPrivs", key), "1", f"NoNewPrivs ({key})")


@fact
def a_recorder_with_capabilities_but_not_root_passes_none_on():
    if not shutil.which("setpriv"):
        raise Skip("no setpriv")
    caps = "+bpf,+perfmon,+sys_ptrace"
    t = answer("", *AS_USER, "--inh-caps", caps, "--ambient-caps", caps)
    expect_equal(t.status("Uid").split(), [str(USER)] * 4, "Uid")
    left = {
        f"{name} ({key})": t.status(name, key)
        for key in ("status", "broker")
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")
        if int(t.status(name, key), 16)
    }
    expect(not left, f"left: {left}")


@fact
def the_analyzer_runs_under_seccomp_with_limits_and_a_nice_value():
    t = as_root()
    expect_equal(t.status("Seccomp"), "2", "Seccomp")
    limits = {rest.split()[0]: [int(n) for n in rest.split()[1:]] for rest in t.all("limit")}
    expected = {
        "cpu": [120, 120],
        "as": [8 << 30] * 2,
        "fsize": [0, 0],
        "core": [0, 0],
        "nofile": [64, 64],
        "nproc": [0, 0],
    }
    expect_equal(limits, expected, "limits")
    expect_equal(t.all("stat")[0].rsplit(")", 1)[1].split()[16], "10", "nice value")


@fact
def the_analyzer_holds_the_file_to_read_and_nothing_else():
    t = as_root()
    expect_equal(t.all("fd"), ["0", "1", "2", "3"], "descriptors")
    expect_equal(t.all("argument"), ["hud-analyze", "plan", "--fd", "3"], "arguments")
    expect_equal(t.all("environment"), ["0"], "variables in its environment")


@fact
def every_call_that_the_analyzer_does_not_need_fails():
    tries = as_root().tries()
    harmless = {"open-null-for-writing", "terminal"}
    done = {name for name, result in tries.items() if result == "DONE"} - harmless
    expect(not done, f"succeeded: {sorted(done)}")
    expect(len(tries) >= 18, f"tried only {sorted(tries)}")


def as_user(orders):
    """The tries of an analyzer whose recorder a user started without root, so with that uid."""
    if not shutil.which("setpriv"):
        raise Skip("no setpriv")
    return answer(orders, *AS_USER).tries()


@fact
def with_the_users_uid_the_analyzer_cannot_touch_the_users_processes():
    victim = start(["sleep", "60"], user=USER, group=USER, extra_groups=[])
    tries = as_user(f"victim {victim.pid}\n")
    expect(victim.poll() is None, "the victim is gone")
    done = [n for n in ("victim-memory", "victim-signal", "victim-limits") if tries[n] == "DONE"]
    expect(not done, f"succeeded: {done} (a compromised analyzer could take over the user's shell)")


@fact
def with_the_users_uid_the_analyzer_cannot_touch_the_users_files():
    path = path_for("precious")
    with open(path, "w") as file:
        file.write("precious")
    os.chown(path, USER, USER)
    tries = as_user(f"file {path}\n")
    on_file = [n for n in tries if n.startswith("file-") and n != "file-size"]
    done = [n for n in on_file if tries[n] == "DONE"]
    with open(path) as file:
        expect_equal(file.read(), "precious", f"content of the user's file (succeeded: {done})")
    expect(not done, f"succeeded: {done}")


@fact
def the_analyzer_has_no_terminal_to_type_into():
    if not shutil.which("script"):
        raise Skip("no script (bsdutils)")
    path, out = orders_file(""), path_for("typescript")
    run(["script", "-qec", f"{os.path.join(place(), 'driver')} {path}", out])
    with open(out, errors="replace") as file:
        tries = Answer(file.read().replace("\r\n", "\n")).tries()
    expect(
        tries["terminal"] != "DONE",
        f"/dev/tty opens (TIOCSTI, which types into the shell: {tries.get('terminal-input')})",
    )


@fact
def broker_and_analyzer_do_not_outlive_a_recorder_that_is_killed():
    driver = start([os.path.join(place(), "driver"), orders_file("hang\n")], stdout=subprocess.PIPE)
    pids = {}
    for line in driver.stdout:
        key, _, rest = line.partition(" ")
        if key in ("pid", "broker-pid"):
            pids[key] = int(rest)
        if line.startswith("try terminal"):
            break
    driver.kill()
    driver.wait()

    def gone(pid):
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True

    try:
        wait_until(lambda: gone(pids["broker-pid"]), "the broker is gone", 3)
        wait_until(lambda: gone(pids["pid"]), "the analyzer that hangs is gone", 3)
    finally:
        for pid in pids.values():
            if not gone(pid):
                os.kill(pid, signal.SIGKILL)


@fact
def a_recorder_ends_beside_a_broker_that_somebody_stopped():
    driver = start([os.path.join(place(), "driver"), orders_file("")], stdout=subprocess.PIPE)
    broker = next(int(line.split()[1]) for line in driver.stdout if line.startswith("broker-pid "))
    os.kill(broker, signal.SIGSTOP)
    try:
        for _ in driver.stdout:
            pass
        expect_equal(driver.wait(10), 0, "exit code of the driver")
    except subprocess.TimeoutExpired:
        expect(False, "the driver waits for its broker")
    finally:
        driver.kill()
        if os.path.exists(f"/proc/{broker}"):
            os.kill(broker, signal.SIGCONT)


facts_check()
