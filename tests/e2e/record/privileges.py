# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record may do, and what a target can make it do: docs/SECURITY.md."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

from learned import stripped
from lib import (BUILD, RECORD, TOP, Demo, Recording, Skip, analyzed, end_of, expect,
                 expect_equal, fact, facts_check, go, once, path_for, program, query, record,
                 recorded, run, start, started_program, tokio_echo, wait_until)

OWNER, USER, GROUP, STRANGER = 4241, 4242, 4243, 4244  # ids that nobody has

PAGE = os.sysconf("SC_PAGESIZE")  # a pipe has room if a page of it is free
NUMBERS = {"CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_DAC_READ_SEARCH": 2, "CAP_SYS_PTRACE": 19,
           "CAP_SYS_ADMIN": 21, "CAP_SYSLOG": 34, "CAP_PERFMON": 38, "CAP_BPF": 39,
           "CAP_CHECKPOINT_RESTORE": 40}


def status_of(pid):
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def capabilities_of(pid, which):
    bits = int(status_of(pid)[which], 16)
    names = {name for name, number in NUMBERS.items() if bits >> number & 1}
    expect_equal(bits, sum(1 << NUMBERS[name] for name in names), f"bits of {which}")
    return names


@once
def documented():
    """The rows of the table: {when it is kept: capabilities}"""
    with open(os.path.join(TOP, "docs", "SECURITY.md")) as file:
        rows = re.findall(r"^\| (CAP_[A-Z_, ]+) \|[^|]+\| ([^|]+) \|$", file.read(), re.M)
    return {when: set(names.split(", ")) for names, when in rows}


def keeps(which, pid, *expected):
    """What a recorder has once its first chunk is written, in all three sets."""
    wanted = set().union(*(documented()[when] for when in expected))
    for name in ("CapEff", "CapPrm"):
        expect_equal(capabilities_of(pid, name), wanted, f"{name} {which}")
    expect_equal(capabilities_of(pid, "CapInh") | capabilities_of(pid, "CapAmb"), set(),
                 f"what a child could inherit {which}")


@fact
def once_attached_it_keeps_what_the_documentation_says():
    target = started_program([program("crowd"), 2])
    given = ("always", "with probes", "with copies for that user")
    for which, options, sudo_uid, expected in (
            ("at defaults", (), 0, ("always", "with probes")),
            ("with --stacks-only", ("--stacks-only",), 0, ("always",)),
            ("with --unwind fp", ("--unwind", "fp"), 0, ("always",)),
            ("with --stacks-only --tasks", ("--stacks-only", "--tasks"), 0,
             ("always", "with probes")),
            ("for who called sudo", (), USER, given),
            ("without copies", ("-C",), USER, ("always", "with probes")),
            ("with -S", ("-C", "-S", path_for("keeps")), USER, given)):
        recording = Recording(path_for("keeps.hud"), "-p", target.pid, *options,
                              env={**os.environ, "SUDO_UID": str(sudo_uid)})
        keeps(which, recording.process.pid, *expected)
        recording.ended_well(signal.SIGINT)


@fact
def in_another_users_directory_it_keeps_what_a_rename_there_needs():
    place = path_for("theirs")
    os.mkdir(place)
    os.chown(place, OWNER, OWNER)
    target = started_program([program("crowd"), 2])
    recording = Recording(os.path.join(place, "a.hud"), "-p", target.pid)
    keeps("there", recording.process.pid, "always", "with probes",
          "in another user's directory")
    recording.ended_well(signal.SIGINT)


@fact
def tasks_are_read_with_what_the_documentation_says():
    """The reader of its output takes nothing: it waits at the end, with the dump in its hands."""
    demo = Demo("release")
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 2 * PAGE)
    os.write(writer, bytes(PAGE))  # the other page is that of the head of the capture
    recorder = start([RECORD, "tasks", demo.pid, "-q", "-o", "-"], stdout=writer,
                     stderr=subprocess.PIPE)
    os.close(writer)
    wait_until(lambda: recorder.poll() is not None or status_of(recorder.pid)["CapEff"]
               != status_of("self")["CapEff"], "it gives up privileges", 20)
    expect(recorder.poll() is None, f"it ended with {recorder.poll()}")
    keeps("while tasks are read", recorder.pid, "always", "in `hud-record tasks`")
    with open(reader, "rb") as file:
        file.read()
    expect_equal(end_of(recorder, "hud-record"), 0, "exit code")


@once
def installed():
    """hud-record with file capabilities, where every user can reach it."""
    place = path_for("installed")
    os.chmod(os.path.dirname(place), 0o755)
    if os.statvfs(os.path.dirname(place)).f_flag & os.ST_NOSUID:
        raise Skip("file capabilities do not count on this file system")
    if not shutil.which("setcap"):
        raise Skip("no setcap")
    done = run(["make", "-s", "-C", TOP, "install-caps", f"DESTDIR={place}", "PREFIX=",
                f"GROUP={GROUP}", f"BUILD={os.path.relpath(BUILD, TOP)}"])
    expect_equal(done.returncode, 0, f"make install-caps: {done.stderr}")
    return os.path.join(place, "bin", "hud-record")


def as_user(uid, *groups):
    """A shell between them: setpriv itself still has root's capabilities when it calls exec."""
    return ("setpriv", "--reuid", uid, "--regid", uid,
            *(["--groups", ",".join(map(str, groups))] if groups else ["--clear-groups"]),
            "sh", "-c", 'exec "$0" "$@"')


@fact
def a_user_with_file_capabilities_records_another_users_process():
    tool = installed()
    place = path_for("of-user")
    os.mkdir(place)
    os.chown(place, USER, USER)
    crowd = os.path.join(os.path.dirname(tool), "crowd")
    shutil.copy(program("crowd"), crowd)
    target = started_program([crowd, 3], user=OWNER, group=OWNER, extra_groups=[])
    capture = os.path.join(place, "a.hud")
    recorder = start([*as_user(USER, GROUP), tool, "-p", target.pid, "-o", capture],
                     stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
    wait_until(lambda: recorder.poll() is not None or os.path.exists(capture + ".partial")
               and os.path.getsize(capture + ".partial") > 64, "it records")
    expect(recorder.poll() is None, f"it ended with {recorder.poll()}")
    expect_equal(status_of(recorder.pid)["Uid"].split(), [str(USER)] * 4, "its user")
    expect_equal(capabilities_of(recorder.pid, "CapEff"),
                 {"CAP_SYS_PTRACE", "CAP_BPF", "CAP_PERFMON"}, "what it keeps")
    recorder.send_signal(signal.SIGINT)
    expect_equal(end_of(recorder, "hud-record"), 0, "exit code")
    made = os.stat(capture)
    expect_equal((made.st_uid, made.st_mode & 0o777), (USER, 0o600), "owner and mode")
    naps = query(capture, "SELECT count(DISTINCT s.thread) AS n FROM offcpu_span AS s "
                 "JOIN stack_frame AS f ON f.stack = s.user_stack "
                 "JOIN frame AS n ON n.id = f.frame WHERE n.function = 'nap_in_a_crowd'")
    expect_equal(naps[0]["n"], 3, "threads with a nap in their stack")


@fact
def a_user_with_file_capabilities_learns_of_a_stripped_program():
    tool, place = installed(), path_for("learns")
    os.mkdir(place)
    os.chown(place, USER, USER)
    echo = stripped(tokio_echo(), "echo")
    target = started_program([echo], user=OWNER, group=OWNER, extra_groups=[])
    capture = os.path.join(place, "a.hud")
    recorder = start([*as_user(USER, GROUP), tool, "-d", 10, "-p", target.pid, "-o", capture],
                     stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
    wait_until(lambda: os.path.exists(capture + ".partial"), "it records")
    go(target)
    _, said = recorder.communicate(timeout=60)
    expect_equal(recorder.returncode, 0, f"exit code ({said})")
    expect_equal([r["source"] for r in query(capture, "SELECT source FROM layout")][-1], "learned",
                 f"the layout; said: {said}")


@fact
def nobody_outside_of_the_group_may_run_it():
    done = run([*as_user(STRANGER), installed(), "--version"])
    expect(done.returncode and "denied" in done.stderr.lower(), f"{done.returncode} {done.stderr}")
    done = run(["make", "-s", "-C", TOP, "install-caps", f"DESTDIR={path_for('no-group')}",
                f"BUILD={os.path.relpath(BUILD, TOP)}"])
    expect(done.returncode and "GROUP=" in done.stderr, f"without GROUP: {done.stderr}")


@fact
def a_command_gets_no_capability_from_the_recorder():
    place = path_for("of-command")
    os.mkdir(place)
    os.chown(place, USER, USER)
    said = os.path.join(place, "status")
    done = run([*as_user(USER, GROUP), installed(), "-o", os.path.join(place, "a.hud"), "--",
                "sh", "-c", f"cat /proc/self/status > {said}"])
    expect_equal(done.returncode, 0, f"exit code ({done.stderr})")
    with open(said) as file:
        found = re.findall(r"^Cap(?:Inh|Prm|Eff|Amb):\s*(\w+)", file.read(), re.M)
    expect_equal(found, ["0" * 16] * 4, "capabilities of the command")


HOSTILE = {
    "deleted": b"crowd (deleted)",
    "escapes": b"\x1b]0;owned\x07\x1b[31mcrowd\x9b31m\xc2\x9b31m",
    "lines": b"crowd\nhud-record: all is well",
    "bytes": b"crowd-\xff\xfe\x80\xc3",
    "percent": b"%s%n%1000000d",
    "long": b"c" * 255,
}


def hostile(name):
    path = os.path.join(os.fsencode(path_for("hostile")), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copy(program("crowd"), path)
    return os.fsdecode(path)


def has_controls(text):
    return [c for c in text if (ord(c) < 32 and c not in "\n\t\r") or 127 <= ord(c) < 160]


@fact
def whatever_an_executable_is_called_it_is_recorded_and_shown_without_control_characters():
    for case, name in HOSTILE.items():
        path = hostile(name)
        target = started_program([path, 2])
        capture = path_for(f"hostile-{case}.hud")
        done = record("-p", target.pid, "-d", 1, "-o", capture, errors="replace")
        expect_equal(done.returncode, 0, f"exit code, {case}: {done.stderr}")
        for what, text in (("hud-record", done.stderr), ("info", analyzed("info", capture)),
                           ("report", analyzed("report", capture))):
            expect(not has_controls(text), f"{what}, {case}: control characters in {text!r}")
        shown = json.loads(analyzed("report", capture, "--json"))
        expect(len(shown["capture"]["processes"]) == 1, f"{case}: {shown['capture']}")
        os.unlink(path)


@fact
def an_executable_called_deleted_is_not_taken_for_a_deleted_one():
    path = hostile(HOSTILE["deleted"])
    target = started_program([path, 1])
    capture = path_for("named-deleted.hud")
    done = recorded("-p", target.pid, "-d", 1, "-o", capture)
    expect("replaced" not in done.stderr, f"said: {done.stderr}")
    expect_equal(query(capture, "SELECT executable FROM process")[0]["executable"], path, "path")
    os.unlink(path)
    done = recorded("-p", target.pid, "-d", 1, "-o", capture)
    expect("replaced" in done.stderr, f"said of the deleted one: {done.stderr}")
    expect_equal(query(capture, "SELECT executable FROM process")[0]["executable"], path,
                 "path of the deleted one")


@fact
def names_with_escapes_are_listed_without_them():
    # Under a name of their own: other tests run programs that are called crowd.
    name = HOSTILE["escapes"].replace(b"crowd", b"hud-e2e-escapes")
    targets = [started_program([hostile(name + number), 1]) for number in (b"1", b"2")]
    done = record("-n", "hud-e2e-escapes", "-d", 1, "-o", path_for("no.hud"), errors="replace")
    expect(str(targets[0].pid) in done.stderr, f"they are not listed: {done.stderr!r}")
    expect(not has_controls(done.stderr), f"control characters in {done.stderr!r}")


@fact
def a_pipe_in_place_of_the_executable_does_not_hold_it():
    place = path_for("fifo")
    os.mkdir(place)
    os.chmod(place, 0o777)
    path = os.path.join(place, "crowd")
    shutil.copy(program("crowd"), path)
    target = started_program([path, 2], user=OWNER, group=OWNER, extra_groups=[])
    os.unlink(path)
    os.mkfifo(path)
    recorded("-p", target.pid, "-d", 1, "-o", path_for("fifo.hud"), seconds=60)
    capture = os.path.join(path_for("fifo"), "of-user.hud")
    done = run([*as_user(USER, GROUP), installed(), "-p", target.pid, "-d", 1, "-o", capture],
               seconds=60)
    expect_equal(done.returncode, 0, f"exit code without root: {done.stderr}")


@fact
def an_executable_that_grows_while_it_is_read_is_recorded():
    path = path_for("grows")
    shutil.copy(program("crowd"), path)
    target = started_program([path, 2])
    library = path_for("grows.data")
    over = threading.Event()

    def grow():
        # A running program cannot be written, but what it maps can.
        while not over.wait(0.001):
            with open(library, "ab") as file:
                file.write(b"\x7fELF" * 4096)

    shutil.copy(program("crowd"), library)
    mapper = start([sys.executable, "-c", MAPPER, library], stdout=subprocess.PIPE)
    mapper.stdout.readline()
    thread = threading.Thread(target=grow)
    thread.start()
    try:
        for _ in range(3):
            recorded("-p", target.pid, "-p", mapper.pid, "-d", "500ms", "-o", path_for("g.hud"))
    finally:
        over.set()
        thread.join()


MAPPER = """
import ctypes, os, sys, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
fd = os.open(sys.argv[1], os.O_RDONLY)
for i in range(8):
    libc.mmap(None, 4096, 5, 2, fd, 0)
print("ready", flush=True)
while True:
    time.sleep(0.001)
"""


def threads_of(pid):
    return set(map(int, os.listdir(f"/proc/{pid}/task")))


@fact
def a_pid_that_is_given_to_another_process_is_not_recorded_as_the_target():
    first = started_program([program("crowd"), 2])
    other = started_program([program("crowd"), 1])
    recording = Recording(path_for("reused.hud"), "-p", first.pid, "-p", other.pid)
    pid, own = first.pid, threads_of(first.pid)
    go(first)
    end_of(first, "the target")
    stranger = None
    for _ in range(200):
        with open("/proc/sys/kernel/ns_last_pid", "w") as file:
            file.write(str(pid - 1))
        candidate = start([program("crowd"), 7], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if candidate.pid == pid:
            stranger = candidate
            break
        candidate.kill()
        candidate.wait()
    if not stranger:
        recording.end(signal.SIGINT)
        raise Skip("the pid could not be given again")
    stranger.stdout.readline()
    wait_until(lambda: len(threads_of(pid)) == 8, "the stranger's threads run")
    threads = threads_of(pid) - own
    size = os.path.getsize(recording.partial)
    wait_until(lambda: os.path.getsize(recording.partial) > size + 200, "a second goes by")
    capture = recording.ended_well(signal.SIGINT)
    seen = {row["tid"] for row in query(capture, "SELECT tid FROM thread")}
    expect_equal(seen & threads, set(), "threads of the process that got the pid")


facts_check()
