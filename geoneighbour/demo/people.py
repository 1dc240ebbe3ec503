"""Where the demonstration's residents live: a pure function of a seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import shapely

from geoneighbour.demo import crowds, territory
from geoneighbour.demo.places import Neighbourhood, around, inside, neighbourhood_shapes
from geoneighbour.errors import InvalidInput
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point

COUNTRY_SHARE = 0.26
"""About so many live in no neighbourhood, in bourgs or alone."""
REGION, TOWN = 6, 7
"""Resolutions: some 36 km² of country hold enough people to be shown apart, in towns some 5 km² do."""
ALONE_SHARE = 0.3
"""So many of those live anywhere, far from a bourg."""
BOURG_M = 600.0
LOGIN_LIVES_IN = "Saint-Servan"


@dataclass(frozen=True)
class Home:
    """A member's point, the open neighbourhood chosen there and the proposed one supported, by name."""

    point: Point
    neighbourhood: str | None = None
    supports: str | None = None


def population(seed: int, members: int = 600, k: int = 11) -> list[Home]:
    """So many homes; the first one in Saint-Servan. More than k live in each open neighbourhood, most where most people do.

    InvalidInput when the members are too few for that.
    """
    rng = random.Random(f"{seed} homes")  # noqa: S311 (invented people)
    drawn = neighbourhood_shapes(seed)
    opening = {one.name: one for one in drawn if not one.supporters}
    homes = [Home(inside(rng, one.shape), name) for name, one in opening.items() for _ in range(k + 1)]
    homes += [_supporter(rng, one, opening.values()) for one in drawn for _ in range(one.supporters or 0)]
    if members < len(homes):
        raise InvalidInput(f"the demonstration needs {len(homes)} members or more to open its neighbourhoods")
    country = _Country(drawn)
    full = 2 * k
    for resolution in (REGION, TOWN):
        homes = _closer(rng, homes, opening, resolution, full)
        towns = _towns(homes, full)
        for group in crowds.thin([home.point for home in homes], resolution, full):
            worth = resolution == REGION or crowds.parent(min(group), REGION) in towns
            if worth and len(homes) + sum(group.values()) <= members:
                for cell, lacking in group.items():
                    homes += _filling(rng, cell, resolution, lacking, homes, opening, country)
    homes += _villages(rng, homes, country, members, full)
    homes += _others(rng, homes, opening, country, members, full)
    return sorted(homes, key=lambda home: home.neighbourhood != LOGIN_LIVES_IN)


class _Country:
    """The land in no neighbourhood."""

    def __init__(self, drawn: list[Neighbourhood]) -> None:
        self.ground = shapely.difference(territory.land(), shapely.union_all([one.shape for one in drawn]))
        shapely.prepare(self.ground)
        self.bourgs = [(one.shape.representative_point(), one.population) for one in territory.communes()]

    def points(self, rng: random.Random, within: shapely.Polygon | shapely.MultiPolygon) -> Iterator[Point]:
        """Points of the country, near a bourg that lies within a shape or alone somewhere in it; without end."""
        west, south, east, north = within.bounds
        bourgs = [(middle, people) for middle, people in self.bourgs if within.covers(middle)]
        while True:
            if bourgs and rng.random() > ALONE_SHARE:
                (middle,) = rng.choices([m for m, _ in bourgs], [people for _, people in bourgs])
                point = around(rng, middle, BOURG_M)
            else:
                point = Point(rng.uniform(west, east), rng.uniform(south, north))
            if self.ground.covers(point.shape):
                yield point


def _supporter(rng: random.Random, proposed: Neighbourhood, opening: Iterable[Neighbourhood]) -> Home:
    point = inside(rng, proposed.shape)
    return Home(
        point, next((one.name for one in opening if one.shape.covers(point.shape)), None), proposed.name
    )


def _closer(
    rng: random.Random, homes: list[Home], opening: dict[str, Neighbourhood], resolution: int, full: int
) -> list[Home]:
    """The same people; strays stand in a fuller cell of their neighbourhood, in the country as in towns."""
    counts = Counter(crowds.cell_of(home.point, resolution) for home in homes)
    towns = _towns(homes, full)
    moved = list(homes)
    for index in sorted(range(len(homes)), key=lambda i: counts[crowds.cell_of(homes[i].point, resolution)]):
        home = homes[index]
        here = crowds.cell_of(home.point, resolution)
        if resolution == REGION:
            stray = counts[here] < full // 4
        else:
            stray = counts[here] < full and crowds.parent(here, REGION) in towns
        if not stray or home.neighbourhood is None or home.supports:
            continue
        tried = [inside(rng, opening[home.neighbourhood].shape) for _ in range(30)]
        best = max(tried, key=lambda point: counts[crowds.cell_of(point, resolution)])
        there = crowds.cell_of(best, resolution)
        if counts[there] > counts[here]:
            counts[here] -= 1
            counts[there] += 1
            moved[index] = replace(home, point=best)
    return moved


def _towns(homes: list[Home], full: int) -> set[int]:
    """The regions where so many live that they are worth parting."""
    counts = Counter(crowds.cell_of(home.point, REGION) for home in homes)
    return {region for region, count in counts.items() if count >= 2 * full}


def _filling(
    rng: random.Random,
    cell: int,
    resolution: int,
    lacking: int,
    homes: list[Home],
    opening: dict[str, Neighbourhood],
    country: _Country,
) -> list[Home]:
    """So many more homes in a cell: in the country of a coarse one, else in the neighbourhoods that live there."""
    there = [home for home in homes if crowds.cell_of(home.point, resolution) == cell]
    names = sorted({home.neighbourhood for home in there if home.neighbourhood})
    more: list[Home] = []
    points = country.points(rng, cells.outline(cell))
    while len(more) < lacking:
        if resolution == REGION or not names:
            home = Home(next(points))
        else:
            name = rng.choice(names)
            home = Home(inside(rng, opening[name].shape), name)
        if crowds.cell_of(home.point, resolution) == cell:
            more.append(home)
    return more


def _villages(
    rng: random.Random, homes: list[Home], country: _Country, members: int, full: int
) -> list[Home]:
    """People of regions where nobody lives yet, enough to be shown there; the largest bourgs first."""
    inhabited = {crowds.cell_of(home.point, REGION) for home in homes}
    bourgs: Counter[int] = Counter()
    for middle, people in country.bourgs:
        bourgs[crowds.cell_of(Point(middle.x, middle.y), REGION)] += people
    lonely = sum(home.neighbourhood is None for home in homes)
    room = min(members - len(homes), COUNTRY_SHARE * members - lonely)
    more: list[Home] = []
    for cell, _ in bourgs.most_common():
        if cell not in inhabited and room >= full:
            more += _filling(rng, cell, REGION, full, [], {}, country)
            room -= full
    return more


def _others(
    rng: random.Random,
    homes: list[Home],
    opening: dict[str, Neighbourhood],
    country: _Country,
    members: int,
    full: int,
) -> list[Home]:
    """The rest, by population, among the cells that will be shown as they are."""
    leaves = crowds.leaves([home.point for home in homes], full)
    lonely = sum(home.neighbourhood is None for home in homes)
    names = list(opening)
    more: list[Home] = []
    points = country.points(rng, territory.land())
    while len(homes) + len(more) < members:
        if lonely < COUNTRY_SHARE * members:
            home = Home(next(points))
        else:
            (name,) = rng.choices(names, [opening[name].people for name in names])
            home = Home(inside(rng, opening[name].shape), name)
        if crowds.leaf_of(home.point, leaves) is not None:
            more.append(home)
            lonely += home.neighbourhood is None
    return more
