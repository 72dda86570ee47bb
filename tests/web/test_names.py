#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where metrics are named, those are the names that there are: in the manual, all of them."""
import re
import shutil
import tempfile

import openmetrics
from fake_goawayd import ROOT, Goawayd, real_counters
from tap import check, equal, finish, program, run

GOAWAY = program("GOAWAY")


def all_metrics():
    folder = tempfile.mkdtemp()
    daemon = Goawayd(folder + "/control.sock")
    done = run(GOAWAY, "metrics", "-S", daemon.path)
    daemon.stop()
    shutil.rmtree(folder)
    return openmetrics.parse(done.stdout)


def test_manual(families):
    page = (ROOT / "src/man/goaway-metrics.7").read_text(encoding="utf-8")
    # What roff needs is no part of a name.
    plain = re.sub(r"\\ ", " ", page)
    named = set(re.findall(r"goaway_[a-z0-9_]+[a-z0-9]", plain))
    wanted = openmetrics.sample_names(families)
    equal("the manual has every metric", sorted(wanted - named), [])
    values = {name for kind, name, _ in real_counters() if kind in ("reason", "outcome", "result")}
    equal("and no other", sorted(named - wanted - values), [])
    items = set(re.findall(r"^\.It Li (.+)$", plain, re.M))
    equal("and every reason, outcome and status", sorted(values - items), [])
    helps = [meaning for _, _, meaning in real_counters()]
    equal("with what each counts", [meaning for meaning in helps if meaning not in page], [])


def main():
    families = all_metrics()
    check("there are metrics of each kind", len(families) > 60)
    test_manual(families)
    finish()


main()
