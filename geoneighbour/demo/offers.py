"""What the demonstration's partners offer: offers.toml, made into the feeds that they would send."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from shapely.geometry import mapping
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geoneighbour.demo import places, territory
from geoneighbour.demo.texts import read
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.offers import importing, service
from geoneighbour.offers.models import OfferFeed, OfferImport

MAPPINGS: dict[str, dict[str, Any]] = {
    "csv": {"separator": ";"},
    "json": {"items": "data.offers", "fields": {"title": "name.fr", "price_words": "price"}},
}
FEED = "demo"
RHYTHM, STALE_RHYTHM = timedelta(days=31), timedelta(days=1)
"""A demonstration that runs for weeks shows one stale feed, not twelve."""


@dataclass(frozen=True)
class Sent:
    """A partner of offers.toml, and the feed it sends."""

    partner: Mapping[str, Any]
    content: bytes

    @property
    def site(self) -> str:
        return site(self.partner)


def site(partner: Mapping[str, Any]) -> str:
    return f"https://{partner['code'].replace('_', '-')}.example"


def load(session: Session, seed: int, now: datetime) -> int:
    """Lets every partner in and takes its feed, in the session's transaction; returns how many offers stand."""
    ids = dict(session.execute(select(Neighbourhood.name, Neighbourhood.id)).all())
    return sum(_bring(session, sent, now) for sent in feeds(seed, now, ids))


def feeds(seed: int, now: datetime, neighbourhoods: Mapping[str, int]) -> list[Sent]:
    """The same from the same seed; `neighbourhoods` are their numbers by name."""
    return [
        Sent(one, _content(one, _rows(one, seed, now, neighbourhoods))) for one in read("offers")["partners"]
    ]


def _bring(session: Session, sent: Sent, now: datetime) -> int:
    one, format_ = sent.partner, sent.partner["format"]
    stale = timedelta(days=one.get("stale", 0))
    service.add_partner(session, one["code"], one["name"], sent.site)
    feed, _ = service.add_feed(
        session,
        one["code"],
        FEED,
        format_,
        # Of GBFS there is no other way; it is asked when the rhythm has passed.
        url=f"{sent.site}/gbfs.json" if format_ == "gbfs" else None,
        category=one["category"],
        mapping=MAPPINGS.get(format_, {}),
        every=STALE_RHYTHM if stale else RHYTHM,
    )
    report = importing.take(session, feed.id, sent.content)
    if stale:
        of = update(OfferImport).where(OfferImport.feed_id == feed.id)
        session.execute(of.values(begun_at=now - stale, ended_at=now - stale))
        session.execute(
            update(OfferFeed)
            .where(OfferFeed.id == feed.id)
            .values(last_success_at=now - stale, asked_at=now - stale)
        )
    if one.get("paused"):
        service.pause(session, one["code"])
    return report.added


def _rows(
    partner: Mapping[str, Any], seed: int, now: datetime, neighbourhoods: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The fields of offers.rows.FIELDS."""
    rng = random.Random(f"{seed} {partner['code']}")  # noqa: S311 (invented offers)
    grounds = territory.communes()
    people = [ground.population for ground in grounds]
    rows = []
    for number in range(partner["count"]):
        each = partner["spread"] == "each"
        ground = grounds[number % len(grounds)] if each else rng.choices(grounds, people)[0]
        point = places.inside(rng, ground.shape)
        row = {
            "external_id": f"{partner['code']}-{number + 1}",
            "title": _turn(partner["titles"], number).format(commune=ground.name),
            "words": rng.choice(partner["words"]),
            "price_words": rng.choice(partner["prices"]),
            "conditions": rng.choice(partner["conditions"]),
            "url": f"{site(partner)}/{number + 1}",
            "lon": round(point.lon, 5),
            "lat": round(point.lat, 5),
            "opening_hours": rng.choice(partner["hours"]),
            "delivers": partner.get("delivers", False),
            "click_and_collect": partner.get("click_and_collect", False),
        }
        if number % 3 == 0 and "period" in partner:
            begins = now.date() - timedelta(days=rng.randrange(60))
            row["valid_from"] = begins.isoformat()
            row["valid_to"] = (begins + timedelta(weeks=partner["period"])).isoformat()
        served = _turn(partner["serves"], number)
        if served == "radius":
            row["serves_m"] = rng.choice(partner["metres"])
        elif served == "communes":
            row["serves_communes"] = list(_around(ground.code))
        elif served == "neighbourhoods":
            row["serves_neighbourhoods"] = [neighbourhoods[name] for name in partner["neighbourhoods"]]
        elif served == "polygon":
            shape = places.uneven(rng, (point.lon, point.lat), rng.choice(partner["metres"]))
            row["serves_area"] = mapping(shape)
        rows.append(row)
    return rows


def _turn(choices: Sequence[str], number: int) -> str:
    return choices[number % len(choices)]


@cache
def _around(code: str) -> tuple[str, ...]:
    """The code of a commune and of the two whose middles are nearest."""
    grounds = territory.communes()
    here = next(ground.shape.centroid for ground in grounds if ground.code == code)
    nearest = sorted(grounds, key=lambda ground: here.distance(ground.shape.centroid))
    return tuple(ground.code for ground in itertools.islice(nearest, 3))


def _content(partner: Mapping[str, Any], rows: list[dict[str, Any]]) -> bytes:
    match partner["format"]:
        case "csv":
            return _csv(rows)
        case "json":
            told = [
                {**row, "name": {"fr": row.pop("title")}, "price": row.pop("price_words")} for row in rows
            ]
            whole: dict[str, Any] = {"data": {"offers": told}}
        case "gbfs":
            whole = _gbfs(partner, rows)
        case _:
            whole = {"type": "FeatureCollection", "features": [_feature(row) for row in rows]}
    return json.dumps(whole, ensure_ascii=False).encode()


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    area = row.get("serves_area")
    properties = {name: value for name, value in row.items() if name not in ("lon", "lat", "serves_area")}
    geometry = {"type": "GeometryCollection", "geometries": [point, area]} if area else point
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _csv(rows: list[dict[str, Any]]) -> bytes:
    told = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(told, names, delimiter=";")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: ",".join(map(str, value)) if isinstance(value, list) else value for name, value in row.items()}
        )  # fmt: skip
    return told.getvalue().encode()


def _gbfs(partner: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    stations = [
        {
            "station_id": row["external_id"],
            "name": row["title"],
            "address": row["words"],
            "lon": row["lon"],
            "lat": row["lat"],
            "station_opening_hours": row["opening_hours"],
            "rental_uris": {"web": row["url"]},
        }
        for row in rows
    ]
    plans = [
        {"name": name, "price": price, "currency": "EUR"}
        for name, price in zip(partner["prices"], (1, 12), strict=True)
    ]
    return {
        "station_information": {"data": {"stations": stations}},
        "system_pricing_plans": {"data": {"plans": plans}},
    }
