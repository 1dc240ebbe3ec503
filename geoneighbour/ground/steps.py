"""Steps between the cells of the grid, and which of them lines meet (docs/decisions/021)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from geoneighbour.ground import cells

SAMPLED_DEGREES = 0.0009
"""100 m at most: of what a line passes, the cell of a sample or one beside it."""


def passed(lines: Sequence[shapely.Geometry]) -> list[set[int]]:
    """Of each line (EPSG:4326) the resolution-9 cells that it passes; some that it only grazes are left out."""
    found: list[set[int]] = [set() for _ in lines]
    sampled = shapely.segmentize(np.array(lines, dtype=object), SAMPLED_DEGREES)
    positions, owners = shapely.get_coordinates(sampled, return_index=True)
    passing = cells.cells_at(positions[:, 0], positions[:, 1], cells.COVER)
    for cell, owner in zip(passing.tolist(), owners.tolist(), strict=True):
        found[owner].add(cell)
    return found


def met(lines: Sequence[shapely.Geometry], passing: Sequence[set[int]]) -> list[NDArray[np.int64]]:
    """Of each line the steps that it meets: pairs of adjacent resolution-9 cells, shape (n, 2), each pair once.

    A step is the straight line between the centres in longitude and latitude. `passing` are the cells that each line passes.
    """
    if not lines:
        return []
    around = {near for some in passing for cell in some for near in cells.beside(cell)}
    steps = np.array(
        sorted({(min(c, n), max(c, n)) for c in around for n in cells.beside(c) if n != c}), dtype=np.int64
    )
    middles = {cell: cells.centre(cell) for cell in np.unique(steps).tolist()}
    centres = {cell: (middle.lon, middle.lat) for cell, middle in middles.items()}
    ends = np.array([(centres[one], centres[other]) for one, other in steps.tolist()])
    # Where the grid goes over the antimeridian there are no lines.
    whole = np.abs(ends[:, 0, 0] - ends[:, 1, 0]) < 180
    steps, ways = steps[whole], shapely.linestrings(ends[whole])
    # By pieces: of a river's whole extent the box would hold half a country.
    sampled = shapely.segmentize(np.array(lines, dtype=object), SAMPLED_DEGREES)
    parts, owners = shapely.get_parts(sampled, return_index=True)
    positions, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    low, high = (
        np.minimum(positions[1:], positions[:-1])[joined],
        np.maximum(positions[1:], positions[:-1])[joined],
    )
    boxes = shapely.box(*(low - 1e-9).T, *(high + 1e-9).T)
    piece, step = shapely.STRtree(ways).query(boxes)
    near = np.unique(np.column_stack((owners[part[1:][joined]][piece], step)), axis=0)
    whole_lines = np.array(lines, dtype=object)
    shapely.prepare(whole_lines)
    crossed = near[shapely.intersects(whole_lines[near[:, 0]], ways[near[:, 1]])]
    starts = np.searchsorted(crossed[:, 0], np.arange(len(lines) + 1))
    return [steps[crossed[first:last, 1]] for first, last in pairwise(starts)]
