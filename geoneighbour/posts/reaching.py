"""What a reach needs beside its name, checked: a radius and its centre, a drawn area, what an authority may (docs/decisions/022)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.errors import Forbidden, InvalidInput
from geoneighbour.ground import shapes
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.posts.models import LEAST_RADIUS_M, MOST_RADIUS_M, REACHES
from geoneighbour.roles import service as roles

LOUDEST = "association"
"""Who writes to all; commune agents may too, and operators have all roles."""
AUTHORITY = "commune_agent"
LEAST_AREA_KM2, MOST_AREA_KM2 = 1.0, 7_854.0
"""The circle of the largest radius."""
LEAST_ON_HOMES_KM2 = 0.01

_MIDDLE = text("SELECT ST_AsEWKB(ST_Centroid(geom)) FROM cell_outline WHERE cell = :cell")
_COMMUNES = text("SELECT * FROM nearness.communes_of_role(:member, :role) AS commune_id")
_CUT = text("SELECT ST_AsEWKB(nearness.cut_to_commune(ST_GeomFromWKB(:area, 4326), :commune))")


@dataclass
class Reached:
    """The columns of a post that say whom it comes to."""

    reach: str
    commune_id: int | None
    radius_m: int | None = None
    centre: WKBElement | None = None
    ground: WKBElement | None = None
    on_homes: bool = False
    within: WKBElement | None = None
    """To draw and to count: the part of an agent's area that lies in the commune."""


def reached(
    session: Session,
    member_id: int,
    home: Residence,
    reach: str,
    *,
    radius_m: int | None = None,
    place: Point | None = None,
    area: Any = None,
    on_homes: bool = False,
) -> Reached:
    """Whom a member means who lives at `home`; InvalidInput with its field, Forbidden for what the roles do not allow.

    `radius_m`: metres, with reach radius. `place`: its centre, else the author's published cell. `area`: a GeoJSON polygon,
    with reach area. `on_homes`: an authority's commune or area reaches exact homes, and speaks for that commune.
    """
    if reach not in REACHES:
        raise InvalidInput("Une portée parmi : %(reaches)s.", field="reach", reaches=", ".join(REACHES))
    for given, field, of in (
        (radius_m, "radius_m", ("radius",)),
        (place, "place", ("radius",)),
        (area, "area", ("area",)),
        (on_homes or None, "on_homes", ("commune", "area")),
    ):
        if given is not None and reach not in of:
            raise InvalidInput("Cette portée n’en demande pas.", field=field)
    meant = Reached(reach, home.commune_id)
    if reach == "all" and not _is_loud(session, member_id):
        raise Forbidden("Seules les associations et les communes écrivent à tout le monde.")
    if on_homes:
        return _on_homes(session, member_id, meant, area)
    if reach in ("commune", "commune_adjacent") and home.commune_id is None:
        raise InvalidInput("Votre domicile n'est dans aucune commune connue.", field="reach")
    if reach == "radius":
        meant.radius_m = _radius(radius_m)
        meant.centre = _centre(session, home, place)
        middle = cast(shapely.Point, to_shape(meant.centre))
        Point(middle.x, middle.y).require_room(meant.radius_m)
    if reach == "area":
        meant.ground = from_shape(shapes.area_shape(area, LEAST_AREA_KM2, MOST_AREA_KM2), srid=4326)
    return meant


def offered(session: Session, member_id: int) -> list[str]:
    """The reaches that a member may write to, near to far."""
    return [reach for reach in REACHES if reach != "all" or _is_loud(session, member_id)]


def speaks_for_commune(session: Session, member_id: int) -> bool:
    """Whether a member may ask for exact homes."""
    return roles.has(session, member_id, AUTHORITY)


def _is_loud(session: Session, member_id: int) -> bool:
    return any(roles.has(session, member_id, role) for role in (LOUDEST, AUTHORITY))


def _radius(radius_m: int | None) -> int:
    if radius_m is None or not LEAST_RADIUS_M <= radius_m <= MOST_RADIUS_M:
        raise InvalidInput("Un rayon de 500 m à 50 km.", field="radius_m")
    return radius_m


def published_cell(session: Session, home: Residence) -> int | None:
    """Where others may place who lives there; None: nowhere yet."""
    return session.scalar(select(func.nearness.published_cell(home.home_cell)))


def _centre(session: Session, home: Residence, place: Point | None) -> WKBElement:
    if place is not None:
        return from_shape(place.require_habitable().shape, srid=4326)
    cell = published_cell(session, home)
    if cell is None:
        raise InvalidInput(
            "Trop peu de membres vivent près de chez vous pour un rayon autour : choisissez un lieu public.",
            field="reach",
        )
    return WKBElement(session.scalar(_MIDDLE, {"cell": cell}), srid=4326, extended=True)


def _on_homes(session: Session, member_id: int, meant: Reached, area: Any) -> Reached:
    """An authority speaks for a commune: one of the role's; an operator's area is bound to none, and speaks for none."""
    roles.require(session, member_id, AUTHORITY)
    meant.on_homes = True
    drawn = None
    if meant.reach == "area":
        drawn = shapes.area_shape(area, LEAST_ON_HOMES_KM2, MOST_AREA_KM2)
    if roles.has(session, member_id, "operator"):
        if drawn is None and meant.commune_id is None:
            raise InvalidInput("Votre domicile n'est dans aucune commune connue.", field="reach")
        if drawn is not None:
            meant.ground, meant.commune_id = from_shape(drawn, srid=4326), None
        return meant
    communes = session.scalars(_COMMUNES, {"member": member_id, "role": AUTHORITY}).all()
    # That of the home first, where the role is held there too.
    for commune in sorted(communes, key=lambda one: (one != meant.commune_id, one)):
        meant.commune_id = commune
        if drawn is None:
            return meant
        cut = session.scalar(_CUT, {"area": shapely.to_wkb(drawn), "commune": commune})
        if cut is not None:
            # Kept as drawn, so that its border stays where it is; who lives in the commune is stored.
            meant.ground = from_shape(drawn, srid=4326)
            meant.within = WKBElement(cut, srid=4326, extended=True)
            return meant
    field = "reach" if drawn is None else "area"
    raise InvalidInput("Cette zone est hors de votre commune.", field=field)
