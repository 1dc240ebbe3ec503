"""Sentences 8 and 9, decision 004: a post freezes its origin; seeing is being reached."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from geoneighbour.errors import Forbidden, InvalidInput, NotFound, NotVerified
from geoneighbour.posts import queries
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import Post
from tests.grid import Grid
from tests.nearness.answers import readers
from tests.nearness.town import Town

LAND = Grid("A A A A A A A A A A A A B B C C")
HOMES = Grid("a w . . . . . . . . . c b . z .").points()


@pytest.fixture
def people(town: Town) -> dict[str, int]:
    """a: the author, n: her neighbour, w: near by, c: across the commune, b: in the next one, z: after it."""
    town.found_french(LAND.areas())
    members = {letter: town.join(home) for letter, home in HOMES.items()}
    return {"n": town.join(HOMES["a"]), **members}


def write(town: Town, author: int, reach: str) -> int:
    post = town.write(author, reach)
    assert post is not None
    return post


def reached(town: Town, people: dict[str, int], post: int) -> set[str]:
    """Who is in the audience, by letter; fails unless the post is in just their feeds."""
    audience = readers(town.session, post)
    in_feed = {
        letter
        for letter, member in people.items()
        if post in [row.id for row in queries.feed(town.session, member) if not row.mine]
    }
    assert in_feed == {letter for letter, member in people.items() if member in audience}
    return in_feed


@pytest.mark.parametrize(
    ("reach", "to"),
    [
        ("neighbourhood", {"n"}),
        ("wider", {"n", "w"}),
        ("commune", {"n", "w", "c"}),
        ("commune_adjacent", {"n", "w", "c", "b"}),
    ],
)
def test_what_each_reach_comes_to(town: Town, people: dict[str, int], reach: str, to: set[str]) -> None:
    assert reached(town, people, write(town, people["a"], reach)) == to


def test_a_neighbour_across_the_border_is_not_of_the_commune(town: Town) -> None:
    # Le Sillon crosses from A into B; Anne's words to her commune do not reach Marc.
    town.found_french(Grid("A B").areas())
    sillon, homes = Grid("S S").areas()["S"], Grid("a m").points()
    anne, marc = town.join(homes["a"]), town.join(homes["m"])
    town.open(sillon, [anne, marc, *town.crowd(homes["a"], 9)])
    assert marc in readers(town.session, write(town, anne, "neighbourhood"))
    assert marc not in readers(town.session, write(town, anne, "commune"))
    assert marc in readers(town.session, write(town, anne, "commune_adjacent"))


def test_hiding_keeps_wider_posts_in_the_neighbourhood_and_out_of_it(
    town: Town, people: dict[str, int]
) -> None:
    post, other_way = write(town, people["a"], "wider"), write(town, people["w"], "wider")
    town.hide(people["a"])
    assert reached(town, people, post) == {"n"}
    assert reached(town, people, other_way) == {"n"}


def test_a_post_stays_where_it_was_written_when_its_author_moves(town: Town, people: dict[str, int]) -> None:
    local, communal = write(town, people["a"], "neighbourhood"), write(town, people["a"], "commune")
    town.move(people["a"], HOMES["z"])
    assert reached(town, people, local) == {"n"}
    assert reached(town, people, communal) == {"n", "w", "c"}
    assert reached(town, people, write(town, people["a"], "neighbourhood")) == {"z"}


def test_a_post_stays_where_it_was_written_when_its_author_opens_a_neighbourhood(
    town: Town, people: dict[str, int]
) -> None:
    post = write(town, people["a"], "neighbourhood")
    town.open(Grid("S .").areas()["S"], [people["a"], *town.crowd(HOMES["a"], 10)])
    assert reached(town, people, post) == {"n"}


def test_a_post_keeps_the_published_cell_it_began_in(town: Town) -> None:
    town.found_french(LAND.areas())
    author = town.crowd(HOMES["a"], 22)[0]
    town.review()
    post = write(town, author, "commune")
    cell = town.session.get_one(Post, post).origin_cell
    assert cell == town.world.published_cell(author)
    town.move(author, HOMES["z"])
    town.review()
    assert town.session.get_one(Post, post, populate_existing=True).origin_cell == cell


def test_a_reader_who_moves_away_is_reached_no_more_and_a_newcomer_is(
    town: Town, people: dict[str, int]
) -> None:
    post = write(town, people["a"], "neighbourhood")
    town.move(people["n"], HOMES["z"])
    town.move(people["z"], HOMES["a"])
    assert reached(town, people, post) == {"z"}


def test_blocks_and_pauses_act_both_ways(town: Town, people: dict[str, int]) -> None:
    post = write(town, people["a"], "commune_adjacent")
    town.block(people["w"], people["a"])
    town.block(people["a"], people["c"])
    town.pause(people["n"])
    assert reached(town, people, post) == {"b"}
    town.pause(people["n"], paused=False)
    town.pause(people["a"])
    assert reached(town, people, post) == set()


def test_a_closed_post_leaves_the_feeds(town: Town, people: dict[str, int]) -> None:
    post = write(town, people["a"], "wider")
    assert post in [row.id for row in queries.feed(town.session, people["a"])]
    town.close(post)
    for member in people.values():
        assert post not in [row.id for row in queries.feed(town.session, member)]


def test_the_feed_goes_on_page_by_page_newest_first(town: Town, people: dict[str, int]) -> None:
    written = [write(town, people[letter], "wider") for letter in "anwnanw"]
    page = queries.feed(town.session, people["n"], most=3)
    rest = queries.feed(town.session, people["n"], before=page[-1].id, most=10)
    assert [row.id for row in [*page, *rest]] == sorted(written, reverse=True)


def test_who_is_not_reached_cannot_read_nor_answer(town: Town, people: dict[str, int]) -> None:
    post = write(town, people["a"], "neighbourhood")
    for act in (
        lambda: queries.shown(town.session, people["w"], post),
        lambda: posts.reply(town.session, people["w"], post, "Bonjour"),
        lambda: posts.close(town.session, people["n"], post),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.shown(town.session, people["n"], post).tier == "neighbour"


def test_who_may_write_what(town: Town, people: dict[str, int]) -> None:
    at_sea = town.join(Grid("x", lat=48.5).points()["x"])
    town.pause(people["n"])
    refused = [
        (town.join(HOMES["a"], verified=False), "wider", NotVerified),
        (people["n"], "wider", Forbidden),
        (at_sea, "commune", InvalidInput),
        (at_sea, "commune_adjacent", InvalidInput),
        (people["a"], "all", Forbidden),
        (people["a"], "everywhere", InvalidInput),
    ]
    for author, reach, error in refused:
        with pytest.raises(error):
            posts.write(town.session, author, "request", "Une échelle ?", reach)
    assert posts.write(town.session, at_sea, "request", "Une échelle ?", "wider").origin_commune_id is None


def test_nobody_is_reached_twice_by_a_post(town: Town, people: dict[str, int]) -> None:
    for reach in ("neighbourhood", "wider", "commune", "commune_adjacent"):
        write(town, people["a"], reach)
    twice = text(
        "SELECT post_id, member_id FROM nearness.reached GROUP BY post_id, member_id HAVING count(*) > 1"
    )
    assert town.session.execute(twice).all() == []
