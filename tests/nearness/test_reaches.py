"""Sentences 9 and 10, decision 022: radii, drawn areas, all, authorities on exact homes, and watched areas."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy import text

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound, NotVerified
from geoneighbour.ground.metres import distance_m
from geoneighbour.ground.points import Point
from geoneighbour.nearness import words
from geoneighbour.posts import queries, watching
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import Post
from tests.conftest import Template
from tests.grid import Grid, as_multipolygon, geojson
from tests.nearness.answers import readers
from tests.nearness.conftest import built_on
from tests.nearness.grid_steps import FINE, cell_of
from tests.nearness.oracle_reaches import Beside, middle
from tests.nearness.oracle_review import Numbers
from tests.nearness.town import Town

LAND = Grid("A A A A A A B B B B C C")
HOMES = Grid("a . b . . . c . . . z .").points()
E7 = 1e-7


@pytest.fixture(scope="module")
def built(template: Template) -> Iterator[tuple[Town, dict[str, int]]]:
    """Four at each letter, of whom one is named; and l, who came after the review to where no cell is published.

    With k = 2 four people are enough for a published cell of resolution 9 around them.
    """
    with built_on(template) as session:
        town = Town(session, Numbers(k=2, m=4))
        town.found_french(LAND.areas())
        named = {letter: town.crowd(home, 4)[0] for letter, home in HOMES.items()}
        town.review()
        yield town, {**named, "l": town.join(Grid(". . . l").points()["l"])}


@pytest.fixture
def town(built: tuple[Town, dict[str, int]]) -> Iterator[Town]:
    """As it was built: what a test does to it is taken back."""
    town, world = built[0], copy.deepcopy(built[0].world)
    with town.session.begin_nested() as done:
        yield town
        done.rollback()
    town.session.expire_all()
    town.world = world


@pytest.fixture
def people(built: tuple[Town, dict[str, int]]) -> dict[str, int]:
    return built[1]


def at(letter: str) -> shapely.Point:
    """The middle of the published cell of a letter."""
    return middle(cell_of(HOMES[letter].lon, HOMES[letter].lat, FINE))


def write(town: Town, author: int, reach: str, **beside: object) -> int:
    post = town.write(author, reach, Beside(**beside))  # type: ignore[arg-type]
    assert post is not None
    return post


def reached(town: Town, people: dict[str, int], post: int) -> set[str]:
    """Who of the named is in the audience; fails unless it is in just their feeds, and is what audience() says."""
    audience = readers(town.session, post)
    told = text("SELECT member_id FROM nearness.audience(:post)")
    assert sorted(audience) == list(town.session.scalars(told, {"post": post}))
    readable = text("SELECT member_id FROM nearness.readable WHERE post_id = :post AND watch_id IS NULL")
    who = list(town.session.scalars(readable, {"post": post}))
    assert len(who) == len(set(who))
    in_feed = {
        letter
        for letter, member in people.items()
        if post in [row.id for row in queries.feed(town.session, member) if not row.mine]
    }
    assert in_feed == {letter for letter, member in people.items() if member in audience}
    return in_feed


def box(west: float, south: float, east: float, north: float) -> shapely.MultiPolygon:
    return as_multipolygon(shapely.box(west, south, east, north))


def test_a_radius_goes_from_middle_to_middle_to_the_metre(town: Town, people: dict[str, int]) -> None:
    metres = distance_m(at("a"), at("b"))
    just = math.ceil(metres)
    assert reached(town, people, write(town, people["a"], "radius", radius_m=just)) == {"b"}
    assert reached(town, people, write(town, people["a"], "radius", radius_m=just - 1)) == set()
    # Where the homes stand within their cells is not asked: l lives nearest to b, in no published cell.
    assert reached(town, people, write(town, people["b"], "radius", radius_m=50_000)) == {"a", "c", "z"}


@pytest.mark.parametrize(("metres", "allowed"), [(499, False), (500, True), (50_000, True), (50_001, False)])
def test_500_m_at_least_and_50_km_at_most(
    town: Town, people: dict[str, int], metres: int, allowed: bool
) -> None:
    assert (town.write(people["a"], "radius", Beside(radius_m=metres)) is not None) == allowed


def test_a_radius_around_a_public_place(town: Town, people: dict[str, int]) -> None:
    place = Point(at("c").x, at("c").y)
    assert reached(town, people, write(town, people["a"], "radius", radius_m=500, place=place)) == {"c"}
    # Who has no published cell picks a place.
    with pytest.raises(InvalidInput) as refused:
        posts.write(town.session, people["l"], "news", "Une échelle ?", "radius", radius_m=500)
    assert refused.value.field == "reach"
    assert reached(town, people, write(town, people["l"], "radius", radius_m=500, place=place)) == {"c"}


def test_an_area_holds_middles(town: Town, people: dict[str, int]) -> None:
    b = at("b")
    inside = box(b.x - E7, b.y - E7, b.x + 0.02, b.y + 0.02)
    outside = box(b.x + E7, b.y - E7, b.x + 0.02, b.y + 0.02)
    assert reached(town, people, write(town, people["a"], "area", area=inside)) == {"b"}
    assert reached(town, people, write(town, people["a"], "area", area=outside)) == set()


@pytest.mark.parametrize("side", [0.009, 3.0])
def test_an_area_is_neither_a_garden_nor_a_country(town: Town, people: dict[str, int], side: float) -> None:
    area = geojson(box(-2, 48.6, -2 + side, 48.6 + side))
    with pytest.raises(InvalidInput) as refused:
        posts.write(town.session, people["a"], "news", "Une échelle ?", "area", area=area)
    assert refused.value.field == "area"


def test_published_anew_means_reached_anew(town: Town, people: dict[str, int]) -> None:
    near, wide = (
        write(town, people["a"], "radius", radius_m=50_000),
        write(town, people["a"], "area", area=box(-2.1, 48.5, -1.8, 48.7)),
    )
    town.crowd(town.world.people[people["l"]].home, 3)
    town.review()
    assert reached(town, people, near) == reached(town, people, wide) == {"b", "c", "l", "z"}


def test_what_closes_leaves_the_feeds_and_is_still_read(town: Town, people: dict[str, int]) -> None:
    """Its cells say so, for a feed would walk past all that ever closed; and say else when moderation shows it again."""
    post = write(town, people["a"], "radius", radius_m=50_000)
    cells = text("SELECT DISTINCT open FROM post_cell WHERE post_id = :post")
    for change, open_ in (
        ("hidden_at = now()", False),
        ("hidden_at = NULL", True),
        ("body = 'Une autre'", True),
        ("closed_at = now()", False),
    ):
        town.session.execute(text(f"UPDATE post SET {change} WHERE id = :post"), {"post": post})
        town.review()
        assert town.session.scalars(cells, {"post": post}).all() == [open_]
        assert (post in [row.id for row in queries.feed(town.session, people["c"])]) == open_
    assert people["c"] in readers(town.session, post)
    # What is published anew is placed as closed as it is.
    town.session.execute(text("DELETE FROM post_cell"))
    town.session.execute(text("SELECT nearness.follow_cells(array_agg(cell)) FROM published_cell"))
    assert town.session.scalars(cells, {"post": post}).all() == [False]


def test_all_is_for_who_speaks_for_many(town: Town, people: dict[str, int]) -> None:
    with pytest.raises(Forbidden):
        posts.write(town.session, people["a"], "news", "Bal samedi", "all")
    for role, commune in (("association", None), ("operator", None), ("commune_agent", "A")):
        author = town.join(HOMES["a"])
        ids = {code: key for key, one in town.world.communes.items() if (code := one.code)}
        town.grant(author, role, ids["35001"] if commune else None)
        assert reached(town, people, write(town, author, "all")) == set(people)
    tiers = {row.tier for row in queries.feed(town.session, people["z"])}
    assert tiers == {"beyond"}


def test_a_feed_under_a_tier_is_that_part_of_the_whole(town: Town, people: dict[str, int]) -> None:
    """Radii, areas and what is for all say no tier: these are found by the zones and communes where they began."""
    told = set()
    # All are in each other's wider area; who hides from it is of the commune, or of the next.
    town.session.execute(text("UPDATE member SET hidden_from_wider = true WHERE id = :a"), {"a": people["a"]})
    for author in (*(people[letter] for letter in "abcz"), town.join(HOMES["a"])):
        write(town, author, "radius", radius_m=50_000)
        write(town, author, "area", area=box(-2.1, 48.5, -1.8, 48.7))
    for letter, member in people.items():
        whole = [(row.id, row.tier) for row in queries.feed(town.session, member, most=50) if not row.mine]
        for tier in ("neighbour", "wider", "commune", "adjacent_commune", "beyond"):
            only = queries.feed(town.session, member, most=50, tier=tier)
            assert [(row.id, row.tier) for row in only] == [row for row in whole if row[1] == tier], letter
        told |= {tier for _, tier in whole}
    assert told == {"neighbour", "wider", "commune", "adjacent_commune", "beyond"}


class TestOnHomes:
    """b's home is on the side of the area."""

    @pytest.fixture
    def mayor(self, town: Town, people: dict[str, int]) -> int:
        """An agent of A who lives in B."""
        member = town.join(HOMES["c"])
        town.grant(member, "commune_agent", next(iter(town.world.communes)))
        return member

    def test_the_border_is_inside(self, town: Town, people: dict[str, int], mayor: int) -> None:
        b = HOMES["b"]
        on_it = box(b.lon, b.lat - 0.001, b.lon + 0.002, b.lat + 0.001)
        beside = box(round(b.lon + E7, 7), b.lat - 0.001, b.lon + 0.002, b.lat + 0.001)
        assert reached(town, people, write(town, mayor, "area", area=on_it, on_homes=True)) == {"b"}
        assert reached(town, people, write(town, mayor, "area", area=beside, on_homes=True)) == set()

    def test_an_agent_speaks_to_and_for_the_commune(
        self, town: Town, people: dict[str, int], mayor: int
    ) -> None:
        everywhere = box(-2.1, 48.5, -1.8, 48.7)
        flood = write(town, mayor, "area", area=everywhere, on_homes=True)
        assert reached(town, people, flood) == {"a", "b", "l"}
        assert reached(town, people, write(town, mayor, "commune", on_homes=True)) == {"a", "b", "l"}
        shown = queries.shown(town.session, people["b"], flood)
        assert (shown.tier, shown.cell, shown.origin_commune) == ("commune", None, "Commune 35001")
        # Neighbours of an agent are not told that it came from next door.
        next_door = town.join(HOMES["b"])
        town.grant(next_door, "commune_agent", next(iter(town.world.communes)))
        again = write(town, next_door, "area", area=everywhere, on_homes=True)
        assert queries.shown(town.session, people["b"], again).tier == "commune"
        town.close(flood)
        assert flood not in [row.id for row in queries.feed(town.session, people["b"])]
        away = box(-1.91, 48.59, -1.85, 48.7)
        assert town.write(mayor, "area", Beside(area=away, on_homes=True)) is None

    def test_nobody_else_asks_for_homes(self, town: Town, people: dict[str, int]) -> None:
        for reach, area in (("commune", None), ("area", box(-2.1, 48.5, -1.8, 48.7))):
            assert town.write(people["a"], reach, Beside(area=area, on_homes=True)) is None

    def test_an_operator_has_no_bounds(self, town: Town, people: dict[str, int]) -> None:
        town.grant(people["z"], "operator")
        flood = write(town, people["z"], "area", area=box(-2.1, 48.5, -1.8, 48.7), on_homes=True)
        assert reached(town, people, flood) == {"a", "b", "c", "l"}


class TestWatching:
    """z, far away, watches where a and c live; a block or pause acts as ever."""

    def feed(self, town: Town, member: int) -> set[int]:
        return {row.id for row in queries.feed(town.session, member) if not row.mine}

    def test_a_commune(self, town: Town, people: dict[str, int]) -> None:
        town.watch(people["z"], commune=next(iter(town.world.communes)))
        seen, unseen = (
            {write(town, people["a"], reach) for reach in ("commune", "commune_adjacent")},
            [write(town, people["a"], "wider"), write(town, people["c"], "commune")],
        )
        far = write(town, people["a"], "area", area=box(-2.1, 48.59, -1.99, 48.7))
        assert self.feed(town, people["z"]) == seen
        for post in [*unseen, far]:
            with pytest.raises(NotFound):
                queries.shown(town.session, people["z"], post)
        assert all(people["z"] not in readers(town.session, post) for post in [*seen, *unseen, far])
        assert {row.watched for row in queries.feed(town.session, people["z"])} == {"Ici"}
        town.block(people["a"], people["z"])
        assert self.feed(town, people["z"]) == set()

    def test_a_drawn_area_finds_what_stands_in_it(self, town: Town, people: dict[str, int]) -> None:
        c = at("c")
        post = write(town, people["c"], "commune")
        beside = town.watch(people["z"], shape=box(c.x + E7, c.y - E7, c.x + 0.02, c.y + 0.02))
        assert beside is not None
        assert self.feed(town, people["z"]) == set()
        town.watch(people["z"], shape=box(c.x - E7, c.y - E7, c.x + 0.02, c.y + 0.02))
        assert self.feed(town, people["z"]) == {post}
        # One stays alone: the post stands where maps show it, in a coarser cell, and no longer there.
        for member in [key for key, one in town.world.people.items() if one.home == HOMES["c"]]:
            if member != people["c"]:
                town.move(member, HOMES["z"])
        town.review()
        assert self.feed(town, people["z"]) == set()
        town.watch(people["z"], commune=town.world.commune_of(people["c"]))
        assert self.feed(town, people["z"]) == {post}

    def test_an_open_neighbourhood_also_into_a_merger(self, town: Town, people: dict[str, int]) -> None:
        quarter = town.open(box(-2.001, 48.59, -1.98, 48.62), [people["a"], people["a"] + 1])
        watch = town.watch(people["z"], neighbourhood=quarter)
        post = write(town, people["a"], "commune")
        write(town, people["b"], "commune")
        assert self.feed(town, people["z"]) == {post}
        heir = town.open(box(-1.99, 48.59, -1.96, 48.62), [people["b"], people["b"] + 1])
        town.session.execute(text("SELECT nearness.follow_merger(:a, :b)"), {"a": quarter, "b": heir})
        assert watch is not None
        assert self.feed(town, people["z"]) == {post}
        town.session.execute(text("SELECT nearness.back_to_surroundings(:a)"), {"a": heir})
        assert watching.of(town.session, people["z"]) == []

    def test_five_at_most_of_a_square_kilometre_at_least(self, town: Town, people: dict[str, int]) -> None:
        unverified = town.join(HOMES["a"], verified=False)
        for area in (box(-2, 48.6, -1.991, 48.609), box(-2, 48.6, -1.9, 48.7)):
            assert town.watch(people["z"], shape=area) is None
        for step in range(5):
            assert town.watch(people["z"], shape=box(-2, 48.6, -1.98, 48.62 + step / 1000))
        with pytest.raises(Conflict):
            watching.add(town.session, people["z"], name="Six", area=geojson(box(-2, 48.6, -1.97, 48.62)))
        with pytest.raises(NotVerified):
            watching.add(town.session, unverified, name="Un", area=geojson(box(-2, 48.6, -1.97, 48.62)))
        first = watching.of(town.session, people["z"])[0]
        with pytest.raises(NotFound):
            watching.remove(town.session, people["a"], first.id)
        watching.remove(town.session, people["z"], first.id)
        assert len(watching.of(town.session, people["z"])) == 4


def test_nobody_reads_a_post_twice(town: Town, people: dict[str, int]) -> None:
    town.grant(people["a"], "operator")
    for commune in town.world.communes:
        town.watch(people["b"], commune=commune)
    town.watch(people["b"], shape=box(at("a").x - 0.01, at("a").y - 0.01, at("a").x + 0.01, at("a").y + 0.01))
    write(town, people["a"], "commune_adjacent")
    write(town, people["a"], "all")
    seen = [row.id for row in queries.feed(town.session, people["b"])]
    assert len(seen) == len(set(seen)) == 2
    assert {row.watched for row in queries.feed(town.session, people["b"])} == {None}


def test_a_page_of_the_feed_goes_on_where_the_last_one_ended(town: Town, people: dict[str, int]) -> None:
    """Also where what came by a key is not for the reader: the page is filled up."""
    town.grant(people["a"], "operator")
    town.grant(people["b"], "operator")
    wanted = []
    for number in range(12):
        post = write(
            town,
            people["b" if number % 3 else "a"],
            "all" if number % 2 else "radius",
            **({} if number % 2 else {"radius_m": 50_000}),
        )
        if number % 3 == 0:
            wanted.append(post)
    town.block(people["z"], people["b"])
    pages: list[int] = []
    while page := queries.feed(town.session, people["z"], before=pages[-1] if pages else None, most=2):
        pages += [row.id for row in page]
    assert pages == wanted[::-1]


def test_why(town: Town, people: dict[str, int]) -> None:
    town.grant(people["a"], "operator")
    place = Point(at("c").x, at("c").y)
    town.watch(people["z"], commune=town.world.commune_of(people["a"]))
    said = {
        words.why_post(queries.shown(town.session, people[reader], write(town, people["a"], reach, **beside)))
        for reader, reach, beside in (
            ("b", "radius", {"radius_m": 4_000}),
            ("c", "radius", {"radius_m": 3_000, "place": place}),
            ("b", "area", {"area": box(-2.1, 48.5, -1.8, 48.7)}),
            ("b", "area", {"area": box(-2.1, 48.5, -1.8, 48.7), "on_homes": True}),
            ("b", "all", {}),
            ("z", "commune", {}),
        )
    }
    assert said == {
        "Camille écrit jusqu’à 4 km autour de son secteur : le vôtre en est.",
        "Camille a choisi un lieu, à 3 km au plus de votre secteur.",
        "Camille a dessiné une zone qui tient votre secteur.",
        "Vous habitez dans la zone dessinée par les autorités.",
        "Camille écrit à tout le monde.",
        "Vous suivez « Ici ».",
    }


def test_another_radius_or_area_is_another_post(town: Town, people: dict[str, int]) -> None:
    said = [
        posts.write(town.session, people["a"], "news", "Une échelle ?", "radius", radius_m=metres).id
        for metres in (500, 500, 600)
    ]
    assert said[0] == said[1] != said[2]
    assert town.session.get_one(Post, said[2]).radius_m == 600
    areas = [
        posts.write(town.session, people["a"], "news", "Une échelle ?", "area", area=geojson(area)).id
        for area in (box(-2, 48.6, -1.9, 48.7), box(-2, 48.6, -1.9, 48.7), box(-2, 48.6, -1.8, 48.7))
    ]
    assert areas[0] == areas[1] != areas[2]


def test_an_area_finds_every_home_of_a_crowd_once(town: Town) -> None:
    """Crowded ground is quartered: homes on the sides of quarters, on edges and corners, in holes and far outside."""
    # Its corners are numbers of few bits, so that the sides of its quarters are known here.
    around = shapely.box(-2.0, 48.0, -1.875, 48.125)
    side = Point(((-2 - 1e-6) + (-1.875 + 1e-6)) / 2, ((48 - 1e-6) + (48.125 + 1e-6)) / 2)
    hole = shapely.box(-1.96, 48.04, -1.94, 48.06)
    shapes = [
        around,
        around - hole,
        shapely.Point(-1.95, 48.05).buffer(0.05, quad_segs=4),
        # Three corners, two of them on homes.
        shapely.Polygon([(-2.0, 48.0), (-1.9, 48.0), (-1.955, 48.0925)]),
        shapely.MultiPolygon([shapely.box(-2.0, 48.0, -1.98, 48.02), shapely.box(-1.92, 48.08, -1.9, 48.1)]),
    ]
    # A lattice, through edges and corners and beyond them; and two on sides of quarters.
    town.session.execute(
        text("""
            WITH crowd AS (
              INSERT INTO member (name) SELECT 'One of many' FROM generate_series(1, 45 * 45) RETURNING id
            ),
            placed AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM crowd)
            INSERT INTO private.home (member_id, geom)
            SELECT id, ST_SetSRID(CASE n
                WHEN 0 THEN ST_MakePoint(:x, 48.01)
                WHEN 1 THEN ST_MakePoint(-1.99, :y)
                ELSE ST_MakePoint(round(-2.005 + 0.0025 * (n % 45), 7), round(47.995 + 0.0025 * (n / 45), 7))
              END, 4326)
            FROM placed
        """),
        {"x": side.lon, "y": side.lat},
    )
    for shape in shapes:
        found, covered = town.session.execute(
            text("""
                SELECT ARRAY(SELECT member_id FROM nearness.homes_on(area.geom) AS member_id ORDER BY 1),
                  ARRAY(SELECT member_id FROM private.home WHERE ST_Covers(area.geom, home.geom) ORDER BY 1)
                FROM ST_GeomFromText(:area, 4326) AS area (geom)
            """),
            {"area": shape.wkt},
        ).one()
        assert found == covered
        assert len(found) > 100
