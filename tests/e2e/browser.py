# SPDX-License-Identifier: MIT OR Apache-2.0
"""A headless Chromium, driven by chromedriver (WebDriver's protocol, by HTTP)."""

import json
import re
import shutil
import time
import urllib.error
import urllib.request

from lib import Skip, expect, keep_running, start

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900",
           "--disable-dev-shm-usage", "--no-first-run"]


class Browser:
    """Chromium outlives its driver, so whoever starts one ends it."""

    def __init__(self):
        if not shutil.which("chromedriver") or not shutil.which("chromium"):
            raise Skip("needs chromium and chromium-driver (make deps)")
        for attempt in range(3):
            self.process = start(["chromedriver", "--port=0"], stdout=-1, stderr=-2)
            said = [self.process.stdout.readline()]
            while said[-1] and "successfully" not in said[-1]:
                said.append(self.process.stdout.readline())
            if said[-1]:
                break
            # It has ended before it listened: seen once, with nothing to do with hud.
            print("     chromedriver ended at its start: " + "".join(said).strip(), flush=True)
        expect(said[-1], "chromedriver did not start")
        keep_running(self.process)
        line = said[-1]
        self.root = "http://127.0.0.1:" + re.search(r"port (\d+)", line)[1]
        wanted = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                  "goog:chromeOptions": {"binary": shutil.which("chromium"), "args": OPTIONS}}
        self.session = ""
        made = self.call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self.session = "/" + made["sessionId"]

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.root + "/session" + self.session + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()[:600]}") from None

    def open(self, path, fragment=""):
        """A file; seconds until its script has drawn it."""
        begun = time.monotonic()
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": f"file://{path}{fragment}"})
        self.wait("document.documentElement.dataset.ready === '1'")
        return time.monotonic() - begun

    def tab(self):
        """From now on in a new tab, which knows nothing of what the others were told."""
        handle = self.call("POST", "/window/new", {"type": "tab"})["handle"]
        self.call("POST", "/window", {"handle": handle})
        self.messages()

    def tab_close(self):
        """Closes the tab that is used; the first one is used again."""
        handles = self.call("DELETE", "/window")
        self.call("POST", "/window", {"handle": handles[0]})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def value(self, expression):
        return self.run(f"return {expression}")

    def wait(self, expression, seconds=60):
        until = time.monotonic() + seconds
        while not self.value(expression):
            expect(time.monotonic() < until, f"it never came to pass: {expression}")
            time.sleep(0.05)
        return self

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self.call("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        self.call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def mouse(self, selector, *moves):
        """Moves are (kind, x, y), as shares of the element's size from its top left corner."""
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        box = self.run("const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                       "return [b.left, b.top, b.width, b.height]", selector)
        actions = []
        for kind, x, y in moves:
            if kind == "move":
                actions.append({"type": "pointerMove", "duration": 50,
                                "x": round(box[0] + x * box[2]), "y": round(box[1] + y * box[3])})
            else:
                actions.append({"type": "pointerDown" if kind == "down" else "pointerUp",
                                "button": 0})
        self.call("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
            "actions": actions}]})
        self.call("DELETE", "/actions")

    def touch(self, selector, *fingers):
        """Each finger goes from a place to another, as shares of the element's size."""
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        box = self.run("const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                       "return [b.left, b.top, b.width, b.height]", selector)

        def move(place, duration):
            return {"type": "pointerMove", "duration": duration,
                    "x": round(box[0] + place[0] * box[2]), "y": round(box[1] + place[1] * box[3])}
        self.call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": f"finger-{number}", "parameters": {"pointerType": "touch"},
             "actions": [move(begin, 0), {"type": "pointerDown", "button": 0}, move(end, 200),
                         {"type": "pointerUp", "button": 0}]}
            for number, (begin, end) in enumerate(fingers)]})
        self.call("DELETE", "/actions")

    def command(self, name, **parameters):
        """A command of Chromium's own protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def messages(self):
        return self.call("POST", "/se/log", {"type": "browser"})

    def end(self):
        try:
            self.call("DELETE", "")
        except (OSError, AssertionError):
            pass  # it has ended; whoever found that out says why
        self.process.terminate()
        self.process.wait()
