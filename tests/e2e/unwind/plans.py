# SPDX-License-Identifier: MIT OR Apache-2.0
"""Where plans come from (the child, --plan, the cache), and what happens without or with a bad one.

Each recording has its own directory mounted over /var/cache/hud, in a mount namespace.
"""

import os
import shutil
import subprocess
import time

from lib import (ANALYZE, RECORD, Skip, expect, expect_equal, fact, facts_check, go, once, path_for,
                 program, run, started_program,)

import builds

INSTALLED = "/usr/local/bin/hud-analyze"
FLAGS = ("-O2", "-fomit-frame-pointer", "-Wl,--no-as-needed", "-lz")


def installed(analyzer):
    """A directory with hud-record, and the given file beside it as hud-analyze (None: no file)."""
    directory = path_for(f"installed-{time.monotonic_ns()}")
    os.mkdir(directory)
    os.chmod(directory, 0o755)
    shutil.copy(RECORD, directory)
    if analyzer:
        shutil.copy(analyzer, os.path.join(directory, "hud-analyze"))
    elif os.path.exists(INSTALLED):
        raise Skip(f"{INSTALLED} exists, and hud-record would find it")
    return directory


def analyzer_that_cannot_run():
    """A file with hud-analyze's build-id that cannot be executed."""
    out = path_for("analyzer-dead")
    with open(ANALYZE, "rb") as whole, open(out, "wb") as head:
        head.write(whole.read(4096))
    os.chmod(out, 0o755)
    return out


def fake_analyzer(kind):
    """A program that fails (FAIL) or prints random bytes instead of a plan (GARBAGE)."""
    out = path_for(f"analyzer-{kind}")
    shutil.copy(program("unwind_analyzer", f"-D{kind}", "-Wno-unused"), out)
    os.unlink(path_for("unwind_analyzer"))
    return out


def slow_analyzer(seconds, of, plan):
    """One that takes so long for a file of this size, and gives this plan; it fails for others."""
    out = path_for(f"analyzer-{time.monotonic_ns()}")
    shutil.copy(program("slow_analyzer", f'-DPLAN="{plan}"', f"-DSECONDS={seconds}",
                        f"-DFILE_BYTES={os.path.getsize(of)}"), out)
    os.unlink(path_for("slow_analyzer"))
    return out


def plan_make(binary, plan):
    made = run([ANALYZE, "plan", binary, "-o", plan])
    expect_equal(made.returncode, 0, f"exit code of hud-analyze plan {binary} ({made.stderr})")


def cache_directory():
    path = path_for(f"cache-{time.monotonic_ns()}")
    os.mkdir(path, 0o700)
    return path


@once
def target():
    """Threads that nap below functions without frame pointers."""
    return program("unwind_callbacks", *FLAGS)


@once
def target_without_build_id():
    shutil.copy(target(), path_for("target"))
    os.unlink(target())
    program("unwind_callbacks", *FLAGS, "-Wl,--build-id=none")
    os.rename(path_for("unwind_callbacks"), path_for("no-id"))
    os.rename(path_for("target"), target())
    return path_for("no-id")


class Recorded:
    """One second of the target, recorded with this installation and cache."""

    def __init__(self, where, cache, *options, of=None, debug=None, seconds=1, quiet=True):
        process = started_program([of or target(), 100000])
        go(process)
        self.capture = path_for(f"plans-{time.monotonic_ns()}.hud")
        os.makedirs("/var/cache/hud", mode=0o700, exist_ok=True)
        steps = ['mount --bind "$0" /var/cache/hud', 'exec "$@"']
        if debug:
            steps.insert(1, f"mount --bind {debug} /usr/lib/debug")
        command = [os.path.join(where, "hud-record"), "-o", self.capture, "-d", str(seconds)]
        command += ["-q"] * quiet
        recorder = builds.lib.start(
            ["unshare", "-m", "sh", "-c", " && ".join(steps), cache]
            + [*command, "-p", process.pid, *options],
            stderr=subprocess.PIPE,
        )
        _, self.errors = recorder.communicate(timeout=60)
        self.code = recorder.returncode
        process.kill()
        self.stops = builds.stack_stops(self.capture) if self.code == 0 else {}

    def ended_well(self):
        expect_equal(self.code, 0, f"exit code of hud-record ({self.errors})")
        return self

    def whole_share(self):
        """The share of stacks that reach the root. At most 7 of 9: `jit` and `depth` never do."""
        return self.stops["root"] / max(sum(self.stops.values()), 1)

    def expect_rows(self):
        """Stacks were taken by unwind rows, so there were plans."""
        self.ended_well()
        seen = f"{self.whole_share():.0%} reach the root: {dict(self.stops)}"
        expect(self.whole_share() >= 0.7, f"{seen}; stderr: {self.errors!r}")

    def expect_no_rows(self):
        self.ended_well()
        seen = f"{self.whole_share():.0%} reach the root: {dict(self.stops)}"
        expect(sum(self.stops.values()) >= 100, seen)
        expect(self.whole_share() < 0.5, seen)


@fact
def plans_are_made_and_kept_in_the_cache():
    cache = cache_directory()
    Recorded(installed(ANALYZE), cache).expect_rows()
    kept = [n for n in os.listdir(cache) if n.endswith(".plan")]
    expect(len(kept) >= 3, f"kept: {os.listdir(cache)}")
    expect(all(n.endswith(".plan") for n in os.listdir(cache)), f"left: {os.listdir(cache)}")
    modes = {oct(os.stat(os.path.join(cache, n)).st_mode & 0o777) for n in kept}
    expect_equal(modes, {"0o600"}, "modes of what is kept")


@fact
def a_second_recording_takes_plans_from_the_cache():
    cache = cache_directory()
    Recorded(installed(ANALYZE), cache).expect_rows()
    Recorded(installed(analyzer_that_cannot_run()), cache).expect_rows()


@fact
def cached_plans_of_another_hud_analyze_are_not_used():
    cache = cache_directory()
    Recorded(installed(ANALYZE), cache).expect_rows()
    Recorded(installed(fake_analyzer("FAIL")), cache).expect_no_rows()


@fact
def a_failure_is_never_kept():
    cache = cache_directory()
    Recorded(installed(fake_analyzer("FAIL")), cache).expect_no_rows()
    expect_equal(os.listdir(cache), [], "kept")
    Recorded(installed(fake_analyzer("GARBAGE")), cache).expect_no_rows()
    expect_equal(os.listdir(cache), [], "kept")
    Recorded(installed(ANALYZE), cache).expect_rows()


@fact
def a_damaged_plan_in_the_cache_is_made_again():
    cache = cache_directory()
    Recorded(installed(ANALYZE), cache).expect_rows()
    sizes = {}
    for i, name in enumerate(sorted(os.listdir(cache))):
        path = os.path.join(cache, name)
        sizes[name] = os.path.getsize(path)
        with open(path, "r+b") as file:
            if i % 3 == 0:
                file.truncate(sizes[name] // 2)
            elif i % 3 == 1:
                file.seek(sizes[name] // 2)
                file.write(b"\xff" * 8)
            else:
                file.truncate(0)
    Recorded(installed(ANALYZE), cache).expect_rows()
    now = {n: os.path.getsize(os.path.join(cache, n)) for n in os.listdir(cache)}
    expect(all(abs(now[n] - sizes[n]) < 64 for n in sizes), f"not made again: {sizes} {now}")


@fact
def a_cache_that_others_may_write_to_is_not_used():
    cache = cache_directory()
    Recorded(installed(ANALYZE), cache).expect_rows()
    os.chmod(cache, 0o777)
    Recorded(installed(fake_analyzer("FAIL")), cache).expect_no_rows()


@fact
def files_that_are_no_plans_are_neither_counted_nor_removed():
    cache = cache_directory()
    other = os.path.join(cache, "other.symbols")
    with open(other, "wb") as file:
        file.truncate(600 << 20)
    Recorded(installed(ANALYZE), cache).expect_rows()
    expect(os.path.exists(other), "another program's file was removed from the cache")
    Recorded(installed(analyzer_that_cannot_run()), cache).expect_rows()


@fact
def after_a_hostile_plan_frame_pointers_are_used_and_a_message_says_so():
    seen = Recorded(installed(fake_analyzer("GARBAGE")), cache_directory())
    seen.expect_no_rows()
    expect(seen.errors.strip(), "no message on stderr about plans that could not be made")


@fact
def without_hud_analyze_one_line_says_so_and_recording_goes_on():
    seen = Recorded(installed(None), cache_directory())
    seen.expect_no_rows()
    heads = [line for line in seen.errors.splitlines() if not line.startswith("  ")]
    expect(
        len(heads) == 1 and "hud-analyze" in heads[0]
        and "polls are distinguished by stack traces only" in heads[0],
        f"stderr:\n{seen.errors}",
    )


@fact
def unwind_fp_uses_no_plans():
    cache = cache_directory()
    Recorded(installed(ANALYZE), cache, "--unwind", "fp").expect_no_rows()
    expect_equal(os.listdir(cache), [], "kept")


@fact
def unwind_fp_is_silent_without_hud_analyze():
    seen = Recorded(installed(None), cache_directory(), "--unwind", "fp")
    seen.expect_no_rows()
    expect_equal(seen.errors, "", "stderr")


@fact
def unwind_dwarf_is_refused_without_plans():
    seen = Recorded(installed(None), cache_directory(), "--unwind", "dwarf")
    expect_equal(seen.code, 4, f"exit code ({seen.errors})")
    expect("hud-analyze" in seen.errors, f"stderr:\n{seen.errors}")
    left = [path for path in (seen.capture, seen.capture + ".partial") if os.path.exists(path)]
    expect(not left, f"left: {left}")


@fact
def unwind_dwarf_is_refused_when_no_plan_can_be_made():
    seen = Recorded(installed(fake_analyzer("GARBAGE")), cache_directory(), "--unwind", "dwarf")
    expect_equal(seen.code, 4, f"exit code ({seen.errors})")


@fact
def unwind_dwarf_records_where_plans_can_be_made():
    Recorded(installed(ANALYZE), cache_directory(), "--unwind", "dwarf").expect_rows()


@fact
def plans_given_by_option_need_no_hud_analyze():
    options = []
    for path in (target(), *shared_objects(target())):
        options += ["--plan", path_for(f"{os.path.basename(path)}.plan")]
        plan_make(path, options[-1])
    Recorded(installed(None), cache_directory(), *options).expect_rows()


def shared_objects(path):
    words = run(["ldd", path]).stdout.split()
    return [os.path.realpath(word) for word in words if word.startswith("/")]


def plans_by_hash(cache):
    """The plans that are kept by a hash of the code: their names begin with `hud.text` in hex."""
    return [name for name in os.listdir(cache) if name.startswith(b"hud.text".hex())]


@fact
def a_file_without_a_build_id_has_its_plan_kept_by_the_hash_of_its_code():
    cache, of = cache_directory(), target_without_build_id()
    Recorded(installed(ANALYZE), cache, of=of).expect_rows()
    expect_equal(len(plans_by_hash(cache)), 1, f"plans under a hash: {os.listdir(cache)}")
    Recorded(installed(analyzer_that_cannot_run()), cache, of=of).expect_rows()


@fact
def a_debug_file_that_comes_later_makes_the_plan_anew():
    if not os.path.isdir("/usr/lib/debug"):
        raise Skip("there is no /usr/lib/debug to mount over")
    notes = run(["readelf", "-n", target()]).stdout
    build_id = notes.split("Build ID: ")[1].split()[0]
    cache, debug = cache_directory(), path_for("usr-lib-debug")
    place = os.path.join(debug, ".build-id", build_id[:2])
    os.makedirs(place)
    os.chmod(debug, 0o755)

    def kept():
        return [name for name in os.listdir(cache) if name.startswith(build_id)]

    Recorded(installed(ANALYZE), cache, debug=debug).expect_rows()
    expect_equal(len(kept()), 1, f"plans of the program: {kept()}")
    debug_file = os.path.join(place, build_id[2:] + ".debug")
    made = run(["objcopy", "--only-keep-debug", target(), debug_file])
    expect_equal(made.returncode, 0, f"exit code of objcopy ({made.stderr})")
    Recorded(installed(ANALYZE), cache, debug=debug).expect_rows()
    expect_equal(len(kept()), 2, f"plans of the program: {kept()}")
    Recorded(installed(analyzer_that_cannot_run()), cache, debug=debug).expect_rows()


@fact
def a_plan_of_the_unstripped_file_fits_the_stripped_one_by_the_hash_of_its_code():
    of = target_without_build_id()
    names = ("no-id-stripped", "twin.plan", "wrong.plan")
    stripped, plan, wrong = (path_for(name) for name in names)
    run(["strip", "-o", stripped, of])
    libraries = []
    for path in shared_objects(of):
        libraries += ["--plan", path_for(f"{os.path.basename(path)}.plan")]
        plan_make(path, libraries[-1])
    plan_make(of, plan)
    plan_make(target(), wrong)
    for given, holds in ((plan, Recorded.expect_rows), (wrong, Recorded.expect_no_rows)):
        options = ("--plan", given, *libraries)
        holds(Recorded(installed(None), cache_directory(), *options, of=stripped))


@fact
def a_plan_of_another_build_is_reported_and_the_right_one_is_made():
    other = path_for("other.plan")
    plan_make(target_without_build_id(), other)
    seen = Recorded(installed(ANALYZE), cache_directory(), "--plan", other)
    seen.expect_rows()
    heads = [line for line in seen.errors.splitlines() if not line.startswith("  ")]
    expect(len(heads) == 1 and "other.plan matches no file" in heads[0], f"stderr:\n{seen.errors}")


@fact
def a_file_that_is_no_plan_is_refused_by_name():
    bad = path_for("bad.plan")
    with open(bad, "wb") as file:
        file.write(os.urandom(1000))
    seen = Recorded(installed(ANALYZE), cache_directory(), "--plan", bad)
    expect_equal(seen.code, 2, f"exit code ({seen.errors})")
    expect(
        "bad.plan" in seen.errors and len(seen.errors.splitlines()) <= 3,
        f"stderr:\n{seen.errors}",
    )



@fact
def rows_that_come_while_recording_are_used_and_what_was_taken_before_is_counted():
    """The plan of the target takes longer than hud-record waits for it."""
    of, plan, libraries = target(), path_for("slow.plan"), []
    plan_make(of, plan)
    for path in shared_objects(of):
        libraries += ["--plan", path_for(f"{os.path.basename(path)}.plan")]
        plan_make(path, libraries[-1])
    seen = Recorded(installed(slow_analyzer(14, of, plan)), cache_directory(), "-v", *libraries,
                    seconds=8, quiet=False)
    seen.ended_well()
    lines = [line for line in seen.errors.splitlines() if of in line]
    for text in ("reading the unwind information of", "take longer than 10 s",
                 "taken before"):
        expect(any(text in line for line in lines), f"no {text!r}; stderr:\n{seen.errors}")
    late = builds.lib.query(seen.capture, "SELECT path, stacks, after_ns FROM late_unwind_rows")
    expect_equal([row["path"] for row in late], [of], "files whose rows were late")
    expect(late[0]["stacks"] >= 20 and 0 < late[0]["after_ns"] < 8e9, f"{late}")
    expect(seen.stops["root"] >= 20, f"stacks: {dict(seen.stops)}")
    lost = builds.lib.query(seen.capture, "SELECT count FROM loss WHERE cause = 'unplanned'")
    expect_equal([row["count"] for row in lost], [1], "unplanned: all but the vdso have rows")
    text = builds.lib.analyzed("report", seen.capture)
    expect(f"may be cut: the unwind rows of {of} came after" in text, text)


def analyzers_of(directory):
    """How many hud-analyze of this installation run now."""
    count, name = 0, os.path.join(directory, "hud-analyze")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            count += os.readlink(f"/proc/{pid}/exe") == name
        except OSError:
            pass
    return count


@fact
def of_a_thousand_files_few_plans_are_made_at_once_and_recording_goes_on():
    of, most = program("many_files"), 0
    where = installed(slow_analyzer(3, of, of))
    process, capture = started_program([of, 1100]), path_for("thousand.hud")
    recorder = builds.lib.start(
        ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /var/cache/hud && exec "$@"',
         cache_directory(), os.path.join(where, "hud-record"), "-q", "-d", "2", "-o", capture, "-p",
         process.pid], stderr=subprocess.PIPE)
    while recorder.poll() is None:
        most = max(most, analyzers_of(where))
        time.sleep(0.1)
    process.kill()
    said = recorder.communicate()[1]
    expect_equal(recorder.returncode, 0, f"exit code ({said})")
    expect(1 <= most <= max(2, os.cpu_count()), f"{most} at once")
    expect(os.path.exists(capture), "no capture")


facts_check()
