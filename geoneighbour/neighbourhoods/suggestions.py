"""Something to begin with for who draws: cells (resolution 10) around one's own home, to be adjusted."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods import queries

WALK = 6
"""Rings of resolution-10 cells: some 800 m, ten minutes on foot."""
SEARCH = 14
"""Rings within which free ground is looked for: some 1.8 km."""


@dataclass(frozen=True)
class Suggestion:
    """`kind` is walk (ten minutes on foot) or gap (the free ground between neighbourhoods); `cells` as hexadecimal text."""

    kind: str
    cells: list[str]


def suggestions(session: Session, member_id: int, home: Point) -> list[Suggestion]:
    """For a member and their home: the walk always, the gap where neighbourhoods around leave one with the home in it."""
    start = cells.cell_at(home, cells.PAINTED)
    found = [_suggestion("walk", cells.rings_around([start], WALK))]
    disc = cells.rings_around([start], SEARCH)
    taken = _taken(session, member_id, list(disc))
    if taken and start not in taken:
        found.append(_suggestion("gap", _joined(start, disc.keys() - taken)))
    return found


def _taken(session: Session, member_id: int, disc: list[int]) -> set[int]:
    """The cells whose centre lies in a neighbourhood that the member is shown."""
    centres = [cells.centre(cell) for cell in disc]
    points = shapely.points([(centre.lon, centre.lat) for centre in centres])
    taken: set[int] = set()
    for row in queries.beside(session, member_id, cells.union(disc)):
        inside = shapely.covers(shapely.from_wkb(bytes(row.outline)), points)
        taken.update(cell for cell, is_inside in zip(disc, inside, strict=True) if is_inside)
    return taken


def _joined(start: int, free: set[int]) -> set[int]:
    """What one can walk to from the start over free cells."""
    reached = edge = {start}
    while edge:
        edge = {near for cell in edge for near in cells.rings_around([cell], 1)} & free - reached
        reached = reached | edge
    return reached


def _suggestion(kind: str, ground: set[int] | dict[int, int]) -> Suggestion:
    return Suggestion(kind, sorted(map(cells.to_text, ground)))
