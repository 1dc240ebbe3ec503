"""What serves a home, against an oracle that asks each area of each offer in turn, and knows no SQL."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import shapely
from geoalchemy2.shape import from_shape
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from pyproj import Geod
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.neighbourhoods.models import Neighbourhood, Residence, Zone
from geoneighbour.offers.models import Offer, OfferFeed, Partner, ServiceArea
from tests.conftest import CHECKED
from tests.offers.made import feed, offers, serving
from tests.world import SIDE, SOUTH, WEST, communes, settled

GEOD = Geod(ellps="WGS84")
EXAMPLES = 40 * int(os.environ.get("GEONEIGHBOUR_PROVE", "1"))
CENTIMETRE = 0.01
NEIGHBOURHOODS = 3
CODES = {"35001": (0, 1), "35002": (1, 1), "35003": (0, 0), "35004": (1, 0)}
"""Communes A to D, by column and row."""


@dataclass
class Town:
    session: Session
    feed: int
    homes: dict[int, shapely.Point]
    lives_in: dict[int, int]
    """The chosen neighbourhood of a member, by its place in `neighbourhoods`; -1: none."""
    neighbourhoods: list[int]


@pytest.fixture
def town(database: Engine) -> Iterator[Town]:
    of = feed(database)
    chance = random.Random(8)
    with Session(database) as session:
        communes(session, ["AB", "CD"])
        places = [(WEST + chance.random() * 2 * SIDE, SOUTH + chance.random() * 2 * SIDE) for _ in range(16)]
        # On borders, on the corner of four communes, and in none.
        places += [(WEST + SIDE, 48.55), (WEST + SIDE, SOUTH + SIDE), (-2.05, SOUTH + SIDE), (-2.3, 48.55)]
        homes = {}
        for lon, lat in places:
            member = settled(session, "Anne", lon, lat)
            homes[member] = shapely.Point(round(lon, 7), round(lat, 7))
        drawn = []
        for number in range(NEIGHBOURHOODS):
            drawn.append(_neighbourhood(session, f"Quartier {number}"))
        lives_in = {member: chance.randrange(-1, NEIGHBOURHOODS) for member in homes}
        for member, place in lives_in.items():
            if place >= 0:
                session.execute(
                    update(Residence).where(Residence.member_id == member).values(zone=drawn[place])
                )
        session.flush()
        yield Town(session, of, homes, lives_in, drawn)


def _neighbourhood(session: Session, name: str) -> int:
    ground = shapely.MultiPolygon([shapely.box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02)])
    cover = sorted(cells.cover(ground))
    drawn = Neighbourhood(name=name, state="open", opened_at=func.now(), geom=from_shape(ground, 4326), anchor=cells.anchor(ground), cover=cover)  # fmt: skip
    session.add(drawn)
    session.flush()
    session.add(Zone(id=drawn.id, anchor=drawn.anchor))
    session.flush()
    return drawn.id


degrees = st.floats(-0.12, 0.12, allow_nan=False)


@st.composite
def area(draw: st.DrawFn) -> dict[str, Any]:
    """An area as the oracle reads it; those that begin at a home have an edge, a corner or a radius within a centimetre of it."""
    kind = draw(st.sampled_from(["polygon", "radius", "commune", "neighbourhood", "edge", "nearly"]))
    home = draw(st.integers(0, 19))
    if kind == "commune":
        return {"kind": kind, "code": draw(st.sampled_from([*CODES, "35999"]))}
    if kind == "neighbourhood":
        return {"kind": kind, "number": draw(st.integers(0, NEIGHBOURHOODS - 1))}
    around = draw(st.tuples(degrees, degrees))
    if kind in ("polygon", "edge"):
        return {"kind": kind, "home": home, "to": around, "just": draw(st.sampled_from([0, 1e-7, -1e-7]))}
    metres = draw(st.floats(1, 50_000))
    return {
        "kind": kind,
        "home": home,
        "to": around,
        "metres": metres,
        "just": draw(st.sampled_from([-1, 1])),
    }


def built(one: dict[str, Any], town: Town) -> dict[str, Any]:
    """Columns of service_area."""
    if one["kind"] == "commune":
        return {"kind": "commune", "country": "FR", "commune_code": one["code"]}
    if one["kind"] == "neighbourhood":
        return {"kind": "neighbourhood", "neighbourhood_id": town.neighbourhoods[one["number"]]}
    home = list(town.homes.values())[one["home"]]
    away = shapely.Point(home.x + one["to"][0], home.y + one["to"][1])
    if one["kind"] in ("radius", "nearly"):
        metres = one["metres"]
        if one["kind"] == "nearly":
            metres = GEOD.inv(home.x, home.y, away.x, away.y)[2] + one["just"] * CENTIMETRE
        return {"kind": "radius", "shape": away, "radius_m": min(max(metres, 1), 50_000)}
    # An edge straight through the home, or past it by a centimetre.
    west, east = sorted((home.x + one["just"], away.x))
    south, north = sorted((home.y - 0.01, away.y))
    if one["kind"] == "polygon":
        west, south = west - 0.01, south - 0.01
    return {
        "kind": "polygon",
        "shape": shapely.box(west, south, max(east, west + 1e-6), max(north, south + 1e-6)),
    }


def oracle(area: dict[str, Any], town: Town, member: int) -> bool:
    home = town.homes[member]
    match area["kind"]:
        case "polygon":
            return bool(area["shape"].covers(home))
        case "radius":
            return bool(GEOD.inv(area["shape"].x, area["shape"].y, home.x, home.y)[2] <= area["radius_m"])
        case "neighbourhood":
            lives = town.lives_in[member]
            return lives >= 0 and town.neighbourhoods[lives] == area["neighbourhood_id"]
    for code, (column, row) in CODES.items():
        west, south = round(WEST + column * SIDE, 6), round(SOUTH + row * SIDE, 6)
        if shapely.box(west, south, round(west + SIDE, 6), round(south + SIDE, 6)).covers(home):
            return code == area["commune_code"]
    return False


@how(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(drawn=st.lists(st.lists(area(), min_size=1, max_size=3), min_size=1, max_size=12))
def test_what_serves_a_home_is_what_the_oracle_says(town: Town, drawn: list[list[dict[str, Any]]]) -> None:
    with town.session.begin_nested() as undone:
        areas = [[built(one, town) for one in of] for of in drawn]
        ids = offers(town.session, town.feed, areas)
        for member in town.homes:
            expected = {}
            for offer, of in zip(ids, areas, strict=True):
                if by := sorted({one["kind"] for one in of if oracle(one, town, member)}):
                    expected[offer] = by
                CHECKED["offers asked of homes"] += 1
            assert serving(town.session, member) == expected
        undone.rollback()
        town.session.expunge_all()


def test_the_edge_of_a_radius_serves_and_a_point_alone_does_not(town: Town) -> None:
    session, (member, home) = town.session, next(iter(town.homes.items()))
    depot = shapely.Point(home.x + 0.03, home.y + 0.02)
    metres = session.scalar(
        text("SELECT ST_Distance(ST_GeogFromText(:a), ST_GeogFromText(:b))"), {"a": home.wkt, "b": depot.wkt}
    )
    at, _, alone = offers(
        session,
        town.feed,
        [[{"kind": "radius", "shape": depot, "radius_m": metres + less}] for less in (1e-7, -CENTIMETRE)]
        + [[]],
    )
    session.execute(update(Offer).where(Offer.id == alone).values(point=from_shape(home, 4326)))
    assert serving(session, member) == {at: ["radius"]}
    # Far north, where a degree of longitude is short, no box is too small for its circle.
    for lat in (0, 60, 84.5):
        for radius in (1, 50_000):
            area = ServiceArea(offer_id=at, kind="radius", shape=from_shape(shapely.Point(20, lat), 4326), radius_m=radius)  # fmt: skip
            session.add(area)
            session.flush()
            box = shapely.from_wkb(bytes(session.scalar(select(func.ST_AsBinary(ServiceArea.box)).where(ServiceArea.id == area.id))))  # fmt: skip
            ring = [GEOD.fwd(20, lat, angle, radius)[:2] for angle in range(360)]
            assert all(box.covers(shapely.Point(place)) for place in ring), (lat, radius)


def test_only_what_stands_serves(town: Town) -> None:
    session, (member, home) = town.session, next(iter(town.homes.items()))
    ground = home.buffer(0.01)
    one, over, later, gone = offers(session, town.feed, [[{"kind": "polygon", "shape": ground}]] * 4)
    session.execute(update(Offer).where(Offer.id == over).values(valid_to=func.now()))
    session.execute(
        update(Offer).where(Offer.id == later).values(valid_from=text("now() + interval '1 second'"))
    )
    session.execute(update(Offer).where(Offer.id == gone).values(gone_at=func.now()))
    assert set(serving(session, member)) == {one}
    session.execute(update(Partner).values(paused_at=func.now()))
    assert serving(session, member) == {}


def test_communes_that_merge_keep_the_ground_they_had(database: Engine) -> None:
    of = feed(database)
    with Session(database) as session:
        ids = communes(session, ["AB"])
        anne, carole = settled(session, "Anne", -2.05, 48.55), settled(session, "Carole", -1.95, 48.55)
        named = [
            [{"kind": "commune", "country": "FR", "commune_code": code}]
            for code in ("35001", "35002", "35100")
        ]
        old, other, new = offers(session, of, named)
        assert (set(serving(session, anne)), set(serving(session, carole))) == ({old}, {other})
        whole = session.scalar(text("SELECT ST_Multi(ST_Union(geom)) FROM commune"))
        session.execute(text("UPDATE commune SET valid_to = 2027, fate = 'merged'"))
        merged = session.scalar(
            text(
                "INSERT INTO commune (country, code, name, vintage, valid_from, source, geom)"
                " VALUES ('FR', '35100', 'Commune nouvelle', 2027, 2027, 'test', :geom) RETURNING id"
            ),
            {"geom": whole},
        )
        session.execute(text("UPDATE commune SET successor_id = :m WHERE id = ANY (:old)"), {"m": merged, "old": list(ids.values())})  # fmt: skip
        session.execute(text("SELECT nearness.follow_communes(ARRAY[CAST(:m AS bigint)])"), {"m": merged})
        assert (set(serving(session, anne)), set(serving(session, carole))) == ({old, new}, {other, new})
        # It comes back, larger than it was: the commune of that code again.
        session.execute(
            text("UPDATE commune SET valid_to = 2028, fate = 'split' WHERE id = :m"), {"m": merged}
        )
        back = session.scalar(
            text(
                "INSERT INTO commune (country, code, name, vintage, valid_from, source, geom)"
                " VALUES ('FR', '35001', 'Commune A', 2028, 2028, 'test', :geom) RETURNING id"
            ),
            {"geom": whole},
        )
        session.execute(text("SELECT nearness.follow_communes(ARRAY[CAST(:b AS bigint)])"), {"b": back})
        assert (set(serving(session, anne)), set(serving(session, carole))) == ({old, new}, {old, other, new})


def test_a_neighbourhood_is_what_it_is_now(town: Town) -> None:
    session = town.session
    first, second, _ = town.neighbourhoods
    (offer,) = offers(session, town.feed, [[{"kind": "neighbourhood", "neighbourhood_id": first}]])
    members = {place: [m for m, lives in town.lives_in.items() if lives == place] for place in (0, 1)}
    served = lambda place: {offer in serving(session, member) for member in members[place]}  # noqa: E731
    assert (served(0), served(1)) == ({True}, {False})
    session.execute(update(Residence).where(Residence.member_id.in_(members[0])).values(zone=second))
    session.execute(
        update(Neighbourhood).where(Neighbourhood.id == first).values(state="archived", successor_id=second)
    )
    assert (served(0), served(1)) == ({True}, {True})
    assert session.scalar(select(func.nearness.living_neighbourhood(first))) == second


def test_a_place_is_served_as_a_home_there_would_be(town: Town) -> None:
    session = town.session
    inside = shapely.box(-2.06, 48.54, -2.04, 48.56)
    ids = offers(
        session,
        town.feed,
        [
            [{"kind": "polygon", "shape": inside}],
            [{"kind": "radius", "shape": shapely.Point(-2.05, 48.56), "radius_m": 1100}],
            [{"kind": "radius", "shape": shapely.Point(-2.05, 48.56), "radius_m": 1113}],
            [{"kind": "commune", "country": "FR", "commune_code": "35003"}],
            [{"kind": "commune", "country": "FR", "commune_code": "35001"}],
            [{"kind": "neighbourhood", "neighbourhood_id": town.neighbourhoods[0]}],
        ],
    )

    def at(lon: float, lat: float) -> list[int]:
        served = func.nearness.serving_place(func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)).table_valued(
            "offer_id"
        )
        return sorted(ids.index(offer) for offer in session.scalars(select(served.c.offer_id)))

    assert at(-2.05, 48.55) == [0, 2, 3]
    assert at(WEST + 0.01, SOUTH + 0.01) == [3, 5]
    assert at(-2.3, 48.55) == []


def test_one_question_walks_no_offers(database: Engine) -> None:
    """The plan of the one query looks areas up by their three indexes, and reads no table from end to end."""
    of = feed(database)
    with Session(database) as session:
        communes(session, ["A"])
        anne = settled(session, "Anne", -2.05, 48.55)
        # As of the planner's numbers a large table: every sequential scan would be seen.
        session.execute(
            text(
                "INSERT INTO offer (feed_id, external_id, category, title, words, price_words, conditions, delivers, click_and_collect, content_hash)"
                " SELECT :feed, n, 'producer', 'Panier', '', '', '', false, false, '' FROM generate_series(1, 3000) AS n"
            ),
            {"feed": of},
        )
        session.execute(
            text(
                "INSERT INTO service_area (offer_id, kind, shape, radius_m)"
                " SELECT id, 'radius', ST_SetSRID(ST_MakePoint(-2.05 + row_number() OVER () * 0.0005, 48.55), 4326), 100 FROM offer"
            )
        )
        session.execute(text("ANALYZE offer, service_area"))
        body = session.scalar(text("SELECT pg_get_function_sqlbody('nearness.serving_home'::regproc)"))
        asked = body.replace("BEGIN ATOMIC", "").rsplit("END", 1)[0].strip().rstrip(";").replace("of_member", str(anne)).replace(f"serving_home.{anne}", str(anne))  # fmt: skip
        plan = "\n".join(session.scalars(text(f"EXPLAIN {asked}")))
        assert "ix_service_area_box" in plan, plan
        assert "Seq Scan on service_area" not in plan, plan
        assert "Seq Scan on offer " not in plan, plan
        assert len(serving(session, anne)) == 2
        assert session.scalar(select(OfferFeed.id)) == of
