"""Before writing: the ground of a reach, and about how many people it comes to, by how near they are (docs/decisions/023)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.ground.metres import circle
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods import walking
from geoneighbour.posts.models import Post
from geoneighbour.posts.reaching import Reached

TIERS = ("neighbour", "wider", "commune", "adjacent_commune", "beyond")
UP_TO = {"neighbourhood": 1, "wider": 2, "commune": 3, "commune_adjacent": 4}
"""To how many of TIERS a reach comes; the others come to all."""
MANY = 5_000
TIMES_USUAL = 10
SLIVER = 1e-9
"""Square degrees, some ten square metres: what overlays of borders leave."""

_COUNTED = text(
    "SELECT people, neighbour, wider_people AS wider, commune, adjacent_commune, beyond, spread_members"
    " FROM nearness_setting, nearness.people_by_tier(:whole, ST_GeomFromWKB(:centre, 4326), :radius_m, ST_GeomFromWKB(:shape, 4326),"
    " ST_GeomFromWKB(:own, 4326), ST_GeomFromWKB(:wider, 4326), ST_GeomFromWKB(:communes, 4326),"
    " ST_GeomFromWKB(:adjacent, 4326),"
    # Decision 005: an open neighbourhood has k; a spread that is shown found M.
    " CASE WHEN :is_open THEN k END, CASE WHEN :found THEN spread_members END)"
)


@dataclass(frozen=True)
class Preview:
    """Ground to draw (EPSG:4326; None: everywhere), and rounded numbers, None below k; `many`: far more than is usual."""

    shape: BaseGeometry | None
    people: int | None
    by_tier: dict[str, int | None]
    """Of the tiers whose ground the reach holds some of, whoever lives there, or whose number is shown."""
    many: bool


@dataclass(frozen=True)
class Near:
    """By which ground it is told how near people are, each within the next (None: not asked); how far the wider area goes."""

    own: BaseGeometry
    wider: BaseGeometry | None = None
    communes: BaseGeometry | None = None
    adjacent: BaseGeometry | None = None
    spread: int = 0
    is_open: bool = False


def preview(session: Session, member_id: int, meant: Reached) -> Preview:
    """What a reach, as reaching.reached checked it, comes to. Numbers from published cells; the home is not asked."""
    near = _near(session, member_id, meant)
    shape = _shape(session, meant, near)
    counted: dict[str, Any] = {
        "whole": meant.reach if meant.reach in ("radius", "area", "all") and not meant.on_homes else None,
        "centre": _wkb(to_shape(meant.centre)) if meant.centre else None,
        "radius_m": meant.radius_m,
        "shape": _wkb(shape),
        "own": None if meant.on_homes else _wkb(near.own),
        "wider": None if meant.on_homes else _wkb(near.wider),
        "communes": _wkb(near.communes),
        "adjacent": _wkb(near.adjacent),
        "is_open": near.is_open and meant.reach in ("neighbourhood", "wider"),
        "found": near.spread < 20 and meant.reach == "wider",
    }
    found = session.execute(_COUNTED, counted).mappings().one()
    people: int | None = found["people"]
    grounds = (None, None) if meant.on_homes else (near.own, near.wider)
    held = _held(shape, (*grounds, near.communes, near.adjacent))
    return Preview(
        shape,
        people,
        {
            tier: found[tier]
            for tier in TIERS[: UP_TO.get(meant.reach, len(TIERS))]
            if tier in held or found[tier] is not None
        },
        many=near.wider is not None and _is_many(session, people or 0, near, found["spread_members"], meant),
    )


def ground_of(session: Session, post: Post) -> BaseGeometry | None:
    """The ground of a post's frozen reach, to draw for its author alone; None: everywhere."""
    match post.reach:
        case "neighbourhood":
            return walking.ground(session, post.origin_zone)
        case "wider":
            return nearness.grounds_of_zone(session, post.origin_zone).wider
    meant = Reached(post.reach, post.origin_commune_id, post.radius_m, post.centre, post.ground)
    return _further(session, meant)


def _near(session: Session, member_id: int, meant: Reached) -> Near:
    """As far out as the reach goes."""
    grounds = nearness.grounds(session, member_id)
    tiers = UP_TO.get(meant.reach, len(TIERS))
    if tiers == 1:
        return Near(grounds.own, is_open=grounds.is_open)
    communes = adjacent = None
    if meant.commune_id is not None and tiers > 2:
        communes = shapely.union(grounds.wider, nearness.commune_ground(session, meant.commune_id, "commune"))
        if tiers > 3:
            around_it = nearness.commune_ground(session, meant.commune_id, "commune_adjacent")
            adjacent = shapely.union(communes, around_it)
    return Near(grounds.own, grounds.wider, communes, adjacent, grounds.spread, grounds.is_open)


def _shape(session: Session, meant: Reached, near: Near) -> BaseGeometry | None:
    match meant.reach:
        case "neighbourhood":
            return near.own
        case "wider":
            return near.wider
    return _further(session, meant)


def _further(session: Session, meant: Reached) -> BaseGeometry | None:
    match meant.reach:
        case "radius" if meant.centre is not None and meant.radius_m:
            return circle(cast(shapely.Point, to_shape(meant.centre)), meant.radius_m)
        case "area" if meant.ground is not None:
            return to_shape(meant.within or meant.ground)
        case "commune" | "commune_adjacent" if meant.commune_id is not None:
            return nearness.commune_ground(session, meant.commune_id, meant.reach)
    return None


def _held(shape: BaseGeometry | None, grounds: tuple[BaseGeometry | None, ...]) -> set[str]:
    """The tiers that a reach can hold people of, by ground alone: none is told from few by what is named.

    `grounds`: of the tiers but the last, each within the next; None: not asked. `shape` None: everywhere.
    """
    held, within = set(), 0.0
    asked = [(tier, ground) for tier, ground in zip(TIERS, grounds, strict=False) if ground is not None]
    # A reach that is one of them itself holds those before it, and all of it lies in those after it: nothing to overlay.
    itself = next((at for at, (_, ground) in enumerate(asked) if ground is shape), None)
    for at, (tier, ground) in enumerate(asked):
        if shape is None or (itself is not None and at <= itself):
            inside = ground.area
        elif itself is not None:
            inside = shape.area
        else:
            inside = shapely.intersection(shape, ground).area
        if inside - within > SLIVER:
            held.add(tier)
        within = max(within, inside)
    if shape is None or shape.area - within > SLIVER:
        held.add(TIERS[-1])
    return held


def _is_many(session: Session, people: int, near: Near, least: int, meant: Reached) -> bool:
    """Over MANY, or over TIMES_USUAL as many as the wider area holds: what most posts are for."""
    if people <= TIMES_USUAL * least:
        return False
    if meant.reach == "wider":
        return people > MANY
    ground = func.ST_GeomFromWKB(_wkb(near.wider), 4326)
    usual = session.scalar(select(func.nearness.wider_people(ground, near.spread)))
    return people > min(MANY, TIMES_USUAL * max(usual or 0, least))


def _wkb(shape: BaseGeometry | None) -> bytes | None:
    return shapely.to_wkb(shape) if shape is not None else None
