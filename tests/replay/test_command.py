#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""goaway replay itself: every capture against the tables, the same packets in other wrappings, and
files that are not what they should be.

    test_command.py GOAWAY CAPTURES MESSAGES
"""
import glob
import json
import os
import pathlib
import random
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time

GOAWAY, CAPTURES, MESSAGES = sys.argv[1:4]
SANITIZED = os.environ.get("SANITIZERS", "none") != "none"
tests = failures = 0


def check(name, good, *said):
    global tests, failures
    tests += 1
    failures += not good
    print(f"{'' if good else 'not '}ok {tests} - {name}")
    for what in () if good else said:
        print(f"# {what}")


try:
    import jsonschema

    SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "schema"
    LINE = json.loads((SCHEMAS / "replay.json").read_text())
    LAWFUL = jsonschema.Draft7Validator(
        LINE, resolver=jsonschema.RefResolver((SCHEMAS / "replay.json").as_uri(), LINE))
except ImportError:
    LAWFUL = None
schema_lines = 0
schema_faults = []


def judge(line):
    """Each line that any test reads, by tests/schema; told at the end."""
    global schema_lines
    schema_lines += 1
    if LAWFUL and not LAWFUL.is_valid(line):
        schema_faults.append(line)


class Said:
    """What a run said: events and summary, if it got so far."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err
        lines = [json.loads(line) for line in out.splitlines()]
        for line in lines[:100] + lines[-1:]:
            judge(line)
        self.events = [line for line in lines if line["event"] != "summary"]
        self.summary = lines[-1] if lines and lines[-1]["event"] == "summary" else None

    def believed(self):
        return sum(self.summary["kod_believed"].values())


def run(path, *options, octets=None):
    done = subprocess.run([GOAWAY, "replay", "--json", *options, path], input=octets,
                          capture_output=True, timeout=60)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_octets(octets, *options):
    return run("-", *options, octets=octets)


# ---- captures as values, and back ----

def read(path):
    """A list of (seconds, microseconds, octets); all our files are little-endian Ethernet."""
    data = open(path, "rb").read()
    assert struct.unpack_from("<IHH", data) == (0xA1B2C3D4, 2, 4)
    packets, at = [], 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<4I", data, at)
        packets.append((seconds, fraction, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return packets


def pcap(packets, link=1, order="<", nano=False, modified=False):
    magic = 0xA1B23C4D if nano else 0xA1B2CD34 if modified else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link)]
    for seconds, fraction, octets in packets:
        out.append(struct.pack(order + "4I", seconds, fraction * (1000 if nano else 1),
                               len(octets), len(octets)))
        out.append(bytes(8) if modified else b"")
        out.append(octets)
    return b"".join(out)


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(link=1, options=b"", order="<"):
    return block(1, struct.pack(order + "HHI", link, 0, 262144) + options, order)


def enhanced(number, stamp, octets, order="<"):
    return block(6, struct.pack(order + "5I", number, stamp >> 32, stamp & 0xFFFFFFFF,
                                len(octets), len(octets)) + octets + option(0, b"", order), order)


def pcapng(packets, link=1, order="<", units=10 ** 6, options=b""):
    out = [section(order), block(5, bytes(12), order), interface(link, options, order)]
    for seconds, fraction, octets in packets:
        out.append(enhanced(0, seconds * units + fraction * units // 10 ** 6, octets, order))
    return b"".join(out)


def rewrap(packets, wrap):
    return [(s, f, wrap(octets[12:14], octets[14:])) for s, f, octets in packets]


MACS = bytes(range(12))
VLAN, QINQ, PPPOE = b"\x81\x00", b"\x88\xa8", b"\x88\x64"


def ppp(kind):
    return b"\x00\x21" if kind == b"\x08\x00" else b"\x00\x57"


def pppoe(kind, ip):
    return b"\x11\x00\x12\x34" + struct.pack(">H", len(ip) + 2) + ppp(kind) + ip


WRAPPINGS = {
    "802.1Q": (1, lambda k, ip: MACS + VLAN + b"\x20\x05" + k + ip),
    "QinQ": (1, lambda k, ip: MACS + QINQ + b"\x00\x07" + VLAN + b"\x00\x05" + k + ip),
    "old QinQ": (1, lambda k, ip: MACS + b"\x91\x00\x00\x07" + VLAN + b"\x00\x05" + k + ip),
    "PPPoE": (1, lambda k, ip: MACS + PPPOE + pppoe(k, ip)),
    "PPPoE in a VLAN": (1, lambda k, ip: MACS + VLAN + b"\x00\x07" + PPPOE + pppoe(k, ip)),
    "PPPoE alone": (51, pppoe),
    "padded Ethernet": (1, lambda k, ip: MACS + k + ip + bytes(20)),
    "cooked": (113, lambda k, ip: b"\x00\x00\x00\x01\x00\x06" + bytes(8) + k + ip),
    "cooked, VLAN": (113, lambda k, ip: bytes(14) + VLAN + b"\x00\x05" + k + ip),
    "cooked 2": (276, lambda k, ip: k + bytes(18) + ip),
    "raw": (101, lambda k, ip: ip),
    "loopback": (0, lambda k, ip: b"\x02\x00\x00\x00" + ip),
    "PPP": (9, lambda k, ip: ppp(k) + ip),
    "PPP with HDLC": (9, lambda k, ip: b"\xff\x03" + ppp(k) + ip),
    "PPP, short": (9, lambda k, ip: ppp(k)[1:] + ip),
}


def same(said, wanted):
    return said.status == 0 and said.summary == wanted.summary and said.events == wanted.events


# ---- the tables ----

def table(name):
    with open(f"{CAPTURES}/{name}") as lines:
        next(lines)
        for line in lines:
            fields = line.split()
            yield fields[0], [int(field) for field in fields[1:]]


def is_whole(summary):
    """Every packet is one of these."""
    return summary["packets"] == sum((
        summary["not_signals"], summary["requests"], summary["times"],
        sum(summary["kod_believed"].values()), summary["goaway_messages"],
        sum(summary["refused"].values())))


def captures():
    verdicts = dict(table("verdicts.tsv"))
    for name, (requests, times, rate, deny, ntsn, other, _, symmetric_kiss, symmetric, _,
               others) in table("expected.tsv"):
        random_, guessable, zero, informational, drops, polices, settled = verdicts[name]
        said = run(f"{CAPTURES}/{name}")
        summary = said.summary
        believed, refused = summary["kod_believed"], dict(summary["refused"])
        wanted = {
            "status": 0, "requests": requests, "times": times,
            "believed": random_ + guessable, "zero": zero, "informational": informational,
            "drops": drops, "polices": polices, "settled": settled, "RSTR": 0,
            "kisses": rate + deny + ntsn + other,
            "no NTP of a client": symmetric_kiss + symmetric + others,
            "events": random_ + guessable, "complete": True, "whole": True,
        }
        zeros = refused.pop("nonce_zero", 0)
        informationals = refused.pop("kiss_informational", 0)
        got = {
            "status": said.status, "requests": summary["requests"], "times": summary["times"],
            "believed": said.believed(), "zero": zeros, "informational": informationals,
            "drops": summary["orders"]["drop"], "polices": summary["orders"]["police"],
            "settled": summary["left"].get("settling", 0), "RSTR": believed["RSTR"],
            "kisses": said.believed() + zeros + informationals,
            "no NTP of a client": sum(refused.values()) + summary["not_signals"],
            "events": len(said.events), "complete": summary["complete"],
            "whole": is_whole(summary),
        }
        good = got == wanted and (zeros or (believed["RATE"], believed["DENY"]) == (rate, deny))
        check(name, good, got, wanted, summary)
        told = run(f"{CAPTURES}/{name}", "--all")
        check(f"{name}: and all that was refused, one by one",
              len(told.events) == rate + deny + ntsn + other and told.summary == summary)
    check("every capture is in the tables",
          sorted(verdicts) == sorted(os.path.basename(p) for p in glob.glob(f"{CAPTURES}/*.pcap")))


def formats():
    for name in ("kod-client-chronyd43-v4", "kod-ntpsec122-rate-loop100ms-v6"):
        path = f"{CAPTURES}/{name}.pcap"
        packets, wanted = read(path), run(path)
        octets = open(path, "rb").read()
        check(f"{name}: from standard input", same(run_octets(octets), wanted))
        for label, made in {
                "big-endian": pcap(packets, order=">"),
                "nanoseconds": pcap(packets, nano=True),
                "big-endian nanoseconds": pcap(packets, order=">", nano=True),
                "modified": pcap(packets, modified=True),
                "pcapng": pcapng(packets),
                "pcapng, big-endian": pcapng(packets, order=">"),
                "pcapng, nanoseconds": pcapng(packets, units=10 ** 9,
                                              options=option(9, b"\x09") + option(0, b"")),
                "pcapng, two sections": pcapng(packets[:5]) + pcapng(packets[5:], order=">"),
        }.items():
            said = run_octets(made)
            check(f"{name}: {label}", same(said, wanted), said.err, said.summary, wanted.summary)
        # Units that divide a microsecond into no whole number of theirs.
        said = run_octets(pcapng(packets, units=2 ** 32, options=option(9, b"\xa0")))
        check(f"{name}: pcapng, binary fractions", said.status == 0 and
              said.summary["kod_believed"] == wanted.summary["kod_believed"])
        offset = struct.pack("<q", 1000000)
        said = run_octets(pcapng([(s - 1000000, f, o) for s, f, o in packets],
                                 options=option(14, offset)))
        check(f"{name}: pcapng, with an offset of time", same(said, wanted))
        for label, (link, wrap) in WRAPPINGS.items():
            for way, write in ("pcap", pcap), ("pcapng", pcapng):
                said = run_octets(write(rewrap(packets, wrap), link))
                check(f"{name}: {label}, {way}", same(said, wanted), said.err, said.summary)
        # One half of the packets by each of two kinds of link.
        two = section() + interface(1) + interface(101) + interface(147)
        for number, (s, f, o) in enumerate(packets):
            two += enhanced(number % 2, s * 10 ** 6 + f, o[14:] if number % 2 else o)
        said = run_octets(two + enhanced(2, 0, b"what is this?"))
        check(f"{name}: two kinds of link in one file, and one that is not known",
              said.status == 0 and said.events == wanted.events and
              said.summary["not_signals"] == wanted.summary["not_signals"] + 1)


def no_ip():
    packets = read(f"{CAPTURES}/normal-chronyd43-v4.pcap")
    for label, link, wrap in (
            ("five VLAN tags", 1, lambda k, ip: MACS + (VLAN + b"\x00\x05") * 5 + k + ip),
            ("PPPoE of another version", 1, lambda k, ip: MACS + PPPOE + b"\x22" +
             pppoe(k, ip)[1:]),
            ("PPPoE's discovery", 1, lambda k, ip: MACS + b"\x88\x63" + pppoe(k, ip)),
            ("another protocol in PPP", 9, lambda k, ip: b"\xc0\x21" + ip),
            ("ARP", 1, lambda k, ip: MACS + b"\x08\x06" + ip)):
        said = run_octets(pcap(rewrap(packets, wrap), link))
        check(f"{label} is passed over", said.status == 0 and
              said.summary["not_signals"] == len(packets), said.summary)
    for label, link, octets in (("Ethernet", 1, MACS), ("VLAN", 1, MACS + VLAN + b"\x00"),
                                ("PPPoE", 1, MACS + PPPOE + b"\x11\x00"), ("cooked", 113, bytes(9)),
                                ("cooked 2", 276, bytes(19)), ("PPP", 9, b"\x00"),
                                ("raw", 101, b""), ("loopback", 0, b"\x02\x00")):
        said = run_octets(pcap([(1, 1, octets)], link))
        check(f"{label}, cut within its header", said.status == 0 and
              said.summary["refused"] == {"truncated": 1}, said.summary)


def sides():
    path = f"{CAPTURES}/kod-client-timesyncd252-deny-v4.pcap"
    wanted = run(path)
    for label, prefixes, believed in (
            ("the client inside", ["192.0.2.10"], True),
            ("one of two prefixes", ["2001:db8::/32", "192.0.2.8/29"], True),
            ("the server inside", ["192.0.2.1"], False),
            ("both inside", ["192.0.2.0/24"], False),
            ("both outside", ["10.0.0.0/8"], False)):
        said = run(path, *[word for prefix in prefixes for word in ("--inside", prefix)])
        if believed:
            good = same(said, wanted)
        else:
            good = (not said.believed() and not said.events and
                    said.summary["refused"]["from_inside"] == wanted.believed())
        check(f"--inside: {label}", good, said.summary)


def handshake():
    for version, source, target in (4, "203.0.113.1", "203.0.113.11"), \
            (6, "2001:db8:1::11", "2001:db8:ffff::11"):
        path = f"{MESSAGES}/goaway-v{version}.pcap"
        packets = read(path)
        kinds = [o[14 + (20 if version == 4 else 40) + 143] if len(o) >= 214 else 0
                 for _, _, o in packets]
        check(f"IPv{version}: the capture holds all four messages", kinds == [0, 0, 1, 2, 3, 4])
        said = run(path)
        event = said.events[0] if said.events else {}
        check(f"IPv{version}: a handshake is proven once, and nothing is done",
              said.summary["goaway_believed"] == 1 and len(said.events) == 1 and
              said.summary["orders"] == {"drop": 0, "police": 0, "probe": 0} and
              is_whole(said.summary), said.summary)
        check(f"IPv{version}: it says who and what",
              event == event | {"event": "goaway", "source": source, "target": target,
                                "service": "udp/9999", "scope": "service", "believed": True,
                                "action": "none", "lifetime_asked": 3600}, event)
        check(f"IPv{version}: doubled, still once",
              run_octets(pcap([p for p in packets for _ in "12"])).summary["goaway_believed"] == 1)
        for kind, name, proven in (1, "GO-AWAY", 0), (2, "CHALLENGE", 0), (3, "CONFIRM", 0), \
                (4, "RESULT", 1):
            left = [p for p, k in zip(packets, kinds) if k != kind]
            said = run_octets(pcap(left))
            check(f"IPv{version}: without the {name}: {proven}",
                  said.status == 0 and said.summary["goaway_believed"] == proven)
        late = [(s + (17 if k >= 3 else 0), f, o) for (s, f, o), k in zip(packets, kinds)]
        check(f"IPv{version}: confirmed after 17 s: 0",
              run_octets(pcap(late)).summary["goaway_believed"] == 0)
        spoilt = [(s, f, o[:-30] + bytes([o[-30] ^ 1]) + o[-29:] if k == 3 else o)
                  for (s, f, o), k in zip(packets, kinds)]
        said = run_octets(pcap(spoilt), "--all")
        check(f"IPv{version}: a spoilt CONFIRM is refused, and told with --all",
              said.summary["goaway_believed"] == 0 and
              said.summary["refused"] == {"goaway_checksum": 1} and
              [e["reason"] for e in said.events] == ["goaway_checksum"], said.summary)
        for inside, proven in (source, 1), (target, 0):
            said = run(path, "--inside", inside)
            check(f"IPv{version}: with {inside} inside: {proven}",
                  said.summary["goaway_believed"] == proven)


# ---- what is not as it should be ----

def spoilt():
    path = f"{CAPTURES}/kod-ntpdrs140-deny-v4.pcap"
    packets, wanted = read(path), run(path)
    whole, whole_ng = pcap(packets), pcapng(packets)
    for label, octets in ("pcap", whole), ("pcapng", whole_ng):
        good = True
        for cut in sorted({*range(len(octets) - 40, len(octets)), *range(60, len(octets), 37)}):
            said = run_octets(octets[:cut])
            complete = said.summary and said.summary["complete"]
            good &= (said.status == 0) == bool(complete) and said.status in (0, 1)
            good &= bool(complete) or bool(said.err)
            good &= not said.summary or said.summary["packets"] <= len(packets)
        check(f"{label}: cut anywhere, it tells what was before, and fails", good)
    said = run_octets(whole[:-1])
    check("cut by one octet: the others are told",
          said.summary["packets"] == len(packets) - 1 and not said.summary["complete"] and
          "cut short" in said.err and f"after packet {len(packets) - 1}" in said.err, said.err)

    long = bytearray(whole)
    struct.pack_into("<I", long, 24 + 16 + len(packets[0][2]) + 8, 0x10000000)
    for label, octets, packets_before, says in (
            ("a packet of 256 MB", bytes(long), 1, "longer than any"),
            ("a block of 5 octets", whole_ng + struct.pack("<II", 6, 5), len(packets), "length"),
            ("a packet longer than its block", whole_ng + block(6, struct.pack(
                "<5I", 0, 0, 0, 400, 400) + bytes(8)), len(packets), "longer than its block"),
            ("a packet of no interface", whole_ng + enhanced(1, 0, b"x"), len(packets),
             "interface that was not told of"),
            ("a block of 4 GB", whole_ng + struct.pack("<II", 99, 0xFFFFFFFC), len(packets),
             "cut short"),
            ("a section in no order", whole_ng + block(0x0A0D0D0A, bytes(16)), len(packets),
             "no known order"),
            ("time in units that are too small", whole_ng + interface(1, option(9, b"\x7f")),
             len(packets), "too small"),
            ("options longer than their block", whole_ng + interface(
                1, struct.pack("<HH", 9, 4000)), len(packets), "longer than their block"),
            ("interfaces without end", whole_ng + interface() * 300, len(packets),
             "more than 256 interfaces")):
        said = run_octets(octets)
        check(f"{label}: told, exit 1",
              said.status == 1 and says in said.err and not said.summary["complete"] and
              said.summary["packets"] == packets_before, said.err, said.summary)

    for label, octets, says in (
            ("empty", b"", "it is empty"), ("short", b"\xd4\xc3\xb2", "too short"),
            ("no capture", b"#!/bin/sh\n" * 9, "it is no capture"),
            ("another version", whole[:4] + b"\x09" + whole[5:], "version"),
            ("another link", pcap(packets, link=105), "link of type 105, which is not understood; Ethernet, ")):
        said = run_octets(octets)
        check(f"{label}: exit 1, and why",
              said.status == 1 and says in said.err and said.summary is None, said.err)
    said = run_octets(pcapng(packets, link=105))
    check("another link, pcapng", said.status == 1 and "type 105, which is not understood; Ethernet, " in said.err, said.err)
    said = run_octets(pcapng(packets) + interface(105) + 2 * enhanced(1, 0, bytes(60)))
    check("beside another link: told, with how many and which", said.status == 0 and
          "2 packets of it come by a link that is not understood, the first by one of type 105" in said.err, said.err)
    check("no packets", run_octets(pcap([])).summary["packets"] == 0)
    check("no packets, pcapng", run_octets(section()).status == 0)
    check("blocks that say nothing", same(run_octets(
        whole_ng + block(0xBAD, bytes(900000)) + block(5, bytes(8))), wanted))

    with tempfile.TemporaryDirectory() as directory:
        for label, path_, says in ("no such file", f"{directory}/none", "No such file"), \
                ("a directory", directory, "Is a directory"):
            said = run(path_)
            check(label, said.status == 1 and says in said.err and not said.out, said.err)


def noise():
    """Whatever is in it, it ends by itself, with 0 or 1."""
    chance = random.Random(4)
    good = True
    names = sorted(glob.glob(f"{CAPTURES}/kod-c*.pcap") + glob.glob(f"{MESSAGES}/*.pcap"))
    for number in range(120):
        packets = read(chance.choice(names))[:30]
        wrapping = chance.choice([*WRAPPINGS.values()])
        octets = bytearray((pcapng if number % 2 else pcap)(rewrap(packets, wrapping[1]),
                                                            wrapping[0]))
        for _ in range(chance.choice((1, 3, 30))):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        said = run_octets(bytes(octets), "--all")
        good &= said.status in (0, 1)
        good &= not said.summary or is_whole(said.summary)
        if not good:
            check("noise", False, number, said.status, said.err)
            return
    check("noise in 120 files", good)


def stamps():
    packets = read(f"{CAPTURES}/kod-ntpdrs140-deny-v4.pcap")
    for label, seconds in ("1970", 0), ("after 2038", 0x90000000), ("2106", 0xFFFFFFFF):
        said = run_octets(pcap([(seconds, f, o) for _, f, o in packets]))
        check(f"stamps of {label}", said.status == 0 and said.summary["first"] >= seconds and
              said.believed() > 0, said.summary)
    said = run_octets(section() + interface(1, option(9, b"\x00")) + b"".join(
        enhanced(0, 2 ** 64 - 1, o) for _, _, o in packets))
    check("stamps at the end of time", said.status == 0 and said.believed() > 0, said.err)
    backwards = [(s, f, o) for (s, f, _), (_, _, o) in zip(reversed(packets), packets)]
    said = run_octets(pcap(backwards))
    check("time that runs backwards", said.status == 0 and is_whole(said.summary) and
          said.summary["first"] == packets[0][0] + packets[0][1] / 1e6 and
          said.summary["last"] == packets[-1][0] + packets[-1][1] / 1e6, said.summary)


def live():
    packets = read(f"{CAPTURES}/kod-ntpdrs140-deny-v4.pcap")
    command = subprocess.Popen([GOAWAY, "replay", "--json", "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    octets = pcap(packets[:2])
    for at in range(0, len(octets), 7):
        command.stdin.write(octets[at:at + 7])
        command.stdin.flush()
    told = select.select([command.stdout], [], [], 10)[0]
    line = command.stdout.readline() if told else b""
    check("a pipe: told while it is open", told and json.loads(line)["action"] == "drop", line)
    time.sleep(0.1)
    command.send_signal(signal.SIGINT)
    command.wait(timeout=30)
    out, err = command.communicate()
    check("interrupted: the summary, and 130", command.returncode == 130 and
          json.loads(out)["packets"] == 2 and not err, command.returncode, out, err)


def on_terminal(path, after, stdin=None):
    """What is shown on a terminal, of a run that is held up for a second once it has begun."""
    terminal, its = os.openpty()
    command = subprocess.Popen([GOAWAY, "replay", "--json", path], stdin=stdin,
                               stdout=subprocess.DEVNULL, stderr=its)
    os.close(its)
    time.sleep(after)
    command.send_signal(signal.SIGSTOP)
    time.sleep(1.1)
    command.send_signal(signal.SIGCONT)
    shown = b""
    try:
        while octets := os.read(terminal, 4096):
            shown += octets
    except OSError:
        pass  # that is how a terminal ends
    os.close(terminal)
    return command.wait(timeout=60), shown.decode()


def progress():
    with tempfile.NamedTemporaryFile() as capture:
        capture.write(many(400000))
        capture.flush()
        # Too early, it has not begun; too late, it is done: then there is nothing to show.
        for after in (0.03, 0.02, 0.05, 0.01, 0.1, 0.2, 0.4, 0.8):
            status, shown = on_terminal(capture.name, after)
            if shown:
                break
        bar = re.match(r"\r\x1b\[K\[(#*)(-*)\] +([0-9]+) % of [0-9]+ MB, [0-9]+ packets, "
                       r"[0-9]+ a second\r", shown)
        check("a bar on a terminal, how far it is, and how fast", status == 0 and bar, status,
              repr(shown))
        check("of 20 steps, as many as were made", bar and len(bar[1] + bar[2]) == 20 and
              len(bar[1]) == int(bar[3]) // 5, repr(shown))
        check("which is gone at the end", shown.endswith("\r\x1b[K"), repr(shown))
    done = subprocess.run([GOAWAY, "replay", "--json", f"{CAPTURES}/kod-ntpdrs140-deny-v4.pcap"],
                          capture_output=True, timeout=60)
    check("no bar where there is no terminal", done.returncode == 0 and not done.stderr)


def many(count):
    """Requests that are all different, so many."""
    template = read(f"{CAPTURES}/normal-chronyd43-v4.pcap")[0][2]
    out = [pcap([])]
    for number in range(count):
        octets = bytearray(template)
        octets[27:30] = struct.pack(">I", number + 2 ** 20)[1:]
        octets[-8:] = struct.pack(">Q", number * 0x9E3779B97F4A7C15 & 2 ** 64 - 1)
        out.append(struct.pack("<4I", 1700000000 + number // 9000, 0, len(octets), len(octets)) +
                   octets)
    return b"".join(out)


def memory():
    if SANITIZED:
        return
    # meson's MALLOC_PERTURB_ would have calloc touch what is never used.
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_PERTURB_"}
    command = subprocess.Popen([GOAWAY, "replay", "--json", "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, env=environment)
    command.stdin.write(many(300000))
    command.stdin.flush()
    # All but what is still in the pipe was read.
    with open(f"/proc/{command.pid}/status") as status:
        used_kb = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    out, _ = command.communicate(timeout=60)
    check("300,000 different requests", json.loads(out)["requests"] == 300000, out)
    check(f"memory is bounded: {used_kb} kB", used_kb < 16384)


def usage():
    for words, status, says in (
            ([], 2, "one FILE is needed"), (["a", "b"], 2, "one FILE is needed"),
            (["--inside", "10.0.0.1/8", "-"], 2, "bits set behind its length"),
            (["--inside", "here", "-"], 2, "is no address or prefix"),
            (["--inside", "10.0.0.0/8"] * 65 + ["-"], 2, "one too many"),
            (["--inside"], 2, "lacks its value"), (["--frobnicate", "-"], 2, "unknown"),
            (["-c", "/nonexistent", "-"], 1, "cannot be read"), (["--help"], 0, "Usage: goaway replay")):
        done = subprocess.run([GOAWAY, "replay", *words], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60)
        said = (done.stdout + done.stderr).decode()
        check(f"goaway replay {' '.join(words)[:40]}: {status}",
              done.returncode == status and says in said, said)
    with tempfile.NamedTemporaryFile("w") as settings:
        settings.write("deny_lifetime = 10m\nexempt_targets = { 192.0.2.99 }\n")
        settings.flush()
        path = f"{CAPTURES}/kod-ntpdrs140-deny-v4.pcap"
        said = run(path, "--config", settings.name)
        check("settings are those of the file", said.status == 0 and
              said.events[0]["lifetime"] == 600, said.err)
        settings.write("exempt_sources = { 192.0.2.10 }\n")
        settings.flush()
        said = run(path, "--config", settings.name)
        check("exempt sources are let alone", said.summary["left"] == {"exempt": said.believed()} and
              said.believed() > 0 and said.events[0]["action"] == "none", said.summary)
    done = subprocess.run([GOAWAY, "replay", f"{CAPTURES}/kod-ntpdrs140-deny-v4.pcap"],
                          capture_output=True, timeout=60, env=os.environ | {"TZ": "UTC"})
    said = done.stdout.decode()
    check("people read the daemon's lines", " would drop 192.0.2.10 -> 192.0.2.1 udp/123 for 1h: "
          "KoD DENY, offence 1, random\n" in said, said)
    full = subprocess.run([GOAWAY, "replay", f"{CAPTURES}/kod-ntpdrs140-deny-v4.pcap"],
                          stdout=open("/dev/full", "wb"), stderr=subprocess.PIPE, timeout=60)
    check("a full disk is an error", full.returncode == 1 and b"cannot write" in full.stderr)


for part in (captures, formats, no_ip, sides, handshake, spoilt, noise, stamps, live, progress, usage, memory):
    part()
if LAWFUL:
    check(f"{schema_lines} lines of JSON are as tests/schema has them", schema_lines and not schema_faults,
          *schema_faults[:5])
print(f"1..{tests}")
sys.exit(failures != 0)
