"""Many zones at once: what zones.py does for one, for the weekly review. Ring distances are found here; SQL decides (sql/22, sql/24)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.neighbourhoods import zones

SIZE = 1_000
"""Zones or anchors in a batch: a second or two. Taken in the order of the grid they are near each other."""
STEPS = (1, 2, 3, 5, 8, 13, 20)
"""The spreads there are; their order is that of sql/22_spread.sql."""


def review_spreads(session: Session, anchors: Sequence[int]) -> list[int]:
    """Sets the spreads of anchors from the last census; returns those anchors whose spread changed."""
    discs = [cells.surroundings_rings(anchor) for anchor in anchors]
    counted = _census(session, discs)
    members = [number for disc in discs for number in _within(disc, *counted)]
    return list(session.scalars(select(func.nearness.review_spreads(list(anchors), members))))


def _census(
    session: Session, discs: Iterable[tuple[cells.Cells, cells.Cells]]
) -> tuple[cells.Cells, cells.Cells]:
    """The cells of the last census among those of the discs, in order, and their members."""
    ground = _distinct([disc for disc, _ in discs])
    rows = session.execute(
        text("SELECT cell, members FROM census WHERE cell = ANY (:ground) ORDER BY cell"),
        {"ground": ground.tolist()},
    ).all()
    found = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _within(disc: tuple[cells.Cells, cells.Cells], counted: cells.Cells, members: cells.Cells) -> list[int]:
    """How many members each of STEPS holds."""
    at, among = _look_up(disc[0], counted)
    in_ring = np.bincount(disc[1][among], weights=members[at], minlength=cells.MOST_RINGS + 1)
    return [int(number) for number in in_ring.cumsum()[list(STEPS)]]


def relate(session: Session, of_zones: Sequence[int]) -> int:
    """Finds the wider areas of zones anew, among themselves and with all others; returns how many pairs changed."""
    zones.lock(session)
    walked = {zone: _walked(session, zone) for zone in of_zones}
    near = _Near(session, [disc for disc, _ in walked.values()])
    pairs = [near.rings_from(zone, *disc) for zone, disc in walked.items()]
    found = np.concatenate(pairs) if pairs else np.empty((0, 3), np.int64)
    found = found[found[:, 0] != found[:, 1]]
    return (
        session.scalar(
            select(func.nearness.relate_zones(list(of_zones), *(column.tolist() for column in found.T)))
        )
        or 0
    )


def _walked(session: Session, zone: int) -> tuple[cells.Cells, cells.Cells]:
    """The cells within 22 steps of a zone's cover, with the steps: two more than a spread, to the middle of surroundings."""
    if zones.is_surroundings(zone):
        return cells.surroundings_rings(zone, cells.MOST_RINGS + 2)
    cover = session.scalars(text("SELECT cell FROM zone_cell WHERE zone = :zone"), {"zone": zone}).all()
    around = cells.rings_around(cover, cells.MOST_RINGS + 2)
    return np.fromiter(around.keys(), np.int64), np.fromiter(around.values(), np.int64)


class _Near:
    """The zones on some ground: surroundings by their middle, neighbourhoods by the cells they touch."""

    def __init__(self, session: Session, discs: list[cells.Cells]) -> None:
        ground = _distinct(discs)
        middles = ground[cells.are_middles(ground)]
        self.surroundings = np.array(
            session.scalars(
                text("SELECT id FROM zone WHERE id = ANY (:of) ORDER BY id"),
                {"of": cells.parents(middles, cells.SURROUNDINGS).tolist()},
            ).all(),
            dtype=np.int64,
        )
        touched = session.execute(
            text(
                "SELECT cell, zone FROM zone_cell WHERE cell = ANY (:ground) AND NOT nearness.is_surroundings(zone) ORDER BY cell"
            ),
            {"ground": ground.tolist()},
        ).all()
        self.touched = np.array([tuple(row) for row in touched], dtype=np.int64).reshape(-1, 2)

    def rings_from(self, zone: int, disc: cells.Cells, steps: cells.Cells) -> Any:
        """Rows (zone, other, rings) for each zone at most 20 rings away, itself among them."""
        middle = cells.are_middles(disc)
        at, among = _look_up(cells.parents(disc[middle], cells.SURROUNDINGS), self.surroundings)
        # Two steps from their middle surroundings begin.
        others, rings = self.surroundings[at], np.maximum(steps[middle][among] - 2, 0)
        if self.touched.size:
            drawn, rings_to = self._drawn(disc, steps)
            others, rings = np.concatenate([others, drawn]), np.concatenate([rings, rings_to])
        return np.column_stack([np.full(others.size, zone), others, rings])

    def _drawn(self, disc: cells.Cells, steps: cells.Cells) -> tuple[cells.Cells, cells.Cells]:
        near = steps <= cells.MOST_RINGS
        disc, steps = disc[near], steps[near]
        order = np.argsort(disc)
        disc, steps = disc[order], steps[order]
        low, high = np.searchsorted(self.touched[:, 0], disc[[0, -1]])
        at, among = _look_up(self.touched[low : high + 1, 0], disc)
        zone, rings = self.touched[low : high + 1, 1][among], steps[at]
        order = np.lexsort((rings, zone))
        zone, rings = zone[order], rings[order]
        first = np.ones(zone.size, dtype=bool)
        first[1:] = zone[1:] != zone[:-1]
        return zone[first], rings[first]


def _distinct(parts: list[cells.Cells]) -> cells.Cells:
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _look_up(wanted: cells.Cells, known: cells.Cells) -> tuple[cells.Cells, Any]:
    """Of `wanted` those among `known` (in order): their places there, and which of `wanted` they are (a mask)."""
    if not known.size:
        return np.empty(0, np.int64), np.zeros(wanted.size, dtype=bool)
    at = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    among = known[at] == wanted
    return at[among], among
