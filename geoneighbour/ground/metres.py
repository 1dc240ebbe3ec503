"""Lengths and areas on the WGS 84 ellipsoid. The only home of pyproj outside boundary files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pyproj
import shapely

AnyShape = TypeVar("AnyShape", bound=shapely.Geometry)

_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def area_m2(shape: shapely.Polygon | shapely.MultiPolygon) -> float:
    """Geodesic area in square metres of a shape in EPSG:4326; holes are taken off."""
    area, _ = _ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(shape))
    return abs(area)


def perimeter_m(shape: shapely.Polygon | shapely.MultiPolygon) -> float:
    """Geodesic length in metres of all borders of a shape in EPSG:4326, those of holes included."""
    return _ELLIPSOID.geometry_length(shape.boundary)


def distance_m(a: shapely.Point, b: shapely.Point) -> float:
    """Geodesic distance in metres between two points in EPSG:4326."""
    return _ELLIPSOID.inv(a.x, a.y, b.x, b.y)[2]


def circle(centre: shapely.Point, radius_m: float, corners: int = 64) -> shapely.Polygon:
    """The ground within geodesic metres of a point (EPSG:4326), for drawing: its corners are exact, its sides some 0.1 % within."""
    bearings = np.linspace(360, 0, corners, endpoint=False)
    x, y, radii = (np.full(corners, value) for value in (centre.x, centre.y, float(radius_m)))
    lon, lat, _ = _ELLIPSOID.fwd(x, y, bearings, radii)
    return shapely.Polygon(np.column_stack([lon, lat]))


@dataclass(frozen=True)
class Plane:
    """A sheet of paper laid on the ground at a point (EPSG:4326): metres east and north of it, true within 1:10,000 for 20 km."""

    lon: float
    lat: float

    def flat(self, shape: AnyShape) -> AnyShape:
        """A shape of EPSG:4326 in metres."""
        return self._moved(shape, pyproj.enums.TransformDirection.FORWARD)

    def back(self, shape: AnyShape) -> AnyShape:
        """A shape in metres in EPSG:4326."""
        return self._moved(shape, pyproj.enums.TransformDirection.INVERSE)

    def _moved(self, shape: AnyShape, way: pyproj.enums.TransformDirection) -> AnyShape:
        def moved(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
            return np.column_stack(self._transformer.transform(xy[:, 0], xy[:, 1], direction=way))

        made: AnyShape = shapely.transform(shape, moved)
        return made

    @cached_property
    def _transformer(self) -> pyproj.Transformer:
        plane = f"+proj=aeqd +lat_0={self.lat} +lon_0={self.lon} +datum=WGS84 +units=m"
        return pyproj.Transformer.from_crs("EPSG:4326", plane, always_xy=True)
