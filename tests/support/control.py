# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of goawayd's control socket.

usage: control.py SOCKET ask REQUEST        say it (-: what is on standard input), print what is answered
       control.py SOCKET verb VERB [NAME=VALUE...]
       control.py SOCKET hold NUMBER        connect so often, say how it went, and stay
       control.py SOCKET abuse SECONDS      connect and misbehave in each way; how often
       control.py SOCKET deaf               follow events, and read nothing until SIGUSR1
       control.py SOCKET drops NUMBER       so many drops by hand, of one pair
"""
import json
import os
import random
import signal
import socket
import sys
import time


def connect(path):
    conn = socket.socket(socket.AF_UNIX)
    conn.settimeout(20)
    try:
        conn.connect(path)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")
    return conn, conn.makefile("rb")


def ends(line):
    answer = json.loads(line)
    return "done" in answer or ("error" in answer and "code" in answer)


def ask(path, request):
    conn, lines = connect(path)
    greeting = lines.readline()
    if json.loads(greeting).get("goaway") != 1:
        sys.stdout.buffer.write(greeting)
        return 1
    octets = sys.stdin.buffer.read() if request == "-" else os.fsencode(request)
    try:
        conn.sendall(octets + b"\n")
    except OSError:
        pass  # it may have heard enough
    for line in lines:
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
        if ends(line):
            return 0
    return 1


def value(text):
    return int(text) if text.isdigit() else {"true": True, "false": False}.get(text, text)


def verb(path, name, *words):
    request = {"v": 1, "verb": name}
    request.update((word.partition("=")[0], value(word.partition("=")[2])) for word in words)
    return ask(path, json.dumps(request))


def hold(path, number):
    held, codes = [], {}
    for _ in range(int(number)):
        conn, lines = connect(path)
        greeting = json.loads(lines.readline())
        code = greeting.get("code", "in")
        codes[code] = codes.get(code, 0) + 1
        if code == "in":
            # A follower may stay as long as it likes.
            conn.sendall(b'{"v":1,"verb":"events","follow":true}\n')
            held.append((conn, lines))
    print(" ".join(f"{code}={count}" for code, count in sorted(codes.items())), flush=True)
    signal.pause()


def abuses():
    rnd = random.Random(4)
    yield b""
    yield b'{"v":1,"verb":"stat'
    yield b"x" * 100000
    yield bytes(rnd.randrange(256) for _ in range(3000))
    yield b"\n" * 4000
    yield b'{"v":1,"verb":"counters"}\n' * 200
    yield b"[" * 4000 + b"\n"
    yield b"\0" * 500 + b"\n"


def abuse(path, seconds):
    end, count, shapes = time.monotonic() + float(seconds), 0, list(abuses())
    while time.monotonic() < end:
        conn = socket.socket(socket.AF_UNIX)
        conn.setblocking(False)
        try:
            conn.connect(path)
            conn.send(shapes[count % len(shapes)])
        except OSError:
            pass
        conn.close()
        count += 1
    print(f"abused={count}")


def deaf(path):
    woken = []
    signal.signal(signal.SIGUSR1, lambda number, frame: woken.append(number))
    conn, lines = connect(path)
    lines.readline()
    conn.sendall(b'{"v":1,"verb":"events","follow":true}\n')
    print("deaf", flush=True)
    while not woken:
        signal.pause()
    read = lines.readlines()
    ids = [json.loads(line).get("id") for line in read[:-1]]
    print(f"lines={len(read)} consecutive={int(ids == list(range(ids[0], ids[0] + len(ids))))}")
    print(read[-1].decode(), end="", flush=True)


def drops(path, number):
    conn, lines = connect(path)
    lines.readline()
    for i in range(int(number)):
        request = {"v": 1, "verb": "drop", "source": "10.0.1.99", "target": "192.0.2.99",
                   "service": f"udp/{i % 8 + 1}", "lifetime_s": 60, "why": "x" * 53}
        conn.sendall(json.dumps(request).encode() + b"\n")
        if b'"done"' not in lines.readline():
            return 1
    return 0


if __name__ == "__main__":
    COMMANDS = {"ask": ask, "verb": verb, "hold": hold, "abuse": abuse, "deaf": deaf, "drops": drops}
    sys.exit(COMMANDS[sys.argv[2]](sys.argv[1], *sys.argv[3:]))
