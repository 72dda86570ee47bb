#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sum up what test programs said.

    sum.py net STATUS FILE     one program's TAP in FILE, and its exit status
    sum.py meson TESTLOG.json  all that meson ran

Tells failures on standard error, and prints "passed failed skipped".
"""
import json
import re
import sys

CHECK = re.compile(r"^\s*(not )?ok\b(.*)$")


def count(name, text, status):
    """A program's checks; one that dies, or says less than it planned, failed once more."""
    passed = failed = skipped = seen = 0
    planned = None
    for line in text.splitlines():
        plan = re.match(r"^1\.\.(\d+)(.*)", line)
        if plan:
            planned = int(plan.group(1))
            if planned == 0:
                return 0, 0, 1
        check = CHECK.match(line)
        if not check:
            continue
        seen += 1
        if re.search(r"#\s*SKIP", check.group(2), re.I):
            skipped += 1
        elif check.group(1):
            failed += 1
        else:
            passed += 1
    if seen == 0 and planned is None and status == 77:
        return 0, 0, 1
    if seen == 0 and planned is None and status == 0:
        return 1, 0, 0
    broken = planned is not None and planned != seen
    if (status != 0 and failed == 0) or broken:
        failed += 1
        print(f"{name}: ended with {status}, {seen} checks of {planned}", file=sys.stderr)
    if failed:
        print(f"---- {name}\n{text}----", file=sys.stderr)
    return passed, failed, skipped


def meson_tests(path):
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            status = {"SKIP": 77}.get(test["result"], test["returncode"])
            if test["result"] in ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT"):
                status = status or 1
            text = test.get("stdout") or ""
            errors = test.get("stderr") or ""
            yield test["name"], text + (errors if status not in (0, 77) else ""), status


def main(arguments):
    if arguments[0] == "net":
        with open(arguments[2], encoding="utf-8", errors="replace") as file:
            tests = [(arguments[2], file.read(), int(arguments[1]))]
    else:
        tests = meson_tests(arguments[1])
    totals = [0, 0, 0]
    for name, text, status in tests:
        totals = [a + b for a, b in zip(totals, count(name, text, status))]
    print(*totals)


main(sys.argv[1:])
