"""How many people, as it may be told: sentence 12 and decision 005, by brute force over published cells and shapes."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from geoneighbour.ground.points import Point
from tests.nearness.grid_steps import COARSE, Shape, cell_of, outline
from tests.nearness.oracle import World

SLACK = 1e-6
"""People: shares of ground are computed in another order by the service."""


@dataclass(frozen=True)
class Counted:
    """Ground, and the numbers that may be told of it: one, or two where rounding hangs on the last digit."""

    shape: Shape
    allowed: frozenset[int | None]


class Numbers:
    def __init__(self, world: World) -> None:
        self.world = world
        self.k, self.m = world.numbers.k, world.numbers.m

    def about(self, area: Shape) -> float:
        """How many people by published cells, each for the share of its ground that lies inside."""
        return sum(
            members * outline(cell).intersection(area).area / outline(cell).area
            for cell, members in self.world.standing.published.items()
            if outline(cell).intersects(area)
        )

    def told(self, number: float) -> int | None:
        """None under k, else the nearest ten (of two as near, the even ten)."""
        return None if number < self.k else round(number / 10) * 10

    def counted(self, area: Shape, floor: float = 0) -> Counted:
        number = max(self.about(area), floor)
        return Counted(area, frozenset(self.told(number + slack) for slack in (-SLACK, 0, SLACK)))

    def neighbourhood(self, key: int) -> Counted:
        """An open one is told as k at least: so many supported it."""
        return self.counted(self.world.neighbourhoods[key].shape, floor=self.k)

    def zone_at(self, point: Point) -> int:
        """Where somebody at a point would be: the smallest open neighbourhood around it, else the surroundings."""
        around = [
            (drawn.shape.area, key)
            for key, drawn in self.world.neighbourhoods.items()
            if drawn.open and drawn.shape.covers(point.shape)
        ]
        return min(around)[1] if around else cell_of(point.lon, point.lat, COARSE)

    def own(self, zone: int) -> Counted:
        return self.neighbourhood(zone) if zone in self.world.neighbourhoods else self.counted(outline(zone))

    def wider(self, zone: int, exactly: bool = True) -> Counted:
        """As many rings as the spread, and the open neighbourhoods of the wider area; M at least if it found them."""
        world = self.world
        anchor = world.anchor(zone)
        spread = world.standing.spread_at(anchor) if exactly else world.standing.spread_told(anchor)
        rings = world.rings_around(zone)
        parts: list[Shape] = [outline(cell) for cell, step in rings.items() if step <= spread]
        for key, drawn in world.neighbourhoods.items():
            apart = world.rings_between(zone, key) if drawn.open else None
            if apart is not None and apart <= max(spread, world.standing.spread_at(drawn.anchor)):
                parts.append(drawn.shape)
        return self.counted(shapely.union_all(parts), floor=self.m if spread < 20 else 0)

    def communes(self, member: int, reach: str) -> Shape:
        """The ground of one's commune, or of it and those adjacent (the service draws it a little simpler)."""
        own = self.world.commune_of(member)
        return shapely.union_all(
            [
                commune.shape
                for key, commune in self.world.communes.items()
                if key == own
                or (reach == "commune_adjacent" and own is not None and self.world.adjacent(own, key))
            ]
        )
