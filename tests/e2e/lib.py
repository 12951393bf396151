# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the end-to-end tests share.

A file has one subject. Each function marked @fact is one fact: it returns, or it raises Wrong (what
was expected, what was seen) or Skip. facts_check() runs them in order and prints a line each, which
tests/run.sh counts. One file alone: HUD_BUILD=build python3 tests/e2e/record/errors.py [FACT...]

Whatever a file starts ends with it: when it returns, on a signal, and if it is killed.
"""

import atexit
import contextlib
import ctypes
import functools
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("HUD_BUILD", os.path.join(TOP, "build")))
RECORD = os.path.join(BUILD, "hud-record")
ANALYZE = os.path.join(BUILD, "hud-analyze")
PROGRAMS = os.path.join(TOP, "tests", "e2e", "programs")

MS = 1_000_000
S = 1_000_000_000

# Exit codes as both --help texts list them.
RECORD_USAGE, RECORD_NO_TARGET, RECORD_NOT_ABLE, RECORD_NOT_WRITTEN = 2, 3, 4, 5
ANALYZE_UNUSABLE = 3

# A fact alone; tests/run.sh bounds the file as a whole. Like the limits of the functions below, it
# ends what hangs and judges no machine: one of half the usual speed took 90 s for what takes 25.
FACT_SECONDS = 240


class Wrong(Exception):
    """A fact that does not hold."""


class Skip(Exception):
    """A fact that cannot be tested here, with the reason."""


def expect(condition, text):
    if not condition:
        raise Wrong(text)


def expect_equal(seen, expected, what):
    expect(seen == expected, f"{what}: expected {expected!r}, seen {seen!r}")


def expect_near(seen, expected, share, what):
    expect(abs(seen - expected) <= share * abs(expected),
           f"{what}: expected {expected:.6g} within {share:.0%}, seen {seen:.6g}"
           + (f" ({seen / expected - 1:+.1%})" if expected else ""))


# Facts ---------------------------------------------------------------------------------------

_facts = []


def fact(function=None, *, root=True, name=None, seconds=FACT_SECONDS):
    if function is None:
        return functools.partial(fact, root=root, name=name, seconds=seconds)
    _facts.append((name or function.__name__, function, root, seconds))
    return function


def once(function):
    """The same result for every fact that asks; only the first prints a failure in full."""
    kept = {}

    @functools.wraps(function)
    def get(*arguments):
        if arguments in kept:
            result, error = kept[arguments]
            if error:
                raise type(error)(str(error).splitlines()[0] + " (as above)")
            return result
        try:
            kept[arguments] = (function(*arguments), None)
        except (Wrong, Skip) as error:
            kept[arguments] = (None, error)
            raise
        return kept[arguments][0]
    return get


def lacking_privileges():
    """Why real BPF cannot be used here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    with open("/proc/self/status") as status:
        have = int(re.search(r"^CapEff:\s*(\w+)", status.read(), re.M).group(1), 16)
    admin, perfmon, bpf = 1 << 21, 1 << 38, 1 << 39
    if not have & admin and not (have & perfmon and have & bpf):
        return "needs CAP_BPF and CAP_PERFMON, which root lacks here"
    return None


def _too_late(*_):
    raise Wrong("it did not end in time")


@contextlib.contextmanager
def unlimited():
    """What a fact does here may take longer than it: the first build of a program."""
    left = signal.alarm(0)
    try:
        yield
    finally:
        signal.alarm(left)


def facts_check():
    """Runs the file's facts, prints a line each, and exits."""
    subject = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    lacking = lacking_privileges()
    failed = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, _too_late)
    unknown = set(sys.argv[1:]) - {name for name, *_ in _facts}
    if unknown:
        sys.exit(f"{subject} has no fact {', '.join(sorted(unknown))}")
    for name, function, root, seconds in _facts:
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        begun = time.monotonic()
        label = f"{subject}: {name}"
        try:
            if root and lacking:
                raise Skip(lacking)
            signal.alarm(seconds)
            function()
            verdict, reason = "ok  ", ""
        except Skip as skip:
            verdict, reason = "skip", str(skip)
        except Wrong as wrong:
            verdict, reason = "FAIL", str(wrong)
        except Exception as error:  # a broken test is a failed one
            frame = error.__traceback__
            while frame.tb_next:
                frame = frame.tb_next
            verdict = "FAIL"
            place = os.path.basename(frame.tb_frame.f_code.co_filename)
            reason = f"{type(error).__name__}: {error} ({place}:{frame.tb_lineno})"
        finally:
            signal.alarm(0)
        processes_end()
        first, *more = (reason or "").splitlines() or [""]
        took = time.monotonic() - begun
        print(f"{verdict} "
              f"{label}{': ' + first if first else f' ({took:.1f} s)' if took >= 1 else ''}")
        for line in more:
            print(f"       {line}")
        sys.stdout.flush()
        failed += verdict == "FAIL"
    sys.exit(1 if failed else 0)


# Processes -----------------------------------------------------------------------------------

_started, _kept = [], []
_prctl = ctypes.CDLL(None).prctl
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command, **options):
    """Starts a process that, with its children, does not outlive the fact."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.DEVNULL)
    process = subprocess.Popen([str(word) for word in command], text=True, start_new_session=True,
                               preexec_fn=_die_with_parent, **options)
    _started.append(process)
    return process


def keep_running(process):
    """It does not end with the fact, but with the file."""
    _started.remove(process)
    _kept.append(process)


def _is_of_another(process):
    """
    Has its pid been given again? One that was waited for may have: to a process that is then killed
    for it (seen: the fact that gives pids again killed three other files' processes in one check).
    Not while children of it are in its group.
    """
    return process.returncode is not None and os.path.exists(f"/proc/{process.pid}")


def processes_end(processes=_started):
    while processes:
        process = processes.pop()
        try:
            if not _is_of_another(process):
                os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    pass


atexit.register(processes_end)
atexit.register(processes_end, _kept)


def run(command, seconds=180, **options):
    """Runs a command to its end: returncode, stdout, stderr."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    process = start(command, **options)
    try:
        out, error = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Wrong(f"still running after {seconds} s: {' '.join(map(str, command))}")
    return subprocess.CompletedProcess(command, process.returncode, out, error)


def wait_until(condition, what, seconds=60, every=0.02):
    """Asks every so many seconds; returns the first true value of the condition."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Wrong(f"not so within {seconds} s: {what}")
        time.sleep(every)


def end_of(process, what, seconds=90):
    """The exit code of a process that ends by itself."""
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Wrong(f"{what} did not end within {seconds} s")


def rss_kib(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


# Places --------------------------------------------------------------------------------------

@functools.lru_cache(maxsize=None)
def work_directory():
    # /var/tmp is on a disk: the demo writes files, and captures are some MB
    path = tempfile.mkdtemp(prefix="hud-e2e-", dir="/var/tmp")
    if os.environ.get("HUD_KEEP"):
        print(f"kept: {path}")
    else:
        atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def path_for(name):
    return os.path.join(work_directory(), name)


def program(name, *flags):
    """Builds tests/e2e/programs/NAME.c; with frame pointers, so that hud needs no plan for it."""
    out = path_for(name)
    if not os.path.exists(out):
        made = run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
                    "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", *flags,
                    os.path.join(PROGRAMS, re.sub(r"\.so$", "", name) + ".c"), "-o", out,
                    "-pthread"])
        expect(made.returncode == 0, f"{name} does not compile\n{made.stderr}")
    return out


def beside_demo(name):
    """What is built with the demo's build of Tokio; make check builds it beforehand."""
    path = os.path.join(BUILD, "demo-release", "release", name)
    if not os.path.exists(path):
        with unlimited():
            made = make(path)
        expect(made.returncode == 0, f"{name} does not build\n{made.stderr}")
    return path


def tokio_plugin():
    """A library with a Tokio runtime, which plugin_host loads."""
    return beside_demo("libtokio_plugin.so")


def tokio_pool():
    """A program whose requests wait for a thread of the blocking pool."""
    return beside_demo("tokio_pool")


def tokio_echo():
    """A server that idles until it is woken."""
    return beside_demo("tokio_echo")


def tokio_echo_library():
    """The same as a library, for hosts of other languages."""
    tokio_echo()
    return beside_demo("libtokio_echo.so")


def tokio_tasks():
    """A program whose tasks wait at known lines."""
    return beside_demo("tokio_tasks")


def tokio_circles():
    """A program whose tasks wait for each other."""
    return beside_demo("tokio_circles")


def tokio_lives():
    """A program whose tasks measure how long they are polled, ready, and await something."""
    return beside_demo("tokio_lives")


def tokio_waits():
    """A program whose tasks wait for a file of each kind; functions with the same code are one."""
    return beside_demo("tokio_waits")


def started_program(command, **options):
    """Starts one of programs/ and waits for its line `ready`; a byte on stdin lets it go on."""
    process = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
    line = process.stdout.readline()
    expect_equal(line, "ready\n", f"first line of {os.path.basename(str(command[0]))}")
    return process


def go(process, byte="\n"):
    process.stdin.write(byte)
    process.stdin.flush()


def handles_interrupt(process):
    with open(f"/proc/{process.pid}/status") as file:
        caught = re.search(r"^SigCgt:\s*(\w+)", file.read(), re.M)[1]
    return bool(int(caught, 16) & 1 << signal.SIGINT - 1)


def interrupt(process):
    """Sends SIGINT, once the process has its handler of it."""
    wait_until(lambda: handles_interrupt(process), "it has a handler of SIGINT")
    process.send_signal(signal.SIGINT)


def cpu_seconds(pid):
    """That a process has used, user and system, s."""
    with open(f"/proc/{pid}/stat") as file:
        words = file.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def cpu_pressure():
    """For how long, s, some thread of the machine waited for a CPU, since it runs."""
    try:
        with open("/proc/pressure/cpu") as file:
            return int(re.search(r"^some .*total=(\d+)", file.read(), re.M)[1]) / 1e6
    except OSError:
        return 0


class Stalls:
    """When the hypervisor stopped the machine, observed from now on until end()."""

    def __init__(self):
        self._watch = started_program([program("stalls")])
        self.all = []  # (start_ns, end_ns), on any CPU, not overlapping

    def end(self):
        out, _ = self._watch.communicate()
        expect_equal(self._watch.returncode, 0, "exit code of stalls")
        for start_ns, end_ns in sorted(tuple(map(int, line.split())) for line in out.splitlines()):
            if self.all and start_ns <= self.all[-1][1]:
                self.all[-1] = self.all[-1][0], max(end_ns, self.all[-1][1])
            else:
                self.all.append((start_ns, end_ns))

    def ns(self, start_ns, end_ns):
        """How long the machine was stopped in that time, at most."""
        return sum(max(0, min(end_ns, until) - max(start_ns, since)) for since, until in self.all)


# The demo ------------------------------------------------------------------------------------

def demo_path(variant):
    """Where the Makefile builds this variant: release, debug0 or debug."""
    return os.path.join(BUILD, f"demo-{variant}", "debug" if variant == "debug" else "release",
                        "demo")


def make(path):
    """Runs make for one file."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return run(["make", "-C", TOP, f"BUILD={BUILD}", path], seconds=600, env=environment)


def demo_build(variant):
    """Builds a variant of the demo, which make check does beforehand."""
    path = demo_path(variant)
    made = make(path)
    expect(made.returncode == 0,
           f"the demo does not build (make deps installs what it takes)\n{made.stderr}")
    return path


class Demo:
    """A running demo."""

    def __init__(self, variant="release", *options, program=None):
        self.program = program or demo_path(variant)
        if not os.path.exists(self.program):
            # make check builds it beforehand; a file that is run alone waits for it
            with unlimited():
                demo_build(variant)
        self.truth_file = path_for(f"truth-{time.monotonic_ns()}.json")
        self.process = start([self.program, "--quiet", "--truth", self.truth_file, *options],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        expect(re.match(r"demo: pid \d+, http://", line),
               f"the demo's first line is {line!r}; "
               f"{self.process.stderr.read() if not line else ''}")
        self.pid = self.process.pid

    def truth(self):
        """Ends the demo; returns what it says it did."""
        self.process.send_signal(signal.SIGTERM)
        expect_equal(end_of(self.process, "the demo"), 0, "exit code of the demo")
        with open(self.truth_file) as file:
            return json.load(file)


# Recording and asking ------------------------------------------------------------------------

def record(*arguments, seconds=180, **options):
    """Runs hud-record to its end."""
    return run([RECORD, *arguments], seconds=seconds, **options)


def recorded(*arguments, **options):
    """As record(), and expects exit code 0."""
    done = record(*arguments, **options)
    expect(done.returncode == 0,
           f"hud-record {' '.join(map(str, arguments))}: exit code "
           f"{done.returncode}\n{done.stderr}")
    return done


class Recording:
    """A running hud-record; `begun`: wait until its first second is in the file."""

    def __init__(self, output, *arguments, begun=True, **options):
        self.output = output
        self.partial = output + ".partial"
        self.process = start([RECORD, "-o", output, *arguments], stderr=subprocess.PIPE, **options)
        if begun:
            wait_until(self.has_chunk, f"{os.path.basename(self.partial)} holds a chunk")

    def has_chunk(self):
        if self.process.poll() == 0:
            return True  # a short recording, while this test was held up
        if self.process.returncode is not None:
            raise Wrong(f"hud-record ended early with {self.process.returncode}\n"
                        f"{self.process.stderr.read()}")
        return os.path.exists(self.partial) and os.path.getsize(self.partial) > 64

    def end(self, signal_number=None):
        """Exit code and stderr."""
        if signal_number:
            self.process.send_signal(signal_number)
        try:
            _, error = self.process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            raise Wrong("hud-record did not end within 120 s")
        self.errors = error
        return self.process.returncode

    def ended_well(self, signal_number=None):
        code = self.end(signal_number)
        expect(code == 0, f"hud-record: exit code {code}\n{self.errors}")
        return self.output


def analyze(*arguments, **options):
    return run([ANALYZE, *arguments], **options)


def analyzed(*arguments, **options):
    done = analyze(*arguments, **options)
    expect(done.returncode == 0,
           f"hud-analyze {' '.join(map(str, arguments))}: exit code "
           f"{done.returncode}\n{done.stderr}")
    return done.stdout


def report(capture):
    return json.loads(analyzed("report", capture, "--json"))


def query(capture, sql):
    return json.loads(analyzed("query", capture, sql, "--json"))


def loaded(*captures):
    """The path of a database of the captures (and options of `load`)."""
    path = path_for(f"{os.path.basename(captures[0])}-{time.monotonic_ns()}.db")
    analyzed("load", *captures, "-o", path)
    return path


def opened(path):
    """A database; columns of rows by name."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


def database(*captures):
    return opened(loaded(*captures))


def one_clear_message(done, program_name, code, *words):
    """The exit code, and on stderr one line with the words, perhaps with indented help below it."""
    lines = done.stderr.splitlines()
    expect_equal(done.returncode, code, f"exit code (it said {done.stderr!r})")
    heads = [line for line in lines if not line.startswith("  ")]
    expect(len(heads) == 1 and heads[0].startswith(program_name + ": "),
           f"one line that begins with `{program_name}: ` expected on stderr, seen:\n{done.stderr}")
    for word in words:
        expect(word.lower() in done.stderr.lower(),
               f"{word!r} expected on stderr, seen:\n{done.stderr}")
    expect(len(lines) <= 4, f"more than four lines on stderr:\n{done.stderr}")


def last_event_ns(db):
    """Time of the last event in a capture."""
    return db.execute("""SELECT max((SELECT max(end_ns) FROM offcpu_span),
        (SELECT max(time_ns) FROM sample), (SELECT max(end_ns)
        FROM thread_window))""").fetchone()[0]
