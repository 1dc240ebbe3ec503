"""A place on the ground, as people send it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely

from geoneighbour.errors import InvalidInput

FURTHEST_EAST, FURTHEST_NORTH = 179.0, 85.0
"""Degrees, and west, and south: the edge of the map. Beyond it outlines of cells wrap around."""
LEAST_EARTH_RADIUS_M = 6_335_000
"""The ellipsoid's smallest radius of curvature: a circle is drawn no smaller by it."""


@dataclass(frozen=True)
class Point:
    """Longitude and latitude in degrees (EPSG:4326), finite, in range, rounded to 1e-7 (about a centimetre)."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        for field, value, bound in (("lon", self.lon, 180.0), ("lat", self.lat, 90.0)):
            if not math.isfinite(value) or abs(value) > bound:
                raise InvalidInput(
                    "Doit être un nombre entre %(least)s et %(most)s.", field=field, least=-bound, most=bound
                )
            object.__setattr__(self, field, round(value, 7))

    def require_habitable(self) -> Point:
        """Itself; InvalidInput near the 180th meridian and the poles, where outlines of cells wrap around the map."""
        for field, value, bound in (("lon", self.lon, FURTHEST_EAST), ("lat", self.lat, FURTHEST_NORTH)):
            if abs(value) > bound:
                raise InvalidInput(
                    "Ce lieu touche le bord de la carte : le service ne va pas jusque-là.", field=field
                )
        return self

    def require_room(self, radius_m: float) -> Point:
        """Itself; InvalidInput where a circle of so many metres around it touches the 180th meridian."""
        reach = math.sin(radius_m / LEAST_EARTH_RADIUS_M) / math.cos(math.radians(self.lat))
        if reach >= 1 or abs(self.lon) + math.degrees(math.asin(reach)) >= 180:
            raise InvalidInput(
                "Ce lieu touche le bord de la carte : le service ne va pas jusque-là.", field="radius_m"
            )
        return self

    @property
    def wkt(self) -> str:
        return f"POINT({self.lon:.7f} {self.lat:.7f})"

    @property
    def shape(self) -> shapely.Point:
        return shapely.Point(self.lon, self.lat)
