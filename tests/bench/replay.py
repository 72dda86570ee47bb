#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""goaway replay beside tcpdump and tshark, which read the same file, in turns.

Prints, for each kind of captures.py, samples "replay_KIND" and "replay_KIND_cpu": million packets a
second by the clock, and in a second of processor time.
"""
import glob
import os
import resource
import subprocess
import sys
import tempfile
import time

BUILD, QUICK = os.environ["BUILD"], os.environ.get("QUICK")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOFTWARE = os.environ.get("SOFTWARE", f"{ROOT}/build/software")
PACKETS = 2000 if QUICK else 500000
FILTER = "udp port 123 or icmp"
TSHARK = f"{SOFTWARE}/tshark/usr/bin/tshark"


def tshark_command(capture):
    return [TSHARK, "-n", "-r", capture, "-Y", "(udp.port == 123 or icmp)", "-T", "fields", "-e",
            "ip.src", "-e", "ip.dst", "-e", "ntp.refid"]


def run(command, libraries=""):
    """Seconds by the clock, and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                   env=os.environ | {"LD_LIBRARY_PATH": libraries})
    elapsed = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def measure(kind, side, packets, command, libraries=""):
    clock, used = run(command, libraries)
    print(f"sample replay_{kind} {side} {packets / clock / 1e6:.4f}")
    print(f"sample replay_{kind}_cpu {side} {packets / max(used, 1e-3) / 1e6:.4f}")


def rounds_of(kind, capture, short):
    """short: the same, of which tshark has enough."""
    # as root it would give /dev/null away, to the user that it becomes
    tcpdump = ["tcpdump", *(["-Z", "root"] if os.geteuid() == 0 else []), "-r", capture]
    for number in range(int(os.environ["ROUNDS"])):
        measure(kind, "tcpdump", PACKETS, [*tcpdump, "-w", "/dev/null", FILTER])
        measure(kind, "tcpdump_n", PACKETS, [*tcpdump, "-n", FILTER])
        measure(kind, "goaway", PACKETS, [f"{BUILD}/src/goaway/goaway", "replay", "--json", capture])
        if number < 3 and os.path.exists(TSHARK):
            measure(kind, "tshark", PACKETS // 5, tshark_command(short),
                    glob.glob(f"{SOFTWARE}/tshark/usr/lib/*-linux-*")[0])
    if not os.path.exists(TSHARK):
        print(f"missing replay_{kind} tshark no package of it was fetched")
        print(f"missing replay_{kind}_cpu tshark no package of it was fetched")


def forge(kind, packets, file):
    subprocess.run([sys.executable, f"{ROOT}/tests/bench/captures.py", kind, str(packets)],
                   stdout=file, check=True)
    file.flush()


for each in "mixed", "ntp", "real", "forged", "deaf", "many":
    with tempfile.NamedTemporaryFile() as full, tempfile.NamedTemporaryFile() as part:
        forge(each, PACKETS, full)
        forge(each, PACKETS // 5, part)
        rounds_of(each, full.name, part.name)
