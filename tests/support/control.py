# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of goawayd's control socket.

usage: control.py SOCKET ask REQUEST | verb VERB [NAME=VALUE...]
"""
import json
import socket
import sys


def connect(path):
    conn = socket.socket(socket.AF_UNIX)
    conn.settimeout(20)
    conn.connect(path)
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
    conn.sendall(request.encode("utf-8", "surrogateescape") + b"\n")
    for line in lines:
        sys.stdout.buffer.write(line)
        if ends(line):
            return 0
    return 1


def value(text):
    return int(text) if text.isdigit() else {"true": True, "false": False}.get(text, text)


def verb(path, name, *words):
    request = {"v": 1, "verb": name}
    request.update((word.partition("=")[0], value(word.partition("=")[2])) for word in words)
    return ask(path, json.dumps(request))


if __name__ == "__main__":
    sys.exit({"ask": ask, "verb": verb}[sys.argv[2]](sys.argv[1], *sys.argv[3:]))
