#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""goaway replay beside tcpdump, which reads the same file, in turns.

    replay.py GOAWAY PACKETS ROUNDS

Prints, for each kind of captures.py, "replay_KIND=" and "replay_KIND_cpu=": the medians of how much
longer goaway took than tcpdump in the same round, by the clock and in processor time.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

GOAWAY, PACKETS, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
FILTER = "udp port 123 or icmp"


def run(*command):
    """Seconds by the clock, and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    elapsed = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


for kind in "mixed", "ntp", "real", "forged", "deaf", "many":
    with tempfile.NamedTemporaryFile() as capture:
        subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "captures.py"), kind,
                        PACKETS], stdout=capture, check=True)
        rounds = []
        for _ in range(ROUNDS):
            theirs = run("tcpdump", "-r", capture.name, "-w", "/dev/null", FILTER)
            ours = run(GOAWAY, "replay", "--json", capture.name)
            rounds.append((ours[0] / theirs[0], ours[1] / theirs[1]))
    wall, cpu = (statistics.median(column) for column in zip(*rounds))
    print(f"replay_{kind}={wall:.2f} replay_{kind}_cpu={cpu:.2f}")
