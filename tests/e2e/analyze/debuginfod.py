# SPDX-License-Identifier: MIT OR Apache-2.0
"""Debug files from debuginfod: asked for only when the user says so, and one clear line for all that goes wrong."""

import ctypes.util
import http.server
import os
import socket
import subprocess
import sys
import threading
import time

from lib import (ANALYZE, Recording, Skip, expect, expect_equal, fact, facts_check, once, one_clear_message, path_for,
                 program, run, started_program)

FUNCTION = "switch_once"


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves /buildid/ID/debuginfo as the class's `answer` does."""

    answer = None
    asked = []

    def do_GET(self):
        Handler.asked.append(self.path)
        Handler.answer(self)

    def log_message(self, *_):
        pass

    def send(self, data, claimed=None):
        self.send_response(200)
        self.send_header("Content-Length", str(claimed or len(data)))
        self.end_headers()
        self.wfile.write(data)


def whole(name):
    with open(name, "rb") as file:
        return file.read()


@once
def server():
    if not ctypes.util.find_library("debuginfod"):
        raise Skip("libdebuginfod is not installed")
    one = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=one.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{one.server_address[1]}"


@once
def stripped():
    """A program without symbols, its debug file, and one of another build."""
    built = program("pingpong")
    files = [path_for(name) for name in ("pp", "pp.debug", "other.debug")]
    subprocess.run(["objcopy", "--only-keep-debug", built, files[1]], check=True)
    subprocess.run(["strip", built, "-o", files[0]], check=True)
    subprocess.run(["cc", "-g", "-O0", "-D_GNU_SOURCE", "-o", path_for("other"), "-x", "c", "-"], check=True,
                   input="int main(void) { return 0; }", text=True)
    subprocess.run(["objcopy", "--only-keep-debug", path_for("other"), files[2]], check=True)
    symbols = subprocess.run(["nm", built], capture_output=True, text=True, check=True).stdout
    address = next(line.split()[0] for line in symbols.splitlines() if line.endswith(" main"))
    notes = subprocess.run(["readelf", "-n", built], capture_output=True, text=True, check=True).stdout
    build_id = notes.split("Build ID: ")[1].split()[0]
    return (*files, address, build_id)


def asked(answer=None, urls=None):
    """What addr2line says of `main` with this server: its output, and all of the process."""
    binary, _, _, address, _ = stripped()
    cache = path_for(f"cache-{time.monotonic_ns()}")
    environment = {**os.environ, "HUD_CACHE": "", "DEBUGINFOD_CACHE_PATH": cache, "DEBUGINFOD_TIMEOUT": "2",
                   "DEBUGINFOD_RETRY_LIMIT": "1"}
    environment.pop("DEBUGINFOD_URLS", None)
    if answer or urls:
        environment["DEBUGINFOD_URLS"] = urls or server()
    Handler.answer, Handler.asked = answer, []
    given = path_for("addresses")
    with open(given, "w") as file:
        file.write(f"0x{address}\n")
    with open(given) as source:
        return run([ANALYZE, "addr2line", binary], env=environment, stdin=source)


def has_line(done):
    return "main\n" in done.stdout and "pingpong.c:" in done.stdout


def one_line(done, *words):
    expect(not has_line(done), f"a line came from nowhere: {done.stdout}")
    one_clear_message(done, "hud-analyze", 0, "debuginfod: ", *words)


@fact(root=False)
def without_the_variable_no_server_is_asked():
    server()
    done = asked()
    expect(not has_line(done) and not done.stderr, f"seen {done.stdout!r} {done.stderr!r}")
    expect_equal(Handler.asked, [], "requests")


@fact(root=False)
def a_debug_file_is_fetched_by_build_id():
    _, debug, _, _, build_id = stripped()
    done = asked(lambda h: h.send(whole(debug)))
    expect(has_line(done), f"seen {done.stdout!r} {done.stderr!r}")
    expect_equal(done.stderr, "", "stderr of what is no terminal")
    expect_equal(Handler.asked, [f"/buildid/{build_id}/debuginfo"], "requests")


@fact(root=False)
def a_terminal_sees_progress():
    debug = whole(stripped()[1])

    def slowly(handler):
        handler.send(debug[:1000], len(debug))
        time.sleep(1.5)
        handler.wfile.write(debug[1000:])

    Handler.answer = slowly
    binary, _, _, address, _ = stripped()
    script = f"""
import os, pty, sys
def said(fd):
    return os.read(fd, 4096)
os.environ.update(HUD_CACHE="", DEBUGINFOD_CACHE_PATH={path_for("cache-tty")!r}, DEBUGINFOD_URLS={server()!r})
os.environ.pop("DEBUGINFOD_PROGRESS", None)
pty.spawn(["sh", "-c", "echo 0x{address} | {ANALYZE} addr2line {binary}"], said)
"""
    done = run([sys.executable, "-c", script])
    expect("debuginfod: " in done.stdout and "main" in done.stdout, f"seen {done.stdout!r} {done.stderr!r}")


@fact(root=False)
def a_server_that_has_nothing_is_no_trouble():
    done = asked(lambda h: h.send_error(404))
    expect(not has_line(done) and not done.stderr, f"seen {done.stdout!r} {done.stderr!r}")
    expect(len(Handler.asked) <= 2, f"requests: {Handler.asked}")


@fact(root=False)
def a_dead_server_is_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        one_line(asked(urls=f"http://127.0.0.1:{taken.getsockname()[1]}"))


@fact(root=False)
def a_server_that_does_not_answer_is_one_line():
    begun = time.monotonic()
    one_line(asked(lambda h: time.sleep(8)), "in time")
    expect(time.monotonic() - begun < 30, "it waited on and on")


@fact(root=False)
def a_download_that_breaks_off_is_one_line():
    debug = whole(stripped()[1])
    one_line(asked(lambda h: h.send(debug[:len(debug) // 2], len(debug))))


@fact(root=False)
def a_file_of_another_build_is_refused_in_one_line():
    one_line(asked(lambda h: h.send(whole(stripped()[2]))), "another build")


@fact(root=False)
def what_is_no_elf_file_is_refused_in_one_line():
    one_line(asked(lambda h: h.send(b"<html>please log in</html>")), "no ELF file")


@fact
def info_symbols_tells_of_each_question():
    binary, debug, _, _, build_id = stripped()
    process = started_program([binary])
    capture = path_for("pp.hud")
    Recording(capture, "-d", "1", "-t", "10us", "-p", str(process.pid), begun=False).ended_well()
    process.kill()
    environment = {**os.environ, "HUD_CACHE": "", "DEBUGINFOD_URLS": server()}
    for name, answer, words in (("none", lambda h: h.send_error(404), "no server has it"),
                                ("some", lambda h: h.send(whole(debug)) if build_id in h.path else h.send_error(404),
                                 "taken: debug information")):
        Handler.answer = answer
        environment["DEBUGINFOD_CACHE_PATH"] = path_for(f"cache-info-{name}")
        told = run([ANALYZE, "info", "--symbols", capture], env=environment).stdout
        steps = [line for line in told.splitlines() if line.startswith("  debuginfod ") and words in line]
        expect(steps, f"no step says `{words}`:\n{told}")


facts_check()
