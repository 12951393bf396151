# SPDX-License-Identifier: MIT OR Apache-2.0
"""Debug files from debuginfod: requested only if the user wants it; an error is one clear line."""

import ctypes.util
import http.server
import os
import socket
import subprocess
import sys
import threading
import time

from lib import (ANALYZE, Recording, Skip, expect, expect_equal, fact, facts_check, once,
                 one_clear_message, path_for, program, run, started_program,)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers each request by calling `answer`, and keeps the paths that were requested."""

    answer = None
    requests = []

    def do_GET(self):
        Handler.requests.append(self.path)
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
    subprocess.run(
        ["cc", "-g", "-O0", "-o", path_for("other"), "-x", "c", "-"],
        input="int main(void) { return 0; }",
        text=True,
        check=True,
    )
    subprocess.run(["objcopy", "--only-keep-debug", path_for("other"), files[2]], check=True)
    symbols = run(["nm", built]).stdout
    address = next(line.split()[0] for line in symbols.splitlines() if line.endswith(" main"))
    build_id = run(["readelf", "-n", built]).stdout.split("Build ID: ")[1].split()[0]
    return (*files, address, build_id)


def main_resolved(answer=None, urls=None):
    """The ended addr2line, which was asked for the line of `main` with a server that answers so."""
    binary, _, _, address, _ = stripped()
    environment = {
        **os.environ,
        "HUD_CACHE": "",
        "DEBUGINFOD_CACHE_PATH": path_for(f"cache-{time.monotonic_ns()}"),
        "DEBUGINFOD_TIMEOUT": "2",
        "DEBUGINFOD_RETRY_LIMIT": "1",
    }
    environment.pop("DEBUGINFOD_URLS", None)
    if answer or urls:
        environment["DEBUGINFOD_URLS"] = urls or server()
    Handler.answer, Handler.requests = answer, []
    given = path_for("addresses")
    with open(given, "w") as file:
        file.write(f"0x{address}\n")
    with open(given) as source:
        return run([ANALYZE, "addr2line", binary], env=environment, stdin=source)


def has_line(done):
    return "main\n" in done.stdout and "pingpong.c:" in done.stdout


def expect_one_line(done, *words):
    """No source line was found, and stderr has one line with these words."""
    expect(not has_line(done), f"a source line without debug information: {done.stdout}")
    one_clear_message(done, "hud-analyze", 0, "debuginfod: ", *words)


@fact(root=False)
def without_the_environment_variable_no_request_is_made():
    server()
    done = main_resolved()
    expect(not has_line(done) and not done.stderr, f"seen {done.stdout!r} {done.stderr!r}")
    expect_equal(Handler.requests, [], "requests")


@fact(root=False)
def a_debug_file_is_fetched_by_build_id():
    _, debug, _, _, build_id = stripped()
    done = main_resolved(lambda h: h.send(whole(debug)))
    expect(has_line(done), f"seen {done.stdout!r} {done.stderr!r}")
    expect_equal(done.stderr, "", "stderr, which is no terminal")
    expect_equal(Handler.requests, [f"/buildid/{build_id}/debuginfo"], "requests")


@fact(root=False)
def progress_is_printed_on_a_terminal():
    debug = whole(stripped()[1])

    def slowly(handler):
        handler.send(debug[:1000], len(debug))
        time.sleep(1.5)
        handler.wfile.write(debug[1000:])

    Handler.answer = slowly
    binary, _, _, address, _ = stripped()
    script = f"""
import os, pty, sys
os.environ.update(
    HUD_CACHE="", DEBUGINFOD_CACHE_PATH={path_for("cache-tty")!r}, DEBUGINFOD_URLS={server()!r}
)
os.environ.pop("DEBUGINFOD_PROGRESS", None)
pty.spawn(["sh", "-c", "echo 0x{address} | {ANALYZE} addr2line {binary}"])
"""
    done = run([sys.executable, "-c", script])
    expect(
        "debuginfod: " in done.stdout and "main" in done.stdout,
        f"seen {done.stdout!r} {done.stderr!r}",
    )


@fact(root=False)
def a_server_without_the_file_is_not_an_error():
    done = main_resolved(lambda h: h.send_error(404))
    expect(not has_line(done) and not done.stderr, f"seen {done.stdout!r} {done.stderr!r}")
    expect(len(Handler.requests) <= 2, f"requests: {Handler.requests}")


@fact(root=False)
def a_refused_connection_is_reported_in_one_line():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        expect_one_line(main_resolved(urls=f"http://127.0.0.1:{bound.getsockname()[1]}"))


@fact(root=False)
def a_server_that_does_not_answer_is_reported_in_one_line():
    begun = time.monotonic()
    expect_one_line(main_resolved(lambda h: time.sleep(8)), "in time")
    expect(time.monotonic() - begun < 30, "it waited for 30 s or longer")


@fact(root=False)
def an_incomplete_download_is_reported_in_one_line():
    debug = whole(stripped()[1])
    expect_one_line(main_resolved(lambda h: h.send(debug[: len(debug) // 2], len(debug))))


@fact(root=False)
def a_file_of_another_build_is_refused_in_one_line():
    expect_one_line(main_resolved(lambda h: h.send(whole(stripped()[2]))), "another build")


@fact(root=False)
def a_file_that_is_not_elf_is_refused_in_one_line():
    page = b"<html>please log in</html>"
    expect_one_line(main_resolved(lambda h: h.send(page)), "no ELF file")


@fact
def info_symbols_lists_each_request_with_its_result():
    binary, debug, _, _, build_id = stripped()
    process = started_program([binary])
    capture = path_for("pp.hud")
    Recording(capture, "-d", "1", "-t", "10us", "-p", str(process.pid), begun=False).ended_well()
    process.kill()

    def without_file(handler):
        handler.send_error(404)

    def with_file(handler):
        if build_id in handler.path:
            handler.send(whole(debug))
        else:
            handler.send_error(404)

    environment = {**os.environ, "HUD_CACHE": "", "DEBUGINFOD_URLS": server()}
    for answer, words in (
        (without_file, "no server has it"),
        (with_file, "taken: debug information"),
    ):
        Handler.answer = answer
        environment["DEBUGINFOD_CACHE_PATH"] = path_for(f"cache-{answer.__name__}")
        printed = run([ANALYZE, "info", "--symbols", capture], env=environment).stdout
        steps = [line for line in printed.splitlines() if line.startswith("  debuginfod ")]
        expect(any(words in step for step in steps), f"no step says `{words}`:\n{printed}")


facts_check()
