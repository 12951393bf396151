# SPDX-License-Identifier: MIT OR Apache-2.0
"""What cannot be done is reported in one clear line, with the documented exit code."""

import os
import re
import shutil
import subprocess
import tempfile

from lib import (ANALYZE, ANALYZE_UNUSABLE, RECORD, RECORD_NO_TARGET, RECORD_NOT_ABLE,
                 RECORD_NOT_WRITTEN, RECORD_USAGE, Demo, Skip, analyze, database, expect,
                 expect_equal, fact, facts_check, one_clear_message, path_for, program, record,
                 report, run, start, started_program)


def refused(done, code, *words):
    one_clear_message(done, "hud-record", code, *words)


def unusable(done, *words):
    one_clear_message(done, "hud-analyze", ANALYZE_UNUSABLE, *words)
    expect_equal(done.stdout, "", "stdout")


def crowd(threads=1):
    return started_program([program("crowd"), threads])


@fact(root=False)
def both_programs_document_their_exit_codes():
    for name, codes in ((RECORD, "012345"), (ANALYZE, "01234")):
        done = run([name, "--help"])
        expect_equal(done.returncode, 0, f"exit code of {os.path.basename(name)} --help")
        listed = re.findall(r"^  (\d)  \S", done.stdout, re.M)
        expect_equal("".join(listed), codes, f"exit codes in {os.path.basename(name)} --help")


@fact(root=False)
def wrong_usage():
    refused(record(), RECORD_USAGE, "nothing to record")
    refused(record("-d", "soon", 1), RECORD_USAGE, "soon")
    refused(record("-t", "5", 1), RECORD_USAGE, "threshold")
    refused(record("-d", "0x10", 1), RECORD_USAGE, "duration")
    refused(record("-d", "1e3", 1), RECORD_USAGE, "duration")
    refused(record("-d", "2m30s", "--tasks=1.5", "no-such-process"), RECORD_NO_TARGET, "no")
    refused(record("-F", "100000", 1), RECORD_USAGE, "frequency")
    refused(record("--"), RECORD_USAGE, "command")
    refused(record("-p", 1, "--", "true"), RECORD_USAGE, "not both")
    done = record("--no-such-option")
    expect_equal(done.returncode, RECORD_USAGE, "exit code")
    expect("no-such-option" in done.stderr and "--help" in done.stderr, f"stderr:\n{done.stderr}")


@fact(root=False)
def a_binary_that_is_truncated_while_it_is_read_is_reported_in_one_line():
    binary = path_for("cut")
    shutil.copy(program("crowd"), binary)
    symbols = {line.split()[2]: line.split()[0] for line in run(["nm", binary]).stdout.splitlines()
               if " T " in line or " t " in line}
    process = start([ANALYZE, "addr2line", binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, env={**os.environ, "HUD_CACHE": ""})
    process.stdin.write(f"0x{symbols['main']}\n")
    process.stdin.flush()
    expect_equal([process.stdout.readline() for _ in range(2)][1], "main\n",
                 "answer before the cut")
    process.stdout.readline()
    os.truncate(binary, 0)
    _, errors = process.communicate("".join(f"0x{a}\n" for a in symbols.values()), timeout=20)
    expect_equal(process.returncode, 4, f"exit code (it said {errors!r})")
    expect("cut short while it was read" in errors and len(errors.splitlines()) == 2,
           f"stderr:\n{errors}")


@fact(root=False)
def an_endless_file_is_no_capture():
    unusable(analyze("report", "/dev/zero"), "/dev/zero is no hud capture")


@fact
def a_file_that_symbols_cannot_come_from():
    capture = path_for("paths.hud")
    record("-d", "100ms", "-p", crowd().pid, "-o", capture)
    for option, path, word in (("--binary", path_for("none"), "no such file"),
                               ("--binary", path_for(""), "directory"),
                               ("--debug-dir", path_for("none"), "no such file"),
                               ("--debug-dir", capture, "not a directory")):
        unusable(analyze("report", capture, option, path), option, word)
    for verb in (["report"], ["info"], ["info", "--symbols"],
                 ["check", "--fail-on", "blocked > 1%"],
                 ["symbolize", "-o", path_for("never.hud")]):
        done = analyze(*verb, capture, "--binary", program("stalls"))
        expect_equal(done.returncode, ANALYZE_UNUSABLE, f"{verb}: exit code")
        expect("fits no binary" in done.stderr, f"{verb}:\n{done.stderr}")


@fact
def a_pid_that_does_not_exist():
    for pid, code in ((2 ** 22 + 1, RECORD_NO_TARGET), ("0", RECORD_NO_TARGET),
                      ("12x", RECORD_USAGE)):
        refused(record("-d", 1, "-p", pid, "-o", path_for("none.hud")), code, str(pid))
    expect(not os.path.exists(path_for("none.hud.partial")), "a file was left behind")


@fact
def a_kernel_thread_is_no_target():
    if not os.path.exists("/proc/2/comm"):
        raise Skip("no pid 2 here")
    refused(record("-d", 1, "-p", 2), RECORD_NO_TARGET, "kernel")


@fact
def a_name_that_no_process_has():
    refused(record("-d", 1, "no-such-program-here"), RECORD_NO_TARGET, "no-such-program-here")


@fact
def an_ambiguous_name_lists_the_processes_that_match():
    twin = path_for("hud-e2e-twin")
    shutil.copy(program("crowd"), twin)
    pids = [started_program([twin, 1]).pid for _ in range(2)]
    done = record("-d", 1, "hud-e2e-twin", "-o", path_for("twin.hud"))
    expect_equal(done.returncode, RECORD_NO_TARGET, "exit code")
    for pid in pids:
        expect(re.search(rf"^\s+{pid}\b", done.stderr, re.M),
               f"pid {pid} is not listed:\n{done.stderr}")
    expect(done.stderr.splitlines()[0].startswith("hud-record: 2 processes"), done.stderr)


@fact
def a_path_that_cannot_be_written():
    target = crowd()
    for path, word in ((path_for("no/such/place.hud"), "no such file"),
                       ("/proc/here.hud", "/proc/here.hud"),
                       (path_for(""), "directory")):
        refused(record("-d", 1, "-p", target.pid, "-o", path), RECORD_NOT_WRITTEN, "cannot write",
                word)


@fact
def a_full_disk():
    place = tempfile.mkdtemp(dir=path_for(""))
    if run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place]).returncode:
        raise Skip("a tmpfs cannot be mounted here")
    try:
        target = crowd(200)
        done = record("-d", 30, "-t", "10us", "-p", target.pid, "-o",
                      os.path.join(place, "full.hud"))
        lines = [line for line in done.stderr.splitlines() if line.startswith("hud-record: cannot")]
        expect_equal(done.returncode, RECORD_NOT_WRITTEN, f"exit code (it said {done.stderr!r})")
        expect(len(lines) == 1 and "no space left" in lines[0].lower(), f"stderr:\n{done.stderr}")
        expect_equal(sorted(os.listdir(place)), ["full.hud.partial"], "what is there")
        partial = shutil.copy(os.path.join(place, "full.hud.partial"), path_for("full.partial"))
    finally:
        run(["umount", "-l", place])
    expect_equal(report(partial)["capture"]["truncated"], True, "truncated")
    db = database(partial)
    expect(db.execute("SELECT count(*) FROM thread").fetchone()[0] > 0,
           "what was written is not readable")


@fact
def a_full_disk_for_a_dump_of_tasks():
    place = tempfile.mkdtemp(dir=path_for(""))
    if run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", place]).returncode:
        raise Skip("a tmpfs cannot be mounted here")
    try:
        target = Demo("release")
        with open(os.path.join(place, "filler"), "wb") as file:
            file.write(bytes(8192))
        done = record("tasks", target.pid, "-o", os.path.join(place, "full.hud"))
        refused(done, RECORD_NOT_WRITTEN, f"cannot write {place}/full.hud: No space left")
        expect_equal(os.listdir(place), ["filler"], "what is there")
    finally:
        run(["umount", "-l", place])


@fact
def a_reader_that_closes_the_pipe():
    target = crowd(50)
    done = run(["bash", "-c",
                f"'{RECORD}' -d 30 -t 50us -p {target.pid} -o - | head -c 100 >/dev/null; "
                "exit ${PIPESTATUS[0]}"])
    expect_equal(done.returncode, RECORD_NOT_WRITTEN, f"exit code (it said {done.stderr!r})")
    expect("broken pipe" in done.stderr.lower(), f"stderr:\n{done.stderr}")


@fact
def no_privileges():
    target = crowd()
    place = tempfile.mkdtemp(prefix="hud-e2e-nobody-", dir="/tmp")
    try:
        os.chmod(place, 0o755)
        for name in (RECORD, ANALYZE):
            shutil.copy(name, place)
        done = run(["setpriv", "--reuid", 65534, "--regid", 65534, "--clear-groups",
                    "--inh-caps=-all",
                    "--bounding-set=-all", os.path.join(place, "hud-record"), "-d", 1, "-p",
                    target.pid],
                   cwd="/tmp")
    finally:
        shutil.rmtree(place)
    expect_equal(done.returncode, RECORD_NOT_ABLE, f"exit code (it said {done.stderr!r})")
    for word in ("CAP_BPF", "CAP_PERFMON", "install-caps GROUP=", "sudo"):
        expect(word in done.stderr, f"{word} expected on stderr, seen:\n{done.stderr}")


@fact
def a_command_that_cannot_be_run():
    done = record("-d", 5, "-o", path_for("command.hud"), "--", "/no/such/program")
    expect_equal(done.returncode, RECORD_NO_TARGET, f"exit code (it said {done.stderr!r})")
    expect("/no/such/program" in done.stderr, f"stderr:\n{done.stderr}")


@fact
def a_capture_is_not_written_to_a_terminal():
    target = crowd()
    done = run(["script", "-qec", f"'{RECORD}' -d 1 -p {target.pid} -o -", "/dev/null"])
    expect_equal(done.returncode, RECORD_NOT_WRITTEN, f"exit code (it said {done.stdout!r})")
    expect("refusing to write a binary capture to the terminal" in done.stdout
           and "hud-analyze live -" in done.stdout, f"terminal: {done.stdout!r}")


@fact(root=False)
def a_file_that_is_no_capture():
    unusable(analyze("report", "/etc/passwd"), "/etc/passwd", "capture")
    unusable(analyze("info", "/bin/true"), "/bin/true", "capture")
    unusable(analyze("dump", "/etc/passwd"), "/etc/passwd", "capture")
    unusable(analyze("report", "/no/such/file"), "/no/such/file", "no such file")
    unusable(analyze("report", "/tmp"), "/tmp", "directory")
    with open(path_for("empty"), "w"):
        pass
    unusable(analyze("report", path_for("empty")), "empty")
    unusable(analyze("report", "-"), "standard input")
    done = analyze("load", "/etc/passwd", "-o", path_for("none.db"))
    unusable(done, "/etc/passwd")
    left = [name for name in os.listdir(path_for("")) if name.startswith("none.db")]
    expect_equal(left, [], "files left behind")


@fact(root=False)
def wrong_usage_of_the_analyzer():
    unusable(analyze("bogus"), "bogus")
    unusable(analyze("report"), "report")
    unusable(analyze("report", "--bogus", "x"), "bogus")
    unusable(analyze("load", "x"), "-o")
    done = analyze()
    expect_equal(done.returncode, ANALYZE_UNUSABLE, "exit code without arguments")


facts_check()
