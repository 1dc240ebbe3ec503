"""A small made-up world for tests: square communes of 0.1° by 0.1°, members, and an application on it."""

from __future__ import annotations

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.neighbourhoods import service as neighbourhoods

WEST, SOUTH, SIDE = -2.1, 48.5, 0.1


def communes(session: Session, rows: list[str]) -> dict[str, int]:
    """Communes drawn as rows of letters, north first; a dot is the sea. Returns the ids by letter.

    The code of commune A is 35001, of B 35002 and so on; every square of one letter is one commune.
    """
    squares: dict[str, list[shapely.Polygon]] = {}
    for row, line in enumerate(reversed(rows)):
        for column, letter in enumerate(line):
            if letter != ".":
                west, south = round(WEST + column * SIDE, 6), round(SOUTH + row * SIDE, 6)
                square = shapely.box(west, south, round(west + SIDE, 6), round(south + SIDE, 6))
                squares.setdefault(letter, []).append(square)
    ids = {}
    for letter, parts in sorted(squares.items()):
        ground = shapely.union_all(parts)
        commune = Commune(
            country="FR",
            code=f"35{ord(letter) - 64:03}",
            name=f"Commune {letter}",
            vintage=2018,
            valid_from=2018,
            source="test",
            geom=from_shape(
                shapely.MultiPolygon([ground]) if ground.geom_type == "Polygon" else ground, 4326
            ),
        )
        session.add(commune)
        session.flush()
        ids[letter] = commune.id
    session.execute(select(func.nearness.refresh_commune_adjacency(list(ids.values()))))
    return ids


def settled(session: Session, name: str, lon: float, lat: float, verified: bool = True) -> int:
    """A member with a home; returns the id."""
    member = members.create(session, name)
    if verified:
        member.verified_at = func.now()
    session.flush()
    neighbourhoods.settle(session, member.id, Point(lon, lat))
    return member.id


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    """A rectangle as a GeoJSON polygon."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def opened(session: Session, name: str, geometry: dict[str, object], supporters: list[int]) -> int:
    """A neighbourhood proposed by the first supporter and opened by the others; returns its id."""
    drawn = neighbourhoods.propose(session, supporters[0], name, "", geometry)
    for member in supporters[1:]:
        neighbourhoods.support(session, member, drawn.id)
    assert drawn.state == "open", "not enough supporters"
    return drawn.id
