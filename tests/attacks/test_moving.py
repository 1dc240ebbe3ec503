"""Attack a: a prober moves house again and again, and watches what becomes of the target's tier, posts and numbers.

The prober is verified anew after each move, as if a letter always came: the worst there can be.
"""

from __future__ import annotations

from datetime import timedelta

import h3.api.basic_int as h3
from sqlalchemy import func, text, update

from geoneighbour.ground import cells
from geoneighbour.ground.metres import distance_m
from geoneighbour.ground.points import Point
from geoneighbour.members.models import Member
from tests.attacks.country import SQUARE, places, span_m
from tests.attacks.reading import reach

A_YEAR, STEP = 365, 5
ROUTE = [cells.centre(cell) for cell in h3.grid_disk(SQUARE, 3)]
"""Where the prober says to live: closer and closer would help no more than this."""


def days_pass(country, member: int, days: int) -> None:
    moved = update(Member).where(Member.id == member)
    country.session.execute(moved.values(moved_at=Member.moved_at - timedelta(days=days)))
    country.session.commit()


def move(client, home: Point) -> int:
    return client.put("/api/v1/me/home", json={"lon": home.lon, "lat": home.lat}).status_code


def verify(country, member: int) -> None:
    country.session.execute(update(Member).where(Member.id == member).values(verified_at=func.now()))
    country.session.commit()


def test_a_year_of_moves(country, logged_in, figure):
    country.put(country.target, cells.centre(SQUARE))
    prober = country.settle((ROUTE[-1].lon, ROUTE[-1].lat), "Sonde")
    country.session.commit()
    victim, client = logged_in(country.target), logged_in(prober)
    for name in ("neighbourhood", "wider", "commune"):
        post = {"kind": "request", "body": f"Une échelle ? ({name})", "reach": name}
        assert victim.post("/api/v1/posts", json=post).status_code == 201
    paths = [
        "/api/v1/feed",
        f"/api/v1/members/{country.target}",
        "/api/v1/contacts",
    ]

    moved = 0
    for _ in range(0, A_YEAR, STEP):
        days_pass(country, prober, STEP)
        # Tried on each of these days.
        if move(client, ROUTE[moved % len(ROUTE)]) == 204:
            moved += 1
            assert client.get("/api/v1/contacts").json["neighbours"] is None
            verify(country, prober)
    assert moved <= 13

    def attack() -> object:
        told = []
        for _, home in zip(range(moved), ROUTE, strict=False):
            days_pass(country, prober, 31)
            assert move(client, home) == 204
            verify(country, prober)
            told.append([client.get(path).json for path in paths] + [reach(client, reach="wider")])
        return told

    homes = places(SQUARE, corners=3)
    left = country.posterior(homes, attack)
    figure(
        f"moving house: {moved} homes in a year; {len(left)} of {len(homes)} places of the published cell are left,"
        f" {span_m(left):.0f} m across"
    )
    assert left == homes


def test_control_a_radius_around_exact_homes(country, figure):
    """The same moves against a rule that shows whoever lives within 500 m: 48 of them find the home."""
    home = Point(
        *country.session.execute(
            text("SELECT ST_X(geom), ST_Y(geom) FROM private.home WHERE member_id = :m"),
            {"m": country.target},
        ).one()
    )
    probes = 0

    def seen(at: Point) -> bool:
        nonlocal probes
        probes += 1
        return distance_m(at.shape, home.shape) <= 500

    def edge(start: Point, east: float, north: float) -> float:
        """How far from a start, in degrees, one may move that way and still see the target."""
        low, high = 0.0, 0.02
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (
                (middle, high)
                if seen(Point(start.lon + east * middle, start.lat + north * middle))
                else (low, middle)
            )
        return low

    start = cells.centre(cells.cell_at(home, 9))
    lon = start.lon + (edge(start, 1, 0) - edge(start, -1, 0)) / 2
    level = Point(lon, start.lat)
    found = Point(lon, start.lat + (edge(level, 0, 1) - edge(level, 0, -1)) / 2)
    error = distance_m(found.shape, home.shape)
    figure(f"  control, an exact radius: {probes} probes, {error:.0f} m")
    assert probes == 48
    assert error < 10
