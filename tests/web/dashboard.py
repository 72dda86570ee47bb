# SPDX-License-Identifier: GPL-2.0-or-later
"""What Grafana's dashboard asks Prometheus."""
import json
import re

from fake_goawayd import ROOT

BOARD = json.loads((ROOT / "etc/grafana/goaway.json").read_text(encoding="utf-8"))


def _expressions_of(node):
    if isinstance(node, dict):
        return [node[key] for key in node if key == "expr"] + [e for value in node.values() for e in _expressions_of(value)]
    return [e for value in node for e in _expressions_of(value)] if isinstance(node, list) else []


EXPRESSIONS = _expressions_of(BOARD)


def filled(window, instance="$instance"):
    """As Grafana sends them: with the time that is looked at, and who was chosen."""
    return [re.sub(r"\$__(rate_interval|range)", window, e).replace("$instance", instance) for e in EXPRESSIONS]
