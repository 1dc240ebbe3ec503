"""Ratios to reach, each beside what was reached in this run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.questions import OURS
from tests.bench.run import Asked
from tests.bench.throughput import Rates

PLAIN, FENCED = "plain GiST", "fenced GiST"


@dataclass(frozen=True)
class Goal:
    """How many times as dear another way must be (`at_least`), or how dear ours may be against it (`at_most`)."""

    question: str
    against: str
    factor: float
    words: str
    of: str = "cpu"
    floor: bool = False
    least_rows: float = 0
    """The goal holds for answers of so many rows and more."""


GOALS = [
    Goal("q1_commune", PLAIN, 3, "commune of a point, plain GiST / ours"),
    Goal("q1_neighbourhood", PLAIN, 3, "neighbourhoods of a point, plain GiST / ours"),
    Goal("q2_neighbours", PLAIN, 0.9 * 3.2, "neighbours, plain GiST / ours (0.9 of the best found)"),
    Goal("q3_feed_any_viewer", PLAIN, 4, "newest 50 visible, plain GiST / ours"),
    Goal("q3_feed_dense", PLAIN, 6, "newest 50 visible of dense viewers, plain GiST / ours"),
    Goal("q4_zones", PLAIN, 10, "audience of communes, plain GiST / ours", least_rows=10_000),
    Goal("q4_area", PLAIN, 2, "audience of a polygon on homes, plain GiST / ours", least_rows=50_000),
    Goal(
        "q4_delivery",
        "insert floor",
        1.1,
        "select and insert deliveries, ours / floor",
        floor=True,
        least_rows=0,
    ),
    Goal("q5_assign", PLAIN, 10, "assigning every home, the planner's own plan / ours"),
    Goal("q6_cells", "grouping on the fly", 100, "people by cell at zoom 5, grouping on the fly / ours"),
    Goal("radius_2_km", "Redis", 1, "radius of 2 km, Redis / ours", of="wall"),
    Goal("radius_10_km", "Redis", 1, "radius of 10 km, Redis / ours", of="wall"),
    Goal("radius_50_km", "Redis", 1, "radius of 50 km, Redis / ours", of="wall"),
]
RATE_GOALS = [
    (FENCED, 4.0, "neighbours with four clients, ours / fenced GiST"),
    ("SELECT 1", 0.5, "neighbours with four clients, ours / SELECT 1"),
]
FLAT = {"q2_neighbours": 1.5, "q2_wider": 1.5, "q3_feed_any_viewer": 1.5}


@dataclass(frozen=True)
class Reached:
    """A goal beside its figure; `met` is None where this run has nothing to hold against it."""

    words: str
    goal: str
    figure: float | None
    met: bool | None
    missed_by: float = 0.0

    @property
    def verdict(self) -> str:
        if self.met is None:
            return "not asked in this run"
        return "reached" if self.met else f"missed by {self.missed_by:.0%}"


def reached(everything: Sequence[Asked], rates: Sequence[Rates]) -> Iterator[Reached]:
    """At the largest number of members, and from the smallest to it."""
    sizes = sorted({asked.members for asked in everything})
    at = {(asked.question.key, asked.members): asked for asked in everything if asked.cases}
    for goal in GOALS:
        asked = at.get((goal.question, sizes[-1]))
        yield _ratio(goal, asked)
    if rates:
        last = max(rates, key=lambda rate: rate.members)
        for against, factor, words in RATE_GOALS:
            figure = last.median(OURS) / last.median(against)
            yield Reached(words, f"≥ {factor:g}", figure, figure >= factor, max(0.0, 1 - figure / factor))
    for key, factor in FLAT.items():
        first, last_ = at.get((key, sizes[0])), at.get((key, sizes[-1]))
        if first and last_ and sizes[0] != sizes[-1]:
            figure = _cost(last_, OURS, "cpu") / _cost(first, OURS, "cpu")
            words = f"{first.question.title}: cost at {sizes[-1]:,} / at {sizes[0]:,} members"
            yield Reached(words, f"≤ {factor:g}", figure, figure <= factor, max(0.0, figure / factor - 1))


def _ratio(goal: Goal, asked: Asked | None) -> Reached:
    told = f"≤ {goal.factor:g}" if goal.floor else f"≥ {goal.factor:.3g}"
    if asked is None or goal.against not in asked.times or asked.rows < goal.least_rows or asked.differs:
        return Reached(goal.words, told, None, None)
    ours, other = _cost(asked, OURS, goal.of), _cost(asked, goal.against, goal.of)
    if goal.floor:
        figure = ours / other
        return Reached(goal.words, told, figure, figure <= goal.factor, max(0.0, figure / goal.factor - 1))
    figure = other / ours
    return Reached(goal.words, told, figure, figure >= goal.factor, max(0.0, 1 - figure / goal.factor))


def _cost(asked: Asked, way: str, of: str) -> float:
    return asked.times[way].spread(of).median


def failed(everything: Sequence[Asked]) -> Mapping[str, list[str]]:
    """Ways whose answers were not ours, by question and number of members."""
    return {
        f"{asked.question.key} at {asked.members:,}": asked.differs for asked in everything if asked.differs
    }
