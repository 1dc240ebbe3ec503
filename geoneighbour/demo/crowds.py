"""Where people stand close enough together to be shown: what sentence 11 will publish of a crowd.

Nothing is decided here about real members (sql/26_published_cells.sql does that). The demonstration's homes are placed
so that the map has something to show: a single home alone in a cell would keep its whole region in one piece.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point

COARSEST, FINEST = 5, cells.COVER


def cell_of(point: Point, resolution: int) -> int:
    """As the service has it: the ancestor of the home's resolution-9 cell."""
    return parent(cells.cell_at(point, FINEST), resolution)


def parent(cell: int, resolution: int) -> int:
    """The ancestor of an H3 index: its resolution field set, the digits below it all ones."""
    return cell & ~(0xF << 52) | resolution << 52 | (1 << 3 * (15 - resolution)) - 1


def leaves(points: Iterable[Point], full: int) -> set[int]:
    """The cells that a first review would publish, when `full` (2 k) people are needed in each."""
    finest = [cells.cell_at(point, FINEST) for point in points]
    counts = [Counter(parent(cell, resolution) for cell in finest) for resolution in range(FINEST + 1)]
    children: dict[int, set[int]] = defaultdict(set)
    for resolution in range(COARSEST + 1, FINEST + 1):
        for cell in counts[resolution]:
            children[parent(cell, resolution - 1)].add(cell)

    def published(cell: int, resolution: int) -> set[int]:
        below = children[cell]
        if not below or min(counts[resolution + 1][child] for child in below) < full:
            return {cell}
        return set().union(*(published(child, resolution + 1) for child in below))

    roots = [cell for cell, count in counts[COARSEST].items() if count >= full]
    return set().union(*(published(root, COARSEST) for root in roots))


def leaf_of(point: Point, found: set[int]) -> int | None:
    """The one of these cells that a point is in."""
    return next(
        (cell for r in range(COARSEST, FINEST + 1) if (cell := cell_of(point, r)) in found),
        None,
    )


def thin(points: Iterable[Point], resolution: int, full: int) -> list[dict[int, int]]:
    """How many people each cell lacks to be full, by group: what keeps one coarser cell in one piece. Least first."""
    groups: dict[int, dict[int, int]] = defaultdict(dict)
    for cell, count in Counter(cell_of(point, resolution) for point in points).items():
        if count < full:
            groups[parent(cell, resolution - 1)][cell] = full - count
    return sorted(groups.values(), key=lambda group: (sum(group.values()), min(group)))
