"""Changes of neighbourhoods in a town: proposed by somebody, accepted by its one moderator, in the oracle's world too."""

from __future__ import annotations

import math

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, func, select

from geoneighbour.ground.metres import distance_m
from geoneighbour.neighbourhoods import changes
from geoneighbour.neighbourhoods.models import Change, Moderator
from tests.grid import geojson
from tests.nearness.oracle_life import Wanted, together
from tests.nearness.town import Town

WHY = "Pour que ce soit plus juste."


def redraw(town: Town, member: int, neighbourhood: int, shape: BaseGeometry) -> Change | None:
    """Proposed and accepted; None when it was refused, as it should be."""
    before = town.world.neighbourhoods[neighbourhood].shape
    allowed = (
        lives_there(town, member, neighbourhood)
        and not shape.equals(before)
        and shape.intersection(before).area >= 0.5 * before.area
        and shape.covers(town.world.people[member].home.shape)
        and may_propose(town, member, neighbourhood, "redraw")
    )
    change = town._agree(
        allowed, lambda: changes.redraw(town.session, member, neighbourhood, geojson(shape), WHY)
    )
    if change:
        accept(town, change, member, neighbourhood)
        town.world.life.accepted.append(Wanted(neighbourhood, shape=shape))
    return change


def merge(town: Town, member: int, neighbourhood: int, into: int) -> Change | None:
    """Accepted on both sides, if somebody of the other side can."""
    world = town.world
    allowed = (
        lives_there(town, member, neighbourhood)
        and neighbourhood != into
        and world.neighbourhoods[into].open
        and apart_m(*(world.neighbourhoods[key].shape for key in (neighbourhood, into))) <= 100
        and together(world, neighbourhood, into) is not None
        and may_propose(town, member, neighbourhood, "merge")
    )
    change = town._agree(allowed, lambda: changes.merge(town.session, member, neighbourhood, into, WHY))
    there = [person for person in world.people if lives_there(town, person, into)]
    if change and there:
        accept(town, change, member, neighbourhood)
        accept(town, change, there[0], into)
        world.life.accepted.append(Wanted(neighbourhood, into=into))
    return change


def archive(town: Town, member: int, neighbourhood: int) -> Change | None:
    allowed = lives_there(town, member, neighbourhood) and may_propose(town, member, neighbourhood, "archive")
    change = town._agree(allowed, lambda: changes.archive(town.session, member, neighbourhood, WHY))
    if change:
        accept(town, change, member, neighbourhood)
        town.world.life.accepted.append(Wanted(neighbourhood))
    return change


def accept(town: Town, change: Change, member: int, neighbourhood: int) -> None:
    """After three days, by the one who is made the only moderator."""
    session = town.session
    session.execute(delete(Moderator).where(Moderator.neighbourhood_id == neighbourhood))
    session.add(Moderator(neighbourhood_id=neighbourhood, member_id=member))
    change.proposed_at -= changes.DISCUSSED
    session.flush()
    changes.accept(session, member, change.id)


def apart_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Metres between the nearest points, found where a degree is as long in both directions."""
    narrow = math.cos(math.radians(one.centroid.y))
    line = shapely.shortest_line(
        *(shapely.transform(shape, lambda at: at * [narrow, 1]) for shape in (one, other))
    )
    start, end = (shapely.Point(x / narrow, y) for x, y in line.coords)
    return distance_m(start, end)


def lives_there(town: Town, member: int, neighbourhood: int) -> bool:
    return town.world.present(member) and town.world.people[member].chosen == neighbourhood


def may_propose(town: Town, member: int, neighbourhood: int, kind: str) -> bool:
    """None of this kind lives, and the member proposed fewer than three in a month.

    Asked of the database: what is not accepted yet is not the oracle's.
    """
    living = select(Change.id).where(
        Change.neighbourhood_id == neighbourhood, Change.kind == kind, Change.state.in_(changes.LIVING)
    )
    lately = select(Change.id).where(
        Change.proposed_by == member, Change.proposed_at > func.now() - changes.MONTH
    )
    return town.session.scalars(living).first() is None and len(town.session.scalars(lately).all()) < 3
