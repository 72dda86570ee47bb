#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From a line in a log to the element in a set: what those who read logs need.

    until_ban.py LOG COUNT PERIOD FORMAT     in the namespace where they act

Appends lines, each with an address of its own in the place of {} in FORMAT, at any time of the PERIOD of
seconds in which whoever acts looks for news, and prints how many milliseconds nf_tables took, after each,
to tell of a new element. One that nothing follows within a minute breaks it.
"""
import random
import socket
import struct
import sys
import time

NETLINK_NETFILTER, GROUP_NFTABLES, SOL_NETLINK, ADD_MEMBERSHIP = 12, 7, 270, 1
NEW_ELEMENT = 10 << 8 | 12
DEADLINE_S = 60

log, count, period, form = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
events.bind((0, 0))
events.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, GROUP_NFTABLES)


def is_new_element(octets):
    while len(octets) >= 16:
        length, kind = struct.unpack_from("=IH", octets)
        if kind == NEW_ELEMENT:
            return True
        octets = octets[(length + 3) & ~3:]
    return False


for number in range(count):
    # The last one was done as they looked: else all would wait for as long as can be.
    time.sleep(random.random() * period)
    events.settimeout(0.001)
    try:
        while events.recv(65536):
            pass
    except TimeoutError:
        pass
    with open(log, "a", encoding="ascii") as file:
        file.write(form.format(f"10.99.{number // 250}.{number % 250 + 1}") + "\n")
    start = time.monotonic()
    events.settimeout(DEADLINE_S)
    try:
        while not is_new_element(events.recv(65536)):
            pass
    except TimeoutError:
        sys.exit(f"no element within {DEADLINE_S} s")
    print(f"{(time.monotonic() - start) * 1e3:.3f}")
