"""H3 cells, as Python ints that fit PostgreSQL's bigint. The only home of h3.

A cell's hexadecimal text leaves the server; the int stays inside. SQL does the bit arithmetic
(parents, resolutions: sql/10_cells.sql); whatever needs the grid's geometry is here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

import h3.api.basic_int as h3
import h3.api.numpy_int as h3_arrays
import numpy as np
import shapely
from h3 import LatLngMultiPoly, LatLngPoly
from numpy.typing import NDArray

from geoneighbour.errors import InvalidShape
from geoneighbour.ground.metres import area_m2, perimeter_m
from geoneighbour.ground.points import Point

COVER = 9
"""Resolution of covers, rings and the finest published cell."""
SURROUNDINGS = 8
"""Resolution of surroundings and of the anchors that carry a spread."""
PAINTED = 10
"""Resolution of the cells that people paint a neighbourhood with."""
REGION = 6
"""Resolution of the cells by which barriers are found: some 6 km across."""
MOST_RINGS = 20
FURTHEST_STEPS = MOST_RINGS + 4
"""From a centre to a centre: surroundings reach two rings beyond theirs."""
MOST_CELLS = 5_000
Cells = NDArray[np.int64]
"""Many cells, or numbers that go with them, one after the other."""
_PENTAGONS = np.array(sorted(h3.get_pentagons(COVER)), dtype=np.int64)
_BASE_HAS_PENTAGON = np.isin(np.arange(128), (_PENTAGONS >> 45) & 127)


def cell_at(point: Point, resolution: int) -> int:
    """The cell of a point. Not always a child of its coarser cell: the grid's levels do not nest exactly."""
    return h3.latlng_to_cell(point.lat, point.lon, resolution)


def cells_at(lons: NDArray[np.float64], lats: NDArray[np.float64], resolution: int) -> Cells:
    """The cells of many points, in degrees and rounded already."""
    places = zip(lats.tolist(), lons.tolist(), strict=True)
    return np.fromiter((h3.latlng_to_cell(lat, lon, resolution) for lat, lon in places), np.int64, lons.size)


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


def with_middle_in(shape: shapely.MultiPolygon, resolutions: Iterable[int]) -> set[int]:
    """The cells, of each of some resolutions, whose outline has its centroid in a shape (EPSG:4326, 25 km² at most)."""
    near = {
        cell
        for part in shape.geoms
        for resolution in resolutions
        for cell in h3.h3shape_to_cells_experimental(_lat_lng(part.exterior), resolution, "overlap")
    }
    shapely.prepare(shape)
    return {cell for cell in near if shape.covers(outline(cell).centroid)}


def surroundings_cover(cell: int) -> frozenset[int]:
    """The cover of surroundings: the 19 resolution-9 cells that its resolution-8 hexagon touches (16 at a pentagon).

    Thirteen overlap it and six meet it in a corner alone, which rounding would find or lose. They are the two
    rings around its centre child: no coordinate is compared.
    """
    return frozenset(h3.grid_disk(h3.cell_to_center_child(cell, COVER), 2))


def rings_around(
    start: Iterable[int], most: int = MOST_RINGS, barred: Mapping[int, Collection[int]] | None = None
) -> dict[int, int]:
    """Each cell within `most` steps from cell to neighbouring cell, with the fewest steps; the start has 0.

    Steps, not coordinates: the answer is the same across pentagons and icosahedron edges. `barred` has, for a cell,
    the neighbours to which no step leads.
    """
    if not 0 <= most <= FURTHEST_STEPS:
        raise ValueError(f"at most {FURTHEST_STEPS} rings, not {most}")
    rings = dict.fromkeys(start, 0)
    edge = list(rings)
    for ring in range(1, most + 1):
        if barred:
            reached = {
                near
                for cell in edge
                for near in h3.grid_disk(cell, 1)
                if cell not in barred or near not in barred[cell]
            } - rings.keys()
        else:
            reached = {near for cell in edge for near in h3.grid_disk(cell, 1)} - rings.keys()
        rings.update(dict.fromkeys(reached, ring))
        edge = list(reached)
    return rings


def regions_of(cells: Iterable[int]) -> set[int]:
    """The resolution-6 cells above these, by their index."""
    return {h3.cell_to_parent(cell, REGION) for cell in cells}


def regions_around(regions: Iterable[int]) -> set[int]:
    """The resolution-6 cells that hold all that is within 20 rings of what lies in these, and more."""
    return {near for region in regions for near in h3.grid_disk(region, 2)}


def beside(cell: int) -> list[int]:
    """Its six neighbours (five around a pentagon), and itself."""
    return list(h3.grid_disk(cell, 1))


def surroundings_rings(cell: int, most: int = MOST_RINGS) -> tuple[Cells, Cells]:
    """What `rings_around` says of the cover of surroundings, as two arrays (cells, steps), a hundred times as fast.

    A cell that is n > 2 steps from the centre child is n - 2 from its two rings, whatever the grid looks like.
    """
    centre = h3.cell_to_center_child(cell, COVER)
    disc = h3_arrays.grid_disk(centre, most + 2).view(np.int64)
    steps = _steps_of_disc(most + 2)
    if _hold_pentagon(disc):
        # Then cells come in no order; as many as ever, where the pentagon is in the last ring.
        around = rings_around(surroundings_cover(cell), most)
        return np.fromiter(around.keys(), np.int64), np.fromiter(around.values(), np.int64)
    return disc, np.maximum(steps - 2, 0)


def rings_of(cover: Collection[int], most: int = MOST_RINGS) -> tuple[Cells, Cells]:
    """What `rings_around` says of any cover, as two arrays (cells, steps), several times as fast."""
    border = [cell for cell in cover if not set(h3.grid_disk(cell, 1)).issubset(cover)]
    discs = [h3_arrays.grid_disk(cell, most).view(np.int64) for cell in border]
    steps = _steps_of_disc(most)
    if not border or _hold_pentagon(np.concatenate(discs)):
        # As above: cells come in no order around a pentagon, also where it lies in the last ring.
        around = rings_around(cover, most)
        return np.fromiter(around.keys(), np.int64), np.fromiter(around.values(), np.int64)
    # Nearer cells first: of each cell the first finding has the fewest steps.
    found, first = np.unique(np.column_stack(discs).ravel(), return_index=True)
    rings = steps[first // len(discs)]
    inside = np.array(list(cover), np.int64)
    at = np.searchsorted(found, inside)
    known = found[np.minimum(at, found.size - 1)] == inside
    rings[at[known]] = 0
    deep = inside[~known]
    return np.concatenate([found, deep]), np.concatenate([rings, np.zeros(deep.size, np.int64)])


def _hold_pentagon(many: Cells) -> bool:
    # Base cells tell at once: nine in ten have no pentagon.
    return bool(_BASE_HAS_PENTAGON[(many >> 45) & 127].any() and np.isin(_PENTAGONS, many).any())


def are_middles(many: Cells) -> NDArray[np.bool_]:
    """Which resolution-9 cells are the centre child of their parent: their last digit is 0."""
    return (many >> 3 * (15 - COVER)) & 7 == 0


def parents(many: Cells, resolution: int) -> Cells:
    """The ancestors of cells: the resolution set, the digits below it all ones (as sql/10_cells.sql)."""
    return (many & ~(15 << 52)) | resolution << 52 | (1 << 3 * (15 - resolution)) - 1


def descendants(many: Cells, resolution: int) -> tuple[Cells, Cells]:
    """Between which indexes the finer cells under each of these lie: with further digits all 0, and all 7."""
    digits = 3 * (15 - resolution)
    finer = parents(many, 15) & ~(15 << 52) | resolution << 52
    coarse = (many >> 52) & 15
    below = ((1 << 3 * (15 - coarse)) - 1) & ~((1 << digits) - 1)
    return finer & ~below, finer


@lru_cache(maxsize=8)
def _steps_of_disc(most: int) -> Cells:
    """The steps of each cell of a disc without pentagon, which comes ring by ring from its centre."""
    return np.repeat(np.arange(most + 1), [1, *(6 * ring for ring in range(1, most + 1))])


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
