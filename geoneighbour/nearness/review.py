"""The weekly review (docs/nearness.md, 3, 5 and 11): census, changes of neighbourhoods, published cells, spreads, wider areas;
one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from geoalchemy2.shape import from_shape
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.nearness.models import CellOutline, PublishedCell, Review, Spread
from geoneighbour.neighbourhoods import batches, effects
from geoneighbour.neighbourhoods.models import Zone

Batches = Iterable[Sequence[int]]
Progress = Callable[[Batches, str], Batches]


def run(session: Session, progress: Progress = lambda items, _: items) -> dict[str, int]:
    """Reviews everything that depends on how many people live where; returns the counts of what changed.

    `progress` may wrap the long loops (as tqdm does). Whoever joins meanwhile waits for the next review.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("nearness.review"))))
    changes = {"members": session.scalar(select(func.nearness.take_census())) or 0}
    before = {spread.cell: spread.rings for spread in session.scalars(select(Spread))}
    changes |= effects.take_effect(session)
    changes |= _publish(session)
    changes |= _spreads(session, before, progress)
    session.add(Review(changes=changes))
    session.flush()
    return changes


def _publish(session: Session) -> dict[str, int]:
    before = set(session.scalars(select(PublishedCell.cell)))
    found = {
        row.cell: row.members
        for row in session.execute(select(func.nearness.cells_to_publish().table_valued("cell", "members")))
    }
    known = set(session.scalars(select(CellOutline.cell).where(CellOutline.cell.in_(found))))
    outlines = [
        {"cell": cell, "geom": from_shape(cells.outline(cell), srid=4326)} for cell in found.keys() - known
    ]
    if outlines:
        session.execute(insert(CellOutline), outlines)
    session.execute(delete(PublishedCell))
    if found:
        session.execute(insert(PublishedCell), [{"cell": cell, "members": n} for cell, n in found.items()])
    return {"cells_published": len(found.keys() - before), "cells_withdrawn": len(before - found.keys())}


def _spreads(session: Session, before: dict[int, int], progress: Progress) -> dict[str, int]:
    # An anchor that no zone has any more begins anew, should one come back.
    session.execute(delete(Spread).where(Spread.cell.not_in(select(Zone.anchor))))
    anchors = session.scalars(select(Zone.anchor).distinct().order_by(Zone.anchor)).all()
    for batch in progress(_batches(anchors), "spreads"):
        batches.review_spreads(session, batch)
    changed = [
        anchor
        for anchor, rings in session.execute(select(Spread.cell, Spread.rings))
        if rings != before.get(anchor)
    ]
    concerned = session.scalars(select(Zone.id).where(Zone.anchor.in_(changed)).order_by(Zone.id)).all()
    for batch in progress(_batches(concerned), "wider areas"):
        batches.relate(session, batch)
    return {"spreads_changed": len(changed)}


def _batches(of: Sequence[int]) -> list[Sequence[int]]:
    return [of[start : start + batches.SIZE] for start in range(0, len(of), batches.SIZE)]
