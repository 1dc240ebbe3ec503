"""Where points are proved: real communes if the machine has them, made-up ones elsewhere on Earth, and drawn neighbourhoods on all."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.settings import ROOT
from tests.grid import as_multipolygon
from tests.nearness import land
from tests.prove.exact import BORDER, OUTSIDE, Outline

Array = np.ndarray[Any, Any]

COMMUNES = 'SELECT id, ST_AsBinary(geom) FROM commune WHERE valid_to IS NULL ORDER BY country COLLATE "C", code COLLATE "C"'
NEIGHBOURHOODS = "SELECT id, ST_AsBinary(geom) FROM neighbourhood WHERE state = 'open' ORDER BY id"


@dataclass
class Ground:
    """What is stored, read back: ids, ranks and shapes side by side."""

    communes: list[int]
    """Ids, by (country, code) in byte order: of several that cover a point the first is its commune."""
    commune_shapes: list[BaseGeometry]
    neighbourhoods: list[int]
    neighbourhood_shapes: list[BaseGeometry]

    def __post_init__(self) -> None:
        self.commune_tree = shapely.STRtree(self.commune_shapes)
        self.neighbourhood_tree = shapely.STRtree(self.neighbourhood_shapes)
        self.commune_outlines = [Outline(shape) for shape in self.commune_shapes]
        self.neighbourhood_outlines = [Outline(shape) for shape in self.neighbourhood_shapes]

        self.borders = 0
        """How often a point lay exactly on a border."""

    def commune_at(self, points: Array) -> list[int | None]:
        """Sentence 4: the commune of each point (one a row)."""
        covering = self._covering(self.commune_tree, self.commune_outlines, points)
        return [self.communes[min(ranks)] if ranks else None for ranks in covering]

    def neighbourhoods_at(self, points: Array) -> list[list[int]]:
        """Sentence 1: the open neighbourhoods that each point may choose among, by id."""
        covering = self._covering(self.neighbourhood_tree, self.neighbourhood_outlines, points)
        return [sorted(self.neighbourhoods[at] for at in found) for found in covering]

    def _covering(self, tree: shapely.STRtree, outlines: list[Outline], points: Array) -> list[list[int]]:
        """The places in `outlines` of those that cover each point, border included."""
        found: list[list[int]] = [[] for _ in points]
        # The tree compares boxes alone; what lies in a box is told exactly.
        for point, outline in tree.query(shapely.points(points)).T.tolist():
            place = outlines[outline].place(*points[point].tolist())
            self.borders += place == BORDER
            if place != OUTSIDE:
                found[point].append(outline)
        return found


def demonstration() -> list[tuple[str, str, BaseGeometry]]:
    """The communes of the demonstration: country, code, outline."""
    read = json.loads((ROOT / "data/communes/communes.geojson").read_text(encoding="utf-8"))
    return [
        ("FR", feature["properties"]["code"], shapely.from_geojson(json.dumps(feature["geometry"])))
        for feature in read["features"]
    ]


def lay(session: Session, rnd: random.Random, neighbourhoods: int) -> Ground:
    """Adds communes at each of land.PLACES and so many neighbourhoods around all that is there, and reads it back."""
    for number, place in enumerate(land.PLACES):
        for country, code, shape in land.communes(place, rnd):
            # Countries of its own each, so that codes do not meet; Saint-Malo's lie over real ones, for ties.
            _add_commune(session, f"{country[0]}{chr(65 + number)}", code, shape)
    session.flush()
    shapes = _read(session, COMMUNES)[1]
    session.execute(
        insert(Neighbourhood),
        [_neighbourhood(shape) for shape in _drawn(rnd, shapes, neighbourhoods)],
    )
    return Ground(*_read(session, COMMUNES), *_read(session, NEIGHBOURHOODS))


def add_demonstration(session: Session) -> None:
    for country, code, shape in demonstration():
        _add_commune(session, country, code, shape)


def _add_commune(session: Session, country: str, code: str, shape: BaseGeometry) -> None:
    geom = from_shape(as_multipolygon(shape), srid=4326)
    session.add(
        Commune(
            country=country, code=code, name=f"Commune {code}", vintage=2018, valid_from=2018, source="made up",
            geom=geom,
        )
    )  # fmt: skip


def _read(session: Session, query: str) -> tuple[list[int], list[BaseGeometry]]:
    rows = session.execute(text(query)).all()
    return [row[0] for row in rows], [shapely.from_wkb(bytes(row[1])) for row in rows]


def _neighbourhood(shape: BaseGeometry) -> dict[str, Any]:
    """A row of an open neighbourhood; its cover is none of this proof's business."""
    return {
        "name": "Dessin", "state": "open", "opened_at": datetime.now(UTC), "anchor": 1, "cover": [1],
        "geom": from_shape(as_multipolygon(shape), srid=4326),
    }  # fmt: skip


def _drawn(rnd: random.Random, shapes: list[BaseGeometry], wanted: int) -> list[BaseGeometry]:
    """Stars with and without a hole, boxes, painted cells, two parts, and what a commune's border cuts off."""
    found: list[BaseGeometry] = []
    while len(found) < wanted:
        commune = rnd.choice(shapes)
        middle = commune.representative_point()
        place = land.Place("", middle.x, middle.y)
        kind, radius = rnd.randrange(5), rnd.choice([250.0, 400.0, 900.0, 2500.0])
        if kind == 0:
            west, east = place.at(-radius, -radius * rnd.random()), place.at(radius, radius)
            shape: BaseGeometry = shapely.box(west.lon, west.lat, east.lon, east.lat)
        elif kind == 1:
            shape = cells.union(
                near for near, steps in cells.rings_around([cells.cell_at(place.at(0, 0), 10)], 6).items()
                if steps < 3 or rnd.random() < 0.6
            )  # fmt: skip
        elif kind == 2:
            shape = shapely.union(_star(rnd, place, radius), _star(rnd, _beside(place, radius), radius / 2))
        elif kind == 3:
            shape = _star(rnd, place, max(radius, 900.0)).intersection(commune)
        else:
            shape = _star(rnd, place, radius).difference(_star(rnd, place, radius / 3))
        shape = shapely.transform(shape, lambda at: at.round(7))
        if shape.is_valid and not shape.is_empty and shape.geom_type in ("Polygon", "MultiPolygon"):
            found.append(shape)
    return found


def _beside(place: land.Place, metres: float) -> land.Place:
    point: Point = place.at(2.5 * metres, 0)
    return land.Place("", point.lon, point.lat)


def _star(rnd: random.Random, place: land.Place, radius: float) -> shapely.Polygon:
    corners = rnd.choice([5, 13, 50, 193])
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    return shapely.Polygon(
        [
            place.at(reach * math.cos(turn), reach * math.sin(turn)).shape
            for turn, reach in ((turn, radius * rnd.uniform(0.8, 1.2)) for turn in turns)
        ]
    )
