#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where metrics are named, those are the names that there are: in the manual all of them, in Grafana's
dashboard and Prometheus' rules no others."""
import json
import os
import re
import shutil
import tempfile

import openmetrics
from dashboard import BOARD, EXPRESSIONS, filled
from fake_goawayd import ROOT, Goawayd, real_counters
from tap import check, equal, finish, program, run, skip, software

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


def wrong_names(expressions, families):
    """Metrics, labels and their values that there are not."""
    names = openmetrics.sample_names(families)
    labels = {"instance": None, "job": None}
    for family in families.values():
        for key in family.samples:
            for label, value in key:
                labels.setdefault(label, set()).add(value)
    wrong = []
    for expression in expressions:
        bare = re.sub(r'"[^"]*"', '""', expression)
        wrong += [name for name in re.findall(r"\bgoaway_[a-z0-9_]+\b(?!\s*=)", bare) if name not in names]
        for label, value in re.findall(r'([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', expression):
            if label not in labels or (labels[label] and set(value.split("|")) - labels[label]):
                wrong.append(f"{label}={value}")
        for inside in re.findall(r"by \(([a-z_, ]+)\)", expression):
            wrong += [label for label in inside.split(", ") if label not in labels]
    return wrong


def promtool(*arguments):
    path = software("prometheus", "usr/bin/promtool")
    return path and run(path, *arguments)


def test_dashboard(families):
    check("the dashboard asks a lot", len(EXPRESSIONS) > 25, len(EXPRESSIONS))
    equal("and only for what there is", wrong_names(EXPRESSIONS, families), [])
    panels = BOARD["panels"]
    equal("its panels are told apart", len({panel["id"] for panel in panels}), len(panels))
    cells = [(x, y) for panel in panels for of in [panel["gridPos"]]
             for x in range(of["x"], of["x"] + of["w"]) for y in range(of["y"], of["y"] + of["h"])]
    check("and do not lie on each other", len(cells) == len(set(cells)) and max(x for x, _ in cells) == 23)
    # As rules, Prometheus' own parser reads them; test_exporter.py asks them.
    folder = tempfile.mkdtemp()
    with open(folder + "/rules.yml", "w", encoding="utf-8") as file:
        json.dump({"groups": [{"name": "g", "rules": [
            {"record": f"r{i}", "expr": expression} for i, expression in enumerate(filled("5m"))]}]}, file)
    done = promtool("check", "rules", "--lint=none", folder + "/rules.yml")
    shutil.rmtree(folder)
    if done is None:
        return skip("Prometheus understands each", "no promtool")
    return check("Prometheus understands each", done.returncode == 0, done.stdout + done.stderr)


def test_rules(families):
    text = (ROOT / "etc/prometheus/goaway.rules.yml").read_text(encoding="utf-8")
    expressions = re.findall(r"^ +expr: (.*)$", text, re.M)
    check("there are alerts", len(expressions) >= 10)
    equal("about nothing but what there is", wrong_names(expressions, families), [])
    settings = (ROOT / "src/man/goaway.conf.5").read_text(encoding="utf-8")
    equal("and settings that there are", [name for name in re.findall(r"setting '([a-z_]+)'", text) if f".It Ic {name} " not in settings], [])
    done = promtool("check", "rules", str(ROOT / "etc/prometheus/goaway.rules.yml"))
    if done is None:
        skip("promtool finds no fault in them", "no promtool")
        return skip("they fire when they should, and not else", "no promtool")
    check("promtool finds no fault in them", done.returncode == 0, done.stdout + done.stderr)
    folder = tempfile.mkdtemp()
    for path in ("etc/prometheus/goaway.rules.yml", "tests/web/goaway.rules.test.yml"):
        shutil.copy(ROOT / path, folder)
    done = promtool("test", "rules", os.path.join(folder, "goaway.rules.test.yml"))
    shutil.rmtree(folder)
    return check("they fire when they should, and not else", done.returncode == 0, done.stdout + done.stderr)


def main():
    families = all_metrics()
    check("there are metrics of each kind", len(families) > 60)
    test_manual(families)
    test_dashboard(families)
    test_rules(families)
    finish()


main()
