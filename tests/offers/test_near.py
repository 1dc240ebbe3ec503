"""Bands and tiers of offers as seen from a member's home, beside pyproj and the rule between two members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.offers import queries
from geoneighbour.offers.models import Offer
from tests.offers.made import bring_file, feature, features, feed
from tests.world import communes, settled

GEOD = Geod(ellps="WGS84")
ANNE = (-2.0512345, 48.5567891)
BANDS = (500, 2000, 5000, 10000)
METRES = [m + just for m in BANDS for just in (-1, -0.1, 0.1, 1)] + [0, 250, 60_000]


@pytest.fixture
def around(database: Engine, tmp_path: Path) -> tuple[Engine, int, list[dict[str, Any]]]:
    """Offers just within and just beyond each band, in turn to the north, east, south and west of Anne."""
    of = feed(database)
    with Session(database) as session:
        communes(session, ["AB", "CD"])
        anne = settled(session, "Anne", *ANNE)
        session.commit()
    places = [GEOD.fwd(*ANNE, 90 * (number % 4), m)[:2] for number, m in enumerate(METRES)]
    rows = [
        feature(number, geometry={"type": "Point", "coordinates": list(place)})
        for number, place in enumerate(places)
    ]
    bring_file(database, tmp_path, of, features(rows))
    return database, anne, rows


def test_bands_are_those_of_the_ellipsoid(around: tuple[Engine, int, list[dict[str, Any]]]) -> None:
    database, anne, _ = around
    with Session(database) as session:
        shown = queries.near_home(session, anne, queries.Wanted())
        near = queries.nearness_of(session, anne, [row._asdict() for row in shown])
        names = dict(session.execute(select(Offer.id, Offer.external_id)).all())
        for row in shown:
            metres = GEOD.inv(*ANNE, row.lon, row.lat)[2]
            assert near[row.id]["within_m"] == min((m for m in BANDS if metres <= m), default=None)
        assert len(near) == len(METRES)
        for band in BANDS:
            within = {names[row.id] for row in queries.near_home(session, anne, queries.Wanted(), band)}
            assert within == {f"n{number}" for number, m in enumerate(METRES) if m <= band}
        # Another distance than these would narrow down where somebody lives.
        assert (
            session.scalars(select(text("*")).select_from(text(f"nearness.offers_within({anne}, 501)"))).all()
            == []
        )


def test_tiers_are_the_rules(around: tuple[Engine, int, list[dict[str, Any]]]) -> None:
    """An offer's tier is the one of somebody who lived there, in the surroundings of the same place."""
    database, anne, _ = around
    with Session(database) as session:
        shown = queries.near_home(session, anne, queries.Wanted())
        told = queries.nearness_of(session, anne, [row._asdict() for row in shown])
        zones = set(session.scalars(text("SELECT id FROM zone")))
        tiers = set()
        for row in shown:
            neighbour = settled(session, "Bob", row.lon, row.lat)
            zone = session.scalar(select(Residence.zone).where(Residence.member_id == neighbour))
            asked = text("SELECT tier FROM nearness.tier(:anne, :other)")
            tier = session.scalar(asked, {"anne": anne, "other": neighbour})
            assert zone == cells.cell_at(Point(row.lon, row.lat), cells.SURROUNDINGS)
            # Nobody lives there yet: a place whose surroundings no zone is has its commune's tier.
            if zone in zones:
                assert told[row.id]["tier"] == tier
            again = queries.nearness_of(session, anne, [row._asdict()])[row.id]["tier"]
            assert again == tier
            tiers.add(tier)
        assert {"neighbour", "wider", "adjacent_commune", "beyond"} <= tiers
