# SPDX-License-Identifier: MIT OR Apache-2.0
"""Where a capture is written: names, owners, pipes, concatenation; and how a target is named."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import time

from lib import (ANALYZE, PROGRAMS, RECORD, RECORD_NOT_WRITTEN, RECORD_USAGE, Demo, Recording,
                 Skip, analyzed, expect, expect_equal, fact, facts_check, go, once,
                 one_clear_message, path_for, program, query, record, recorded, report, run, start,
                 started_program, wait_until)


def recording_of_crowd(name, *arguments, threads=2, seconds="500ms", **options):
    target = started_program([program("crowd"), threads])
    path = path_for(name)
    done = recorded("-d", seconds, "-o", path, "-p", target.pid, *arguments, **options)
    return path, done


@once
def capture_of_crowd():
    return recording_of_crowd("crowd.hud")[0]


@fact
def only_its_owner_can_read_a_capture():
    path, _ = recording_of_crowd("mine.hud")
    found = os.stat(path)
    expect_equal(oct(stat.S_IMODE(found.st_mode)), "0o600", "mode")
    expect_equal(found.st_uid, os.geteuid(), "owner")


@fact
def the_capture_belongs_to_the_user_who_called_sudo():
    path, _ = recording_of_crowd("sudo.hud",
                                 env={**os.environ, "SUDO_UID": "65534", "SUDO_GID": "65533"})
    found = os.stat(path)
    expect_equal((found.st_uid, found.st_gid, oct(stat.S_IMODE(found.st_mode))),
                 (65534, 65533, "0o600"),
                 "owner, group, mode")


@fact
def only_a_regular_file_is_replaced():
    """As root a rename would put a capture in the place of /dev/null."""
    target = started_program([program("crowd"), 1])
    victim, link, pipe, device = (path_for(f"place-{name}")
                                  for name in ("victim", "link", "pipe", "device"))
    with open(victim, "w") as file:
        file.write("precious")
    os.symlink(victim, link)
    os.mkfifo(pipe)
    os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    kinds = {path: stat.S_IFMT(os.lstat(path).st_mode) for path in (link, pipe, device)}
    for path in kinds:
        done = record("-d", "100ms", "-o", path, "-p", target.pid)
        one_clear_message(done, "hud-record", RECORD_NOT_WRITTEN, "no regular file")
        for arguments in (["plan", program("crowd"), "-o", path],
                          ["check", capture_of_crowd(), "--min-busy", "1us", "--junit", path,
                           "--fail-on", "blocked > 99%"],
                          ["symbolize", capture_of_crowd(), "-o", path]):
            done = run([ANALYZE, *arguments])
            expect_equal(done.returncode, 4, f"{arguments}: exit code ({done.stderr!r})")
            expect("no regular file" in done.stderr, f"{arguments}:\n{done.stderr}")
    expect_equal({path: stat.S_IFMT(os.lstat(path).st_mode) for path in kinds}, kinds, "kinds")
    expect_equal(open(victim).read(), "precious", "what the link pointed to")


@fact
def two_recordings_do_not_share_a_file():
    target = started_program([program("crowd"), 1])
    first = Recording(path_for("shared.hud"), "-p", target.pid)
    second = record("-d", "100ms", "-o", first.output, "-p", target.pid)
    one_clear_message(second, "hud-record", RECORD_NOT_WRITTEN, "another process is writing it")
    first.ended_well(signal.SIGINT)
    expect(report(first.output)["capture"]["id"], "the first recording is lost")


@fact
def what_a_killed_recording_left_is_kept():
    target = started_program([program("crowd"), 1])
    first = Recording(path_for("left.hud"), "-p", target.pid)
    first.process.kill()
    first.process.wait()
    left = report(first.partial)["capture"]["id"]
    done = recorded("-d", "100ms", "-o", first.output, "-p", target.pid)
    expect(f"now {first.partial}.old" in done.stderr, f"stderr:\n{done.stderr}")
    expect_equal(report(first.partial + ".old")["capture"]["id"], left, "its id")
    expect(report(first.output)["capture"]["id"] != left, "the new one is the old one")


@fact
def a_capture_that_cannot_get_its_name_is_kept():
    target = started_program([program("crowd"), 1])
    recording = Recording(path_for("taken.hud"), "-p", target.pid)
    os.mkdir(recording.output)
    recording.process.send_signal(signal.SIGINT)
    _, errors = recording.process.communicate(timeout=20)
    expect_equal(recording.process.returncode, RECORD_NOT_WRITTEN, f"exit code ({errors!r})")
    for next_step in (f"next: hud-analyze report {recording.partial}",
                      f"as a page: hud-analyze report {recording.partial} --html "):
        expect(next_step in errors, f"stderr:\n{errors}")
    expect(report(recording.partial)["capture"]["truncated"] is False, "it is not complete")


def full_pipe():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    while True:
        try:
            os.write(writer, bytes(4096))
        except BlockingIOError:
            break
    os.set_blocking(writer, True)
    return reader, writer


@fact
def a_reader_that_takes_nothing_does_not_hold_the_recorder():
    """A pipe that is full from the start: the recorder waits, and the second signal ends it."""
    target = started_program([program("crowd"), 1])
    reader, writer = full_pipe()
    process = start([RECORD, "-p", target.pid, "-o", "-"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    for _ in range(2):
        wait_until(lambda: "poll" in open(f"/proc/{process.pid}/wchan").read(), "it waits")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: not term_pending(process.pid), "the signal is taken")
    _, errors = process.communicate(timeout=20)
    os.close(reader)
    expect_equal(process.returncode, RECORD_NOT_WRITTEN, f"exit code ({errors!r})")
    expect("its reader takes nothing" in errors, f"stderr:\n{errors}")


@fact
def a_reader_that_takes_nothing_does_not_hold_a_recording_that_is_over():
    target = started_program([program("crowd"), 1])
    reader, writer = full_pipe()
    begun = time.monotonic()
    process = start([RECORD, "-p", target.pid, "-d", "1", "-o", "-"], stdout=writer,
                    stderr=subprocess.PIPE)
    os.close(writer)
    _, errors = process.communicate(timeout=30)
    os.close(reader)
    expect_equal(process.returncode, RECORD_NOT_WRITTEN, f"exit code ({errors!r})")
    expect("its reader takes nothing" in errors, f"stderr:\n{errors}")
    expect(time.monotonic() - begun > 5, "its reader had no time after the end")


def term_pending(pid):
    """Is a SIGTERM on its way to it? Of a zombie other signals may be, for ever."""
    masks = re.findall(r"^S\w*Pnd:\s+(\w+)", open(f"/proc/{pid}/status").read(), re.M)
    return any(int(mask, 16) >> (signal.SIGTERM - 1) & 1 for mask in masks)


@fact
def what_became_of_a_command_is_said():
    for code, text in (("exit 3", "exited with status 3"), ("kill -9 $$", "killed by signal 9")):
        done = recorded("-o", path_for("command.hud"), "--", "sh", "-c", code)
        expect(text in done.stderr, f"{code}:\n{done.stderr}")
    done = recorded("-o", path_for("command.hud"), "--", "true")
    expect("with status" not in done.stderr, f"true:\n{done.stderr}")


@fact
def a_binary_that_cannot_be_saved_is_named():
    target = started_program([program("crowd"), 1])
    file = path_for("save-file")
    open(file, "w").close()
    for directory in (file, path_for("no/such/save"), ""):
        done = record("-d", "100ms", "-p", target.pid, "-o", path_for("save.hud"), "-S", directory)
        one_clear_message(done, "hud-record", RECORD_USAGE, "save" if directory else "empty")
    place = path_for("save-full")
    os.mkdir(place)
    if run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", place]).returncode:
        raise Skip("a tmpfs cannot be mounted here")
    try:
        done = record("-d", "100ms", "-p", target.pid, "-o", path_for("save.hud"), "-S", place)
    finally:
        run(["umount", "-l", place])
    expect_equal(done.returncode, RECORD_NOT_WRITTEN, f"exit code ({done.stderr!r})")
    expect(re.search(r"cannot save a copy of .*crowd in .*save-full: No space left", done.stderr),
           f"stderr:\n{done.stderr}")
    expect(os.path.exists(path_for("save.hud")), "the capture itself is missing")


@fact
def the_default_name_carries_target_and_time():
    directory = path_for("default-name")
    os.mkdir(directory)
    unique = path_for("hud-e2e-named")
    shutil.copy(program("crowd"), unique)
    started_program([unique, 1])
    done = recorded("-d", "500ms", "hud-e2e-named", cwd=directory)
    names = os.listdir(directory)
    expect(len(names) == 1 and re.fullmatch(r"hud-hud-e2e-named-\d{8}-\d{6}\.hud", names[0]),
           f"names: {names}")
    expect(f"hud-analyze report {names[0]}" in done.stderr,
           f"the next command is not shown:\n{done.stderr}")


@fact
def quiet_is_quiet():
    _, done = recording_of_crowd("quiet.hud", "-q")
    expect_equal((done.stdout, done.stderr), ("", ""), "stdout and stderr")


@fact
def pid_and_name_in_every_form_are_the_same_target():
    unique = path_for("hud-e2e-only")
    shutil.copy(program("crowd"), unique)
    target = started_program([unique, 4])
    for number, form in enumerate((["-p", target.pid], ["--pid", target.pid], [target.pid],
                                   ["-n", "hud-e2e-only"], ["--name", "hud-e2e-only"],
                                   ["hud-e2e-only"],
                                   ["hud-e2e-onl"], [target.pid, "hud-e2e-only"])):
        path = path_for(f"form-{number}.hud")
        recorded("-d", "400ms", "-o", path, *form)
        rows = query(path, """SELECT p.pid, p.name, (SELECT count(*) FROM thread) AS threads
            FROM process AS p""")
        expect_equal(rows, [{"pid": target.pid, "name": "hud-e2e-only", "threads": 5}],
                     f"recorded by {form}")


@fact
def many_targets_are_recorded_at_once():
    pids = sorted(started_program([program("crowd"), 2]).pid for _ in range(3))
    path = path_for("many.hud")
    recorded("-d", "500ms", "-o", path, "-p", pids[0], "-p", pids[1], pids[2])
    rows = query(path,
                 "SELECT pid, (SELECT count(*) FROM thread AS t WHERE t.process = p.id) AS n FROM "
                 "process AS p ORDER BY pid")
    expect_equal(rows, [{"pid": pid, "n": 3} for pid in pids], "processes and their threads")


@fact
def a_command_runs_with_its_output_intact():
    path = path_for("command.hud")
    done = recorded("-o", path, "--", "/bin/sh", "-c",
                    "echo to stdout; echo to stderr >&2; sleep 0.3; exit 3")
    expect_equal(done.stdout, "to stdout\n", "stdout")
    expect(done.stderr.startswith("to stderr\n"), f"stderr: {done.stderr!r}")
    expect_equal(report(path)["capture"]["end_reason"], "target-exited", "end_reason")
    names = [r["executable"] for r in query(path, "SELECT executable FROM process ORDER BY id")]
    expect(names and os.path.basename(names[-1]) in ("sh", "dash", "bash"), f"executables: {names}")


@fact
def a_command_is_recorded_without_the_recorder_that_started_it():
    path = path_for("command-only.hud")
    recorded("-q", "-o", path, "--", "/bin/sleep", "0.3")
    names = [p["executable"] for p in report(path)["capture"]["processes"]]
    expect_equal([os.path.basename(name or "?") for name in names], ["sleep"],
                 "executables in the report")


@fact
def a_command_that_outlives_its_recording_is_named_with_its_pid():
    done = recorded("-d", "300ms", "-o", path_for("outlived.hud"), "--", "/bin/sh", "-c",
                    "echo $$; exec sleep 30 >&- 2>&-")
    pid = int(done.stdout)
    expect(os.path.exists(f"/proc/{pid}"), "the command was ended")
    os.kill(pid, signal.SIGKILL)
    expect(f"  /bin/sh is still running, pid {pid}\n" in done.stderr, f"stderr: {done.stderr!r}")
    ended = recorded("-d", 30, "-o", path_for("ended.hud"), "--", "/bin/true")
    expect("still running" not in ended.stderr, f"of one that ended: {ended.stderr!r}")


@fact
def a_command_gets_its_arguments_as_they_are():
    done = recorded("-q", "-d", 5, "-o", path_for("arguments.hud"), "--", "printf", "%s|", "-d",
                    "a b", "--", "*")
    expect_equal(done.stdout, "-d|a b|--|*|", "stdout of the command")


@fact
def a_pipe_reports_while_nothing_is_written_to_disk():
    demo = Demo("release")
    directory = path_for("pipe")
    os.mkdir(directory)
    done = run(["bash", "-o", "pipefail", "-c",
                f"'{RECORD}' -q -d 3 {demo.pid} -o - | '{ANALYZE}' report - --json"], cwd=directory)
    expect_equal(done.returncode, 0, f"exit code (stderr {done.stderr!r})")
    document = json.loads(done.stdout)
    expect(any(s["function"].startswith("demo::guilty::") for s in document["sites"]),
           f"no guilty function: {[s['function'] for s in document['sites']]}")
    expect_equal(document["capture"]["truncated"], False, "truncated")
    expect_equal(os.listdir(directory), [], "files written")


@fact
def two_captures_in_one_file_are_two_captures():
    one, _ = recording_of_crowd("one.hud")
    two, _ = recording_of_crowd("two.hud", threads=4)
    both = path_for("both.hud")
    with open(both, "wb") as out:
        for path in (one, two):
            with open(path, "rb") as file:
                shutil.copyfileobj(file, out)
    expect_equal(run(["zstd", "-q", "-t", both]).returncode, 0, "exit code of zstd -t")
    db = path_for("both.db")
    analyzed("load", both, "-o", db)
    rows = json.loads(analyzed("query", db, """SELECT c.capture_id, c.truncated,
        (SELECT count(*) FROM thread AS t WHERE t.capture = c.id) AS n FROM capture AS c
        ORDER BY c.id""", "--json"))
    expect_equal([(r["truncated"], r["n"]) for r in rows], [(0, 3), (0, 5)],
                 "captures, and their threads")
    expect_equal(len({r["capture_id"] for r in rows}), 2, "capture ids")


@fact
def the_report_of_a_process_without_tokio_says_so():
    path, _ = recording_of_crowd("no-runtime.hud", seconds="1s")
    verdict = report(path)["verdict"]
    expect_equal((verdict["reason"], verdict["workers"]), ("no-runtime", 0), "reason and workers")
    expect("no Tokio runtime was found" in analyzed("report", path).splitlines()[0],
           f"first line: {analyzed('report', path).splitlines()[0]!r}")


@fact
def binaries_are_saved_for_later():
    directory = path_for("binaries")
    target = started_program([program("crowd"), 2])
    path = path_for("saved.hud")
    recorded("-d", "500ms", "-S", directory, "-o", path, "-p", target.pid)
    saved = [name for _, _, names in os.walk(directory) for name in names]
    expect(len(saved) >= 2, f"saved: {saved}")
    hidden = program("crowd") + ".hidden"
    os.rename(program("crowd"), hidden)
    try:
        done = analyzed("query", path, "SELECT DISTINCT function FROM frame", "--debug-dir",
                        directory, "--json")
    finally:
        os.rename(hidden, path_for("crowd"))
    expect("nap_in_a_crowd" in done, f"functions: {done}")


def replaced_program():
    """A program that runs, and whose file was replaced by another build since."""
    path = path_for("deployed")
    shutil.copy(program("crowd"), path)
    target = started_program([path, 2])
    shutil.copy(shutil.which("true"), path + ".new")
    os.rename(path + ".new", path)
    return target


@fact
def a_program_that_was_replaced_while_it_ran_is_kept_and_found():
    target = replaced_program()
    done = recorded("-d", "500ms", "-o", path_for("replaced.hud"), "-p", target.pid)
    expect(re.search(r"/deployed was deleted or replaced .*replaced.hud.binaries", done.stderr),
           f"said: {done.stderr}")
    names = analyzed("query", path_for("replaced.hud"), "SELECT DISTINCT function FROM frame")
    expect("nap_in_a_crowd" in names, f"functions: {names}")
    shutil.rmtree(path_for("replaced.hud.binaries"))
    head = analyzed("report", path_for("replaced.hud")).splitlines()[:4]
    expect(any("/deployed is another build than the one that was recorded" in line
               for line in head), f"first lines: {head}")


@fact
def a_program_that_was_replaced_is_not_copied_where_that_is_not_wanted():
    target = replaced_program()
    done = recorded("-d", "200ms", "-C", "-o", path_for("left.hud"), "-p", target.pid)
    expect("deleted or replaced" in done.stderr and "--save-binaries" in done.stderr,
           f"said: {done.stderr}")
    expect(not os.path.exists(path_for("left.hud.binaries")), "copies in spite of --no-copies")


@fact
def a_program_in_a_file_system_of_its_own_is_kept_and_found():
    """As a container's: its path leads nowhere outside of its mount namespace."""
    inside, path = path_for("inside"), path_for("contained.hud")
    os.makedirs(inside)
    shutil.copy(program("crowd"), path_for("crowd-inside"))
    target = started_program(["unshare", "-m", "--propagation", "private", "sh", "-c",
                              'mount -t tmpfs none "$1" && cp "$2" "$1/crowd" && '
                              'exec "$1/crowd" 2', "sh", inside, path_for("crowd-inside")])
    done = recorded("-d", "500ms", "-o", path, "-p", target.pid)
    expect(re.search("inside/crowd and other files are in a container's file system only: "
                     "a copy is kept in .*contained.hud.binaries", done.stderr),
           f"said: {done.stderr}")
    names = analyzed("query", path, "SELECT DISTINCT function FROM frame")
    expect("nap_in_a_crowd" in names, f"functions: {names}")
    shutil.rmtree(path + ".binaries")
    report = analyzed("report", path)
    expect("inside/crowd: No such file or directory; give the unstripped file with --binary, or "
           "record with --save-binaries" in " ".join(report.split()), report)


@fact
def a_program_in_a_chroot_was_not_deleted():
    root = path_for("root")
    os.makedirs(root)
    made = run(["cc", "-O1", "-g", "-D_GNU_SOURCE", "-static", "-pthread", "-o",
                os.path.join(root, "crowd"), os.path.join(PROGRAMS, "crowd.c")])
    expect_equal(made.returncode, 0, f"exit code of cc\n{made.stderr}")
    target = started_program(["chroot", root, "/crowd", 2])
    done = recorded("-d", "200ms", "-o", path_for("jailed.hud"), "-p", target.pid)
    expect("deleted" not in done.stderr and "container" not in done.stderr, f"said: {done.stderr}")
    expect(not os.path.exists(path_for("jailed.hud.binaries")), "copies of what is there")


def sudo_of(uid, gid):
    return {**os.environ, "SUDO_UID": str(uid), "SUDO_GID": str(gid)}


def owned_by(directory, uid, gid):
    """Names of the files below it; all of it must belong to that user."""
    found = {}
    for place, below, names in os.walk(directory):
        for path in [place] + [os.path.join(place, name) for name in below + names]:
            found[path] = os.lstat(path).st_uid, os.lstat(path).st_gid
    expect_equal(set(found.values()), {(uid, gid)}, f"owners below {directory}")
    return [path for path in found if not os.path.isdir(path)]


@fact
def what_is_saved_belongs_to_the_user_who_called_sudo():
    target = started_program([program("crowd"), 2])
    recorded("-d", "200ms", "-S", path_for("given"), "-o", path_for("given.hud"), "-p", target.pid,
             env=sudo_of(1234, 1235))
    expect(owned_by(path_for("given"), 1234, 1235), "nothing was saved")


@fact
def what_a_command_maps_is_saved_for_the_user_who_called_sudo():
    """It is seen when privileges have been given up, and the directory is the user's by then."""
    place = path_for("of-a-command")
    os.mkdir(place, 0o700)
    os.chown(place, 1234, 1235)
    done = recorded("-S", place, "-o", path_for("of-a-command.hud"), "--", "sleep", "0.5",
                    env=sudo_of(1234, 1235))
    expect("cannot" not in done.stderr, f"said: {done.stderr}")
    expect(len(owned_by(place, 1234, 1235)) >= 2, "sleep and its libraries")


@fact
def names_of_generated_code_are_kept_for_the_user_who_called_sudo():
    target = started_program([program("crowd"), 2])
    names = f"/tmp/perf-{target.pid}.map"
    with open(names, "x") as file:
        file.write("1000 10 made_up\n")
    try:
        done = recorded("-d", "200ms", "-o", path_for("map.hud"), "-p", target.pid,
                        env=sudo_of(1234, 1235))
    finally:
        os.unlink(names)
    expect("cannot" not in done.stderr, f"said: {done.stderr}")
    expect_equal([os.path.basename(path) for path in
                  owned_by(path_for("map.hud.binaries"), 1234, 1235)],
                 [os.path.basename(names)], "files")


# Loads a library once it is told to; then another build may take its path, and a third is loaded.
LATE = """
import ctypes, os, sys
print("ready", flush=True)
sys.stdin.readline()
ctypes.CDLL(sys.argv[1])
if sys.argv[2:]:
    os.rename(sys.argv[2], sys.argv[1])
    ctypes.CDLL(sys.argv[3])
print("loaded", flush=True)
sys.stdin.readline()
"""


def library(name):
    path = path_for(name + ".so")
    with open(path + ".c", "w") as file:
        file.write(f"int {name}(void) {{ return 1; }}\n")
    made = run(["cc", "-shared", "-fPIC", "-Wl,--build-id", "-o", path, path + ".c"])
    expect_equal(made.returncode, 0, f"exit code of cc\n{made.stderr}")
    return path


def build_id_of(path):
    return re.search(r"Build ID: (\w+)", run(["readelf", "-n", path]).stdout)[1]


def build_id_name(build_id):
    return f".build-id/{build_id[:2]}/{build_id[2:]}.debug"


@fact
def a_library_that_a_container_loads_later_is_kept_for_the_user_who_called_sudo():
    inside, late = path_for("late-inside"), library("late_in_container")
    os.makedirs(inside)
    target = start(["unshare", "-m", "--propagation", "private", "sh", "-c",
                    'mount -t tmpfs none "$1" && cp "$2" "$1/late.so" && '
                    'exec /usr/bin/python3 -c "$3" "$1/late.so"', "sh", inside, late, LATE],
                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    expect_equal(target.stdout.readline(), "ready\n", "its first line")
    recording = Recording(path_for("late.hud"), "-p", target.pid, env=sudo_of(1234, 1235))
    go(target)
    expect_equal(target.stdout.readline(), "loaded\n", "its second line")
    recording.ended_well(signal.SIGINT)
    expect("cannot" not in recording.errors, f"said: {recording.errors}")
    kept = owned_by(path_for("late.hud.binaries"), 1234, 1235)
    expect(any(path.endswith(build_id_name(build_id_of(late))) for path in kept), f"kept: {kept}")


@fact
def a_library_that_is_replaced_at_once_is_not_saved_as_the_one_that_was_mapped():
    """Without CAP_CHECKPOINT_RESTORE, as where its capabilities are in the file."""
    first, second, stays = library("first_build"), library("second_build"), library("stays")
    capture, saved = path_for("mapped.hud"), path_for("mapped")
    first_id, stays_id = build_id_of(first), build_id_of(stays)
    target = started_program(["/usr/bin/python3", "-c", LATE, first, second, stays])
    recorder = start(["setpriv", "--bounding-set", "-checkpoint_restore,-sys_admin", RECORD, "-S",
                      saved, "-o", capture, "-p", target.pid], stderr=subprocess.PIPE)
    wait_until(lambda: os.path.exists(capture + ".partial")
               and os.path.getsize(capture + ".partial") > 64, "it records")
    go(target)
    expect_equal(target.stdout.readline(), "loaded\n", "its second line")
    recorder.send_signal(signal.SIGINT)
    _, said = recorder.communicate(timeout=60)
    expect_equal(recorder.returncode, 0, f"exit code ({said})")
    copies = [os.path.join(saved, build_id_name(build_id)) for build_id in (stays_id, first_id)]
    expect(os.path.exists(copies[0]), f"the one that stays was not saved; said: {said}")
    expect(not os.path.exists(copies[1]) or build_id_of(copies[1]) == first_id,
           f"{copies[1]} is another build")


@fact
def a_deleted_program_with_a_huge_hole_is_kept_without_the_hole():
    """Of a file system of 16 MiB each byte of its 1 TiB would be more than there is."""
    place, path = path_for("hole"), path_for("sparse")
    os.mkdir(place)
    shutil.copy(program("crowd"), path)
    os.truncate(path, 1 << 40)
    target = started_program([path, 1])
    os.unlink(path)
    if run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", place]).returncode:
        raise Skip("a tmpfs cannot be mounted here")
    try:
        recorded("-d", "200ms", "-o", os.path.join(place, "a.hud"), "-p", target.pid)
        kept = [os.stat(os.path.join(at, name)) for at, _, names in
                os.walk(os.path.join(place, "a.hud.binaries")) for name in names]
        expect_equal([found.st_size for found in kept], [1 << 40], "sizes of the copies")
    finally:
        run(["umount", "-l", place])


@fact
def copies_do_not_follow_what_another_user_has_put_in_their_place():
    victim, output = path_for("victim"), path_for("led.hud")
    os.mkdir(victim)
    os.mkdir(output + ".binaries")
    os.symlink(victim, os.path.join(output + ".binaries", ".build-id"))
    os.chown(output + ".binaries", 1234, 1235)
    target = replaced_program()
    for expected in ("belongs to another user", "is a symbolic link"):
        done = record("-d", "200ms", "-o", output, "-p", target.pid)
        expect_equal(done.returncode, RECORD_NOT_WRITTEN, f"exit code ({done.stderr!r})")
        expect(re.search(f"cannot save a copy of .*/deployed in .*led.hud.binaries: .*{expected}",
                         done.stderr), f"said: {done.stderr}")
        expect_equal(os.listdir(victim), [], "files where the link leads")
        os.chown(output + ".binaries", 0, 0)


facts_check()
