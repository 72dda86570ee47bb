#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures to measure goaway replay with, each the same every time.

    captures.py KIND PACKETS >FILE

mixed   a line of many hosts: mostly TCP and QUIC, of all lengths, with NTP, DNS and ping among it
ntp     requests and ordinary answers of 4096 clients
real    kisses of real servers to real clients (tests/replay/captures), again and again
forged  kisses that answer nothing, to clients that poll
deaf    64 clients that never stop: every request is answered by a kiss, that is told
many    the same of 4096 clients and 254 servers: ever new drops, in a table that is full
"""
import glob
import os
import random
import struct
import sys

chance = random.Random(1)
MACS = bytes.fromhex("0200000000010200000000020800")
SERVERS = [bytes((192, 0, 2, n)) for n in range(1, 255)]


def ipv4(protocol, source, target, payload):
    return MACS + struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 63, protocol,
                              0) + source + target + payload


def udp(source, target, source_port, target_port, payload):
    return ipv4(17, source, target, struct.pack(">4H", source_port, target_port,
                                                8 + len(payload), 0) + payload)


def request(client, server, port, nonce):
    return udp(client, server, port, 123, b"\x23" + bytes(39) + nonce)


def answer(client, server, port, nonce, kiss=None):
    head = b"\xe4\x00\x06\xe8" + bytes(8) + kiss if kiss else b"\x24\x02\x06\xe8" + bytes(12)
    return udp(server, client, 123, port, head + bytes(8) + nonce + bytes(16))


def clients(count):
    return [bytes((10, 0, n >> 8, n & 255)) for n in range(count)]


def polls(of, kinds):
    """Requests, each with what the server says to it."""
    while True:
        client, server = chance.choice(of), chance.choice(SERVERS)
        port, nonce = chance.randrange(1024, 65536), chance.randbytes(8)
        yield request(client, server, port, nonce)
        yield answer(client, server, port, nonce, chance.choice(kinds))


def forged(of):
    for count, packet in enumerate(polls(of, [None])):
        yield packet
        if count % 2:
            for _ in range(18):
                yield answer(chance.choice(of), chance.choice(SERVERS), 123, chance.randbytes(8),
                             b"DENY")


def mixed(of):
    ntp = polls(of, [None] * 9 + [b"RATE"])
    payload = chance.randbytes(1460)
    while True:
        client, server = chance.choice(of), chance.choice(SERVERS)
        kind = chance.random()
        size = chance.choice((0, 0, 32, 200, 1200, 1440))
        if kind < 0.6:
            yield ipv4(6, client, server, struct.pack(">HHLLBBHHH", 40000, 443, 1, 1, 0x50, 16,
                                                      500, 0, 0) + payload[:size])
        elif kind < 0.8:
            yield udp(server, client, 443, 40000, payload[:size])
        elif kind < 0.9:
            yield udp(client, server, 40000, 53, payload[:40])
        elif kind < 0.92:
            yield ipv4(1, client, server, b"\x08\x00" + bytes(62))
        else:
            yield next(ntp)


def real():
    folder = os.path.join(os.path.dirname(__file__), "../replay/captures")
    packets = []
    for path in sorted(glob.glob(f"{folder}/kod-*.pcap")):
        with open(path, "rb") as file:
            data, at = file.read(), 24
        while at < len(data):
            captured = struct.unpack_from("<I", data, at + 8)[0]
            packets.append(data[at + 16:at + 16 + captured])
            at += 16 + captured
    while True:
        yield from packets


KINDS = {
    "mixed": lambda: mixed(clients(4096)),
    "ntp": lambda: polls(clients(4096), [None]),
    "real": real,
    "forged": lambda: forged(clients(256)),
    "deaf": lambda: polls(clients(64), [b"DENY", b"RATE"]),
    "many": lambda: polls(clients(4096), [b"DENY", b"RATE", b"RATE", b"RSTR"]),
}
wanted = int(sys.argv[2])
out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
for number, octets in zip(range(wanted), KINDS[sys.argv[1]]()):
    out.write(struct.pack("<4I", 1750000000 + number // 5000, number % 5000 * 200, len(octets),
                          len(octets)) + octets)
