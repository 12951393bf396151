# SPDX-License-Identifier: MIT OR Apache-2.0
"""The recipe for CI, examples/ci/github-actions.yml, run step by step as a runner would."""

import json
import os
import re
import shutil
import subprocess

from lib import (ANALYZE, RECORD, TOP, Demo, expect, expect_equal, fact, facts_check, once,
                 path_for, run, start)

RECIPE = os.path.join(TOP, "examples", "ci", "github-actions.yml")


def steps():
    """(name, its script; None: an action) of each step: as much YAML as the recipe has."""
    with open(RECIPE) as file:
        lines = file.read().split("    steps:\n")[1].splitlines()
    found = []
    for line in lines:
        begin = re.match(r"      - (name|uses): (.*)", line)
        script = re.match(r"        run: (.*)", line)
        if begin:
            found.append([begin.group(2), None])
        elif script:
            found[-1][1] = "" if script.group(1) == "|" else script.group(1) + "\n"
        elif found and found[-1][1] is not None and (line.startswith(" " * 10) or not line):
            found[-1][1] += line[10:] + "\n"
    return found


class Runner:
    """A directory to work in, and on the PATH what a runner has: sudo, gh, hud, the service."""

    def __init__(self, name, *demo_options):
        self.directory = path_for(name)
        self.tools = os.path.join(self.directory, "tools")
        self.summary = os.path.join(self.directory, "summary.md")
        os.makedirs(self.tools)
        demo = Demo("release").program  # built, if it was not
        self.tool("sudo", 'exec "$@"')
        self.tool("hud-record", f'exec "{RECORD}" "$@"')
        self.tool("hud-analyze", f'exec "{ANALYZE}" "$@"')
        self.tool("gh", 'case "$2" in list) [ -z "$BASELINE" ] || echo 4711;;\n'
                  'download) mkdir -p baseline && cp "$BASELINE" baseline/blocked.hud;; esac')
        self.service = f"ci-{os.getpid()}-{name}"
        shutil.copy(demo, os.path.join(self.tools, self.service))
        self.tool("service", f'exec {self.service} --quiet --only sleep,lock,resolve '
                             f'{" ".join(demo_options)}')

    def tool(self, name, script):
        path = os.path.join(self.tools, name)
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(path, 0o755)

    def step(self, name, baseline=""):
        script = dict(steps())[name]
        environment = {**os.environ, "PATH": self.tools + ":" + os.environ["PATH"],
                       "SERVICE": "service", "PROCESS": self.service, "RECORD_SECONDS": "10",
                       "GITHUB_STEP_SUMMARY": self.summary, "GITHUB_BASE_REF": "main",
                       "GITHUB_REF_NAME": "main", "BASELINE": baseline}
        command = ["bash", "-e", "-o", "pipefail", "-c", script]
        return command, {"cwd": self.directory, "env": environment}

    def run(self, name, **options):
        command, where = self.step(name, **options)
        return run(command, **where)

    def done(self, name, **options):
        done = self.run(name, **options)
        expect_equal(done.returncode, 0,
                     f"exit code of the step {name!r}\n{done.stdout}{done.stderr}")
        return done.stdout

    def file(self, name):
        return os.path.join(self.directory, name)


@once
def recorded():
    """Three services recorded by the recipe at once: as usual, blocking longer, and not at all."""
    runners = {"main": Runner("main"), "request": Runner("request", "--stretch", "sleep=2.5"),
               "idle": Runner("idle", "--only", "sleep", "--without", "sleep,lock,resolve")}
    under_way = {}
    for name, runner in runners.items():
        command, where = runner.step("Record")
        under_way[name] = start(command, stderr=subprocess.PIPE, **where)
    for name, process in under_way.items():
        _, error = process.communicate(timeout=60)
        expect_equal(process.returncode, 0, f"exit code of the step 'Record' for {name}\n{error}")
    for runner in runners.values():
        runner.done("Symbolize")
    return runners


@fact
def the_recipe_has_the_steps_that_are_run_here():
    expect_equal([name for name, _ in steps()],
                 ["actions/checkout@v4", "Build", "Record", "Symbolize", "Archive",
                  "Fetch the baseline", "Show what has changed", "Gate"], "steps")


@fact
def the_first_run_has_nothing_to_compare_with_and_passes():
    runner = recorded()["main"]
    out = runner.done("Fetch the baseline")
    expect("nothing to compare with" in out, f"stdout: {out!r}")
    runner.done("Show what has changed")
    expect(not os.path.exists(runner.summary), "a summary without a baseline")
    out = runner.done("Gate")
    expect(out.splitlines()[-1] == "check: pass", f"stdout: {out}")
    expect(os.path.exists(runner.file("blocked.xml")), "no JUnit file")


@fact
def the_archived_recording_needs_no_binary():
    runner = recorded()["main"]
    elsewhere = runner.file("elsewhere")
    os.mkdir(elsewhere)
    shutil.copy(runner.file("blocked.hud"), elsewhere)
    binary = os.path.join(runner.tools, runner.service)
    os.rename(binary, binary + ".away")
    try:
        done = run([ANALYZE, "report", "--json", "blocked.hud"], cwd=elsewhere,
                   env={**os.environ, "HUD_CACHE": ""})
    finally:
        os.rename(binary + ".away", binary)
    sites = [site["function"] for site in json.loads(done.stdout)["sites"]]
    expect("demo::guilty::pause" in sites, f"sites: {sites}")


@fact
def a_pull_request_that_blocks_longer_fails_and_says_where():
    runner = recorded()["request"]
    runner.done("Fetch the baseline", baseline=recorded()["main"].file("blocked.hud"))
    runner.done("Show what has changed")
    with open(runner.summary) as file:
        summary = file.read()
    expect("| worse | `demo::guilty::pause` | sleep |" in summary, f"the summary:\n{summary}")
    done = runner.run("Gate")
    expect_equal(done.returncode, 1, f"exit code of the gate\n{done.stdout}{done.stderr}")
    errors = [line for line in done.stdout.splitlines()
              if line.startswith("::error file=src/guilty.rs")]
    expect(errors and all("demo::guilty::pause" in line for line in errors),
           f"annotations:\n{done.stdout}")


@fact
def a_check_that_cannot_tell_warns_and_goes_on():
    runner = recorded()["idle"]
    out = runner.done("Gate")
    expect("::warning title=hud::" in out and "check: cannot tell" in out, f"stdout: {out}")


facts_check()
