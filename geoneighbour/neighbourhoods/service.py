"""Where members live: homes, choosing a neighbourhood, proposing and opening one (docs/nearness.md, 1 and 2)."""

from __future__ import annotations

from typing import Any

from geoalchemy2.shape import from_shape
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from geoneighbour.errors import Conflict, InvalidInput, NotFound
from geoneighbour.ground import cells, shapes
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.neighbourhoods import queries, zones
from geoneighbour.neighbourhoods.models import (
    ARCHIVED,
    OPEN,
    PROPOSED,
    Leaving,
    Moderator,
    Neighbourhood,
    Residence,
    Support,
    Voice,
)


def settle(session: Session, member_id: int, home: Point) -> None:
    """Gives a member a home: its commune, and its surroundings as home neighbourhood.

    A neighbourhood chosen or supported before is kept when it covers the new home too.
    """
    session.execute(select(func.nearness.hold_communes()))
    members.get(session, member_id)
    home.require_habitable()
    surroundings = zones.ensure_surroundings(session, cells.cell_at(home, cells.SURROUNDINGS))
    session.execute(select(func.nearness.set_home(member_id, home.lon, home.lat)))
    where = {
        "surroundings": surroundings,
        "home_cell": cells.cell_at(home, cells.COVER),
        "commune_id": func.nearness.commune_of_home(member_id),
    }
    session.execute(
        insert(Residence)
        .values(member_id=member_id, zone=surroundings, **where)
        .on_conflict_do_update(index_elements=["member_id"], set_=where)
    )
    chosen = session.scalar(
        select(Neighbourhood.id)
        .join(Residence, Residence.zone == Neighbourhood.id)
        .where(Residence.member_id == member_id, func.nearness.home_in(member_id, Neighbourhood.geom))
    )
    if chosen is None:
        leave(session, member_id)
    else:
        session.execute(delete(Leaving).where(Leaving.member_id == member_id))
    supported = session.scalar(
        select(Neighbourhood.id)
        .join(Support, Support.neighbourhood_id == Neighbourhood.id)
        .where(Support.member_id == member_id, func.nearness.home_in(member_id, Neighbourhood.geom))
    )
    if supported is None:
        withdraw(session, member_id)


def choose(session: Session, member_id: int, neighbourhood_id: int) -> None:
    """Makes an open neighbourhood that covers the home the member's own."""
    neighbourhood = _around_home(session, member_id, neighbourhood_id)
    if neighbourhood.state != OPEN:
        raise InvalidInput(
            "Ce quartier n'est pas encore ouvert : vous pouvez le soutenir.", field="neighbourhood"
        )
    if session.get_one(Residence, member_id, populate_existing=True).zone != neighbourhood.id:
        _move(session, [member_id], neighbourhood.id)


def leave(session: Session, member_id: int) -> None:
    """Back to the surroundings of the home."""
    _move(session, [member_id], Residence.surroundings)


def propose(session: Session, member_id: int, name: str, story: str, geometry: Any) -> Neighbourhood:
    """Draws a neighbourhood (GeoJSON, EPSG:4326) around one's home; its first supporter is who drew it.

    InvalidShape or InvalidInput name the field and say what to change; NotVerified for visitors.
    """
    members.require_verified(session, member_id)
    name, story = fit_name(name), fit_story(story)
    shape = shapes.neighbourhood_shape(geometry, queries.largest_km2(session))
    neighbourhood = Neighbourhood(
        name=name,
        story=story,
        state=PROPOSED,
        geom=from_shape(shape, srid=4326),
        anchor=cells.anchor(shape),
        cover=sorted(cells.cover(shape)),
        proposed_by=member_id,
    )
    session.add(neighbourhood)
    session.flush()
    support(session, member_id, neighbourhood.id)
    return neighbourhood


def fit_name(name: str) -> str:
    """The name of a neighbourhood in one line; InvalidInput when it is too short or too long."""
    name = " ".join(name.split())
    if not 2 <= len(name) <= 80:
        raise InvalidInput("Un nom de 2 à 80 caractères.", field="name")
    return name


def fit_story(story: str) -> str:
    story = story.strip()
    if len(story) > 500:
        raise InvalidInput("500 caractères au plus.", field="story")
    return story


def support(session: Session, member_id: int, neighbourhood_id: int) -> None:
    """Supports a proposed neighbourhood around one's home, in place of any other; opens it when it is enough."""
    neighbourhood = _around_home(session, member_id, neighbourhood_id)
    if neighbourhood.state != PROPOSED:
        raise Conflict("Ce quartier est déjà ouvert : vous pouvez le rejoindre.", field="neighbourhood")
    session.execute(
        insert(Support)
        .values(member_id=member_id, neighbourhood_id=neighbourhood_id)
        .on_conflict_do_update(
            index_elements=["member_id"],
            set_={"neighbourhood_id": neighbourhood_id, "supported_at": func.now()},
        )
    )
    _open_when_ready(session, neighbourhood)


def withdraw(session: Session, member_id: int) -> None:
    """Supports no proposed neighbourhood any more."""
    session.execute(delete(Support).where(Support.member_id == member_id))


def verified(session: Session, member_id: int) -> None:
    """To be called when a member has been verified: the support given before counts from now on."""
    supported = session.scalar(select(Support.neighbourhood_id).where(Support.member_id == member_id))
    if supported is not None:
        _open_when_ready(session, _locked(session, supported))


def _open_when_ready(session: Session, neighbourhood: Neighbourhood) -> None:
    session.flush()
    if not session.scalar(select(func.nearness.ready_to_open(neighbourhood.id))):
        return
    neighbourhood.state = OPEN
    neighbourhood.opened_at = func.now()
    session.flush()
    zones.add(session, neighbourhood.id, neighbourhood.anchor, neighbourhood.cover)
    supporters = session.scalars(
        delete(Support).where(Support.neighbourhood_id == neighbourhood.id).returning(Support.member_id)
    )
    _move(session, list(supporters), neighbourhood.id)
    if neighbourhood.proposed_by is not None and queries.lives_in(
        session, neighbourhood.proposed_by, neighbourhood.id
    ):
        session.add(Moderator(neighbourhood_id=neighbourhood.id, member_id=neighbourhood.proposed_by))


def _move(session: Session, member_ids: list[int], zone: int | InstrumentedAttribute[int]) -> None:
    """They live in this zone from now on, and moderate or have a say about none but that one."""
    for table in (Leaving, Moderator, Voice):
        session.execute(delete(table).where(table.member_id.in_(member_ids)))
    session.execute(
        update(Residence).where(Residence.member_id.in_(member_ids)).values(zone=zone, since=func.now())
    )


def _around_home(session: Session, member_id: int, neighbourhood_id: int) -> Neighbourhood:
    neighbourhood = _locked(session, neighbourhood_id)
    if not session.scalar(
        select(func.nearness.home_in(member_id, Neighbourhood.geom)).where(
            Neighbourhood.id == neighbourhood_id
        )
    ):
        raise InvalidInput("Votre domicile n'est pas dans ce quartier.", field="neighbourhood")
    return neighbourhood


def _locked(session: Session, neighbourhood_id: int) -> Neighbourhood:
    """The neighbourhood, locked: supports and opening come one after the other."""
    neighbourhood = session.get(Neighbourhood, neighbourhood_id, with_for_update=True)
    if neighbourhood is None or neighbourhood.state == ARCHIVED:
        raise NotFound("Ce quartier n'existe pas ou plus.")
    return neighbourhood
