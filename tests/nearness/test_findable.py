"""Sentence 9: visitors find those who chose it, in their own open neighbourhood; who may write to whom without a post."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from geoneighbour.errors import NotFound, TooOften
from geoneighbour.members import service as members
from geoneighbour.posts import queries
from geoneighbour.posts import service as posts
from tests.grid import Grid
from tests.nearness.sillon import A, B, D
from tests.nearness.test_visitors import Sillon, visitor
from tests.nearness.town import Town


def found(town: Town, member: int) -> set[int]:
    town.session.flush()
    return set(town.session.scalars(text("SELECT id FROM nearness.found_by(:m)"), {"m": member}))


def may_write(town: Town, writer: int, other: int) -> bool:
    town.session.flush()
    asked = text("SELECT nearness.may_write(:writer, :other)")
    return bool(town.session.scalar(asked, {"writer": writer, "other": other}))


@pytest.fixture
def home(small_town: Town, sillon: Sillon) -> int:
    """Le Sillon, where Anne is findable."""
    members.be_findable(small_town.session, sillon[1], True)
    return sillon[0]


def test_a_visitor_finds_who_chose_it_for_48_hours(small_town: Town, sillon: Sillon, home: int) -> None:
    town, anne = small_town, sillon[1]
    zoe = visitor(town, joins=home)
    assert found(town, zoe) == {anne}
    assert may_write(town, zoe, anne)
    assert not may_write(town, zoe, sillon[2])
    assert found(town, anne) == set()
    members.be_findable(town.session, anne, False)
    assert found(town, zoe) == set()
    members.be_findable(town.session, anne, True)
    town.days_pass(47.9 / 24)
    assert found(town, zoe) == {anne}
    town.days_pass(0.2 / 24)
    assert found(town, zoe) == set()
    assert not may_write(town, zoe, anne)


def test_not_from_next_door_and_not_in_surroundings(small_town: Town, sillon: Sillon, home: int) -> None:
    town, anne = small_town, sillon[1]
    beside = town.open(Grid(". . . Q").areas()["Q"], [town.join(D) for _ in range(3)])
    for zoe in (visitor(town, D, joins=beside), visitor(town, B), visitor(town, A)):
        assert found(town, zoe) == set()
        assert not may_write(town, zoe, anne)
    stray = town.join(A)
    members.be_findable(town.session, stray, True)
    assert found(town, visitor(town, A)) == set()


@pytest.mark.parametrize(
    "why", ["paused", "suspended", "off the list", "blocks", "blocked", "moved", "visitor paused"]
)
def test_not_when(small_town: Town, sillon: Sillon, home: int, why: str) -> None:
    town, anne = small_town, sillon[1]
    zoe = visitor(town, joins=home)
    match why:
        case "paused":
            town.pause(anne)
        case "suspended":
            suspend = text("UPDATE member SET suspended_at = now() WHERE id = :id")
            town.session.execute(suspend, {"id": anne})
        case "off the list":
            members.list_on_roll(town.session, anne, False)
        case "blocks":
            town.block(anne, zoe)
        case "blocked":
            town.block(zoe, anne)
        case "moved":
            town.move(anne, D)
        case "visitor paused":
            members.pause(town.session, zoe, True)
    assert found(town, zoe) == set()
    assert not may_write(town, zoe, anne)


def test_another_visitor_is_not_found(small_town: Town, home: int) -> None:
    town = small_town
    zoe, yann = visitor(town, joins=home), visitor(town, joins=home)
    members.be_findable(town.session, yann, True)
    assert yann not in found(town, zoe)


def test_neighbours_write_to_each_other_and_not_to_visitors(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, _) = small_town, sillon
    zoe = visitor(town, joins=home)
    assert may_write(town, anne, bruno)
    assert not may_write(town, anne, anne)
    assert not may_write(town, anne, zoe)
    members.list_on_roll(town.session, bruno, False)
    assert not may_write(town, anne, bruno)
    members.list_on_roll(town.session, bruno, True)
    town.block(bruno, anne)
    assert not may_write(town, anne, bruno)
    assert not may_write(town, bruno, anne)


def test_of_the_wider_area_whom_one_has_met(small_town: Town, sillon: Sillon) -> None:
    town, (_, anne, *_) = small_town, sillon
    beside = town.open(Grid(". . . Q").areas()["Q"], [town.join(D) for _ in range(3)])
    far = next(key for key, person in town.world.people.items() if person.chosen == beside)
    assert not may_write(town, anne, far)
    assert town.write(far, "wider")
    assert may_write(town, anne, far)
    # Who has written has met nobody yet.
    assert not may_write(town, far, anne)
    members.hide_from_wider(town.session, far, True)
    assert not may_write(town, anne, far)


def test_of_the_commune_nobody_without_a_post(small_town: Town, sillon: Sillon) -> None:
    town, home = small_town, sillon[0]
    town.found_french(Grid("A A A A").areas())
    emma, far = town.join(A), town.join(D)
    town.choose(emma, home)
    members.hide_from_wider(town.session, far, True)
    post = town.write(far, "commune")
    assert post
    posts.reply(town.session, emma, post, "Oui.")
    met = text("SELECT nearness.has_met(:emma, :far), (SELECT tier FROM nearness.tier(:emma, :far))")
    assert town.session.execute(met, {"emma": emma, "far": far}).one() == (True, "commune")
    # They talk about the post, and about nothing else.
    assert not may_write(town, emma, far)
    assert not may_write(town, far, emma)


def test_who_was_written_to_may_answer_until_a_block(small_town: Town, sillon: Sillon, home: int) -> None:
    town, anne = small_town, sillon[1]
    zoe = visitor(town, joins=home)
    thread = posts.write_to(town.session, zoe, anne, "Bonjour, j'arrive.")
    assert may_write(town, anne, zoe)
    assert posts.write_to(town.session, anne, zoe, "Bienvenue !").id == thread.id
    assert posts.write_to(town.session, zoe, anne, "Merci.").id == thread.id
    town.block(anne, zoe)
    for writer, other in ((zoe, anne), (anne, zoe)):
        with pytest.raises(NotFound):
            posts.write_to(town.session, writer, other, "Encore.")
        with pytest.raises(NotFound):
            posts.add_message(town.session, writer, thread.id, "Encore.")
        assert queries.threads(town.session, writer) == []


def test_five_conversations_as_a_visitor(small_town: Town, sillon: Sillon, home: int) -> None:
    town = small_town
    many = [town.join(B) for _ in range(5)]
    for member in many:
        town.choose(member, home)
        members.be_findable(town.session, member, True)
    zoe = visitor(town, joins=home)
    post = town.write(sillon[2], "neighbourhood")
    assert post
    posts.reply(town.session, zoe, post, "Une réponse compte aussi.")
    for member in many[:4]:
        posts.write_to(town.session, zoe, member, "Bonjour.")
    with pytest.raises(TooOften):
        posts.write_to(town.session, zoe, many[4], "Bonjour.")
    # Going on is no new one.
    posts.write_to(town.session, zoe, many[0], "Encore moi.")
    posts.reply(town.session, zoe, post, "Encore moi.")


def test_twenty_a_day_as_a_member(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, *_) = small_town, sillon
    many = [town.join(B) for _ in range(21)]
    for member in many:
        town.choose(member, home)
    for member in many[:20]:
        posts.write_to(town.session, anne, member, "Bonjour.")
    with pytest.raises(TooOften):
        posts.write_to(town.session, anne, many[20], "Bonjour.")
    # Who is written to has begun nothing.
    posts.write_to(town.session, many[20], anne, "Bonjour à vous.")
    town.session.execute(text("UPDATE thread SET created_at = created_at - interval '1 day'"))
    posts.write_to(town.session, anne, many[0], "Bonjour.")
