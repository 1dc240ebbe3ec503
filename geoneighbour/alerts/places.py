"""Where an alert happens, as its author shows it."""

from __future__ import annotations

from typing import Any

from shapely.geometry.base import BaseGeometry

from geoneighbour.errors import InvalidInput
from geoneighbour.ground import shapes
from geoneighbour.ground.points import Point

LEAST_PLACE_KM2, MOST_PLACE_KM2 = 0.0001, 1_000.0


def place_shape(geometry: Any) -> BaseGeometry | None:
    """Where it happens, a GeoJSON Point or Polygon (EPSG:4326), as a shape; None: nowhere. InvalidInput of the field `happens_at`."""
    if geometry is None:
        return None
    try:
        if isinstance(geometry, dict) and geometry.get("type") == "Point":
            lon, lat = geometry["coordinates"][:2]
            return Point(float(lon), float(lat)).require_habitable().shape
        drawn = shapes.area_shape(geometry, LEAST_PLACE_KM2, MOST_PLACE_KM2)
        return drawn.geoms[0] if len(drawn.geoms) == 1 else drawn
    except InvalidInput as error:
        error.field = "happens_at"
        raise
    except (KeyError, TypeError, ValueError):
        raise InvalidInput("Indiquez un point ou une zone.", field="happens_at") from None
