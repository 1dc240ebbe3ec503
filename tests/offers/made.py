"""Partners, feeds and offers for tests."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from geoalchemy2.shape import from_shape
from shapely import Geometry
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from geoneighbour.database.engine import transaction
from geoneighbour.offers import service
from geoneighbour.offers.importing import Report, bring
from geoneighbour.offers.models import Offer, ServiceArea
from geoneighbour.settings import Settings


def feed(
    engine: Engine,
    format_: str = "geojson",
    url: str | None = None,
    mapping: dict[str, Any] | None = None,
    name: str = "all",
    category: str | None = "producer",
) -> int:
    """Of the partner `ferme`; returns the id."""
    with transaction(engine) as session:
        if name == "all":
            service.add_partner(session, "ferme", "La Ferme", None)
        return service.add_feed(
            session,
            "ferme",
            name,
            format_,
            url=url,
            category=category,
            mapping=mapping or {},
            every=timedelta(hours=24),
        )[0].id


def settings(folder: Path) -> Settings:
    return Settings(state_dir=folder, fetch_allowed_hosts="127.0.0.1")


def feature(number: int, **told: Any) -> dict[str, Any]:
    """An offer at its own place; `geometry` may be given."""
    point = {"type": "Point", "coordinates": [-2.05 + number * 1e-5, 48.55]}
    geometry = told.pop("geometry", point)
    properties = {"external_id": f"n{number}", "title": f"Panier {number}", **told}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def features(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


def many(count: int) -> list[dict[str, Any]]:
    """Offers of two categories over Brittany, the same each time; the first two are at one place."""
    chance = random.Random(4)
    places = [(chance.uniform(-4.5, -1), chance.uniform(47.6, 48.8)) for _ in range(count - 1)]
    return [
        feature(
            number,
            category=chance.choice(["amap", "storage"]),
            geometry={"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
        )
        for number, (lon, lat) in enumerate([places[0], *places])
    ]


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """Added, changed, unchanged, gone, rejected; fails where there is a problem."""
    assert report.problem is None, report.problem
    return report.added, report.changed, report.unchanged, report.gone, report.rejected


def standing(engine: Engine) -> dict[str, str]:
    """Titles by number, of what stands."""
    with Session(engine) as session:
        rows = session.execute(select(Offer.external_id, Offer.title).where(Offer.gone_at.is_(None)))
        return dict(rows.all())


def serving(session: Session, member: int) -> dict[int, list[str]]:
    """What serves a member's home, and by which kinds."""
    served = func.nearness.serving_home(member).table_valued("offer_id", "by")
    return dict(session.execute(select(served.c.offer_id, served.c.by)).all())


def offers(session: Session, feed_id: int, areas: list[list[dict[str, Any]]]) -> list[int]:
    """Offers without a place, one for each list of areas (columns of service_area; `shape` by shapely)."""
    made = [
        Offer(
            feed_id=feed_id,
            external_id=f"o{number}",
            category="producer",
            title="Panier",
            words="",
            price_words="",
            conditions="",
            delivers=False,
            click_and_collect=False,
            content_hash=b"",
        )
        for number in range(len(areas))
    ]
    session.add_all(made)
    session.flush()
    for offer, of in zip(made, areas, strict=True):
        for area in of:
            shape = area.get("shape")
            told = {**area, "shape": from_shape(shape, 4326)} if isinstance(shape, Geometry) else area
            session.add(ServiceArea(offer_id=offer.id, **told))
    session.flush()
    return [offer.id for offer in made]


def bring_file(engine: Engine, folder: Path, feed_id: int, content: bytes, **more: bool) -> Report:
    return bring(engine, settings(folder), feed_id, content, **more)
