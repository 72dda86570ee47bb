# SPDX-License-Identifier: GPL-2.0-or-later
"""goaway-exporter, for tests: started on a port that the kernel chooses, and asked by plain sockets."""
import json
import os
import re
import socket
import subprocess
import tempfile
import threading

from fake_goawayd import Goawayd


class Answer:
    def __init__(self, octets):
        head, _, self.body = octets.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0] else 0
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}

    def json(self):
        return json.loads(self.body.decode("utf-8", "strict"))


class Exporter:
    """With a daemon of its own. The folder may be entered by anybody, for as root it becomes nobody."""

    def __init__(self, program, *arguments, daemon=True):
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o755)
        self.daemon = Goawayd(self.folder + "/control.sock") if daemon else None
        self.log = []
        self.process = subprocess.Popen(
            [program, "--socket", self.folder + "/control.sock", "--listen", "127.0.0.1:0", *arguments],
            stderr=subprocess.PIPE, text=True)
        self.log.append(self.process.stderr.readline())
        self.port = int(re.search(r":(\d+)/", self.log[0])[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def connect(self, timeout=20):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def raw(self, octets, timeout=20):
        """All that is answered to these octets."""
        answer = b""
        with self.connect(timeout) as one:
            one.sendall(octets)
            try:
                while some := one.recv(65536):
                    answer += some
            except ConnectionResetError:
                pass
        return Answer(answer)

    def get(self, path, method="GET", host=None, **headers):
        host = f"127.0.0.1:{self.port}" if host is None else host
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.raw(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def status(self):
        """Of the process, as /proc has it."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file)

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=10)


class Stream:
    """One that follows /events."""

    def __init__(self, exporter, small=False, **headers):
        self.socket = exporter.connect()
        if small:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(0.05)
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.socket.sendall(f"GET /events HTTP/1.1\r\nHost: localhost\r\n{extra}\r\n".encode())
        self.octets = b""

    def read(self):
        """What has come so far, and whether it ended."""
        try:
            while some := self.socket.recv(1 << 20):
                self.octets += some
        except TimeoutError:
            return self.octets, False
        except ConnectionResetError:
            pass
        return self.octets, True

    def answer(self):
        """What has come so far, chunks taken apart."""
        self.read()
        head, _, rest = self.octets.partition(b"\r\n\r\n")
        body = b""
        while rest:
            size, found, rest = rest.partition(b"\r\n")
            if not found or len(rest) < int(size, 16) + 2:
                break
            body += rest[:int(size, 16)]
            rest = rest[int(size, 16) + 2:]
        return Answer(head + b"\r\n\r\n" + body)

    def messages(self):
        """(event, id, data) of each."""
        found = []
        for block in self.answer().body.decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if fields:
                found.append((fields.get("event", "message"), fields.get("id"), json.loads(fields["data"])))
        return found

    def tail(self, octets):
        """Whether these were among the newest."""
        self.read()
        return octets in self.octets[-20000:]

    def close(self):
        self.socket.close()
