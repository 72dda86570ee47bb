# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows as bars, side by side; SVG without anything from outside, for light and dark."""
import html
import math

WIDTH, LEFT, BAR, STEP = 900, 150, 520, 18
STYLE = """text{font:12px sans-serif;fill:#222}.t{font-weight:bold}.v{font-size:11px}
.goaway{fill:#0a7d5a}.other{fill:#9aa5b1}.s{stroke:#222;stroke-width:1}.n{fill:#777;font-style:italic}
rect.b{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#ddd}.s{stroke:#ddd}rect.b{fill:#16181c}
.goaway{fill:#3ecf9f}.other{fill:#5b6670}.n{fill:#999}}"""


def scale(medians):
    """Where a value stands, from 0 to 1; by its logarithm where they are far apart."""
    most, least = max(medians, default=1) or 1, min((m for m in medians if m > 0), default=1)
    if most / least <= 20:
        return lambda value: min(1.0, max(0.0, value / most)), ""
    low = math.log10(least) - 0.5
    return (lambda value: min(1.0, max(0.0, (math.log10(value) - low) / (math.log10(most) - low)))
            if value > 0 else 0.0), ", logarithmic"


def bar(y, side, it, place):
    kind = "goaway" if side == "goaway" else "other"
    name = f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{html.escape(side)}</text>'
    if "missing" in it:
        return name + f'<text class="n" x="{LEFT}" y="{y + 11}">{html.escape(it["missing"])}</text>'
    width = max(1.0, BAR * place(it["median"]))
    least, most = LEFT + BAR * place(it["least"]), LEFT + BAR * place(it["most"])
    shown = f"{it['median']:,.0f}" if it["median"] >= 100 else f"{it['median']:.3g}"
    return (name + f'<rect class="{kind}" x="{LEFT}" y="{y + 1}" width="{width:.1f}" height="13"/>'
            f'<path class="s" d="M{least:.1f} {y + 7.5}H{most:.1f}"/>'
            f'<text class="v" x="{LEFT + BAR + 12}" y="{y + 11}">{shown}</text>')


def draw(rows):
    parts, y = [], 20
    for row in rows:
        place, how = scale([it["median"] for it in row["sides"].values() if "median" in it])
        parts.append(f'<text class="t" x="10" y="{y}">{html.escape(row["title"])} '
                     f'[{html.escape(row["unit"])}{how}]</text>')
        y += 6
        for side, it in row["sides"].items():
            parts.append(bar(y, side, it, place))
            y += STEP
        y += 20
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img">'
            f'<title>goaway beside others</title><style>{STYLE}</style>'
            f'<rect class="b" width="{WIDTH}" height="{y}"/>' + "\n".join(parts) + "</svg>\n")
