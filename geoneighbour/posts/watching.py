"""Ground that a verified member follows: what began there and was written to a commune, to those beside it, or to all (decision 022)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.communes.queries import Version
from geoneighbour.errors import Conflict, InvalidInput, NotFound
from geoneighbour.ground import cells, shapes
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods.models import OPEN, Neighbourhood
from geoneighbour.posts.models import MOST_WATCHED, WatchArea

LEAST_KM2, MOST_KM2 = 1.0, 25.0
PUBLISHED = range(5, 10)
"""The resolutions in which cells are published."""


@dataclass(frozen=True)
class Watched:
    """One followed area: of a neighbourhood (its id), a commune (its id), or drawn (its shape, EPSG:4326)."""

    id: int
    name: str
    neighbourhood_id: int | None
    commune_id: int | None
    shape: BaseGeometry | None


def of(session: Session, member_id: int) -> list[Watched]:
    """What a member follows, in the order in which it was added."""
    found = session.scalars(select(WatchArea).where(WatchArea.member_id == member_id).order_by(WatchArea.id))
    return [_told(area) for area in found]


def add(
    session: Session,
    member_id: int,
    *,
    name: str | None = None,
    neighbourhood_id: int | None = None,
    commune: Version | None = None,
    area: Any = None,
) -> Watched:
    """Follows an open neighbourhood, a current commune, or a drawn area (GeoJSON, 1 to 25 km²); following it twice is once.

    `name` is the member's own word for it, needed for what is drawn. NotVerified, NotFound, Conflict for a sixth, InvalidInput.
    """
    members.require_verified(session, member_id)
    if sum(given is not None for given in (neighbourhood_id, commune, area)) != 1:
        raise InvalidInput("Suivez un quartier, une commune ou une zone dessinée.", field="area")
    new = WatchArea(member_id=member_id, name=" ".join((name or "").split()))
    if neighbourhood_id is not None:
        # Held: a merger or an archive comes before or after, never in between.
        found = session.get(Neighbourhood, neighbourhood_id, with_for_update={"read": True})
        if found is None or found.state != OPEN:
            raise NotFound("Ce quartier n'existe pas, ou n'est pas ouvert.")
        new.neighbourhood_id, new.name = found.id, new.name or found.name
    elif commune is not None:
        new.commune_id, new.name = commune.id, new.name or commune.name
    else:
        shape = shapes.area_shape(area, LEAST_KM2, MOST_KM2)
        if fault := shapes.fault_of_size(shape, MOST_KM2):
            raise fault.refusal()
        new.geom = from_shape(shape, srid=4326)
        new.cells = sorted(cells.with_middle_in(shape, PUBLISHED))
    if not 1 <= len(new.name) <= 80:
        raise InvalidInput("Un nom de 1 à 80 caractères.", field="name")
    # One at a time for each member: a sixth finds five.
    session.get(Member, member_id, with_for_update=True, populate_existing=True)
    for held in session.scalars(select(WatchArea).where(WatchArea.member_id == member_id)):
        same = (held.neighbourhood_id, held.commune_id) == (new.neighbourhood_id, new.commune_id)
        if same and held.cells == new.cells:
            return _told(held)
    count = select(func.count()).where(WatchArea.member_id == member_id)
    if (session.scalar(count) or 0) >= MOST_WATCHED:
        raise Conflict("Vous suivez déjà cinq zones : retirez-en une d’abord.")
    session.add(new)
    session.flush()
    return _told(new)


def remove(session: Session, member_id: int, watch_id: int) -> None:
    """Follows an area no more; NotFound for one that is not the member's own."""
    found = session.get(WatchArea, watch_id)
    if found is None or found.member_id != member_id:
        raise NotFound("Cette zone n'existe pas, ou n'est pas la vôtre.")
    session.delete(found)
    session.flush()


def _told(area: WatchArea) -> Watched:
    shape = None if area.geom is None else to_shape(area.geom)
    return Watched(area.id, area.name, area.neighbourhood_id, area.commune_id, shape)
