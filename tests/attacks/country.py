"""A made-up country to attack, and what an attacker still does not know of a home in it.

It has the service's own numbers (k = 11, M = 28) and stands in one commune:

- the *town*: two cells of resolution 9 side by side, 24 verified members in each; both are published;
- the *plain*, some 11 km away: 27 homes, one a cell of resolution 9, and the target's. Published as one cell of resolution 7;
- the *hamlet*, in another cell of resolution 5: four homes. Nothing is published there.

**The error of the best estimate.** An attack asks the service and keeps all that it is told. Its *posterior set* are the
places where the target's home could stand and the attack be told the very same: no method, however clever, tells them
apart. The error is never below one published cell when the posterior set spans the target's published cell: here, when
it holds the middle and the six corners of it (`places`). Where no cell is published, its whole cell of resolution 5.

Readers whom the rule makes near, that is verified at an address beside the target, are told tiers, and these go by zone
and commune (sentences 4, 6 and 7). For them the bound is the part of the published cell that lies in the same zone and
commune; test_walking.py says how small that is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import h3.api.basic_int as h3
import shapely
from shapely import affinity
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.ground.metres import distance_m
from geoneighbour.ground.points import Point
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import service as neighbourhoods
from tests.world import communes, settled

REGION = cells.cell_at(Point(-1.7, 48.9), 5)
_PARTS = h3.grid_ring(h3.cell_to_center_child(REGION, 6), 1)
PLAIN = h3.cell_to_center_child(_PARTS[0], 7)
TOWN = max(_PARTS, key=lambda cell: h3.grid_distance(cell, _PARTS[0]))
SQUARE = h3.cell_to_center_child(TOWN, 9)
"""The published cell in the middle of the town."""
NEXT = h3.grid_ring(SQUARE, 1)[0]
HAMLET = h3.grid_ring(REGION, 1)[3]


def places(cell: int, corners: int = 6) -> list[Point]:
    """The middle of a cell and its six corners, or three of them, pulled in by a twentieth."""
    pulled = affinity.scale(cells.outline(cell), 0.95, 0.95).exterior.coords[:-1]
    return [cells.centre(cell), *(Point(lon, lat) for lon, lat in pulled[:: 6 // corners])]


def span_m(points: list[Point]) -> float:
    """The largest distance between any two, in metres."""
    return max(distance_m(a.shape, b.shape) for a in points for b in points)


def share(points: list[Point], cell: int) -> float:
    """How much of a cell's ground the points span, from 0 to 1."""
    hull = shapely.MultiPoint([(point.lon, point.lat) for point in points]).convex_hull
    return float(hull.area / cells.outline(cell).area)


def within(cell: int, number: int) -> tuple[float, float]:
    """One of many places well inside a cell of resolution 9."""
    middle = cells.centre(cell)
    return middle.lon + 0.00009 * (number % 6), middle.lat + 0.00007 * (number // 6)


@dataclass
class Country:
    session: Session
    townspeople: list[int] = field(default_factory=list)
    plainspeople: list[int] = field(default_factory=list)
    target: int = 0

    def build(self) -> Country:
        # Ten by ten squares of 0.1 degrees.
        communes(self.session, ["A" * 10] * 10)
        for cell in (SQUARE, NEXT):
            self.townspeople += [self.settle(within(cell, number)) for number in range(24)]
        plain = h3.grid_disk(h3.cell_to_center_child(PLAIN, 9), 3)[:27]
        self.plainspeople = [self.settle(within(cell, 0)) for cell in plain]
        for cell in h3.cell_to_children(h3.cell_to_center_child(HAMLET, 7), 9)[:4]:
            self.settle(within(cell, 0))
        self.target = self.settle(within(plain[0], 5), "Cible")
        self.review()
        return self

    def settle(self, home: tuple[float, float], name: str = "Camille", verified: bool = True) -> int:
        return settled(self.session, name, *home, verified)

    def review(self) -> None:
        review.run(self.session)
        self.session.commit()

    def put(self, member: int, home: Point) -> None:
        """As if the member had always lived there."""
        neighbourhoods.settle(self.session, member, home)
        self.review()

    def published(self) -> int | None:
        """The published cell of the target."""
        asked = text("SELECT nearness.published_cell(home_cell) FROM residence WHERE member_id = :target")
        return self.session.scalar(asked, {"target": self.target})

    def posterior(self, homes: Iterable[Point], attack: Callable[[], object]) -> list[Point]:
        """The homes of the target at which an attack is told what it is told at the first of them."""
        kept: list[Point] = []
        truth: object = None
        for home in homes:
            self.put(self.target, home)
            told = attack()
            if not kept:
                truth = told
            if told == truth:
                kept.append(home)
        return kept
