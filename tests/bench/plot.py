"""Cost against members, log-log: one small panel a question, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from tests.bench.questions import OURS
from tests.bench.report import duration
from tests.bench.run import Asked

WIDE, HIGH, LEFT, TOP, BELOW, COLUMNS = 360, 230, 58, 44, 30, 3
COLOURS = {
    OURS: "#0b6e4f",
    "plain GiST": "#b3541e",
    "fenced GiST": "#8a6d1f",
    "Redis": "#a11d33",
    "STRtree": "#4b4b9b",
}
OTHER = "#6b7280"


def svg(everything: Sequence[Asked]) -> str:
    """Median CPU of the server for each operation; a panel shows what was asked at two sizes at least, or one as a dot."""
    keys = list(dict.fromkeys(asked.question.key for asked in everything if asked.cases))
    rows = math.ceil(len(keys) / COLUMNS)
    panels = [
        _panel(
            [a for a in everything if a.question.key == key and a.cases],
            (at % COLUMNS) * WIDE,
            (at // COLUMNS) * HIGH,
        )
        for at, key in enumerate(keys)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * WIDE} {rows * HIGH}"'
        ' font-family="system-ui, sans-serif" font-size="10" role="img" aria-label="Cost against members, log-log">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(panels)}</svg>\n'
    )


def _panel(asked: Sequence[Asked], x: float, y: float) -> str:
    lines = _lines(asked)
    costs = [cost for points in lines.values() for _, cost in points]
    members = [float(one.members) for one in asked]
    across = _scale(members, x + LEFT, x + WIDE - 12)
    up = _scale(costs, y + HIGH - BELOW, y + TOP)
    parts = [
        f'<text x="{x + 8}" y="{y + 14}" font-weight="600" font-size="9.5">{escape(asked[0].question.title)}</text>'
    ]
    for cost in _decades(costs):
        parts.append(
            f'<line x1="{x + LEFT}" x2="{x + WIDE - 12}" y1="{up(cost):.1f}" y2="{up(cost):.1f}" stroke="#e5e7eb"/>'
        )
        parts.append(
            f'<text x="{x + LEFT - 4}" y="{up(cost) + 3:.1f}" text-anchor="end" fill="#4b5563">{duration(cost)}</text>'
        )
    for size in sorted(set(members)):
        parts.append(
            f'<text x="{across(size):.1f}" y="{y + HIGH - 14}" text-anchor="middle" fill="#4b5563">{size:,.0f}</text>'
        )
    beside = x + 8.0
    for name, points in lines.items():
        colour = COLOURS.get(name, OTHER)
        path = " ".join(f"{across(size):.1f},{up(cost):.1f}" for size, cost in points)
        heavy = 2.4 if name == OURS else 1.3
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{heavy}"/>')
        parts += [
            f'<circle cx="{across(s):.1f}" cy="{up(c):.1f}" r="2.6" fill="{colour}"/>' for s, c in points
        ]
        parts.append(f'<text x="{beside:.0f}" y="{y + 28}" fill="{colour}">{escape(name)}</text>')
        beside += 6 * len(name) + 10
    return "".join(parts)


def _lines(asked: Sequence[Asked]) -> dict[str, list[tuple[float, float]]]:
    names = [name for name in asked[0].times if not name.startswith("floor:")][:4]
    return {
        name: sorted(
            (float(one.members), one.times[name].spread("cpu").median) for one in asked if name in one.times
        )
        for name in names
    }


def _scale(values: Sequence[float], start: float, end: float):  # type: ignore[no-untyped-def]
    low, high = math.log10(min(_decades(values))), math.log10(max(_decades(values)))
    return lambda value: start + (math.log10(value) - low) / max(high - low, 1e-9) * (end - start)


def _decades(values: Sequence[float]) -> list[float]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
    return [10.0**power for power in range(low, max(high, low + 1) + 1)]
