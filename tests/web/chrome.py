# SPDX-License-Identifier: GPL-2.0-or-later
"""Headless Chromium over a pipe (DevTools protocol), with nothing between."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--remote-debugging-pipe")
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowDown": 40, "End": 35}


def find():
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


class Failed(Exception):
    pass


class Chrome:
    def __init__(self, program):
        self.folder = tempfile.mkdtemp()
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()

        def pipes():  # it hears on 3 and tells on 4
            os.dup2(to_read, 100)
            os.dup2(back_write, 101)
            os.dup2(100, 3)
            os.dup2(101, 4)
        self.process = subprocess.Popen([program, *FLAGS, "--user-data-dir=" + self.folder], preexec_fn=pipes,
                                        close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(back_write)
        self.octets, self.number, self.events = b"", 0, []

    def message(self, seconds):
        """The next one, or None."""
        end = time.monotonic() + seconds
        while b"\0" not in self.octets:
            if not select.select([self.back], [], [], max(0, end - time.monotonic()))[0]:
                return None
            some = os.read(self.back, 1 << 20)
            if not some:
                raise Failed("Chromium has gone")
            self.octets += some
        line, _, self.octets = self.octets.partition(b"\0")
        return json.loads(line)

    def call(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        os.write(self.to, json.dumps(request).encode() + b"\0")
        while True:
            answer = self.message(30)
            if answer is None:
                raise Failed(f"no answer to {method}")
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def close(self):
        try:
            self.call("Browser.close")
        except (Failed, OSError):
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """One tab. Whatever it asks of the network, or says of errors, is kept."""

    def __init__(self, chrome, width=1280, height=900, dark=False):
        self.chrome = chrome
        target = chrome.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = chrome.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "DOM", "Accessibility"):
            self.call(domain + ".enable")
        self.look(width, height, dark)

    def call(self, method, **parameters):
        return self.chrome.call(method, self.session, **parameters)

    def look(self, width, height, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def before(self, script):
        """Run in each page before its own."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def open(self, url):
        self.call("Page.navigate", url=url)

    def run(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise Failed(f"{expression[:200]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression, seconds=10):
        end = time.monotonic() + seconds
        while True:
            value = self.run(expression)
            if value or time.monotonic() > end:
                return value
            time.sleep(0.03)

    def key(self, name, shift=False):
        common = {"key": name, "code": "Space" if name == " " else name, "windowsVirtualKeyCode": KEYS[name],
                  "modifiers": 8 if shift else 0}
        text = {"Enter": "\r", " ": " "}.get(name)
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def shot(self, path, height=None):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height or 3000), "scale": 1}
        octets = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(octets))

    def heard(self, *methods):
        return [event["params"] for event in self.chrome.events
                if event.get("sessionId") == self.session and event["method"] in methods]

    def close(self):
        self.chrome.call("Target.closeTarget", targetId=self.target)
