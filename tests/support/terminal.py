#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A terminal for tests: terminal.py ROWS COLUMNS COMMAND...

Runs the command on a pseudo terminal and does what standard input says, line by line:

    wait TEXT       until TEXT is on the screen, 20 s at most
    gone TEXT       until it is not
    resize ROWS COLUMNS
    signal NAME     as TERM, to the command
    key TEXT        typed; ^C and ^Z are one key
    steady TEXT     from now on TEXT is never gone from the first line, not even for one octet
    screen          print what stands there, lines of nothing at the end left out
    colours         print each word that has one, as red:drop
    run COMMAND     in a shell beside it
    stopped         until the command is stopped
    cursor hidden, cursor shown     until it is
    end             wait for its end, and print its exit status

Exits 1, saying why, if one of these fails.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

DEADLINE_S = 20
HELD = 2026 << 5  # as pyte has a private mode: synchronized output, half a picture is no picture


class Terminal:
    def __init__(self, rows, columns, command):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.steady = None
        self.raw = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.set_size(0, rows, columns)
            os.environ["TERM"] = "xterm"
            os.execvp(command[0], command)
        self.status = None

    @staticmethod
    def set_size(fd, rows, columns):
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.set_size(self.fd, rows, columns)

    def feed(self, octets):
        self.raw += octets
        if self.steady is None:
            self.stream.feed(octets)
            return
        for i in range(len(octets)):
            self.stream.feed(octets[i : i + 1])
            if self.steady not in self.first_line():
                raise SystemExit("'%s' was gone from the first line" % self.steady)

    def first_line(self):
        """Alone: `display` renders every line, too slow for each octet in an emulator."""
        line = self.screen.buffer[0]
        return "".join(line[column].data for column in range(self.screen.columns))

    def read(self, seconds):
        """What comes within that time; False at the end."""
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                octets = os.read(self.fd, 65536)
            except OSError:  # nobody has the other side open any more
                return False
            self.feed(octets)
            return bool(octets)
        return True

    def until(self, done, what):
        end = time.monotonic() + DEADLINE_S
        while HELD in self.screen.mode or not done():
            if time.monotonic() > end:
                raise SystemExit("not in time: %s\n%s" % (what, self.text()))
            self.read(0.05)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip("\n")

    def colours(self):
        words = []
        for row in range(self.screen.lines):
            before = "default"
            for column in range(self.screen.columns):
                char = self.screen.buffer[row][column]
                if char.fg != "default" and char.data != " ":
                    if char.fg != before:
                        words.append(char.fg + ":")
                    words[-1] += char.data
                before = char.fg
        return sorted(set(words))

    def state(self):
        with open("/proc/%d/stat" % self.pid, encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    def end(self):
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end and self.read(0.05):
            pass
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        while not pid and time.monotonic() < end:
            time.sleep(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            os.kill(self.pid, signal.SIGKILL)
            raise SystemExit("it does not end")
        return os.waitstatus_to_exitcode(status)

    def do(self, line):
        word, _, rest = line.partition(" ")
        if word == "wait":
            self.until(lambda: rest in self.text(), "'%s' to appear" % rest)
        elif word == "gone":
            self.until(lambda: rest not in self.text(), "'%s' to go" % rest)
        elif word == "resize":
            self.resize(*map(int, rest.split()))
        elif word == "signal":
            os.kill(self.pid, signal.Signals["SIG" + rest])
        elif word == "key":
            os.write(self.fd, {"^C": b"\x03", "^Z": b"\x1a"}.get(rest, rest.encode()))
        elif word == "run":
            subprocess.run(rest, shell=True, check=True)
        elif word == "steady":
            self.steady = rest
        elif word == "screen":
            print(self.text())
        elif word == "colours":
            print(" ".join(self.colours()))
        elif word == "stopped":
            self.until(lambda: self.state() == "T", "it to stop")
        elif word == "cursor":
            self.until(lambda: self.screen.cursor.hidden == (rest == "hidden"), line)
        elif word == "end":
            print(self.end())
        else:
            raise SystemExit("what is '%s'?" % line)


def main():
    terminal = Terminal(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    for line in sys.stdin:
        terminal.do(line.rstrip("\n"))


main()
