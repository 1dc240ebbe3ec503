"""Many zones at once: what zones.py does for one, for the weekly review. Ring distances are found here; SQL decides (sql/22, sql/24).

Zones are best given in the order of the grid: then those of a batch lie near each other, and so does what is read for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.neighbourhoods import walking, zones

SIZE = 1_000
"""Zones or anchors in a batch: a second or two."""
STEPS = [1, 2, 3, 5, 8, 13, 20]
"""The spreads there are, in the order of sql/22_spread.sql."""
NEAR = 5
"""Rings that are counted first: a disc of 5 is a tenth of one of 20, and is enough where many live."""
FURTHEST = cells.MOST_RINGS + 2
"""Surroundings begin two steps from their middle cell, by which they are found."""


@dataclass(frozen=True)
class Disc:
    """Cells (resolution 9) with their steps from a cover."""

    reached: cells.Cells
    steps: cells.Cells


def review_spreads(session: Session, anchors: Sequence[int]) -> list[int]:
    """Sets the spreads of anchors from the last census; returns those anchors whose spread changed."""
    # Where few rings hold twice as many people as are looked for, no spread goes further, whichever stands.
    enough = 2 * (session.scalars(text("SELECT spread_members FROM nearness_setting")).one())
    held = _held_within(session, anchors, NEAR)
    sparse = [anchor for anchor, members in held.items() if members[-1] < enough]
    held |= _held_within(session, sparse, cells.MOST_RINGS)
    numbers = [number for anchor in anchors for number in held[anchor]]
    return list(session.scalars(select(func.nearness.review_spreads(list(anchors), numbers))))


def _held_within(session: Session, anchors: Sequence[int], most: int) -> dict[int, list[int]]:
    """What each of STEPS holds, for each anchor; nobody beyond `most` rings is counted."""
    discs = [Disc(*cells.surroundings_rings(anchor, most)) for anchor in anchors]
    counted = _rows(session, func.nearness.census_between, _regions(discs))
    return {anchor: _held(disc, *counted) for anchor, disc in zip(anchors, discs, strict=True)}


def _held(disc: Disc, counted: cells.Cells, members: cells.Cells) -> list[int]:
    """How many members of the census each of STEPS holds."""
    at, among = _look_up(disc.reached, counted)
    in_ring = np.bincount(disc.steps[among], weights=members[at], minlength=cells.MOST_RINGS + 1)
    return [int(number) for number in in_ring.cumsum()[STEPS]]


def relate(session: Session, of_zones: Sequence[int]) -> int:
    """Finds the wider areas of zones anew, among themselves and with all others; returns how many pairs changed."""
    zones.lock(session)
    columns = pairs(session, of_zones)
    related = func.nearness.relate_zones(list(of_zones), *(column.tolist() for column in columns))
    return session.scalar(select(related)) or 0


def pairs(
    session: Session, of_zones: Sequence[int], most: Mapping[int, int] | None = None
) -> tuple[cells.Cells, cells.Cells, cells.Cells]:
    """Each of these zones, each other zone at most 20 rings away, whatever their spreads, and the rings: three columns.

    With `most`, of each zone: all that are at most so many rings away, and maybe more.
    """
    # A zone may be cut off from all its cells: then it has no disc, and no wider area.
    rings = {zone: most[zone] + 2 if most else FURTHEST for zone in of_zones}
    discs = {zone: disc for zone in of_zones if (disc := _disc(session, zone, rings[zone])).reached.size}
    regions = _regions(list(discs.values()))
    walled = np.array(
        session.scalars(select(func.nearness.barrier_regions(regions.tolist()))).all(), np.int64
    )
    among_walls = {
        zone
        for zone, disc in discs.items()
        if walled.size and np.isin(cells.parents(disc.reached, cells.REGION), walled).any()
    }
    near = _Near(session, regions)
    found = [near.pairs_of(zone, disc) for zone, disc in discs.items() if zone not in among_walls]
    if among_walls:
        starts = _Starts(session, regions)
        walks = _walk(session, among_walls, walled.tolist())
        found += [starts.pairs_of(zone, disc) for zone, disc in walks.items()]
    columns = np.concatenate(found).T if found else np.empty((3, 0), np.int64)
    return columns[0], columns[1], columns[2]


def _walk(session: Session, of_zones: Collection[int], walled: list[int]) -> dict[int, Disc]:
    """The cells within 20 steps of zones around barriers, which pass these resolution-6 cells."""
    barred = walking.barred_in(session, walled)
    begun: dict[int, list[int]] = {zone: [] for zone in of_zones}
    starts = text("SELECT zone, cell FROM zone_cell WHERE zone = ANY (:zones)")
    for zone, cell in session.execute(starts, {"zones": list(of_zones)}):
        begun[zone].append(cell)
    walks = {}
    for zone, start in begun.items():
        rings = cells.rings_around(start, barred=barred)
        if rings:
            walks[zone] = Disc(np.fromiter(rings.keys(), np.int64), np.fromiter(rings.values(), np.int64))
    return walks


def _disc(session: Session, zone: int, rings: int) -> Disc:
    if zones.is_surroundings(zone):
        return Disc(*cells.surroundings_rings(zone, rings))
    cover = session.scalars(text("SELECT cell FROM zone_cell WHERE zone = :zone"), {"zone": zone}).all()
    return Disc(*cells.rings_of(frozenset(cover), rings))


class _Starts:
    """The cells from which zones in some regions begin, once for each zone."""

    function = func.nearness.starts_between

    def __init__(self, session: Session, regions: cells.Cells) -> None:
        self.begun, self.by = _rows(session, self.function, regions)

    def pairs_of(self, zone: int, disc: Disc) -> Any:
        """Rows (zone, other, rings) for each other zone at most 20 rings away."""
        return _rows_of(zone, *self.reached(disc))

    def reached(self, disc: Disc) -> tuple[cells.Cells, cells.Cells]:
        """The zones that a disc reaches within 20 rings, each with the fewest."""
        low, high = np.searchsorted(self.begun, [disc.reached.min(), disc.reached.max() + 1])
        near = disc.steps <= cells.MOST_RINGS
        order = np.argsort(disc.reached[near])
        at, among = _look_up(self.begun[low:high], disc.reached[near][order])
        by, steps = self.by[low:high][among], disc.steps[near][order][at]
        order = np.lexsort((steps, by))
        found, first = np.unique(by[order], return_index=True)
        return found, steps[order][first]


class _Near(_Starts):
    """Where no barrier is near: surroundings by their middle cell, neighbourhoods alone by where they begin."""

    function = func.nearness.touched_between

    def __init__(self, session: Session, regions: cells.Cells) -> None:
        super().__init__(session, regions)
        self.surroundings, _ = _rows(session, func.nearness.surroundings_between, regions, cells.SURROUNDINGS)

    def pairs_of(self, zone: int, disc: Disc) -> Any:
        middles = cells.are_middles(disc.reached)
        at, among = _look_up(cells.parents(disc.reached[middles], cells.SURROUNDINGS), self.surroundings)
        others, rings = self.surroundings[at], np.maximum(disc.steps[middles][among] - 2, 0)
        drawn, rings_to = self.reached(disc)
        return _rows_of(zone, np.concatenate([others, drawn]), np.concatenate([rings, rings_to]))


def _rows_of(zone: int, others: cells.Cells, rings: cells.Cells) -> Any:
    not_itself = others != zone
    return np.column_stack(
        [np.full(np.count_nonzero(not_itself), zone), others[not_itself], rings[not_itself]]
    )


def _rows(
    session: Session, function: Any, regions: cells.Cells, resolution: int = cells.COVER
) -> tuple[cells.Cells, cells.Cells]:
    """Both columns of what a function of SQL tells of the cells below some regions, in the order of the first."""
    low, high = cells.descendants(regions, resolution)
    asked = function(low.tolist(), high.tolist()).table_valued("cell", "value").render_derived()
    rows = np.array([tuple(row) for row in session.execute(select(asked))], np.int64).reshape(-1, 2)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return rows[:, 0], rows[:, 1]


def _regions(discs: list[Disc]) -> cells.Cells:
    """The resolution-6 cells above those of the discs, in order."""
    above = [np.unique(cells.parents(disc.reached, cells.REGION)) for disc in discs]
    return np.unique(np.concatenate(above)) if above else np.empty(0, np.int64)


def _look_up(wanted: cells.Cells, known: cells.Cells) -> tuple[cells.Cells, Any]:
    """Of `wanted` those among `known` (in order): their places there, and which of `wanted` they are (a mask)."""
    if not known.size:
        return np.empty(0, np.int64), np.zeros(wanted.size, dtype=bool)
    at = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    among = known[at] == wanted
    return at[among], among
