# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows of the bench: what is measured, in what, beside whom, and what would be good.

A goal: ("ratio", SIDE, "at least", N) is our median over that side's, round by round where both have
as many; ("value", "under", N) is our median itself.
"""
from dataclasses import dataclass, field

PEERS = ("fail2ban", "crowdsec", "sshguard")


@dataclass
class Row:
    key: str
    title: str
    unit: str
    sides: tuple = ("goaway",)
    goals: list = field(default_factory=list)
    quick: bool = True  # measured by `run quick` too


def ratio(side, number):
    return ("ratio", side, "at least", number)


def at_most(side, number):
    return ("ratio", side, "at most", number)


def under(number):
    return ("value", "under", number)


def at_least(number):
    return ("value", "at least", number)


KINDS = {
    "mixed": "mixed traffic",
    "ntp": "requests and times alone",
    "real": "kisses of real servers, repeated",
    "forged": "ever new drops in a full table",
    "deaf": "kisses that answer nothing",
    "many": "64 clients, every kiss told",
}

PARTS = {
    "forward.sh": [Row(f"forward_{level}", f"forwarding, {level} drops", "packets in 1 s of a core",
                       ("none", "one", "goaway"), [ratio("none", 0.97), ratio("one", 0.99)])
                   for level in ("0", "1k", "100k", "1M")],
    "drop.sh": [
        Row("drop", "an offender's packets thrown away", "packets in 1 s of a core", ("bare", "goaway"),
            [ratio("bare", 0.9)]),
    ],
    "signal.sh": [
        Row("kod_p50", "KoD on the wire to drop, p50", "us", ("bare", "goaway"), [under(60)]),
        Row("kod_p99", "KoD on the wire to drop, p99", "us", ("bare", "goaway"), [under(500)]),
        Row("kod_cpu", "processor time for a KoD", "us"),
        Row("handshake_p50", "GO-AWAY on the wire to drop, p50", "us"),
        Row("handshake_p99", "GO-AWAY on the wire to drop, p99", "us"),
        Row("proven_one", "proven KoDs a second, one by one", "1/s", ("bare", "goaway"),
            [ratio("bare", 0.5)]),
        Row("proven_many", "proven KoDs a second, 64 under way", "1/s", ("bare", "goaway"),
            [ratio("bare", 1)]),
        Row("proven_cpu", "proven KoDs in a second of processor time", "1/s", ("bare", "goaway"),
            [ratio("bare", 0.5)]),
        Row("handshakes", "whole handshakes a second", "1/s", goals=[at_least(10000)]),
        Row("handshakes_cpu", "whole handshakes in a second of processor time", "1/s",
            goals=[at_least(10000)]),
    ],
    "replay.py": [row for kind, what in KINDS.items() for row in (
        Row(f"replay_{kind}", f"replay, {what}", "million packets/s", ("tcpdump", "tshark", "goaway"),
            [ratio("tcpdump", 1)]),
        Row(f"replay_{kind}_cpu", f"replay, {what}, in processor time", "million packets/s",
            ("tcpdump", "tshark", "goaway")))],
}
