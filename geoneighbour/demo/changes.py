"""Redraws of the demonstration's neighbourhoods: one that took effect long ago, one that is being discussed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.demo import territory
from geoneighbour.demo.places import largest, uneven
from geoneighbour.demo.texts import read
from geoneighbour.members.models import Notice
from geoneighbour.neighbourhoods import changes, moderators
from geoneighbour.neighbourhoods.models import Change, Neighbourhood, Outline, Residence


@dataclass(frozen=True)
class Redraw:
    """`add` and `leave_out` are as uneven() takes them: centre and radius_m."""

    neighbourhood: str
    why: str
    days_ago: int
    remarks: tuple[str, ...]
    add: dict[str, Any]
    leave_out: dict[str, Any] | None = None
    done: bool = False


@cache
def redraws() -> tuple[Redraw, ...]:
    return tuple(Redraw(**row | {"remarks": tuple(row["remarks"])}) for row in read("changes")["changes"])


def propose(session: Session, seed: int, now: datetime, wanted: Iterable[Redraw]) -> None:
    """Somebody who lives there proposes each, others speak, the one who came first is a moderator too.

    What is done is accepted, for the review that is held next.
    """
    for redraw in wanted:
        neighbourhood = session.scalars(
            select(Neighbourhood).where(Neighbourhood.name == redraw.neighbourhood)
        ).one()
        members = session.scalars(
            select(Residence.member_id)
            .where(Residence.zone == neighbourhood.id)
            .order_by(Residence.member_id)
        ).all()
        founder = moderators.of(session, neighbourhood.id)[0]
        if members[0] not in moderators.of(session, neighbourhood.id):
            moderators.name(session, founder, neighbourhood.id, members[0])
            moderators.answer(session, members[0], neighbourhood.id, True)
        shape = _redrawn(seed, redraw, to_shape(neighbourhood.geom))
        proposer, *speakers = [
            member
            for member in members
            if member != founder
            and session.scalar(select(func.nearness.home_in(member, func.ST_GeomFromWKB(shape.wkb, 4326))))
        ][1:]
        geometry = json.loads(shapely.to_geojson(shape))
        change = changes.redraw(session, proposer, neighbourhood.id, geometry, redraw.why)
        change.proposed_at = now - timedelta(days=redraw.days_ago)
        for number, (speaker, body) in enumerate(zip(speakers, redraw.remarks, strict=False)):
            said = changes.remark(session, speaker, change.id, body)
            said.made_at = change.proposed_at + timedelta(hours=7 + 22 * number)
        session.flush()
        if redraw.done:
            changes.accept(session, founder, change.id)


def date_back(session: Session, now: datetime) -> None:
    """After the review: what took effect did so at the one that followed its discussion, and is old news."""
    for change in session.scalars(select(Change).where(Change.state == "done")):
        effect = change.proposed_at + timedelta(days=8)
        outline = session.scalars(
            select(Outline).where(Outline.neighbourhood_id == change.neighbourhood_id)
        ).one()
        change.accepted_at, change.ended_at, outline.until = effect - timedelta(days=2), effect, effect
        for notice in session.scalars(select(Notice).where(Notice.about["change"].astext == str(change.id))):
            notice.read_at = now


def _redrawn(seed: int, redraw: Redraw, today: shapely.Geometry) -> shapely.Polygon:
    """Its new outline (EPSG:4326), on land."""
    rng = random.Random(f"{seed} {redraw.why}")  # noqa: S311 (invented people)
    shape = shapely.union(today, uneven(rng, **redraw.add) & territory.land())
    if redraw.leave_out:
        shape = shapely.difference(shape, uneven(rng, **redraw.leave_out))
    return largest(shape)
