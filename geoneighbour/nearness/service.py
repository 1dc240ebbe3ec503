"""Questions about who is near: a place, a reach, contacts. Python fetches shapes of the grid; SQL decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune
from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.neighbourhoods import walking
from geoneighbour.neighbourhoods.models import OPEN, Neighbourhood, Residence

_OPEN_AT = text(
    "SELECT id, name, story FROM neighbourhood WHERE state = 'open'"
    " AND ST_Covers(geom, ST_GeomFromText(:point, 4326)) ORDER BY ST_Area(geom), id"
)
_CONTACTS = text("SELECT * FROM nearness.contacts(:member)")
_PROFILE = text("SELECT * FROM nearness.profile(:viewer, :other)")
_WIDER = text(
    "SELECT n.id, n.name, w.rings, nearness.neighbourhood_people(n.id) AS people,"
    " ST_AsGeoJSON(n.geom, 6)::json AS geometry"
    " FROM neighbourhood AS n JOIN unnest(CAST(:others AS bigint[]), CAST(:rings AS integer[])) AS w (zone, rings)"
    " ON w.zone = n.id ORDER BY w.rings, n.name, n.id"
)
_STORED = text(
    "SELECT w.other, w.rings FROM wider_area AS w JOIN neighbourhood AS n ON n.id = w.other"
    " WHERE w.zone = :zone AND n.state = 'open'"
)
_FOUND = text(
    "SELECT w.zone, w.rings FROM nearness.wider_area_found(:spread, :disc, :ring) AS w"
    " JOIN neighbourhood AS n ON n.id = w.zone WHERE n.state = 'open' AND n.id <> :zone"
)
_GROUNDS = text(
    "SELECT coalesce(spread.rings, 0) AS spread, ST_AsBinary(own.geom) AS outline, own.cover,"
    " coalesce(own.state = 'open', false) AS is_open,"
    " ARRAY(SELECT ST_AsBinary(n.geom) FROM neighbourhood AS n WHERE n.state = 'open' AND (n.id = zone.id"
    " OR n.id IN (SELECT w.other FROM wider_area AS w WHERE w.zone = zone.id)) ORDER BY n.id) AS drawn"
    " FROM zone LEFT JOIN spread ON spread.cell = zone.anchor LEFT JOIN neighbourhood AS own ON own.id = zone.id"
    " WHERE zone.id = :zone"
)


@dataclass(frozen=True)
class Around:
    """A zone, the cells of the rings around it as far as its wider area goes, and the open neighbourhoods in that, with their rings."""

    zone: int
    ground: frozenset[int]
    spread: int
    others: dict[int, int]


@dataclass(frozen=True)
class Area:
    """Ground to draw (EPSG:4326), and the rounded number of people there: None below k."""

    shape: BaseGeometry
    people: int | None


@dataclass(frozen=True)
class Grounds:
    """A home neighbourhood (is_open: drawn; else surroundings), and the wider area around it, to draw (EPSG:4326); how many rings that goes."""

    own: BaseGeometry
    is_open: bool
    wider: BaseGeometry
    spread: int


@dataclass(frozen=True)
class Contacts:
    """The home neighbourhood by name (None: surroundings), about how many people live there, who of them is told (None: nobody is),
    and the open neighbourhoods of the wider area, nearest first: id, name, rings, people (rounded)."""

    home: str | None
    people: int | None
    roll: list[dict[str, Any]] | None
    wider: list[dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """What the service says of a point before anyone has an account."""

    commune: Commune | None
    neighbourhoods: list[Row[Any]]
    surroundings: int
    own: Area
    wider: Area
    requests: int | None


def place(session: Session, point: Point) -> Place:
    """What is at a point: its commune, the open neighbourhoods that cover it, its surroundings, about how many people.

    Nothing is stored, and every number and the wider area are functions of published cells.
    """
    point.require_habitable()
    commune_id = session.scalar(select(func.nearness.commune_at(func.ST_GeomFromText(point.wkt, 4326))))
    covering = list(session.execute(_OPEN_AT, {"point": point.wkt}))
    cell = cells.cell_at(point, cells.SURROUNDINGS)
    zone = covering[0].id if covering else cell
    around = _around(session, zone)
    wider = _wider(session, _wider_ground(session, around), around.spread)
    return Place(
        commune=session.get(Commune, commune_id) if commune_id else None,
        neighbourhoods=covering,
        surroundings=cell,
        own=_own(session, zone),
        wider=wider,
        requests=session.scalar(
            select(func.nearness.rounded(func.nearness.cell_requests_in(_geometry(wider.shape))))
        ),
    )


def preview(session: Session, member_id: int, reach: str) -> Area:
    """The ground that a reach means for a member, and about how many people it holds. InvalidInput: no such reach."""
    home = residence(session, member_id)
    match reach:
        case "neighbourhood":
            return _own(session, home.zone)
        case "wider":
            found = grounds(session, member_id)
            return _wider(session, found.wider, found.spread)
        case "commune" | "commune_adjacent":
            return _communes(session, home.commune_id, reach)
    raise InvalidInput("Cette portée n'existe pas.", field="reach")


def profile(session: Session, viewer_id: int, other_id: int) -> Row[Any]:
    """What another member tells whom they have met, how near they are and why (columns of nearness.profile).

    NotFound for one beyond or not met, as for one that does not exist.
    """
    row = session.execute(_PROFILE, {"viewer": viewer_id, "other": other_id}).one_or_none()
    if row is None:
        raise NotFound("Cette personne n'existe pas, ou n'est pas de vos contacts.")
    return row


def roll(session: Session, member_id: int) -> list[Row[Any]] | None:
    """The other verified and listed members of one's own open neighbourhood (id, name, can_help).

    None for surroundings, visitors, while paused and for who is not listed: they are told no exact number, not even nought.
    """
    if not session.scalar(select(func.nearness.reads_roll(member_id))):
        return None
    return list(session.execute(text("SELECT * FROM nearness.roll(:member)"), {"member": member_id}))


def contacts(session: Session, member_id: int) -> Contacts:
    """The roll, and the neighbourhoods of the wider area, of a verified member; NotFound without a home."""
    row = session.execute(_CONTACTS, {"member": member_id}).one_or_none()
    if row is None:
        raise NotFound("Indiquez d'abord où vous habitez.")
    # Of surroundings there is no outline in the database.
    people = row.people if row.home is not None else _counted(session, cells.outline(row.zone)).people
    return Contacts(row.home, people, row.roll, row.wider)


def found_by(session: Session, member_id: int) -> list[Row[Any]] | None:
    """The neighbours whom a visitor finds (id, name, about, can_help), with no number; None for verified members."""
    if members.get(session, member_id).verified_at:
        return None
    return list(session.execute(text("SELECT * FROM nearness.found_by(:member)"), {"member": member_id}))


def wider_neighbourhoods(session: Session, member_id: int) -> list[Row[Any]]:
    """The open neighbourhoods of one's wider area, nearest first: id, name, rings, people (rounded), geometry (GeoJSON).

    Surroundings are not listed: that one exists says that somebody lives there.
    """
    zone = residence(session, member_id).zone
    others = _stored(session, zone) if _looked_at(session, member_id) else _around(session, zone).others
    return list(session.execute(_WIDER, {"others": [*others], "rings": [*others.values()]}))


def cells_in(session: Session, shape: BaseGeometry) -> list[Row[Any]]:
    """The published cells that an area touches: cell (text), people (rounded), members class 0 to 1, geometry."""
    found = text("SELECT * FROM nearness.cells_in(ST_GeomFromWKB(:area, 4326))")
    return list(session.execute(found, {"area": shapely.to_wkb(shape)}))


def residence(session: Session, member_id: int) -> Residence:
    home = session.get(Residence, member_id)
    if home is None:
        raise NotFound("Indiquez d'abord où vous habitez.")
    return home


def _own(session: Session, zone: int) -> Area:
    neighbourhood = session.get(Neighbourhood, zone)
    if neighbourhood:
        return Area(
            to_shape(neighbourhood.geom), session.scalar(select(func.nearness.neighbourhood_people(zone)))
        )
    return _counted(session, cells.outline(zone))


def grounds(session: Session, member_id: int) -> Grounds:
    """By what is stored, which the rule goes by; for people that nobody has looked at by published cells (decision 016)."""
    zone = residence(session, member_id).zone
    if _looked_at(session, member_id):
        return grounds_of_zone(session, zone)
    neighbourhood = session.get(Neighbourhood, zone)
    around = _around(session, zone)
    is_open = neighbourhood is not None and neighbourhood.state == OPEN
    return Grounds(walking.ground(session, zone), is_open, _wider_ground(session, around), around.spread)


def grounds_of_zone(session: Session, zone: int) -> Grounds:
    """By what is stored: for who lives or lived there, verified."""
    row = session.execute(_GROUNDS, {"zone": zone}).one()
    cover = frozenset(row.cover or cells.surroundings_cover(zone))
    start, barred = walking.paths(session, zone, cover)
    drawn = tuple(bytes(outline) for outline in row.drawn)
    if barred:
        wider = _together(cells.rings_around(start, row.spread, barred), drawn)
    else:
        wider = _straight(start, row.spread, drawn)
    own = shapely.from_wkb(bytes(row.outline)) if row.outline else cells.outline(zone)
    return Grounds(own, row.is_open, wider, row.spread)


@lru_cache(maxsize=512)
def _straight(start: frozenset[int], spread: int, drawn: tuple[bytes, ...]) -> BaseGeometry:
    """The ground within `spread` straight rings, with what is drawn (WKB). Kept, for who drags a reach asks again and again:
    it is made of its arguments alone, whoever asks."""
    return _together(cells.rings_around(start, spread), drawn)


def _together(ground: Iterable[int], drawn: Iterable[bytes]) -> BaseGeometry:
    return shapely.union_all([cells.union(ground), *(shapely.from_wkb(outline) for outline in drawn)])


def _stored(session: Session, zone: int) -> dict[int, int]:
    return {row.other: row.rings for row in session.execute(_STORED, {"zone": zone})}


def _looked_at(session: Session, member_id: int) -> bool:
    return members.get(session, member_id).verified_at is not None


def _around(session: Session, zone: int) -> Around:
    """By published cells alone."""
    neighbourhood = session.get(Neighbourhood, zone)
    disc = cells.rings_around(cells.surroundings_cover(neighbourhood.anchor if neighbourhood else zone))
    spread = session.scalar(select(func.nearness.spread_published([*disc], [*disc.values()]))) or 0
    rings = _rings(session, zone, cells.MOST_RINGS)
    asked = {"zone": zone, "spread": spread, "disc": [*rings], "ring": [*rings.values()]}
    ground = frozenset(cell for cell, ring in rings.items() if ring <= spread)
    return Around(zone, ground, spread, {row.zone: row.rings for row in session.execute(_FOUND, asked)})


def _rings(session: Session, zone: int, most: int) -> dict[int, int]:
    """Around barriers, and whether anybody lives there or not."""
    return walking.rings_around(session, walking.start(session, zone, walking.cover(session, zone)), most)


def _wider(session: Session, shape: BaseGeometry, spread: int) -> Area:
    return Area(shape, session.scalar(select(func.nearness.wider_people(_geometry(shape), spread))))


def _wider_ground(session: Session, around: Around) -> BaseGeometry:
    """As many rings as the spread, with the open neighbourhoods of the wider area; inhabited surroundings do not show."""
    open_ones = select(func.ST_AsBinary(Neighbourhood.geom)).where(
        Neighbourhood.id.in_([*around.others, around.zone]), Neighbourhood.state == OPEN
    )
    return _together(around.ground, [bytes(outline) for outline in session.scalars(open_ones)])


def commune_ground(session: Session, commune_id: int, reach: str) -> BaseGeometry:
    """The commune, or it and those adjacent, a little simplified: to draw, and for a rounded number."""
    ground = text("SELECT ST_AsBinary(nearness.commune_ground(:commune, :reach))")
    shape: BaseGeometry = shapely.from_wkb(session.scalar(ground, {"commune": commune_id, "reach": reach}))
    return shape


def _communes(session: Session, commune_id: int | None, reach: str) -> Area:
    if commune_id is None:
        raise InvalidInput("Votre domicile n'est dans aucune commune connue.", field="reach")
    return _counted(session, commune_ground(session, commune_id, reach))


def _counted(session: Session, shape: BaseGeometry) -> Area:
    return Area(
        shape, session.scalar(select(func.nearness.rounded(func.nearness.people_in(_geometry(shape)))))
    )


def _geometry(shape: BaseGeometry) -> Any:
    return func.ST_GeomFromWKB(shapely.to_wkb(shape), 4326)
