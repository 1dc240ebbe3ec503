"""What the pictures show, read from the demonstration's database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells


@dataclass(frozen=True)
class Quarter:
    id: int
    name: str
    shape: BaseGeometry
    spread: int
    cover: frozenset[int]


class Ground:
    """Communes, open neighbourhoods by name, and answers of the rule."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.communes = {
            name: _shape(geom) for name, geom in self.rows("SELECT name, ST_AsBinary(geom) FROM commune")
        }
        if "Saint-Malo" not in self.communes:
            raise SystemExit("This is not the demonstration: geoneighbour demo load")
        self.quarters = {
            name: Quarter(number, name, _shape(geom), rings, frozenset(cover))
            for number, name, geom, rings, cover in self.rows(
                "SELECT neighbourhood.id, name, ST_AsBinary(geom), spread.rings, cover FROM neighbourhood"
                " JOIN spread ON spread.cell = anchor WHERE state = 'open' ORDER BY neighbourhood.id"
            )
        }

    def rows(self, query: str, **values: Any) -> list[Any]:
        return list(self.session.execute(text(query), values))

    def zone_shape(self, zone: int) -> BaseGeometry:
        """The ground of a zone: what was drawn, or the cell of the surroundings."""
        drawn = [quarter.shape for quarter in self.quarters.values() if quarter.id == zone]
        return drawn[0] if drawn else cells.outline(zone)

    def wider(self, zone: int) -> dict[int, int]:
        """The zones of a wider area, as stored, with the rings between."""
        return dict(self.rows("SELECT other, rings FROM wider_area WHERE zone = :zone", zone=zone))

    def published(self) -> dict[int, int]:
        return dict(self.rows("SELECT cell, members FROM published_cell"))

    def adjacent(self, commune: str) -> list[str]:
        return [
            name
            for (name,) in self.rows(
                "SELECT other.name FROM commune JOIN nearness.near_commune AS near ON near.commune_id = commune.id"
                " JOIN commune AS other ON other.id = near.other_id"
                " WHERE commune.name = :name AND near.tier = 'adjacent_commune'",
                name=commune,
            )
        ]


def _shape(geom: bytes) -> BaseGeometry:
    return shapely.from_wkb(bytes(geom))
