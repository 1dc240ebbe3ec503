"""Sentence 7: the nearest tier that holds, the same from both ends; block, pause and hiding act both ways."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.grid import Grid
from tests.nearness.answers import tier, tiers
from tests.nearness.town import Town

# 20 rings, the widest spread there is, are some 7 km.
LAND = Grid("A A A A A A A A A A A A B B C C")
HOMES = Grid("a w . . . . . . . . . c b . z .").points()


@pytest.fixture
def people(town: Town) -> dict[str, int]:
    """Anne and, named by letters: n in the same cell, w near by, c across the commune, b in the next one, z after it."""
    town.found_french(LAND.areas())
    members = {letter: town.join(home) for letter, home in HOMES.items()}
    return {"n": town.join(HOMES["a"]), **members}


def seen(session: Session, people: dict[str, int]) -> dict[str, str]:
    """What the others are to Anne, and she to them."""
    return tiers(session, people["a"], people)


SIX = {"a": "self", "n": "neighbour", "w": "wider", "c": "commune", "b": "adjacent_commune", "z": "beyond"}


def test_the_six_tiers(town: Town, people: dict[str, int]) -> None:
    assert seen(town.session, people) == SIX


def test_a_block_leaves_beyond_whoever_set_it(town: Town, people: dict[str, int]) -> None:
    for letter in "nw":
        town.block(people["a"], people[letter])
    for letter in "cb":
        town.block(people[letter], people["a"])
    assert seen(town.session, people) == {"a": "self"} | dict.fromkeys("nwcbz", "beyond")
    assert tier(town.session, people["n"], people["w"]) == "wider"
    town.unblock(people["a"], people["n"])
    assert tier(town.session, people["a"], people["n"]) == "neighbour"


def test_who_pauses_is_beyond_for_all_and_oneself_still(town: Town, people: dict[str, int]) -> None:
    town.pause(people["a"])
    assert seen(town.session, people) == {"a": "self"} | dict.fromkeys("nwcbz", "beyond")
    assert tier(town.session, people["n"], people["w"]) == "wider"
    town.pause(people["a"], paused=False)
    assert seen(town.session, people) == SIX


def test_hiding_takes_the_wider_area_away_and_nothing_else(town: Town, people: dict[str, int]) -> None:
    town.hide(people["a"])
    assert seen(town.session, people) == SIX | {"w": "commune"}
    town.hide(people["a"], hidden=False)
    town.hide(people["w"])
    assert seen(town.session, people) == SIX | {"w": "commune"}
    assert tier(town.session, people["n"], people["a"]) == "neighbour"


def test_who_hides_across_a_border_is_of_the_adjacent_commune(town: Town) -> None:
    town.found_french(Grid("A B").areas())
    homes = Grid("a b").points()
    one, other = town.join(homes["a"]), town.join(homes["b"])
    assert tier(town.session, one, other) == "wider"
    town.hide(other)
    assert tier(town.session, one, other) == "adjacent_commune"


def test_who_is_not_verified_is_near_nobody(town: Town, people: dict[str, int]) -> None:
    newcomer = town.join(HOMES["a"], verified=False)
    assert tier(town.session, newcomer, people["a"]) == "beyond"
    assert tier(town.session, newcomer, newcomer) == "self"
    town.verify(newcomer)
    assert tier(town.session, newcomer, people["a"]) == "neighbour"
