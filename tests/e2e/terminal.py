# SPDX-License-Identifier: MIT OR Apache-2.0
"""A terminal, which is tmux, to run programs in as a person does."""

import os
import shutil

from lib import Skip, Wrong, expect, path_for, run, start, wait_until

LOOK_SECONDS = 0.1  # each look at the screen starts a tmux
MOMENT_SECONDS = 0.03  # a screen is drawn in less


class Terminal:
    """A shell, or one command, in a terminal of tmux; ends with the fact."""

    count = 0

    def __init__(self, command="bash --norc -i", columns=80, rows=24, **environment):
        if not shutil.which("tmux"):
            raise Skip("needs tmux (make deps)")
        Terminal.count += 1
        self.socket = path_for(f"tmux-{Terminal.count}")
        config = self.socket + ".conf"
        self.directory = self.socket + ".cwd"
        os.mkdir(self.directory)
        with open(config, "w") as file:
            file.write("set -g exit-empty off\nset -g set-clipboard on\nset -g remain-on-exit on\n"
                       "set -g default-terminal tmux-256color\n")
        variables = {**os.environ, "LANG": "C.UTF-8", "PS1": "$ ", **environment}
        for name in ("TMUX", "NO_COLOR", "LC_ALL", "LC_CTYPE"):
            if name not in environment:
                variables.pop(name, None)
        self.server = start(["tmux", "-D", "-u", "-S", self.socket, "-f", config], env=variables)
        wait_until(lambda: self.tmux("new-session", "-d", "-x", columns, "-y", rows, "-c",
                                     self.directory, command).returncode == 0, "tmux runs")

    def tmux(self, *words):
        return run(["tmux", "-N", "-S", self.socket, *words])

    def text(self, *options):
        return self.tmux("capture-pane", "-p", *options).stdout

    def two_texts(self):
        """
        The screen, and again a moment later. One call of tmux: a machine on which each takes long
        would not see two screens alike while figures run.
        """
        between = "== between two looks =="
        both = self.tmux("capture-pane", "-p", ";", "run-shell", "-d", str(MOMENT_SECONDS), ";",
                         "display-message", "-p", between, ";", "capture-pane", "-p").stdout
        first, _, second = both.partition(between + "\n")
        return first, second

    def lines(self):
        return self.text().splitlines()

    def press(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def see(self, *words, seconds=60):
        """
        Waits until the screen has all of the words, and is the same twice in a row: tmux reads what
        is drawn in pieces, and shows a screen of which half is old. Returns it.
        """
        seen = [""]

        def all_there():
            before, seen[0] = self.two_texts()
            return seen[0] == before and all(word in before for word in words)
        try:
            wait_until(all_there, f"{words} on the screen", seconds, LOOK_SECONDS)
        except Wrong as wrong:
            raise Wrong(f"{wrong}\n{seen[0]}")
        return seen[0]

    def resize(self, columns, rows):
        """Returns when tmux has told the program: what is shown from then on is the program's."""
        self.tmux("resize-window", "-x", columns, "-y", rows)
        path = self.tmux("display", "-p", "#{pane_tty}").stdout.strip()
        terminal = os.open(path, os.O_RDONLY | os.O_NOCTTY)
        try:
            wait_until(lambda: tuple(os.get_terminal_size(terminal)) == (columns, rows),
                       f"tmux gives {path} {columns}x{rows}")
        finally:
            os.close(terminal)

    def pid(self, part):
        """The process below the terminal whose command line has this."""
        found = run(["pgrep", "-f", "--", part]).stdout.split()
        expect(len(found) == 1, f"one process with {part!r}, seen {found}")
        return int(found[0])
