# SPDX-License-Identifier: GPL-2.0-or-later
"""Test Anything Protocol, as tests/support/tap.sh: one line a check, the plan at the end."""
import os
import shutil
import subprocess
import sys
import time

_count = 0
_failed = 0


def check(name, passed, *notes):
    global _count, _failed
    _count += 1
    if not passed:
        _failed += 1
    print(f"{'ok' if passed else 'not ok'} {_count} - {name}", flush=True)
    if not passed:
        for note in notes:
            for line in str(note)[:4000].splitlines():
                print(f"#   {line}")
    return passed


def equal(name, seen, wanted):
    return check(name, seen == wanted, f"seen:   {seen!r}", f"wanted: {wanted!r}")


def skip(name, reason):
    global _count
    _count += 1
    print(f"ok {_count} - {name} # SKIP {reason}", flush=True)


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def finish():
    print(f"1..{_count}")
    sys.exit(1 if _failed or not _count else 0)


def wait_for(condition, seconds=10):
    """Its first true value, or what it is at the end of the time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def software(package, path):
    """A program of tests/support/software.sh, or of the machine; None."""
    unpacked = os.path.join(os.environ.get("SOFTWARE", ""), package, path)
    return unpacked if os.path.exists(unpacked) else shutil.which(os.path.basename(path))


def program(variable):
    path = os.environ.get(variable)
    if not path or not os.path.exists(path):
        skip_all(f"not built: {variable}")
    return path
