"""Made homes and made neighbourhoods: dense in towns, sparse in the country. Numbers only; nothing here is anybody's.

Everything is drawn from generators that are seeded by what it is for (a commune, a neighbourhood), so the same seed makes
the same ground whatever came before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geoneighbour.ground import shapes

Numbers = NDArray[np.float64]
METRES_A_DEGREE = 111_195.0
MEDIAN_VERTICES, LOG_SPREAD, MOST_VERTICES = 50, 0.823, 537
"""13, 50 and 193 vertices at the 5th, 50th and 95th hundredth."""
CITY_KM = 6.0
MOST_PEOPLE_A_KM2 = 15_000.0


@dataclass(frozen=True)
class Town:
    """A commune to fill: `people` are all who would live there, members or not."""

    id: int
    lon: float
    lat: float
    km2: float


def people(towns: Sequence[Town], seed: int) -> Numbers:
    """How many live in each commune: country at some 25 a km², more around one city in 120 communes."""
    rng = np.random.default_rng([seed, 1])
    lon, lat = np.array([t.lon for t in towns]), np.array([t.lat for t in towns])
    km2 = np.array([t.km2 for t in towns])
    density = 25 * rng.lognormal(0, 0.8, len(towns))
    cities = rng.choice(len(towns), max(1, len(towns) // 120), replace=False)
    for city, strength in zip(cities, 600 * (1 + rng.pareto(1.2, len(cities))), strict=True):
        near = np.flatnonzero(np.abs(lat - lat[city]) < 0.5)
        east = (lon[near] - lon[city]) * math.cos(math.radians(lat[city]))
        away_km = np.hypot(east, lat[near] - lat[city]) * METRES_A_DEGREE / 1000
        density[near] += min(strength, MOST_PEOPLE_A_KM2) * np.exp(-away_km / CITY_KM)
    return np.minimum(density, MOST_PEOPLE_A_KM2) * km2


def homes(
    outline: shapely.MultiPolygon, town: Town, inhabitants: float, count: int, rng: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """`count` points (lon, lat to 1e-7 degrees) inside an outline: 65 % around its centre, 25 % in hamlets, some anywhere."""
    shapely.prepare(outline)
    west, south, east, north = outline.bounds
    middle = outline.representative_point()
    wide = METRES_A_DEGREE * math.cos(math.radians(town.lat))
    core_m = max(150.0, 1000 * math.sqrt(inhabitants / (math.pi * 3000)))
    hamlets = 1 + int(town.km2 / 3)
    seats = rng.uniform((west, south), (east, north), (hamlets, 2))
    lons, lats = np.empty(0), np.empty(0)
    for attempt in range(200):
        missing = count - lons.size
        if not missing:
            break
        tried = 2 * missing + 8
        kind = rng.random(tried)
        # Where the centre lies on a narrow strip, anywhere will do.
        core, hamlet = kind < 0.65 * 0.9**attempt, kind > 1 - 0.25 * 0.9**attempt
        lon, lat = rng.uniform(west, east, tried), rng.uniform(south, north, tried)
        off_east, off_north = rng.normal(0, 1, tried), rng.normal(0, 1, tried)
        seat = seats[rng.integers(0, hamlets, tried)]
        lon = np.where(core, middle.x + off_east * core_m / wide, lon)
        lat = np.where(core, middle.y + off_north * core_m / METRES_A_DEGREE, lat)
        lon = np.where(hamlet, seat[:, 0] + off_east * 120 / wide, lon).round(7)
        lat = np.where(hamlet, seat[:, 1] + off_north * 120 / METRES_A_DEGREE, lat).round(7)
        inside = np.flatnonzero(shapely.contains_xy(outline, lon, lat))[:missing]
        lons, lats = np.concatenate([lons, lon[inside]]), np.concatenate([lats, lat[inside]])
    if lons.size < count:
        # A sliver: all who are left live at one place.
        lons = np.concatenate([lons, np.full(count - lons.size, round(middle.x, 7))])
        lats = np.concatenate([lats, np.full(count - lats.size, round(middle.y, 7))])
    return lons, lats


def neighbourhood(
    lon: float, lat: float, largest_km2: float, rng: np.random.Generator
) -> shapely.MultiPolygon:
    """A plausible quarter around a place: wavy, of 0.15 km² at least, as large as may be at most."""
    vertices = int(np.clip(rng.lognormal(math.log(MEDIAN_VERTICES), LOG_SPREAD), 7, MOST_VERTICES))
    km2 = float(np.clip(rng.lognormal(math.log(0.6), 0.8), 0.25, 0.6 * largest_km2))
    angle = 2 * math.pi * (np.arange(vertices) + rng.uniform(0.1, 0.9, vertices)) / vertices
    radius = np.ones(vertices)
    for waves in range(2, 6):
        radius += rng.uniform(0, 0.3 / waves) * np.cos(waves * angle + rng.uniform(0, 2 * math.pi))
    radius *= rng.uniform(0.96, 1.04, vertices) * 1000 * math.sqrt(km2 / math.pi)
    lons = lon + radius * np.cos(angle) / METRES_A_DEGREE / math.cos(math.radians(lat))
    lats = lat + radius * np.sin(angle) / METRES_A_DEGREE
    return shapely.MultiPolygon([shapely.Polygon(np.column_stack([lons, lats]).round(7))])


def fits(shape: shapely.MultiPolygon, largest_km2: float) -> bool:
    return shape.is_valid and shapes.fault_of_size(shape, largest_km2) is None
