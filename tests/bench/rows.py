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
    "forged": "kisses that answer nothing",
    "deaf": "64 clients, every kiss told",
    "many": "ever new drops in a full table, each told",
}

# where goaway writes a line for most packets, which tcpdump does with -n
TOLD = ("deaf", "many")

FLOODS = {"kod": "KoDs", "goaway": "GO-AWAYs"}
# who gets all NTP in user space gets no ICMP
UPSTAIRS = {"kod": ("upstairs",), "goaway": ()}

READERS = ("tcpdump", "tcpdump_n", "tshark", "goaway")

PARTS = {
    "forward.sh": [Row(f"forward_{level}", f"forwarding, {title}", "packets in 1 s of a core",
                       ("none", "one", "goaway"), [ratio("none", 0.97), ratio("one", 0.99)])
                   for level, title in [("0", "0 drops"),
                                        *((f"{many}_{kind}", f"{many} drops of {whose}")
                                          for kind, whose in (("ntp", "NTP"), ("other", "another service"))
                                          for many in ("1k", "100k", "1M"))]],
    "drop.sh": [
        Row("drop", "an offender's packets thrown away", "packets in 1 s of a core",
            ("bare", "behind", "goaway"), [ratio("bare", 0.9)]),
    ],
    "signal.sh": [
        Row("kod_p50", "KoD on the wire to drop, p50", "us", ("bare", *PEERS, "goaway"), [under(60)]),
        Row("kod_p99", "KoD on the wire to drop, p99", "us", ("bare", *PEERS, "goaway"), [under(500)]),
        Row("kod_cpu", "processor time for a KoD", "us"),
        Row("handshake_p50", "GO-AWAY on the wire to drop, p50", "us"),
        Row("handshake_p99", "GO-AWAY on the wire to drop, p99", "us"),
        Row("proven_one", "proven KoDs a second, one by one", "1/s", ("bare", "taken", "goaway"),
            [ratio("bare", 0.5)]),
        Row("proven_many", "proven KoDs a second, 32 under way", "1/s", ("bare", "taken", "goaway"),
            [ratio("bare", 1)]),
        Row("proven_cpu", "proven KoDs in a second of processor time", "1/s", ("bare", "goaway"),
            [ratio("bare", 0.5)]),
        Row("handshakes", "whole handshakes a second", "1/s", goals=[at_least(10000)]),
        Row("handshakes_cpu", "whole handshakes in a second of processor time", "1/s",
            goals=[at_least(10000)]),
    ],
    "flood.sh": [
        *(row for kind, what in FLOODS.items() for row in (
            Row(f"flood_{kind}_forward", f"forwarding in a flood of forged {what}",
                "packets in 1 s of a core", ("none", *UPSTAIRS[kind], "goaway"), [ratio("none", 0.9)]),
            Row(f"flood_{kind}_handed", f"packets of a flood of forged {what} that come to user space",
                "packets", (*UPSTAIRS[kind], "goaway"), [("value", "at most", 0)]),
            Row(f"flood_{kind}_alone", f"forged {what} that the router takes in",
                "packets in 1 s of a core", ("none", "goaway"), [ratio("none", 0.9)]))),
        *(row for kind, what in FLOODS.items() for row in (
            Row(f"flood_{kind}_p50", f"KoD on the wire to drop in a flood of forged {what}, p50", "us"),
            Row(f"flood_{kind}_p99", f"KoD on the wire to drop in a flood of forged {what}, p99", "us",
                goals=[under(2000)]))),
    ],
    "requests.sh": [
        Row("requests", "NTP requests forwarded, each remembered", "packets in 1 s of a core",
            ("none", "goaway"), [ratio("none", 0.9)]),
    ],
    "cores.sh": [Row(f"cores_{key}", f"{title}, two cores at once", "packets in 1 s of a core",
                     ("none", "alone", "goaway"))
                 for key, title in (("forward", "forwarding, 1k drops"),
                                    ("requests", "NTP requests forwarded, each remembered"))],
    "memory.sh": [
        Row("memory", "memory of all processes", "KiB PSS", (*PEERS, "goaway"), [under(3072)]),
        Row("kernel_rest", "memory of the kernel at rest", "KiB", quick=False),
        Row("kernel_drop", "memory of the kernel for a drop", "octets",
            goals=[("value", "at most", 200)], quick=False),
        Row("kernel_record", "memory of the kernel for the record of a drop's offences", "octets",
            quick=False),
        Row("kernel_request", "memory of the kernel for a request", "octets",
            goals=[("value", "at most", 200)], quick=False),
    ],
    "size.sh": [
        Row("binary", "programs, stripped", "KiB", (*PEERS, "goaway"), [under(200)]),
        Row("package", "Debian package", "KiB", (*PEERS, "goaway"), [under(100)], quick=False),
    ],
    "start.sh": [
        Row("start", "start with 100,000 drops standing", "s", ("fail2ban_1k", "goaway"), [under(1)]),
        Row("start_answer", "start with 100,000 drops standing, until it answers", "s", ("goaway",)),
        Row("reload", "reload with 100,000 drops", "s", goals=[under(1)]),
        Row("heal", "100,000 drops back after a flush", "s", goals=[under(1)]),
    ],
    "list.sh": [
        Row("list", "list of 65,000 drops", "s", ("nft", "goaway"), [under(1), at_most("nft", 1)]),
        Row("list_cpu", "list of 65,000 drops, in processor time", "s", ("nft", "goaway"),
            [at_most("nft", 1)]),
    ],
    "replay.py": [row for kind, what in KINDS.items() for row in (
        Row(f"replay_{kind}", f"replay, {what}", "million packets/s", READERS,
            [ratio("tcpdump_n" if kind in TOLD else "tcpdump", 1)]),
        Row(f"replay_{kind}_cpu", f"replay, {what}, in processor time", "million packets/s", READERS))],
}
