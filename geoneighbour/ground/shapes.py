"""What people draw -> a valid shape, or a reason that the person who drew it understands.

Nothing invalid goes on to the database: repairing a hostile ring can take PostgreSQL down, refusing it cannot.
"""

from __future__ import annotations

import json
from typing import Any

import shapely

from geoneighbour.errors import InvalidInput, InvalidShape
from geoneighbour.ground import cells
from geoneighbour.ground.metres import area_m2
from geoneighbour.ground.points import Point

MOST_BYTES = 64 * 1024
MOST_VERTICES = 500
MOST_TOUCHED = 600
"""Cells: 25 km² drawn round touch some 340. A long thin line would make neighbours of everyone on its way."""
FIELD = "geometry"


def neighbourhood_shape(geometry: Any, largest_km2: float) -> shapely.MultiPolygon:
    """A GeoJSON Polygon or MultiPolygon (EPSG:4326) as a valid shape of one resolution-9 cell to `largest_km2`.

    Coordinates are rounded to 1e-7 degrees, heights dropped. InvalidShape says what is wrong and what to do.
    """
    shape = _parse(geometry)
    west, _, east, _ = shape.bounds
    if east - west > 180:
        raise InvalidShape("Un contour ne peut pas franchir le 180e méridien.", field=FIELD)
    if not shape.is_valid:
        raise InvalidShape(_why_invalid(shape), field=FIELD)
    area = area_m2(shape)
    if area > largest_km2 * 1e6:
        raise InvalidShape(
            f"Ce contour fait {_km2(area)} km² : un quartier en fait {largest_km2:g} au plus. Rapprochez les bords.",
            field=FIELD,
        )
    if cells.cover_estimate(shape) > MOST_TOUCHED:
        raise InvalidShape("Ce contour est trop étiré : rapprochez ses bords.", field=FIELD)
    middle = shape.representative_point()
    least = cells.cell_area_m2(cells.cell_at(Point(middle.x, middle.y), cells.COVER))
    if area < least:
        raise InvalidShape(
            f"Ce contour est trop petit ({_km2(area)} km²) : il faut au moins {_km2(least)} km², quelques rues.",
            field=FIELD,
        )
    return shape


def _parse(geometry: Any) -> shapely.MultiPolygon:
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise InvalidShape("Un contour est un polygone GeoJSON (Polygon ou MultiPolygon).", field=FIELD)
    if len(json.dumps(geometry)) > MOST_BYTES:
        raise InvalidShape("Ce contour est trop lourd (plus de 64 Ko).", field=FIELD)
    polygons = geometry.get("coordinates")
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    if not isinstance(polygons, list) or not polygons or not all(isinstance(p, list) and p for p in polygons):
        raise InvalidShape("Ce contour est vide.", field=FIELD)
    rings = [[_ring(ring) for ring in polygon] for polygon in polygons]
    vertices = sum(len(ring) - 1 for polygon in rings for ring in polygon)
    if vertices > MOST_VERTICES:
        raise InvalidShape(
            f"Ce contour a {vertices} sommets : {MOST_VERTICES} au plus. Simplifiez-le.", field=FIELD
        )
    return shapely.MultiPolygon([(polygon[0], polygon[1:]) for polygon in rings])


def _ring(ring: Any) -> list[tuple[float, float]]:
    if not isinstance(ring, list) or len(ring) < 4:
        raise InvalidShape("Un contour a au moins trois sommets, et revient au premier.", field=FIELD)
    points = [_position(position) for position in ring]
    if points[0] != points[-1]:
        raise InvalidShape("Ce contour n'est pas fermé : il doit revenir à son premier sommet.", field=FIELD)
    return points


def _position(position: Any) -> tuple[float, float]:
    if (
        not isinstance(position, list)
        or not 2 <= len(position) <= 3
        or not all(_is_number(c) for c in position)
    ):
        raise InvalidShape("Chaque sommet est une longitude et une latitude.", field=FIELD)
    try:
        point = Point(float(position[0]), float(position[1]))
    except (InvalidInput, OverflowError) as error:
        raise InvalidShape("Un sommet est hors de la carte.", field=FIELD) from error
    return point.lon, point.lat


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _why_invalid(shape: shapely.MultiPolygon) -> str:
    reason = shapely.is_valid_reason(shape)
    if "Self-intersection" in reason:
        return "Les bords de ce contour se croisent : déplacez ou retirez un sommet."
    if "Hole" in reason or "Nested" in reason or "Interior" in reason:
        return "Les trous ou les parties de ce contour se chevauchent."
    return "Ce contour n'est pas une surface simple : retirez les sommets en double ou superposés."


def _km2(area: float) -> str:
    return f"{area / 1e6:.1f}".replace(".", ",") if area >= 1e6 else f"{area / 1e6:.2f}".replace(".", ",")
