"""How an address of /offres narrows its list; what it does not understand narrows nothing (docs/decisions/033)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import request

from geoneighbour.ground.points import Point
from geoneighbour.members.models import Member
from geoneighbour.offers import queries
from geoneighbour.offers.searching import LONGEST

ME = "moi"
BANDS = (500, 2000, 5000, 10000)
"""Metres from one's own home."""
ZONE_DECIMALS = 5

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Filters:
    """`mine`, `within`, `place` and `zone` exclude each other, in this order."""

    category: str | None
    partner: str | None
    words: str | None
    only_open: bool
    mine: bool
    within: int | None
    place: Point | None
    zone: Box | None

    @property
    def in_tiles(self) -> bool:
        """Whether the tiles of all offers hold just what the list holds; in a zone, within its frame."""
        return not (self.partner or self.words or self.only_open or self.mine or self.within or self.place)

    @property
    def counted(self) -> bool:
        """Hours are not the database's: of open ones nobody says how many."""
        return self.zone is not None and not self.only_open

    @property
    def address(self) -> dict[str, Any]:
        """The parameters that say it again."""
        return {
            "categorie": self.category,
            "partenaire": self.partner,
            "mots": self.words,
            "ouvert": "1" if self.only_open else None,
            "pour": ME if self.mine else None,
            "a": self.within,
            "lon": self.place and self.place.lon,
            "lat": self.place and self.place.lat,
            "zone": self.zone and ",".join(map(str, self.zone)),
        }


def read(categories: Collection[str], partners: Collection[str], resident: Member | None) -> Filters:
    asked = request.args
    mine = asked.get("pour") == ME and resident is not None
    band = asked.get("a", type=int)
    within = band if resident is not None and not mine and band in BANDS else None
    at = None if mine or within else place()
    return Filters(
        category=_one_of(categories, asked.get("categorie")),
        partner=_one_of(partners, asked.get("partenaire")),
        words=asked.get("mots", "").strip()[:LONGEST] or None,
        only_open="ouvert" in asked,
        mine=mine,
        within=within,
        place=at,
        zone=None if mine or within or at else _zone(asked.get("zone", "")),
    )


def place() -> Point | None:
    lon, lat = (request.args.get(name, type=float) for name in ("lon", "lat"))
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return Point(round(lon, queries.ROUNDED), round(lat, queries.ROUNDED))


def _zone(told: str) -> Box | None:
    """west,south,east,north in degrees, the borders included."""
    try:
        west, south, east, north = (round(float(word), ZONE_DECIMALS) for word in told.split(","))
    except (ValueError, OverflowError):
        return None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    return west, south, east, north


def _one_of(known: Collection[str], asked: str | None) -> str | None:
    return asked if asked in known else None
