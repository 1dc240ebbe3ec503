"""Attack b: 18 outlines drawn across the target's street, k - 1 accounts of the attacker's beside it, and all numbers that come of them.

Redraws can do more, to those who live in the neighbourhood and read its roll, which is exact (sentence 12): how much, and how slowly.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import shapely
from sqlalchemy import text

from geoneighbour.ground import cells
from geoneighbour.ground.metres import distance_m
from geoneighbour.ground.points import Point
from tests.attacks.country import SQUARE, places, span_m
from tests.attacks.reading import REACHES, reach
from tests.world import box, opened

K = 11
MIDDLE = cells.centre(SQUARE)
WEST, SOUTH, EAST, NORTH = MIDDLE.lon - 0.008, MIDDLE.lat - 0.006, MIDDLE.lon + 0.008, MIDDLE.lat + 0.006
"""Le Sillon, well around the published cell."""


def eighteen_draws() -> list[dict[str, object]]:
    """Borders that go across the cell, one after the other, from west to east and from south to north."""
    steps = [(step - 4) / 4 * 0.002 for step in range(9)]
    across = [box(WEST, SOUTH, MIDDLE.lon + step, NORTH) for step in steps]
    return across + [box(WEST, SOUTH, EAST, MIDDLE.lat + step * 0.7) for step in steps]


def reaches() -> list[dict[str, object]]:
    """Radii around places on both sides of the cell and the middle of it, and areas whose borders go across."""
    far = 0.03
    across = [box(WEST - far, SOUTH, MIDDLE.lon + step, NORTH) for step in (-0.002, -0.001, 0, 0.001, 0.002)]
    # Ten of the attacker's accounts (country.within) and no one else: an exact count would say when the target is the eleventh.
    across.append(box(WEST - far, SOUTH, MIDDLE.lon + 4.5 * 0.00009, MIDDLE.lat + 1.5 * 0.00007))
    around = [
        {"reach": "radius", "radius_m": radius_m, "place": {"lon": MIDDLE.lon + east, "lat": MIDDLE.lat}}
        for east in (-0.006, 0, 0.006)
        for radius_m in (500, 640, 780)
    ]
    own = [{"reach": "radius", "radius_m": radius_m} for radius_m in (500, 2000, 20000)]
    return [*({"reach": "area", "area": area} for area in across), *around, *own]


@pytest.fixture
def sillon(country) -> int:
    """An open neighbourhood of ten accounts of the attacker's and the target."""
    country.put(country.target, MIDDLE)
    area = box(WEST, SOUTH, EAST, NORTH)
    home = opened(country.session, "Le Sillon", area, [*country.townspeople[:10], country.target])
    country.review()
    return home


def test_previews_coach_and_redraws(country, sillon, logged_in, figure):
    client = logged_in(country.townspeople[0])
    path = f"/api/v1/neighbourhoods/{sillon}/changes"
    changes = []
    for number in (5, 8, 17):
        drawn = eighteen_draws()[number]
        sent = client.post(path, json={"kind": "redraw", "why": "Plus juste ainsi", "geometry": drawn})
        assert sent.status_code == 201, sent.text
        changes.append(sent.json["id"])
        assert client.post(f"/api/v1/changes/{changes[-1]}/withdraw").status_code == 200

    def attack() -> object:
        told: list[object] = [
            client.post("/api/v1/neighbourhoods/coach", json={"geometry": drawn, "redrawn": sillon}).json
            for drawn in eighteen_draws()
        ]
        told += [reach(client, reach=one) for one in REACHES[:3]] + [
            reach(client, **one) for one in reaches()
        ]
        told += [client.get(f"/api/v1/changes/{change}").json for change in changes]
        return told, client.get("/api/v1/contacts").json, client.get(path).json

    homes = places(SQUARE, corners=3)
    left = country.posterior(homes, attack)
    figure(
        f"18 outlines, k - 1 planted: {len(left)} of {len(homes)} places of the published cell are left, {span_m(left):.0f} m across"
    )
    assert left == homes


def test_control_an_exact_count_in_an_outline(country, figure):
    """Against "draw a polygon, read a count from k on": with k - 1 planted inside, each draw answers yes or no."""
    home = Point(MIDDLE.lon + 0.05, MIDDLE.lat + 0.03)
    country.put(country.target, home)
    where = text("SELECT ST_X(geom), ST_Y(geom) FROM private.home WHERE member_id = ANY(:planted)")
    accounts = country.session.execute(where, {"planted": country.plainspeople[: K - 1]}).all()
    planted = shapely.union_all([shapely.Point(row).buffer(1e-6) for row in accounts])
    count = text("SELECT count(*) FROM private.home WHERE ST_Covers(ST_GeomFromText(:area, 4326), geom)")
    west, south, east, north = home.lon - 0.013, home.lat - 0.009, home.lon + 0.01, home.lat + 0.007
    for draw in range(18):
        lon, lat = (west + east) / 2, (south + north) / 2
        half = (west, south, lon, north) if draw % 2 == 0 else (west, south, east, lat)
        area = shapely.union(shapely.box(*half), planted)
        inside = country.session.scalar(count, {"area": area.wkt}) >= K
        if draw % 2 == 0:
            west, east = (west, lon) if inside else (lon, east)
        else:
            south, north = (south, lat) if inside else (lat, north)
    error = distance_m(shapely.Point((west + east) / 2, (south + north) / 2), home.shape)
    figure(f"  control, an exact count in an outline: 18 draws, {error:.0f} m")
    assert error < 10


def test_a_redraw_answers_once_and_late(country, sillon, logged_in, figure):
    """Who moderates may draw the target's side away, and see by the roll who goes: not that week, at most twice in 31 days."""
    client = logged_in(country.townspeople[0])

    def redraw(drawn: dict[str, object]) -> int:
        sent = client.post(
            f"/api/v1/neighbourhoods/{sillon}/changes",
            json={"kind": "redraw", "why": "Plus juste ainsi", "geometry": drawn},
        )
        assert sent.status_code == 201, sent.text
        country.session.execute(
            text("UPDATE neighbourhood_change SET proposed_at = proposed_at - interval '4 days'")
        )
        country.session.commit()
        accepted = client.post(f"/api/v1/changes/{sent.json['id']}/accept").status_code
        country.review()
        return int(accepted)

    def on_the_roll() -> bool:
        return any(one["id"] == country.target for one in client.get("/api/v1/contacts").json["neighbours"])

    country.put(country.target, Point(EAST - 0.001, NORTH - 0.001))
    assert on_the_roll()
    assert redraw(box(WEST, SOUTH, EAST - 0.002, NORTH)) == 200
    assert on_the_roll()
    early, late = country.session.execute(
        text("SELECT min(leaves_at - now()), max(leaves_at - now()) FROM leaving")
    ).one()
    assert timedelta(days=13.9) < early <= late < timedelta(days=42)
    assert redraw(box(WEST, SOUTH, EAST - 0.003, NORTH)) == 200
    redraw(box(WEST, SOUTH, EAST - 0.004, NORTH))
    assert len(client.get(f"/api/v1/neighbourhoods/{sillon}/outlines").json["outlines"]) == 2
    figure(
        "redraws: two answers in 31 days at most, each 14 to 42 days late, to neighbours on the exact roll: 18 take nine months"
    )
