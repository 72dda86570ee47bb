#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From samples to a table, as text and JSON, and a picture.

    report.py FOLDER full|quick|table PART...

Reads FOLDER/PART.samples, writes FOLDER/table.txt, table.json, table.svg and prints the table. Fails where a row or a side of
one was neither measured nor said to be missing, or is no number; never because it is slow.
"""
import json
import math
import os
import statistics
import sys

from picture import draw
from rows import PARTS


def broken(what):
    sys.exit(f"broken: {what}")


def read(paths):
    """Samples and what is missing, by row and side; and when each part was measured, of what, in what load."""
    samples, missing, measured = {}, {}, {}
    for path, line in ((path, line) for path in paths for line in open(path, encoding="utf-8")):
        kind, row, side, rest = line.rstrip("\n").split(" ", 3)
        if kind == "measured":
            part = os.path.basename(path).removesuffix(".samples")
            measured[part] = {"revision": row, "date": side, "load": float(rest)}
            continue
        if kind == "missing":
            missing[row, side] = rest
            continue
        value = float(rest)
        if not math.isfinite(value) or value < 0:
            broken(f"{row}, {side}: {rest}")
        samples.setdefault((row, side), []).append(value)
    return samples, missing, measured


def sum_up(values):
    values = sorted(values)
    return {"median": statistics.median(values), "least": values[0], "most": values[-1],
            "rounds": len(values)}


def ratio_of(ours, theirs):
    """Median, least and most of ours over theirs, round by round where that can be."""
    if len(ours) != len(theirs):
        ours, theirs = [statistics.median(ours)], [statistics.median(theirs)]
    if min(theirs) == 0:
        return None
    return sum_up([a / b for a, b in zip(ours, theirs)])


def is_met(goal, ours, ratios):
    if goal[0] == "value":
        value, (how, bound) = ours["median"], goal[1:]
    else:
        ratio, (how, bound) = ratios.get(goal[1]), goal[2:]
        if not ratio:
            return None
        value = ratio["median"]
    return value >= bound if how == "at least" else value <= bound if how == "at most" else value < bound


def goal_text(goal):
    if goal[0] == "value":
        return f"{goal[1]} {goal[2]:g}"
    return f"{goal[2]} {goal[3]:g} of {goal[1]}"


def row_of(row, samples, missing):
    sides, ratios = {}, {}
    for side in row.sides:
        if (row.key, side) in samples:
            sides[side] = sum_up(samples[row.key, side])
        elif (row.key, side) in missing:
            sides[side] = {"missing": missing[row.key, side]}
        else:
            broken(f"nothing was measured: {row.key}, {side}")
        if side != "goaway" and "median" in sides[side] and (row.key, "goaway") in samples:
            ratios[side] = ratio_of(samples[row.key, "goaway"], samples[row.key, side])
    ours = sides.get("goaway", {})
    goals = [{"goal": goal_text(goal), "met": is_met(goal, ours, ratios) if "median" in ours else None}
             for goal in row.goals]
    return {"row": row.key, "title": row.title, "unit": row.unit, "sides": sides, "ratios": ratios,
            "goals": goals}


def number(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}" if value < 100 else f"{value:.1f}"


def lines_of(row):
    verdict = {True: "met", False: "short", None: "?"}
    goals = "; ".join(f"{goal['goal']}: {verdict[goal['met']]}" for goal in row["goals"])
    yield f"{row['title']} [{row['unit']}]" + (f"   goal: {goals}" if goals else "")
    for side, it in row["sides"].items():
        if "missing" in it:
            yield f"    {side:<12} -            {it['missing']}"
            continue
        text = f"    {side:<12} {number(it['median']):>12}"
        if it["rounds"] > 1:
            text += f"   {number(it['least'])} to {number(it['most'])}, {it['rounds']} rounds"
        ratio = row["ratios"].get(side)
        if ratio:
            text += f"   goaway is {ratio['median']:.3g} of it"
            if ratio["rounds"] > 1:
                text += f" ({ratio['least']:.3g} to {ratio['most']:.3g})"
        yield text


def machine():
    model = "?"
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"kernel": os.uname().release, "processors": os.cpu_count(), "model": model}


def lines_of_measured(measured):
    """Parts of one day and revision together."""
    together = {}
    for part, it in measured.items():
        together.setdefault((it["date"], it["revision"]), {})[part] = it["load"]
    for (date, revision), loads in together.items():
        yield (f"{date}, {revision}, load {min(loads.values()):.1f} to {max(loads.values()):.1f}: "
               + " ".join(loads))


def main():
    folder, how, *parts = sys.argv[1:]
    samples, missing, measured = read([os.path.join(folder, f"{part}.samples") for part in parts])
    wanted = [row for part in parts for row in PARTS[part] if row.quick or how != "quick"]
    for key, _ in [*samples, *missing]:
        if key not in {row.key for row in wanted}:
            broken(f"a row that nobody asked for: {key}")
    rows = [row_of(row, samples, missing) for row in wanted]
    about = machine()
    text = "{kernel}, {processors} processors ({model})\n".format(**about)
    text += "".join(f"{line}\n" for line in lines_of_measured(measured)) + "\n"
    text += "\n".join(line for row in rows for line in lines_of(row)) + "\n"
    for name, content in (("table.txt", text), ("table.svg", draw(rows)),
                          ("table.json", json.dumps({"machine": about, "measured": measured, "rows": rows}, indent=1) + "\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    print(text, end="")


main()
