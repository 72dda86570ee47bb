# SPDX-License-Identifier: GPL-2.0-or-later
"""A strict reader of OpenMetrics 1.0 (its ABNF, and what its text forbids besides), and of what our
own metrics have to keep to: small letters, a help for each, no families that could be mistaken."""
import re
import sys

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
LABEL = re.compile(r"[a-z][a-z0-9_]*\Z")
NUMBER = re.compile(r"[+-]?(\d+|\d+(\.\d*)?(e[+-]?\d+)?|\d*\.\d+(e[+-]?\d+)?)\Z")
ESCAPED = re.compile(r'(?:[^\\"\n]|\\[n"\\])*\Z')
SAMPLE = re.compile(r'([^ {]+)(?:\{(.*)\})? ([^ ]+)\Z')
PAIR = re.compile(r'([^=,"]+)="((?:[^\\"\n]|\\[n"\\])*)"(,|\Z)')
SUFFIXES = {"counter": ["_total"], "gauge": [""], "info": ["_info"], "stateset": [""]}
# What a text format could append to a family's name.
ALL_SUFFIXES = ["_total", "_created", "_info", "_count", "_sum", "_bucket", "_gcount", "_gsum"]


class Wrong(Exception):
    pass


class Family:
    def __init__(self, name):
        self.name, self.type, self.unit, self.help, self.samples = name, None, "", None, {}


def unescape(text):
    return re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), text)


def read_labels(text):
    labels, at = {}, 0
    while at < len(text):
        pair = PAIR.match(text, at)
        if not pair or (pair[3] == "," and pair.end() == len(text)):
            raise Wrong(f"labels: {text}")
        name, value = pair[1], pair[2]
        if not LABEL.match(name) or name in labels:
            raise Wrong(f"label name {name}")
        labels[name] = unescape(value)
        at = pair.end()
    return labels


def read_metadata(line, families, current):
    match = re.match(r"# (TYPE|UNIT|HELP) ([^ ]+) (.*)\Z", line)
    if not match:
        raise Wrong("a comment, or metadata without value")
    what, name, value = match.groups()
    if not NAME.match(name):
        raise Wrong(f"name {name}")
    if current is None or current.name != name:
        if what != "TYPE":
            raise Wrong(f"a family that does not begin with its type: {name}")
        if name in families:
            raise Wrong(f"a family twice: {name}")
        current = families[name] = Family(name)
    if current.samples:
        raise Wrong("metadata after samples")
    if what == "TYPE":
        if current.type or value not in SUFFIXES:
            raise Wrong(f"type {value}")
        current.type = value
    elif what == "UNIT":
        if current.unit or current.help is not None:
            raise Wrong("unit twice, or after help")
        if not name.endswith("_" + value) or not value:
            raise Wrong(f"unit {value} is not the end of {name}")
        if current.type in ("info", "stateset"):
            raise Wrong(f"a {current.type} has no unit")
        current.unit = value
    else:
        if current.help is not None or not ESCAPED.match(value):
            raise Wrong("help twice, or not escaped")
        current.help = unescape(value)
    return current


def read_sample(line, current):
    match = SAMPLE.match(line)
    if not match:
        raise Wrong("no sample")
    name, labels, number = match[1], read_labels(match[2] or ""), match[3]
    if current is None or name not in [current.name + suffix for suffix in SUFFIXES[current.type]]:
        raise Wrong(f"{name} is not of the family before it")
    if not NUMBER.match(number):
        raise Wrong(f"number {number}")
    value = float(number)
    if current.type == "counter" and value < 0:
        raise Wrong("a counter under 0")
    if current.type == "info" and value != 1:
        raise Wrong("an info that is not 1")
    if current.type == "stateset" and (current.name not in labels or value not in (0, 1)):
        raise Wrong("a state without its label, or neither 0 nor 1")
    key = tuple(sorted(labels.items()))
    if key in current.samples:
        raise Wrong(f"twice the same labels: {labels}")
    if any([pair[0] for pair in other] != [pair[0] for pair in key] for other in current.samples):
        raise Wrong("labels of other names than in the same family")
    current.samples[key] = int(number) if number.isdigit() else value


def check_family(family, families):
    if not family.help:
        raise Wrong(f"{family.name}: no help")
    if not family.samples:
        raise Wrong(f"{family.name}: no samples")
    for suffix in ALL_SUFFIXES:
        if family.name.endswith(suffix) or family.name + suffix in families:
            raise Wrong(f"{family.name}: to be mistaken because of {suffix}")
    if family.type == "stateset" and sum(family.samples.values()) != 1:
        raise Wrong(f"{family.name}: not one state")


def parse(text):
    """Families by name. Raises Wrong."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "strict")
    if not text.endswith("\n# EOF\n") or "\r" in text:
        raise Wrong("does not end with # EOF")
    families, current = {}, None
    for number, line in enumerate(text[:-len("# EOF\n")].rstrip("\n").split("\n"), 1):
        try:
            if line.startswith("#"):
                current = read_metadata(line, families, current)
            else:
                read_sample(line, current)
        except Wrong as wrong:
            raise Wrong(f"line {number}: {wrong}: {line}") from None
    for family in families.values():
        check_family(family, families)
    return families


def sample_names(families):
    return {family.name + SUFFIXES[family.type][0] for family in families.values()}


def series(families):
    """Of counters: the value of each."""
    return {(family.name, labels): value for family in families.values() if family.type == "counter"
            for labels, value in family.samples.items()}


def main(paths):
    """openmetrics.py FILE...: scrapes, the oldest first; tells what is wrong with them, if anything."""
    before = {}
    for path in paths:
        with open(path, "rb") as file:
            now = series(parse(file.read()))
        for key, value in before.items():
            if now.get(key, -1) < value:
                raise Wrong(f"{path}: {key} went from {value} to {now.get(key)}")
        before = now


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Wrong as wrong:
        sys.exit(f"openmetrics.py: {wrong}")
