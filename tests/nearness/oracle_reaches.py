"""Sentences 9 and 10 by brute force: radii, areas, all, authorities on exact homes, and who watches an area (decision 022)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import h3.api.basic_int as h3
import shapely

from geoneighbour.ground.metres import area_m2, distance_m
from geoneighbour.ground.points import Point
from tests.nearness.grid_steps import Shape, outline

if TYPE_CHECKING:
    from tests.nearness.oracle import Post, World

FAR = ("radius", "area", "all")
WATCHED = ("commune", "commune_adjacent", "all")
AUTHORITIES = ("commune_agent", "operator")
LOUD = ("association", "commune_agent", "operator")


@dataclass(frozen=True)
class Beside:
    """What a reach is given beside its name."""

    radius_m: int | None = None
    place: Point | None = None
    area: Shape | None = None
    on_homes: bool = False


@dataclass
class Watch:
    """One of a neighbourhood, a commune, a drawn shape."""

    member: int
    neighbourhood: int | None = None
    commune: int | None = None
    shape: Shape | None = None


def middle(cell: int) -> shapely.Point:
    return outline(cell).centroid


def km2(shape: Shape) -> float:
    return area_m2(shape) / 1e6


def may_write(world: World, author: int, reach: str, beside: Beside) -> bool:
    """Of who is verified and not paused: whether this reach, with this, is open to them."""
    roles = {role for role, _ in world.roles.get(author, ())}
    if beside.on_homes:
        return bool(roles & set(AUTHORITIES)) and speaks_for(world, author, beside) is not False
    if reach == "radius":
        somewhere = beside.place is not None or world.published_cell(author) is not None
        return somewhere and beside.radius_m is not None and 500 <= beside.radius_m <= 50_000
    if reach == "area":
        return beside.area is not None and 1 <= km2(beside.area) <= 7_854
    if reach == "all":
        return bool(roles & set(LOUD))
    return reach in ("neighbourhood", "wider") or world.commune_of(author) is not None


def speaks_for(world: World, author: int, beside: Beside) -> int | bool | None:
    """The commune that an authority's post speaks for; None: none in particular (an operator's area); False: it may not."""
    held, home = world.roles.get(author, set()), world.commune_of(author)
    if beside.area is not None and not 0.01 <= km2(beside.area) <= 7_854:
        return False
    if any(role == "operator" for role, _ in held):
        return None if beside.area is not None else home if home is not None else False
    communes = {commune for role, commune in held if role == "commune_agent" and commune is not None}
    for commune in sorted(communes, key=lambda one: (one != home, one)):
        if beside.area is None or _inside_m2(world, commune, beside.area) >= 10_000:
            return commune
    return False


def _inside_m2(world: World, commune: int, area: Shape) -> float:
    inside = shapely.intersection(world.communes[commune].shape, area)
    parts = [part for part in shapely.get_parts(inside) if part.geom_type == "Polygon"]
    return sum(area_m2(part) for part in parts)


def holds(world: World, post: Post, reader: int) -> bool:
    """Whether a radius, an area, or all, comes to where a member is."""
    person = world.people[reader]
    if post.beside.on_homes:
        within = post.commune is None or world.commune_of(reader) == post.commune
        return within and bool(post.beside.area.covers(person.home.shape))
    if post.reach == "all":
        return True
    cell = world.published_cell(reader)
    if cell is None:
        return False
    if post.reach == "area":
        return bool(post.beside.area.covers(middle(cell)))
    centre = post.beside.place.shape if post.beside.place else middle(post.cell)
    return distance_m(centre, middle(cell)) <= post.beside.radius_m


def nearest(world: World, post: Post, reader: int) -> str:
    """How near a reader is to where a post began; an authority's began in a commune."""
    home, commune = world.people[reader].zone, world.commune_of(reader)
    if not post.beside.on_homes:
        if home == post.zone:
            return "neighbour"
        if world.wider(post.zone, home) is not None and not world.hiding(reader, post.author):
            return "wider"
    if commune is None or post.commune is None:
        return "beyond"
    if commune == post.commune:
        return "commune"
    return "adjacent_commune" if world.adjacent(post.commune, commune) else "beyond"


def watches(world: World, post: Post, reader: int) -> bool:
    """Whether a member follows where a post began, and it was written to a commune, to those beside it, or to all."""
    if post.reach not in WATCHED or reader == post.author or world.parted(reader, post.author):
        return False
    for watch in world.watches.values():
        if watch.member != reader:
            continue
        if watch.neighbourhood is not None and not post.beside.on_homes and watch.neighbourhood == post.zone:
            return True
        if watch.commune is not None and watch.commune == post.commune:
            return True
        stands = None if post.cell is None else middle(stands_in(world, post.cell))
        if watch.shape is not None and stands is not None and watch.shape.covers(stands):
            return True
    return False


def stands_in(world: World, cell: int) -> int:
    """Where maps show what began in a cell: in the published cell that holds it today, else there still."""
    levels = range(5, h3.get_resolution(cell) + 1)
    return next(
        (up for level in levels if (up := h3.cell_to_parent(cell, level)) in world.standing.published), cell
    )
