"""Where the demonstration's residents live and what they call their quartier: pure functions of a seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import shapely

from geoneighbour.demo import territory
from geoneighbour.demo.texts import read
from geoneighbour.errors import InvalidInput
from geoneighbour.ground.points import Point

COUNTRY_SHARE = 0.16
"""So many of all members live in no neighbourhood, in bourgs or alone."""
ALONE_SHARE = 0.3
"""So many of those live anywhere in their commune, far from its bourg."""
BOURG_M = 600.0
DEGREE_M = 111_200.0
"""Metres in a degree of latitude: near enough for a drawing."""


@dataclass(frozen=True)
class Neighbourhood:
    """A neighbourhood to be; with `supporters` it stays proposed and has that many, else it opens."""

    name: str
    story: str
    place: str
    people: int
    supporters: int | None
    shape: shapely.Polygon | shapely.MultiPolygon


@dataclass(frozen=True)
class Home:
    """A member's point, the open neighbourhood chosen there and the proposed one supported, by name."""

    point: Point
    neighbourhood: str | None = None
    supports: str | None = None


def neighbourhood_shapes(seed: int) -> list[Neighbourhood]:
    """Every neighbourhood of neighbourhoods.toml on land; open ones do not overlap. Coordinates rounded to 1e-6."""
    quartiers = {quartier.code: quartier for quartier in territory.quartiers()}
    drawn: list[Neighbourhood] = []
    for row in read("neighbourhoods")["neighbourhoods"]:
        people, supporters = row.get("people", 0), row.get("supporters")
        if "quartier" in row:
            quartier = quartiers[row["quartier"]]
            shape, people = quartier.shape, quartier.population
        else:
            shape = _hand_drawn(random.Random(f"{seed} {row['name']}"), row["centre"], row["radius_m"])  # noqa: S311
            taken = [] if supporters else [other.shape for other in drawn]
            shape = _largest(shapely.difference(shape & territory.land(), shapely.union_all(taken)))
        drawn.append(Neighbourhood(row["name"], row["story"], row["place"], people, supporters, shape))
    return drawn


def population(seed: int, members: int = 600, least: int = 12) -> list[Home]:
    """So many homes; the first one in Saint-Servan. `least` live in each open neighbourhood, the rest by population.

    InvalidInput when the members are too few for that.
    """
    rng = random.Random(f"{seed} homes")  # noqa: S311 (invented people)
    neighbourhoods = neighbourhood_shapes(seed)
    opening = [one for one in neighbourhoods if not one.supporters]
    proposed = [one for one in neighbourhoods if one.supporters]
    elsewhere = math.ceil(COUNTRY_SHARE * members)
    spare = members - elsewhere - least * len(opening)
    if spare < 0:
        needed = math.ceil(least * len(opening) / (1 - COUNTRY_SHARE))
        raise InvalidInput(f"the demonstration needs {needed} members or more to open its neighbourhoods")
    settled = opening * least + rng.choices(opening, [one.people for one in opening], k=spare)
    settled.sort(key=lambda one: one.name != "Saint-Servan")
    homes = [Home(_inside(rng, one.shape), neighbourhood=one.name) for one in settled]
    for one in proposed:
        homes = _supported(rng, one, homes, opening)
    return homes + [Home(_country_point(rng, neighbourhoods)) for _ in range(members - len(homes))]


def _supported(
    rng: random.Random, proposed: Neighbourhood, homes: list[Home], opening: list[Neighbourhood]
) -> list[Home]:
    """The homes with this neighbourhood's supporters: people who live there already, else new ones."""
    shapely.prepare(proposed.shape)
    inside = [home for home in homes[1:] if proposed.shape.covers(home.point.shape) and not home.supports]
    chosen = rng.sample(inside, min(len(inside), proposed.supporters or 0))
    after = [
        Home(home.point, home.neighbourhood, proposed.name) if home in chosen else home for home in homes
    ]
    for _ in range((proposed.supporters or 0) - len(chosen)):
        point = _inside(rng, proposed.shape)
        around = next((one.name for one in opening if one.shape.covers(point.shape)), None)
        after.append(Home(point, around, proposed.name))
    return after


def _inside(rng: random.Random, shape: shapely.Polygon | shapely.MultiPolygon) -> Point:
    """A point of the shape, more likely near its middle."""
    shapely.prepare(shape)
    middle = shape.centroid if shape.covers(shape.centroid) else shape.representative_point()
    spread_m = 0.4 * math.sqrt(shape.area * DEGREE_M**2 * math.cos(math.radians(middle.y)))
    while not shape.covers((point := _around(rng, middle, spread_m)).shape):
        pass
    return point


def _country_point(rng: random.Random, neighbourhoods: list[Neighbourhood]) -> Point:
    """A point of a commune chosen by population, in none of the neighbourhoods."""
    communes = territory.communes()
    while True:
        commune = rng.choices(communes, [one.population for one in communes])[0]
        middle = commune.shape.representative_point()
        if rng.random() < ALONE_SHARE:
            west, south, east, north = commune.shape.bounds
            point = Point(rng.uniform(west, east), rng.uniform(south, north))
        else:
            point = _around(rng, middle, BOURG_M)
        free = not any(one.shape.covers(point.shape) for one in neighbourhoods)
        if free and commune.shape.covers(point.shape):
            return point


def _around(rng: random.Random, middle: shapely.Point, spread_m: float) -> Point:
    squeeze = math.cos(math.radians(middle.y))
    return Point(
        middle.x + rng.gauss(0, spread_m) / DEGREE_M / squeeze, middle.y + rng.gauss(0, spread_m) / DEGREE_M
    )


def _hand_drawn(
    rng: random.Random, centre: tuple[float, float], radius_m: float, corners: int = 17
) -> shapely.Polygon:
    """An uneven round shape, as somebody would draw it with a mouse."""
    lon, lat = centre
    ring = []
    for corner in range(corners):
        angle = 2 * math.pi * corner / corners
        reach = radius_m * rng.uniform(0.85, 1.15) / DEGREE_M
        ring.append(
            (lon + reach * math.cos(angle) / math.cos(math.radians(lat)), lat + reach * math.sin(angle))
        )
    return shapely.Polygon(ring)


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.set_precision(max(parts, key=shapely.area), 1e-6)
