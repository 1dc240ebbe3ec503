"""Attack f: many visitor accounts around a target, and everything that they and people without an account may read."""

from __future__ import annotations

import h3.api.basic_int as h3
import pytest
from sqlalchemy import func, select

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from tests.attacks.country import PLAIN, SQUARE, places, share, span_m
from tests.attacks.reading import everything, known, reach, said
from tests.world import box, opened

OWN = ("/compte/mes-donnees.zip", "/api/v1/me/export")
"""What is one's own, with the second at which it was packed."""


def probes(cell: int, rings: int) -> list[Point]:
    """The middles of the surroundings on and around a cell."""
    middle = cells.cell_at(cells.centre(cell), 8)
    return [cells.centre(near) for near in h3.grid_disk(middle, rings)]


def asks(client, points: list[Point]) -> list[object]:
    """What anybody is told of places."""
    return [client.post("/api/v1/place", json={"lon": at.lon, "lat": at.lat}).json for at in points]


@pytest.mark.thorough
def test_visitors_around_a_home_in_town(app, country, visitor, logged_in, figure):
    """They read all that there is to read, one of them in the target's own open neighbourhood."""
    session, middle = country.session, cells.centre(SQUARE)
    country.put(country.target, middle)
    around = box(middle.lon - 0.01, middle.lat - 0.006, middle.lon + 0.01, middle.lat + 0.006)
    home = opened(session, "Le Sillon", around, [*country.townspeople[:10], country.target])
    accounts = [country.settle((at.lon, at.lat), "Sonde", False) for at in [middle, *probes(SQUARE, 1)[1:]]]
    session.commit()
    victim, *clients = map(logged_in, [country.target, *accounts])
    for name in ("neighbourhood", "wider", "commune"):
        post = {"kind": "request", "body": f"Une échelle ? ({name})", "reach": name}
        assert victim.post("/api/v1/posts", json=post).status_code == 201
    assert clients[0].post(f"/api/v1/neighbourhoods/{home}/join").status_code == 200
    assert len(clients[0].get("/api/v1/feed").json["items"]) == 2
    parts = known(session) | {"member_id": [country.target, country.townspeople[0]]}

    def attack() -> object:
        return asks(visitor, probes(SQUARE, 1)), [
            [(path, said(answer)) for path, answer in everything(client, app, parts) if path not in OWN]
            for client in clients[:2]
        ]

    left = country.posterior(places(SQUARE), attack)
    figure(
        f"visitors, town: {share(left, SQUARE):.0%} of the published cell is left, {span_m(left):.0f} m across"
    )
    assert left == places(SQUARE)


def test_anybody_around_a_home_on_the_plain(country, visitor, logged_in, figure):
    """Where cells are coarse: places asked about without an account, and visitors with a home at each."""
    points = probes(PLAIN, 2)
    accounts = [country.settle((at.lon, at.lat), "Sonde", False) for at in points[::6]]
    country.session.commit()
    clients = [logged_in(account) for account in accounts]
    paths = ("/api/v1/contacts", "/api/v1/neighbourhoods")

    def attack() -> object:
        read = [[client.get(path).json for path in paths] for client in clients]
        return asks(visitor, points), read, [reach(client, reach="wider") for client in clients]

    left = country.posterior(places(PLAIN), attack)
    figure(
        f"anybody, plain: {share(left, PLAIN):.0%} of the published cell is left, {span_m(left):.0f} m across"
    )
    assert left == places(PLAIN)


def test_control_spreads_of_the_census_would_tell(country, figure):
    """The spreads that the rule itself goes by, were anybody told them anywhere."""

    def attack() -> object:
        found = []
        for at in probes(PLAIN, 2):
            anchor = cells.cell_at(at, 8)
            disc = cells.rings_around(cells.surroundings_cover(anchor))
            found.append(
                country.session.scalar(select(func.nearness.spread_found(anchor, [*disc], [*disc.values()])))
            )
        return found

    left = country.posterior(places(PLAIN), attack)
    figure(f"  control, spreads of the census: {len(left)} of 7, {span_m(left):.0f} m across")
    assert share(left, PLAIN) < 0.5
