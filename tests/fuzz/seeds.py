#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What corpora grow from: packets of real servers, the protocol's vectors, the text that users
write. usage: seeds.py FOLDER, which gets a folder a target."""
import pathlib
import struct
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent


def captures():
    """(name, octets of the file, Ethernet frames), the shortest first."""
    found = []
    for path in (TESTS / "replay").glob("*/*.pcap"):
        octets = path.read_bytes()
        order = "<" if octets[:4] == b"\xd4\xc3\xb2\xa1" else ">"
        at, frames = 24, []
        while at < len(octets):
            length = struct.unpack(order + "I", octets[at + 8:at + 12])[0]
            frames.append(octets[at + 16:at + 16 + length])
            at += 16 + length
        found.append((path.name, octets, frames))
    return sorted(found, key=lambda capture: (len(capture[1]), capture[0]))


def icmp_packets():
    """The vectors, with the IP header that they come in."""
    for path in sorted((TESTS / "unit" / "vectors").glob("*.hex")):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        icmp = bytes.fromhex("".join(lines))
        to_c = "go-away" in path.name or "confirm" in path.name
        if path.name.startswith("ipv4"):
            c, v = bytes([192, 0, 2, 10]), bytes([198, 51, 100, 7])
            head = bytes.fromhex("450000c8000040004001") + b"\0\0"
        else:
            c = bytes.fromhex("20010db8000100000000000000000010")
            v = bytes.fromhex("20010db8000200000000000000000007")
            head = bytes.fromhex("6000000000b43a40")
        yield head + (v + c if to_c else c + v) + icmp


def pcapng(frames, order):
    """A capture in the new format: a section, an interface with options, packets of three kinds."""
    def block(kind, content):
        content += b"\0" * (-len(content) % 4)
        length = struct.pack(order + "I", 12 + len(content))
        return struct.pack(order + "I", kind) + length + content + length
    out = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack(order + "HHI", 1, 0, 0)
                 + struct.pack(order + "HHB3x", 9, 1, 9)
                 + struct.pack(order + "HHq", 14, 8, 3600) + struct.pack(order + "HH", 0, 0))
    for number, frame in enumerate(frames[:3]):
        kind = (6, 2, 3)[number]
        head = {6: struct.pack(order + "IIIII", 0, 1, 2, len(frame), len(frame)),
                2: struct.pack(order + "HHIIII", 0, 7, 1, 2, len(frame), len(frame)),
                3: struct.pack(order + "I", len(frame))}[kind]
        out += block(kind, head + frame)
    return out + block(4, b"\0\0\0\0")


def seeds():
    """(target, octets)"""
    files = captures()
    for _, octets, frames in files:
        for frame in frames[:2]:
            yield "decode", b"\x80" + frame[14:]
        if frames:
            yield "link", b"\x01\x80" + frames[0]
        if len(octets) < 1200:
            yield "pcap", octets
    frames = next(frames for _, _, frames in files if len(frames) > 2)
    yield "pcap", pcapng(frames, "<")
    yield "pcap", pcapng(frames, ">")
    for packet in icmp_packets():
        yield "decode", b"\xff" + packet
    ip = frames[0][14:]
    mac = frames[0][:12]
    for link, frame in [(0, ip), (1, mac + b"\x81\0\0\5\x08\0" + ip),
                        (1, mac + b"\x88\xa8\0\1\x81\0\0\2\x88\x64\x11\0\0\7\0\x48\0\x21" + ip),
                        (2, bytes(14) + b"\x08\0" + ip), (3, b"\x08\0" + bytes(18) + ip),
                        (4, b"\2\0\0\0" + ip), (5, b"\xff\3\0\x21" + ip), (5, b"\x21" + ip),
                        (6, b"\x11\0\0\1\0\x48\0\x57" + ip)]:
        yield "link", bytes([link, 200]) + frame
    for text in ["192.0.2.1", "2001:db8::1", "192.0.2.0/24", "2001:db8::/32", "::ffff:1.2.3.4/128",
                 "3600", "1d2h3m4s", "2w", "4294967295", "drops 1, for 3600",
                 "drops 2, polices 3, for 60, doubted, last police", "exemt_sources", "qeue"]:
        yield "text", b"\x0c" + text.encode()


def main():
    folder = pathlib.Path(sys.argv[1])
    count = {}
    for target, octets in seeds():
        count[target] = count.get(target, 0) + 1
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / f"seed-{count[target]:03}").write_bytes(octets)


if __name__ == "__main__":
    main()
