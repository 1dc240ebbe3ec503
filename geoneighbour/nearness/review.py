"""The weekly review (docs/nearness.md, 3, 5 and 11): census, changes of neighbourhoods, published cells, spreads with wider areas.

Step after step, each in transactions that leave things as the rule says they are (docs/decisions/024). Killed at any moment,
the next run goes on where this one stood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from geoalchemy2.shape import from_shape
from sqlalchemy import Engine, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from geoneighbour.database.engine import transaction
from geoneighbour.ground import cells
from geoneighbour.nearness.models import CellOutline, PublishedCell, Review, ReviewUnderWay, Spread
from geoneighbour.neighbourhoods import batches, effects, zones
from geoneighbour.neighbourhoods.models import Zone

STALE = timedelta(days=1)
"""A review that began longer ago was broken off, and its census is old: when it has ended another one is held."""

Counts = dict[str, int]
Progress = Callable[[str, int], None]
"""Told of each transaction that was committed: the step, and how many more of it are to come, about."""


@dataclass(frozen=True)
class Part:
    """What one transaction of a step did, how many more there are, and after which anchor they go on."""

    counts: Counts
    left: int = 0
    upto: int | None = None


def carry_out(engine: Engine, progress: Progress = lambda step, left: None) -> Counts:
    """Reviews everything that depends on how many people live where; returns the counts of what changed.

    Goes on with a review that was broken off. Whoever joins meanwhile waits for the next one.
    """
    began: datetime | None = None
    while True:
        with transaction(engine) as session:
            standing = _standing(session)
            if began and (standing is None or standing.began_at != began):
                # Another process took turns with this one, and brought it to its end.
                return _last(session)
            standing = standing or _begin(session)
            began, step = standing.began_at, standing.step
            left, ended = _go_on(session, standing)
            changes = dict(standing.changes)
        progress(step, left)
        if ended:
            if began > datetime.now(UTC) - STALE:
                return changes
            began = None


def run(session: Session) -> Counts:
    """A whole review in the session's transaction, which the caller commits: for the demonstration, and small territories."""
    standing, ended = _standing(session) or _begin(session), False
    while not ended:
        _, ended = _go_on(session, standing)
    return dict(standing.changes)


def _standing(session: Session) -> ReviewUnderWay | None:
    """The review that is under way; nobody else goes on with it until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("nearness.review"))))
    return session.scalars(select(ReviewUnderWay)).one_or_none()


def _begin(session: Session) -> ReviewUnderWay:
    standing = ReviewUnderWay(step=next(iter(STEPS)), changes={})
    session.add(standing)
    session.flush()
    return standing


def _last(session: Session) -> Counts:
    return dict(session.scalars(select(Review.changes).order_by(Review.id.desc()).limit(1)).one())


def _go_on(session: Session, standing: ReviewUnderWay) -> tuple[int, bool]:
    """One transaction's worth of the review; returns how many more the step has, and whether the review has ended."""
    part = STEPS[standing.step](session, standing.upto)
    counts = dict(standing.changes)
    for name, number in part.counts.items():
        counts[name] = counts.get(name, 0) + number
    standing.changes, standing.upto = counts, part.upto
    after = list(STEPS)[list(STEPS).index(standing.step) + 1 :]
    ended = not part.left and not after
    if ended:
        session.add(Review(changes=counts))
        session.delete(standing)
    elif not part.left:
        standing.step = after[0]
    session.flush()
    return part.left, ended


def _census(session: Session, _: int | None) -> Part:
    return Part({"members": session.scalar(select(func.nearness.take_census())) or 0})


def _leave(session: Session, _: int | None) -> Part:
    return Part(effects.leave(session))


def _changes(session: Session, _: int | None) -> Part:
    counts = dict.fromkeys(effects.COUNTED, 0) | effects.take_effect(session)
    return Part(counts, left=effects.waiting(session))


def _proposals(session: Session, _: int | None) -> Part:
    return Part(effects.archive_unsupported(session))


def _cells(session: Session, _: int | None) -> Part:
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
    session.execute(select(func.nearness.follow_cells(list(found.keys() - before))))
    return Part(
        {"cells_published": len(found.keys() - before), "cells_withdrawn": len(before - found.keys())}
    )


ABANDONED = delete(Spread).where(~exists().where(Zone.anchor == Spread.cell))
"""Not NOT IN: once the anchors are more than work_mem holds, that walks through all of them for each spread."""


def _spreads(session: Session, upto: int | None) -> Part:
    """The spreads of the next anchors, and the wider areas of all zones there."""
    zones.lock(session)
    if upto is None:
        # An anchor that no zone has any more begins anew, should one come back.
        session.execute(ABANDONED)
    further = select(Zone.anchor).where(Zone.anchor > (upto or 0)).distinct()
    anchors = session.scalars(further.order_by(Zone.anchor).limit(batches.SIZE)).all()
    changed = batches.review_spreads(session, anchors)
    concerned = session.scalars(select(Zone.id).where(Zone.anchor.in_(changed)).order_by(Zone.id)).all()
    pairs = batches.relate(session, concerned)
    upto = max(anchors, default=0)
    still = session.scalar(select(func.count(Zone.anchor.distinct())).where(Zone.anchor > upto)) or 0
    left = -(-still // batches.SIZE)
    counts = {"spreads_changed": len(changed), "pairs_changed": pairs}
    return Part(counts, left, upto if left else None)


STEPS: dict[str, Callable[[Session, int | None], Part]] = {
    "census": _census,
    "leave": _leave,
    "changes": _changes,
    "proposals": _proposals,
    "cells": _cells,
    "spreads": _spreads,
}
"""In this order; the names stand in `review_under_way`."""
