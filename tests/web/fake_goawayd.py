# SPDX-License-Identifier: GPL-2.0-or-later
"""A goawayd as its clients see it: the control socket (goaway-control(7)), with what a test wants behind it."""
import json
import os
import pathlib
import re
import socket
import threading

GREETING = {"goaway": 1, "version": "0.1.0"}

ROOT = pathlib.Path(__file__).resolve().parents[2]


def real_counters():
    """(kind, name, help) of all that the real one has, as its source has them."""
    source = (ROOT / "src/core/counter.c").read_text(encoding="utf-8")
    row = re.compile(r'\{"([^"]+)",\s*"([^"]+)"\}')
    tables = {"kernel": "kernel", "outcomes": "outcome", "results": "result", "daemon": "daemon"}
    found = []
    for table, kind in tables.items():
        body = re.search(r"struct counter %s\[\] = \{(.*?)^\};" % table, source, re.S | re.M)[1]
        found += [(kind, *pair) for pair in row.findall(body)]
    reasons = (ROOT / "include/goaway/reason.h").read_text(encoding="utf-8")
    found += [("reason", *pair) for pair in re.findall(r'X\([A-Z_]+, "([^"]+)", "([^"]+)"\)', reasons)
              if pair[0] != "none"]
    return found


def counters(value=lambda number: number):
    lines = []
    for number, (kind, name, meaning) in enumerate(real_counters()):
        line = {"name": name, "kind": kind, "help": meaning}
        if kind == "kernel":
            line.update(packets=value(number), bytes=76 * value(number))
        else:
            line.update(count=value(number))
        lines.append(line)
    return lines


def status(**changes):
    line = {"mode": "enforce", "version": "0.1.0", "since_s": 4000, "started_s": 1700000000, "queue": 247,
            "uplinks": ["wan"], "clients": 1, "room": {"used": 3, "size": 16384, "share": 64},
            "standing": {"drop": {"ipv4": 2, "ipv6": 0}, "police": {"ipv4": 1, "ipv6": 0}},
            "heard": 17, "challenges": 1, "send_errors": 0, "table_errors": 0, "clients_cut_off": 0}
    line.update(changes)
    return line


def drop(number=0, **changes):
    police = number % 4 == 1
    line = {"source": f"10.0.{number // 250}.{number % 250 + 1}", "target": f"192.0.2.{number % 200 + 1}",
            "service": "udp/123", "action": "police" if police else "drop", "left_s": 60 + number,
            "lifetime_s": 3600, "packets": number, "bytes": 76 * number, "rate": 4 if police else None,
            "burst": 8 if police else None, "why": "KoD RATE" if police else "KoD DENY, offence 1, random"}
    line.update(changes)
    return line


def event(number, **changes):
    line = {"id": number, "boot_ns": 1000000000 * number, "time": "2026-11-22T10:%02d:%02dZ" % (number // 60 % 60, number % 60),
            "kind": "installed", "text": f"drop 10.0.0.{number % 250} -> 192.0.2.1 udp/123 for 1h: KoD DENY",
            "source": f"10.0.0.{number % 250}", "target": "192.0.2.1", "service": "udp/123", "action": "drop"}
    line.update(changes)
    return line


class Goawayd:
    """Answers until it is stopped. Its attributes may change meanwhile."""

    def __init__(self, path):
        self.path = path
        self.status = status()
        self.counters = counters()
        self.drops = []
        self.events = []
        self.silent = False      # say nothing, not even a greeting
        self.silent_to = None    # nor an answer to this verb
        self.raw = None          # answer every verb with these octets
        self.boundless = False   # overlook what a client asks at most
        self.asked = []          # verbs
        self.followers = []
        self.lock = threading.Lock()
        self.clients = set()
        self.listener = None
        self.start()

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(16)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        with self.lock:
            listener, self.listener = self.listener, None
            gone, self.clients, self.followers = self.clients, set(), []
        if not listener:
            return
        # A thread that waits in accept or recv is not woken by close alone.
        for one in [listener, *gone]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        os.unlink(self.path)

    def happen(self, *events):
        """New events, to the history and to who follows."""
        with self.lock:
            self.events += events
            for follower in self.followers:
                self._say(follower, *events)

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.clients.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    @staticmethod
    def _say(client, *lines):
        try:
            client.sendall(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        except OSError:
            pass

    def _serve(self, client):
        if self.silent:
            return
        self._say(client, GREETING)
        try:
            for line in client.makefile("rb"):
                self._answer(client, json.loads(line))
        except (OSError, ValueError):
            pass
        with self.lock:
            if client in self.clients:
                self.clients.discard(client)
                client.close()

    def _answer(self, client, request):
        verb = request["verb"]
        self.asked.append(verb)
        if self.silent_to == verb or self.silent:
            return
        if self.raw is not None:
            client.sendall(self.raw)
        elif verb == "status":
            self._say(client, {**self.status, "done": True})
        elif verb == "counters":
            self._say(client, *self.counters, {"done": True})
        elif verb == "drops":
            limit = 1 << 32 if self.boundless else request.get("limit", 1 << 32)
            some = self.drops[:limit]
            self._say(client, *some, {"done": True, "count": len(some), "more": len(self.drops) > limit})
        elif verb == "events":
            self._events(client, request)
        else:
            self._say(client, {"error": f"there is no verb '{verb}'", "code": "usage"})

    def _events(self, client, request):
        with self.lock:
            last = len(self.events) if self.boundless else request.get("last", len(self.events))
            self._say(client, *(self.events[-last:] if last else []))
            if request.get("follow"):
                self.followers.append(client)
            else:
                self._say(client, {"done": True})
