"""Changes of an open neighbourhood, from proposal to decision (docs/decisions/011). `effects` carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, InvalidShape, NotFound
from geoneighbour.ground import shapes
from geoneighbour.neighbourhoods import effects, moderators, queries
from geoneighbour.neighbourhoods.models import PROPOSED, Change, Neighbourhood, Remark
from geoneighbour.neighbourhoods.service import fit_name

DISCUSSED = timedelta(days=3)
"""How long everybody may speak before a moderator accepts."""
KEPT = 0.5
"""Of its ground a redraw keeps at least so much: it would be another neighbourhood else."""
LIVING = (PROPOSED, "accepted")
MOST, MONTH = 3, timedelta(days=31)
"""So many changes may one member propose within a month: each is told to all who live there."""


def redraw(session: Session, member_id: int, neighbourhood_id: int, geometry: Any, why: str) -> Change:
    """Proposes a new outline (GeoJSON, EPSG:4326). InvalidShape or InvalidInput say what to change in it."""
    neighbourhood = _own(session, member_id, neighbourhood_id)
    shape = shapes.neighbourhood_shape(geometry, queries.largest_km2(session))
    before = to_shape(neighbourhood.geom)
    if shape.equals(before):
        raise InvalidShape("C'est le contour d'aujourd'hui : déplacez-en un bord.", field=shapes.FIELD)
    if shape.intersection(before).area < KEPT * before.area:
        raise InvalidShape("Un nouveau contour garde au moins la moitié du quartier.", field=shapes.FIELD)
    if not session.scalar(select(func.nearness.home_in(member_id, func.ST_GeomFromWKB(shape.wkb, 4326)))):
        raise InvalidShape("Votre domicile n'est pas dans ce contour.", field=shapes.FIELD)
    return _proposed(session, member_id, neighbourhood, "redraw", why, geom=from_shape(shape, srid=4326))


def rename(session: Session, member_id: int, neighbourhood_id: int, name: str, why: str) -> Change:
    neighbourhood = _own(session, member_id, neighbourhood_id)
    name = fit_name(name)
    if name == neighbourhood.name:
        raise InvalidInput("C'est déjà son nom.", field="name")
    return _proposed(session, member_id, neighbourhood, "rename", why, name=name)


def merge(session: Session, member_id: int, neighbourhood_id: int, into_id: int, why: str) -> Change:
    """Proposes that the neighbourhood goes into another open one beside it, whose moderators have to agree."""
    neighbourhood = _own(session, member_id, neighbourhood_id)
    if into_id not in queries.beside_neighbourhood(session, neighbourhood_id):
        raise InvalidInput("Choisissez un quartier ouvert qui touche le vôtre.", field="into")
    into = session.get_one(Neighbourhood, into_id)
    if effects.merger(session, neighbourhood, into) is None:
        raise InvalidInput("À deux, ils seraient trop grands ou trop étirés pour un quartier.", field="into")
    return _proposed(session, member_id, neighbourhood, "merge", why, into_id=into_id)


def archive(session: Session, member_id: int, neighbourhood_id: int, why: str) -> Change:
    """Proposes that the neighbourhood ends, and everybody goes back to their surroundings."""
    return _proposed(session, member_id, _own(session, member_id, neighbourhood_id), "archive", why)


def remark(session: Session, member_id: int, change_id: int, body: str) -> Remark:
    """A word in the discussion, while the change lives."""
    change = _living(session, change_id, member_id)
    _side(session, change, member_id)
    body = body.strip()
    if not 1 <= len(body) <= 1000:
        raise InvalidInput("Un message de 1 à 1 000 caractères.", field="body")
    last = select(Remark).where(Remark.change_id == change.id, Remark.author_id == member_id)
    said = session.scalars(last.order_by(Remark.id.desc())).first()
    if said and said.body == body:
        # A finger taps twice, a page is sent again.
        return said
    said = Remark(change_id=change.id, author_id=member_id, body=body)
    session.add(said)
    session.flush()
    return said


def accept(session: Session, member_id: int, change_id: int) -> Change:
    """A moderator accepts, for their neighbourhood. A new name counts at once, all else from the next review on."""
    change = _living(session, change_id, member_id)
    side = _side(session, change, member_id)
    if against := _against_accepting(session, change, side, member_id):
        raise against
    if side == change.neighbourhood_id:
        change.accepted_by, change.accepted_at = member_id, func.now()
    else:
        change.agreed_by, change.agreed_at = member_id, func.now()
    session.flush()
    session.refresh(change)
    if change.accepted_at and (change.agreed_at or change.into_id is None):
        change.state = "accepted"
        if change.kind == "rename":
            effects.rename(session, change)
    session.flush()
    return change


@dataclass(frozen=True)
class Choices:
    """What a member may do with a change now."""

    accept: bool
    refuse: bool
    withdraw: bool
    discuss: bool


def choices(session: Session, member_id: int, change_id: int) -> Choices:
    """NotFound for who may not read the change."""
    change = session.get(Change, change_id)
    if change is None:
        raise NotFound
    side, living = _side(session, change, member_id), change.state in LIVING
    return Choices(
        accept=living and _against_accepting(session, change, side, member_id) is None,
        refuse=living and member_id in moderators.of(session, side),
        withdraw=living and change.proposed_by == member_id,
        discuss=living,
    )


def refuse(session: Session, member_id: int, change_id: int) -> None:
    """A moderator of either side says no, until the change has taken effect."""
    change = _living(session, change_id, member_id)
    if member_id not in moderators.of(session, _side(session, change, member_id)):
        raise Forbidden("Seul un modérateur du quartier peut en décider.")
    effects.ended(session, change, "refused")


def withdraw(session: Session, member_id: int, change_id: int) -> None:
    """Who proposed it takes it back."""
    change = _living(session, change_id, member_id)
    if change.proposed_by != member_id:
        raise Forbidden("Seule la personne qui l'a proposé peut le retirer.")
    effects.ended(session, change, "withdrawn")


def _proposed(
    session: Session, member_id: int, neighbourhood: Neighbourhood, kind: str, why: str, **what: Any
) -> Change:
    why = why.strip()
    if not 3 <= len(why) <= 500:
        raise InvalidInput("Dites pourquoi, en 3 à 500 caractères.", field="why")
    living = select(Change.id).where(
        Change.neighbourhood_id == neighbourhood.id, Change.kind == kind, Change.state.in_(LIVING)
    )
    if session.scalar(living) is not None:
        raise Conflict("Un changement de cette sorte est déjà proposé : parlez-en là.")
    lately = select(func.count()).where(
        Change.proposed_by == member_id, Change.proposed_at > func.now() - MONTH
    )
    if (session.scalar(lately) or 0) >= MOST:
        raise Conflict("Trois propositions par mois au plus : laissez d'abord décider des autres.")
    change = Change(
        neighbourhood_id=neighbourhood.id, kind=kind, why=why, proposed_by=member_id, state=PROPOSED, **what
    )
    session.add(change)
    session.flush()
    session.refresh(change)
    effects.tell(session, change, "change_proposed", but=member_id)
    return change


def _own(session: Session, member_id: int, neighbourhood_id: int) -> Neighbourhood:
    """The open neighbourhood where the member lives, locked: proposals come one after the other."""
    if not queries.lives_in(session, member_id, neighbourhood_id):
        raise Forbidden("Seuls les membres vérifiés qui y habitent proposent un changement.")
    return session.get_one(Neighbourhood, neighbourhood_id, with_for_update=True, populate_existing=True)


def _against_accepting(
    session: Session, change: Change, side: int, member_id: int
) -> Forbidden | Conflict | None:
    deciding = moderators.of(session, side)
    if member_id not in deciding:
        return Forbidden("Seul un modérateur du quartier peut en décider.")
    if (change.accepted_at if side == change.neighbourhood_id else change.agreed_at) is not None:
        return Conflict("C'est déjà accepté pour ce quartier.")
    if datetime.now(UTC) < change.proposed_at + DISCUSSED:
        return Conflict("On en discute encore : la décision vient après trois jours.")
    if member_id == change.proposed_by and len(deciding) > 1:
        return Forbidden("C'est votre proposition : un autre modérateur en décide.")
    return None


def _living(session: Session, change_id: int, member_id: int) -> Change:
    change = effects.hold(session, change_id)
    if change is None:
        raise NotFound
    if change.proposed_by != member_id:
        # For strangers it is not there, whatever has become of it.
        _side(session, change, member_id)
    if change.state not in LIVING:
        raise Conflict("Ce changement n'est plus à décider.")
    return change


def _side(session: Session, change: Change, member_id: int) -> int:
    """The neighbourhood for which a member speaks; NotFound for who lives in neither."""
    for side in (change.neighbourhood_id, change.into_id):
        if side is not None and queries.lives_in(session, member_id, side):
            return side
    raise NotFound
