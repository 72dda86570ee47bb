#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page for LuCI in a real browser, on the ubus object as rpcd would run it; LuCI itself is stood in for.

    luci.py VIEW RPCD_SCRIPT SHOT.png [TEXT]    1 if there is no browser

Prints what the page shows, presses the button of the row with TEXT if there is to be one, prints what it shows then, and
what it asked for.
"""
import http.server
import json
import pathlib
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "web"))
from chrome import Chrome, Page, find  # noqa: E402

VIEW, SCRIPT, SHOT, *TEXT = sys.argv[1:]


class Router(http.server.BaseHTTPRequestHandler):
    def answer(self, octets, kind, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def do_GET(self):
        path = {"/": HERE / "luci.html", "/view.js": pathlib.Path(VIEW)}.get(self.path)
        if path:
            self.answer(path.read_bytes(), "text/html" if self.path == "/" else "text/javascript")
        else:
            self.answer(b"", "text/plain", 404)

    def do_POST(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        done = subprocess.run(["sh", SCRIPT, "call", self.path.rpartition("/")[2]], input=request + b"\n",
                              stdout=subprocess.PIPE, check=False)
        try:  # as rpcd: what was printed counts, if it is JSON, and as ubus: no more than 1 MiB of it
            if len(json.dumps(json.loads(done.stdout))) > 1 << 20:
                raise ValueError
            self.answer(done.stdout, "application/json")
        except ValueError:
            self.answer(b"", "text/plain", 500)

    def log_message(self, *_):
        pass


def show(page, title):
    print(f"== {title}")
    print(page.run("document.body.innerText"))
    for line in page.run("[...document.querySelectorAll('tr')].map((row) => "
                         "[...row.cells].map((cell) => cell.innerText.trim()).join('|'))"):
        print("row:", line)


program = find()
if not program:
    sys.exit(1)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Router)
threading.Thread(target=server.serve_forever, daemon=True).start()
chrome = Chrome(program)
try:
    page = Page(chrome, 1100, 500)
    page.open(f"http://127.0.0.1:{server.server_port}/")
    page.wait("document.title === 'ready'")
    show(page, "as it comes")
    page.shot(SHOT)
    for text in TEXT:
        page.run("window.buttons = document.querySelectorAll('button').length")
        page.run("[...document.querySelectorAll('tr')].find((row) => row.innerText.includes(%s))"
                 ".querySelector('button').click()" % json.dumps(text))
        page.wait("document.querySelectorAll('button').length < window.buttons || document.querySelector('.alert')")
        show(page, "after the button")
    print("evil:", page.run("window.evil === undefined ? 'no' : 'yes'"))
    for call in page.run("calls"):
        print("call:", call)
    for event in page.heard("Runtime.exceptionThrown"):
        print("error:", event["exceptionDetails"]["text"])
finally:
    chrome.close()
