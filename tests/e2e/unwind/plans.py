# SPDX-License-Identifier: MIT OR Apache-2.0
"""Where plans come from: the child, --plan, the cache; and what happens when none comes, or a bad one.

Each recording has a directory of its own over /var/cache/hud, in a mount namespace.
"""

import os
import shutil
import subprocess
import sys
import time

from lib import (ANALYZE, RECORD, Skip, expect, expect_equal, fact, facts_check, once, path_for, program, run,
                 started_program, go)

import builds

INSTALLED = "/usr/local/bin/hud-analyze"


def house(analyzer):
    """A directory with hud-record and this as hud-analyze beside it; None: nothing."""
    directory = path_for(f"house-{time.monotonic_ns()}")
    os.mkdir(directory)
    os.chmod(directory, 0o755)
    shutil.copy(RECORD, directory)
    if analyzer:
        shutil.copy(analyzer, os.path.join(directory, "hud-analyze"))
    elif os.path.exists(INSTALLED):
        raise Skip(f"{INSTALLED} is there")
    return directory


def dead_twin():
    """hud-analyze by its build-id, and nothing that could run."""
    out = path_for("analyzer-dead")
    with open(ANALYZE, "rb") as whole, open(out, "wb") as head:
        head.write(whole.read(4096))
    os.chmod(out, 0o755)
    return out


def fake(kind):
    out = path_for(f"analyzer-{kind}")
    shutil.copy(program("unwind_analyzer", f"-D{kind}", "-Wno-unused"), out)
    os.unlink(path_for("unwind_analyzer"))
    return out


def cache_directory():
    path = path_for(f"cache-{time.monotonic_ns()}")
    os.mkdir(path, 0o700)
    return path


@once
def target():
    """Threads that nap below functions without frame pointers; they live for all facts of a file."""
    return program("unwind_callbacks", "-O2", "-fomit-frame-pointer", "-Wl,--no-as-needed", "-lz")


@once
def target_without_build_id():
    shutil.copy(target(), path_for("target"))
    os.unlink(target())
    program("unwind_callbacks", "-O2", "-fomit-frame-pointer", "-Wl,--no-as-needed", "-lz", "-Wl,--build-id=none")
    os.rename(path_for("unwind_callbacks"), path_for("no-id"))
    os.rename(path_for("target"), target())
    return path_for("no-id")


class Seen:
    def __init__(self, where, cache, *options, of=None, debug=None):
        process = started_program([of or target(), 100000])
        go(process)
        self.capture = path_for(f"plans-{time.monotonic_ns()}.hud")
        os.makedirs("/var/cache/hud", mode=0o700, exist_ok=True)
        recorder = builds.lib.start(
            ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /var/cache/hud && '
             + (f'mount --bind {debug} /usr/lib/debug && ' if debug else "") + 'exec "$@"', cache,
             os.path.join(where, "hud-record"), "-q", "-o", self.capture, "-d", "1", "-p", process.pid, *options],
            stderr=subprocess.PIPE)
        _, self.errors = recorder.communicate(timeout=60)
        self.code = recorder.returncode
        process.kill()
        self.stops = builds.stack_stops(self.capture) if self.code == 0 else {}

    def ended_well(self):
        expect_equal(self.code, 0, f"exit code of hud-record ({self.errors})")
        return self

    def share(self):
        """Of stacks that reach the root; `jit` and `depth` never do: 2 threads of 9."""
        return self.stops["root"] / max(sum(self.stops.values()), 1)

    def has_rows(self):
        self.ended_well()
        expect(self.share() >= 0.7, f"{self.share():.0%} reach the root: {dict(self.stops)}; it said {self.errors!r}")

    def has_none(self):
        self.ended_well()
        expect(sum(self.stops.values()) >= 100, f"stacks: {dict(self.stops)}")
        expect(self.share() < 0.5, f"{self.share():.0%} reach the root: {dict(self.stops)}")


@fact
def plans_are_made_and_kept():
    cache = cache_directory()
    Seen(house(ANALYZE), cache).has_rows()
    kept = [n for n in os.listdir(cache) if n.endswith(".plan")]
    expect(len(kept) >= 3, f"kept: {os.listdir(cache)}")
    expect(all(n.endswith(".plan") for n in os.listdir(cache)), f"left: {os.listdir(cache)}")
    modes = {oct(os.stat(os.path.join(cache, n)).st_mode & 0o777) for n in kept}
    expect_equal(modes, {"0o600"}, "modes of what is kept")


@fact
def a_second_recording_takes_them_from_the_cache():
    cache = cache_directory()
    Seen(house(ANALYZE), cache).has_rows()
    Seen(house(dead_twin()), cache).has_rows()


@fact
def plans_of_another_hud_analyze_are_not_taken():
    cache = cache_directory()
    Seen(house(ANALYZE), cache).has_rows()
    Seen(house(fake("FAIL")), cache).has_none()


@fact
def a_failure_is_never_kept():
    cache = cache_directory()
    Seen(house(fake("FAIL")), cache).has_none()
    expect_equal(os.listdir(cache), [], "kept")
    Seen(house(fake("GARBAGE")), cache).has_none()
    expect_equal(os.listdir(cache), [], "kept")
    Seen(house(ANALYZE), cache).has_rows()


@fact
def a_damaged_entry_is_made_again():
    cache = cache_directory()
    Seen(house(ANALYZE), cache).has_rows()
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
    Seen(house(ANALYZE), cache).has_rows()
    now = {n: os.path.getsize(os.path.join(cache, n)) for n in os.listdir(cache)}
    expect(all(abs(now[n] - sizes[n]) < 64 for n in sizes), f"not made again: {sizes} {now}")


@fact
def a_cache_that_others_may_write_to_is_not_used():
    cache = cache_directory()
    Seen(house(ANALYZE), cache).has_rows()
    os.chmod(cache, 0o777)
    Seen(house(fake("FAIL")), cache).has_none()


@fact
def a_hostile_plan_means_frame_pointers_and_a_word():
    seen = Seen(house(fake("GARBAGE")), cache_directory())
    seen.has_none()
    expect(seen.errors.strip(), "nothing on stderr says that plans could not be made")


@fact
def without_hud_analyze_one_line_says_so_and_it_goes_on():
    seen = Seen(house(None), cache_directory())
    seen.has_none()
    heads = [line for line in seen.errors.splitlines() if not line.startswith("  ")]
    expect(len(heads) == 1 and "hud-analyze" in heads[0] and "polls are distinguished by stack traces only" in heads[0],
           f"stderr:\n{seen.errors}")


@fact
def unwind_fp_takes_no_plans():
    cache = cache_directory()
    Seen(house(ANALYZE), cache, "--unwind", "fp").has_none()
    expect_equal(os.listdir(cache), [], "kept")


@fact
def unwind_fp_is_silent_without_hud_analyze():
    seen = Seen(house(None), cache_directory(), "--unwind", "fp")
    seen.has_none()
    expect_equal(seen.errors, "", "stderr")


@fact
def unwind_dwarf_is_refused_without_plans():
    seen = Seen(house(None), cache_directory(), "--unwind", "dwarf")
    expect_equal(seen.code, 4, f"exit code ({seen.errors})")
    expect("hud-analyze" in seen.errors, f"stderr:\n{seen.errors}")
    expect(not os.path.exists(seen.capture) and not os.path.exists(seen.capture + ".partial"), "a file was left")


@fact
def unwind_dwarf_is_refused_when_no_plan_can_be_made():
    seen = Seen(house(fake("GARBAGE")), cache_directory(), "--unwind", "dwarf")
    expect_equal(seen.code, 4, f"exit code ({seen.errors})")


@fact
def unwind_dwarf_records_where_plans_can_be_made():
    Seen(house(ANALYZE), cache_directory(), "--unwind", "dwarf").has_rows()


@fact
def plans_that_are_given_need_no_hud_analyze():
    options = []
    for path in (target(), *shared_objects(target())):
        plan = path_for(f"{os.path.basename(path)}.plan")
        made = run([ANALYZE, "plan", path, "-o", plan])
        expect_equal(made.returncode, 0, f"exit code of hud-analyze plan {path} ({made.stderr})")
        options += ["--plan", plan]
    Seen(house(None), cache_directory(), *options).has_rows()


def shared_objects(path):
    return [os.path.realpath(word) for line in run(["ldd", path]).stdout.splitlines() for word in line.split()
            if word.startswith("/")]


def own_plans(cache):
    """What is kept under a hash of code: `hud.text`, in hexadecimal."""
    return [name for name in os.listdir(cache) if name.startswith(b"hud.text".hex())]


@fact
def a_file_without_a_build_id_has_its_plan_kept_by_the_hash_of_its_code():
    cache, of = cache_directory(), target_without_build_id()
    Seen(house(ANALYZE), cache, of=of).has_rows()
    expect_equal(len(own_plans(cache)), 1, f"plans under a hash: {os.listdir(cache)}")
    Seen(house(dead_twin()), cache, of=of).has_rows()


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

    Seen(house(ANALYZE), cache, debug=debug).has_rows()
    expect_equal(len(kept()), 1, f"plans of the program: {kept()}")
    made = run(["objcopy", "--only-keep-debug", target(), os.path.join(place, build_id[2:] + ".debug")])
    expect_equal(made.returncode, 0, f"exit code of objcopy ({made.stderr})")
    Seen(house(ANALYZE), cache, debug=debug).has_rows()
    expect_equal(len(kept()), 2, f"plans of the program: {kept()}")
    Seen(house(dead_twin()), cache, debug=debug).has_rows()


@fact
def a_plan_of_the_unstripped_twin_fits_by_the_hash_of_its_code_and_no_other_does():
    of = target_without_build_id()
    stripped, plan, wrong = path_for("no-id-stripped"), path_for("twin.plan"), path_for("wrong.plan")
    run(["strip", "-o", stripped, of])
    libraries = []
    for path in shared_objects(of):
        libraries += ["--plan", path_for(f"{os.path.basename(path)}.plan")]
        expect_equal(run([ANALYZE, "plan", path, "-o", libraries[-1]]).returncode, 0, "exit code of plan")
    expect_equal(run([ANALYZE, "plan", of, "-o", plan]).returncode, 0, "exit code of plan")
    expect_equal(run([ANALYZE, "plan", target(), "-o", wrong]).returncode, 0, "exit code of plan")
    Seen(house(None), cache_directory(), "--plan", plan, *libraries, of=stripped).has_rows()
    Seen(house(None), cache_directory(), "--plan", wrong, *libraries, of=stripped).has_none()


@fact
def a_plan_of_another_build_is_said_to_be_and_the_right_one_is_made():
    other = path_for("other.plan")
    expect_equal(run([ANALYZE, "plan", target_without_build_id(), "-o", other]).returncode, 0, "exit code of plan")
    seen = Seen(house(ANALYZE), cache_directory(), "--plan", other)
    seen.has_rows()
    heads = [line for line in seen.errors.splitlines() if not line.startswith("  ")]
    expect(len(heads) == 1 and "other.plan matches no file" in heads[0], f"stderr:\n{seen.errors}")


@fact
def a_plan_that_is_none_is_refused_with_its_name():
    bad = path_for("bad.plan")
    with open(bad, "wb") as file:
        file.write(os.urandom(1000))
    seen = Seen(house(ANALYZE), cache_directory(), "--plan", bad)
    expect_equal(seen.code, 2, f"exit code ({seen.errors})")
    expect("bad.plan" in seen.errors and len(seen.errors.splitlines()) <= 3, f"stderr:\n{seen.errors}")


facts_check()
