"""Lengths and areas on the WGS 84 ellipsoid. The only home of pyproj outside boundary files."""

from __future__ import annotations

import pyproj
import shapely

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
