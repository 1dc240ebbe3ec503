"""What a run found: as text, Markdown and JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from tests.bench.goals import Reached
from tests.bench.measure import Spread
from tests.bench.questions import Way
from tests.bench.run import Asked
from tests.bench.throughput import CLIENTS, Rates

Rows = list[list[str]]
HEADS = ["question", "members", "rows", "way", "CPU", "quartiles", "wall", "quartiles", "answer"]


def times(everything: Sequence[Asked]) -> Rows:
    """A row for each way of each question at each number of members."""
    return [
        [
            asked.question.title, f"{asked.members:,}", f"{asked.rows:,.0f}", way.name,
            *_told(asked.times[way.name].spread("cpu")), *_told(asked.times[way.name].spread("wall")), _answer(asked, way),
        ]
        for asked in everything if asked.cases
        for way in asked.ways
    ]  # fmt: skip


def rate_rows(rates: Sequence[Rates]) -> Rows:
    return [
        [f"{rate.members:,}", name, f"{rate.median(name):,.0f}", f"{min(found):,.0f} to {max(found):,.0f}"]
        for rate in rates
        for name, found in rate.rates.items()
    ]


def ratio_rows(reached: Sequence[Reached]) -> Rows:
    return [
        [one.words, one.goal, "" if one.figure is None else f"{one.figure:.3g}", one.verdict]
        for one in reached
    ]


def text(everything: Sequence[Asked], rates: Sequence[Rates], reached: Sequence[Reached]) -> str:
    parts = [_text_table(HEADS, times(everything))]
    if rates:
        parts.append(
            _text_table(
                ["members", f"neighbours, {CLIENTS} clients", "a second", "least to most"], rate_rows(rates)
            )
        )
    parts.append(_text_table(["ratio", "goal", "this run", ""], ratio_rows(reached)))
    return "\n\n".join(parts)


def markdown(everything: Sequence[Asked], rates: Sequence[Rates], reached: Sequence[Reached]) -> str:
    parts = [
        "### Ratios to reach\n\n" + _markdown_table(["Ratio", "Goal", "This run", ""], ratio_rows(reached))
    ]
    parts.append(
        "### Times\n\n"
        + _markdown_table([head.capitalize() if head != "CPU" else head for head in HEADS], times(everything))
    )
    if rates:
        heads = ["Members", f"Neighbours, {CLIENTS} clients", "A second", "Least to most"]
        parts.append("### Four clients\n\n" + _markdown_table(heads, rate_rows(rates)))
    return "\n\n".join(parts) + "\n"


def as_json(everything: Sequence[Asked], rates: Sequence[Rates], reached: Sequence[Reached]) -> str:
    """All figures in seconds."""
    found: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "load": os.getloadavg()},
        "questions": [
            {
                "question": asked.question.key, "title": asked.question.title, "members": asked.members, "rows": asked.rows,
                "cases": len(asked.cases), "differs": asked.differs,
                "ways": {
                    way.name: {"cpu": asked.times[way.name].cpu, "wall": asked.times[way.name].wall, "wrong": way.wrong}
                    for way in asked.ways
                },
            }
            for asked in everything
        ],
        "rates": [{"members": rate.members, "clients": CLIENTS, "a_second": rate.rates} for rate in rates],
        "ratios": [asdict(one) | {"verdict": one.verdict} for one in reached],
    }  # fmt: skip
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _told(spread: Spread) -> Iterator[str]:
    yield duration(spread.median)
    yield f"{duration(spread.low)} to {duration(spread.high)}"


def _answer(asked: Asked, way: Way) -> str:
    if way.name in asked.differs:
        return "DIFFERS"
    if way.inexact:
        return f"{way.wrong:,} wrong in {asked.rows * len(asked.cases):,.0f}"
    return "equal" if way.equal else "not compared"


def _text_table(heads: Sequence[str], rows: Rows) -> str:
    widths = [max(len(row[at]) for row in [list(heads), *rows]) for at in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [heads, *rows]
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _markdown_table(heads: Sequence[str], rows: Rows) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    return "\n".join([line(heads), line(["---"] * len(heads)), *(line(row) for row in rows)])
