"""What people draw -> a valid shape, or a reason that the person who drew it understands.

Nothing invalid goes on to the database: repairing a hostile ring can take PostgreSQL down, refusing it cannot.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, cast

import shapely

from geoneighbour.errors import InvalidInput, InvalidShape
from geoneighbour.ground import cells
from geoneighbour.ground.metres import area_m2
from geoneighbour.ground.points import FURTHEST_EAST, FURTHEST_NORTH, Point

MOST_BYTES = 64 * 1024
MOST_VERTICES = 500
MOST_TOUCHED = 600
"""Cells: 25 km² drawn round touch some 340. A long thin line would make neighbours of everyone on its way."""
MOST_PAINTED = 2_500
"""Cells of resolution 10: 25 km² hold some 2,000."""
FIELD = "geometry"


def neighbourhood_shape(geometry: Any, largest_km2: float) -> shapely.MultiPolygon:
    """A GeoJSON Polygon or MultiPolygon (EPSG:4326) as a valid shape of one resolution-9 cell to `largest_km2`.

    Coordinates are rounded to 1e-7 degrees, heights dropped. InvalidShape says what is wrong and what to do.
    """
    shape = _sound(geometry)
    fault = fault_of_size(shape, largest_km2)
    if fault:
        raise fault.refusal()
    return shape


def area_shape(geometry: Any, least_km2: float, most_km2: float) -> shapely.MultiPolygon:
    """A GeoJSON Polygon or MultiPolygon (EPSG:4326) that members or cells are asked about: valid, of a size (km², geodesic).

    Coordinates are rounded to 1e-7 degrees, heights dropped. InvalidShape, of the field `area`, says what is wrong.
    """
    try:
        shape = _sound(geometry)
    except InvalidShape as error:
        error.field = "area"
        raise
    size_m2 = area_m2(shape)
    if not least_km2 <= size_m2 / 1e6 <= most_km2:
        raise InvalidShape(
            "Cette zone fait %(area)s km² : il en faut de %(least)s à %(most)s.",
            field="area",
            area=_km2(size_m2),
            least=least_km2,
            most=most_km2,
        )
    return shape


def _sound(geometry: Any) -> shapely.MultiPolygon:
    shape = _parse(geometry)
    west, south, east, north = shape.bounds
    if max(-south, north) > FURTHEST_NORTH:
        # Around a pole a small area can span all longitudes: covering it takes all memory there is.
        raise InvalidShape("Un sommet est hors de la carte.", field=FIELD)
    if max(-west, east) > FURTHEST_EAST:
        raise InvalidShape(
            "Ce lieu touche le bord de la carte : le service ne va pas jusque-là.", field=FIELD
        )
    if east - west > 180:
        raise InvalidShape("Un contour ne peut pas franchir le 180e méridien.", field=FIELD)
    if not shape.is_valid:
        raise _invalid(shape)
    return shape


@dataclass(frozen=True)
class FaultOfSize:
    """Why a valid shape is no neighbourhood: too large, too stretched, or too small for `bound_m2`."""

    what: Literal["large", "stretched", "small"]
    area_m2: float
    bound_m2: float

    def refusal(self) -> InvalidShape:
        """For who drew it."""
        area, bound = _km2(self.area_m2), _km2(self.bound_m2)
        if self.what == "large":
            return InvalidShape(
                "Ce contour fait %(area)s km² : un quartier en fait %(largest)s au plus. Rapprochez les bords.",
                field=FIELD,
                area=area,
                largest=bound,
            )
        if self.what == "stretched":
            return InvalidShape("Ce contour est trop étiré : rapprochez ses bords.", field=FIELD)
        return InvalidShape(
            "Ce contour est trop petit (%(area)s km²) : il faut au moins %(least)s km², quelques rues.",
            field=FIELD,
            area=area,
            least=bound,
        )

    def in_english(self) -> str:
        """For who imports it."""
        if self.what == "stretched":
            return "too stretched: its borders are too long for its area"
        side = "at most" if self.what == "large" else "at least"
        return f"too {self.what}: {self.area_m2 / 1e6:.2f} km², {side} {self.bound_m2 / 1e6:.2f}"


def fault_of_size(shape: shapely.Polygon | shapely.MultiPolygon, largest_km2: float) -> FaultOfSize | None:
    """What keeps a valid shape (EPSG:4326) from being a neighbourhood of one resolution-9 cell to `largest_km2`."""
    area = area_m2(shape)
    if area > largest_km2 * 1e6:
        return FaultOfSize("large", area, largest_km2 * 1e6)
    if cells.cover_estimate(shape) > MOST_TOUCHED:
        return FaultOfSize("stretched", area, 0)
    middle = shape.representative_point()
    least = cells.cell_area_m2(cells.cell_at(Point(middle.x, middle.y), cells.COVER))
    return FaultOfSize("small", area, least) if area < least else None


def painted(cells_: list[str], over: Any = None) -> dict[str, Any]:
    """The ground of resolution-10 cells (hexadecimal text) as a GeoJSON MultiPolygon; InvalidShape for what is none.

    `over`: a GeoJSON MultiPolygon that they were painted over; where no cell changed its border stays as it was.
    """
    if not 1 <= len(cells_) <= MOST_PAINTED:
        raise InvalidShape("Peignez de 1 à %(most)s cellules.", field="cells", most=MOST_PAINTED)
    chosen = {cells.painted(cell) for cell in cells_}
    if over is None:
        ground = cells.union(chosen)
    else:
        ground = cells.repainted(cast(shapely.MultiPolygon, shapely.geometry.shape(over)), chosen)
    return cast(dict[str, Any], json.loads(shapely.to_geojson(ground)))


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
            "Ce contour a %(vertices)s sommets : %(most)s au plus. Simplifiez-le.",
            field=FIELD,
            vertices=vertices,
            most=MOST_VERTICES,
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


def _invalid(shape: shapely.MultiPolygon) -> InvalidShape:
    reason = shapely.is_valid_reason(shape)
    if "Self-intersection" in reason:
        return InvalidShape(
            "Les bords de ce contour se croisent : déplacez ou retirez un sommet.", field=FIELD
        )
    if "Hole" in reason or "Nested" in reason or "Interior" in reason:
        return InvalidShape("Les trous ou les parties de ce contour se chevauchent.", field=FIELD)
    return InvalidShape(
        "Ce contour n'est pas une surface simple : retirez les sommets en double ou superposés.", field=FIELD
    )


def _km2(area_m2: float) -> float:
    return round(area_m2 / 1e6, 1 if area_m2 >= 1e6 else 2)
