"""Points at random, and points on and beside whatever has an edge: the commune, the neighbourhoods and the cells of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h3.api.basic_int as h3
import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from tests.prove import hexagons
from tests.prove.ground import Array, Ground

BATCH = 20_000
LEAST = 1e-7
"""Degrees: the grid on which homes are stored."""
BESIDE = 1e-5
"""Degrees: the furthest that an adversarial point lies from its edge."""


@dataclass
class Mismatch(Exception):
    """Where the service and the oracle part."""

    what: str
    where: str
    said: object
    meant: object

    def __str__(self) -> str:
        return f"{self.what} at {self.where}: the service says {self.said}, the oracle {self.meant}"


def at_random(rnd: np.random.Generator, ground: Ground, number: int) -> Array:
    """A third anywhere in the box of some commune, two thirds in the box of some neighbourhood."""
    boxes = np.array([shape.bounds for shape in ground.commune_shapes])
    dense = np.array([shape.bounds for shape in ground.neighbourhood_shapes])
    chosen = np.where(
        (rnd.random(number) < 1 / 3)[:, None],
        boxes[rnd.integers(len(boxes), size=number)],
        dense[rnd.integers(len(dense), size=number)],
    )
    return (chosen[:, :2] + rnd.random((number, 2)) * (chosen[:, 2:] - chosen[:, :2])).round(7)


def on_edges(rnd: np.random.Generator, ground: Ground, number: int) -> Array:
    """Corners, middles and other places of sides of communes, neighbourhoods and cells: on them and up to 1e-5 degrees beside."""
    dense = at_random(rnd, ground, max(number // 8, 1))
    sides = [
        np.concatenate([outline.sides for outline in ground.commune_outlines]),
        np.concatenate([outline.sides for outline in ground.neighbourhood_outlines]),
        *(
            np.concatenate([_sides(cell) for cell in {h3.latlng_to_cell(y, x, level) for x, y in dense}])
            for level in (cells.SURROUNDINGS, cells.COVER)
        ),
    ]
    chosen = np.concatenate(
        [
            some[rnd.integers(len(some), size=part.size)]
            for some, part in zip(sides, _parts(number), strict=True)
        ]
    )
    along = rnd.choice([0.0, 0.0, 0.5, -1.0], size=number)
    along = np.where(along < 0, rnd.random(number), along)[:, None]
    points = chosen[:, :2] + along * (chosen[:, 2:] - chosen[:, :2])
    steps = rnd.choice([0.0, 0.0, LEAST, BESIDE], size=(number, 2))
    return (
        points
        + np.where(steps == BESIDE, rnd.uniform(-1, 1, (number, 2)), rnd.choice([-1, 1], (number, 2))) * steps
    ).round(7)


def compare(session: Session, ground: Ground, points: Array, counts: Counter[str], kind: str) -> None:
    """Asks for all points at once, as homes of members; Mismatch at the first difference. Nothing of it stays."""
    for part in _batches(points):
        with session.begin_nested() as attempt:
            said = _asked(session, part)
            attempt.rollback()
        homes = [f"{x:.7f} {y:.7f}" for x, y in part.tolist()]
        meant = ground.commune_at(part)
        _agree("commune", homes, [row[0] for row in said], meant)
        counts[f"communes of points {kind}"] += len(part)
        counts["points in no commune"] += meant.count(None)
        near = ground.neighbourhoods_at(part)
        _agree("neighbourhoods", homes, [row[1] for row in said], near)
        counts[f"neighbourhoods of points {kind}"] += len(part)
        counts["points in several neighbourhoods"] += sum(len(found) > 1 for found in near)
        for level, what in ((cells.SURROUNDINGS, "surroundings"), (cells.COVER, "home cells")):
            named = np.array([cells.cell_at(Point(x, y), level) for x, y in part.tolist()])
            for wrong in hexagons.named_wrongly(part[:, 0], part[:, 1], named, level)[:1]:
                raise Mismatch(what, homes[wrong], cells.to_text(int(named[wrong])), "another cell")
            counts[f"{what} of points {kind}"] += len(part)


def _asked(session: Session, points: Array) -> list[Any]:
    """(commune, neighbourhoods) of each point, through the functions that answer for homes."""
    members = session.scalars(
        text("INSERT INTO member (name) SELECT 'Camille' FROM generate_series(1, :number) RETURNING id"),
        {"number": len(points)},
    ).all()
    session.execute(
        text(
            "SELECT nearness.set_home(m, x, y) FROM unnest(CAST(:m AS bigint[]), CAST(:x AS float8[]),"
            " CAST(:y AS float8[])) AS home (m, x, y)"
        ),
        {"m": list(members), "x": points[:, 0].tolist(), "y": points[:, 1].tolist()},
    )
    return list(
        session.execute(
            text(
                "SELECT nearness.commune_of_home(m),"
                " ARRAY(SELECT id FROM nearness.home_neighbourhood WHERE member_id = m ORDER BY id)"
                " FROM unnest(CAST(:m AS bigint[])) WITH ORDINALITY AS asked (m, at) ORDER BY at"
            ),
            {"m": list(members)},
        )
    )


def _agree(what: str, homes: list[str], said: list[Any], meant: list[Any]) -> None:
    for home, one, other in zip(homes, said, meant, strict=True):
        if one != other:
            raise Mismatch(what, home, one, other)


def _batches(points: Array) -> Iterator[Array]:
    for start in range(0, len(points), BATCH):
        yield points[start : start + BATCH]


def _parts(number: int) -> list[Array]:
    return np.array_split(np.arange(number), 4)


def _sides(cell: int) -> Array:
    ring = np.array(cells.outline(cell).exterior.coords)
    return np.hstack([ring[:-1], ring[1:]])
