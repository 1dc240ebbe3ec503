"""What the demonstration's residents call their quartier, and where that is: a pure function of a seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import shapely

from geoneighbour.demo import territory
from geoneighbour.demo.texts import read
from geoneighbour.ground.points import Point

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
            shape = uneven(random.Random(f"{seed} {row['name']}"), row["centre"], row["radius_m"])  # noqa: S311
            taken = [] if supporters else [other.shape for other in drawn]
            shape = largest(shapely.difference(shape & territory.land(), shapely.union_all(taken)))
        shapely.prepare(shape)
        drawn.append(Neighbourhood(row["name"], row["story"], row["place"], people, supporters, shape))
    return drawn


def inside(rng: random.Random, shape: shapely.Polygon | shapely.MultiPolygon) -> Point:
    """A point of the shape, more likely near its middle."""
    middle = shape.centroid if shape.covers(shape.centroid) else shape.representative_point()
    spread_m = 0.4 * math.sqrt(shape.area * DEGREE_M**2 * math.cos(math.radians(middle.y)))
    while not shape.covers((point := around(rng, middle, spread_m)).shape):
        pass
    return point


def around(rng: random.Random, middle: shapely.Point, spread_m: float) -> Point:
    """A point some `spread_m` metres from the middle, in a bell-shaped crowd."""
    squeeze = math.cos(math.radians(middle.y))
    return Point(
        middle.x + rng.gauss(0, spread_m) / DEGREE_M / squeeze, middle.y + rng.gauss(0, spread_m) / DEGREE_M
    )


def uneven(
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


def largest(shape: shapely.Geometry) -> shapely.Polygon:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.set_precision(max(parts, key=shapely.area), 1e-6)
