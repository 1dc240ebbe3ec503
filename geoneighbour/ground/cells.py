"""H3 cells, as Python ints that fit PostgreSQL's bigint. The only home of h3.

A cell's hexadecimal text leaves the server; the int stays inside. SQL does the bit arithmetic
(parents, resolutions: sql/10_cells.sql); whatever needs the grid's geometry is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import h3.api.basic_int as h3
import shapely
from h3 import LatLngMultiPoly, LatLngPoly

from geoneighbour.errors import InvalidShape
from geoneighbour.ground.metres import area_m2, perimeter_m
from geoneighbour.ground.points import Point

COVER = 9
"""Resolution of covers, rings and the finest published cell."""
SURROUNDINGS = 8
"""Resolution of surroundings and of the anchors that carry a spread."""
PAINTED = 10
"""Resolution of the cells that people paint a neighbourhood with."""
MOST_RINGS = 20
MOST_CELLS = 5_000


def cell_at(point: Point, resolution: int) -> int:
    """The cell of a point. Not always a child of its coarser cell: the grid's levels do not nest exactly."""
    return h3.latlng_to_cell(point.lat, point.lon, resolution)


def to_text(cell: int) -> str:
    return h3.int_to_str(cell)


def painted(text: str) -> int:
    """The int of a resolution-10 cell; InvalidShape for any other text."""
    if not h3.is_valid_cell(cell := _from_text(text)) or h3.get_resolution(cell) != PAINTED:
        raise InvalidShape("Une cellule peinte est une cellule H3 de résolution 10.", field="cells")
    return cell


def _from_text(text: str) -> int:
    return int(text, 16) if re.fullmatch("[0-9a-f]{15}", text) else 0


def outline(cell: int) -> shapely.Polygon:
    """The cell's hexagon (or pentagon) in EPSG:4326."""
    return shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])


def centre(cell: int) -> Point:
    lat, lon = h3.cell_to_latlng(cell)
    return Point(lon, lat)


def cell_area_m2(cell: int) -> float:
    return h3.cell_area(cell, unit="m^2")


def anchor(shape: shapely.Polygon | shapely.MultiPolygon) -> int:
    """The resolution-8 cell of a point on the shape's surface: where its spread is looked up."""
    inside = shapely.point_on_surface(shape)
    return cell_at(Point(inside.x, inside.y), SURROUNDINGS)


def cover(shape: shapely.Polygon | shapely.MultiPolygon) -> frozenset[int]:
    """The resolution-9 cells that a shape (EPSG:4326) touches.

    Their number is estimated before anything is computed: above MOST_CELLS, InvalidShape.
    """
    if cover_estimate(shape) > MOST_CELLS:
        raise InvalidShape("Ce contour est trop étendu.")
    parts = shape.geoms if isinstance(shape, shapely.MultiPolygon) else [shape]
    return frozenset(cell for part in parts for cell in _touched(part))


def cover_estimate(shape: shapely.Polygon | shapely.MultiPolygon) -> float:
    """About how many cells a shape touches, from its area and, for long thin ones, the length of its borders."""
    middle = shape.representative_point()
    cell = cell_at(Point(middle.x, middle.y), COVER)
    edge = h3.average_hexagon_edge_length(COVER, unit="m")
    return area_m2(shape) / cell_area_m2(cell) + perimeter_m(shape) / edge


def _touched(part: shapely.Polygon) -> set[int]:
    """What the shell touches, less what a hole holds whole: h3 alone loses a cell that has a whole hole inside."""
    touched = set(h3.h3shape_to_cells_experimental(_lat_lng(part.exterior), COVER, "overlap"))
    for hole in part.interiors:
        touched.difference_update(h3.h3shape_to_cells_experimental(_lat_lng(hole), COVER, "full"))
    return touched


def surroundings_cover(cell: int) -> frozenset[int]:
    """The cover of surroundings: the 19 resolution-9 cells that its resolution-8 hexagon touches (16 at a pentagon).

    Thirteen overlap it and six meet it in a corner alone, which rounding would find or lose. They are the two
    rings around its centre child: no coordinate is compared.
    """
    return frozenset(h3.grid_disk(h3.cell_to_center_child(cell, COVER), 2))


def rings_around(start: Iterable[int], most: int = MOST_RINGS) -> dict[int, int]:
    """Each cell within `most` steps from cell to neighbouring cell, with the fewest steps; the start has 0.

    Steps, not coordinates: the answer is the same across pentagons and icosahedron edges.
    """
    if not 0 <= most <= MOST_RINGS:
        raise ValueError(f"at most {MOST_RINGS} rings, not {most}")
    rings = dict.fromkeys(start, 0)
    edge = list(rings)
    for ring in range(1, most + 1):
        reached = {near for cell in edge for near in h3.grid_disk(cell, 1)} - rings.keys()
        rings.update(dict.fromkeys(reached, ring))
        edge = list(reached)
    return rings


def union(cells: Iterable[int]) -> shapely.MultiPolygon:
    """The ground of cells of one resolution, as one shape in EPSG:4326."""
    merged = h3.cells_to_h3shape(list(cells), tight=False)
    return shapely.MultiPolygon(
        [
            (_lon_lat(polygon.outer), [_lon_lat(hole) for hole in polygon.holes])
            for polygon in (merged if isinstance(merged, LatLngMultiPoly) else [merged])
        ]
    )


def repainted(shape: shapely.MultiPolygon, painted: set[int]) -> shapely.MultiPolygon:
    """A shape (EPSG:4326) whose resolution-10 cells were painted over: it gains new ones and loses those that are none any more.

    The cells it had are those whose centre it holds. Where none of them changed its border stays as it was.
    """
    had = set(h3.geo_to_cells(shape, PAINTED))
    gone, kept, new = had - painted, had & painted, painted - had
    # Cells on the border belong to it by a corner alone: they go with the last neighbour that stays.
    border = {near for cell in gone for near in h3.grid_disk(cell, 1)} - had - painted
    gone |= {cell for cell in border if kept.isdisjoint(h3.grid_disk(cell, 1))}
    ground = shapely.union(shape, union(new)) if new else shape
    ground = shapely.difference(ground, union(gone)) if gone else ground
    parts = shapely.get_parts(shapely.set_precision(ground, 1e-7))
    least = cell_area_m2(next(iter(painted))) / 2
    return shapely.MultiPolygon([part for part in parts if area_m2(part) >= least])


def _lat_lng(ring: shapely.LinearRing) -> LatLngPoly:
    return LatLngPoly([(lat, lon) for lon, lat in ring.coords[:-1]])


def _lon_lat(ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(lon, lat) for lat, lon in ring]
