"""A letter proves the home it was sent to, and no other: asking, a reviewer's word, other homes and words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from geoneighbour.accounts import service as accounts
from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound
from geoneighbour.members import addresses
from geoneighbour.members.models import Member, Notice
from geoneighbour.verification import letters, service, vouching
from geoneighbour.verification.codes import spaced
from geoneighbour.verification.letters import Outcome
from geoneighbour.verification.models import Letter
from tests.verification.post import (
    ADDRESS,
    HERE,
    THERE,
    ask,
    closed,
    enter,
    later,
    other,
    printed,
    resident,
    tries,
)


def test_over_http_from_asking_to_verified(world, post, zoe, logged_in):
    client = logged_in(zoe)
    assert client.get("/api/v1/me/verification").json == {
        "verified": False,
        "ways": ["postcard", "vouching", "document"],
        "proved_by": [],
        "postcard": None,
    }
    assert enter(client, "000-000-000").status_code == 409
    asked = ask(client)
    assert (asked.status_code, asked.json["state"]) == (201, "waiting")
    assert (again := ask(client)).status_code == 409, again.json
    [code] = printed(world, post)
    wrong = enter(client, other(code))
    assert (wrong.status_code, wrong.json["field"]) == (422, "code")
    assert "Essais qui restent : 4" in wrong.json["detail"]
    assert "Essais qui restent : 3" in enter(client, other(code)).json["detail"]
    assert enter(client, f" {spaced(code).lower()} ").status_code == 204
    state = client.get("/api/v1/me/verification").json
    assert (state["verified"], state["proved_by"], state["postcard"]["state"]) == (True, ["postcard"], "used")
    world.expire_all()
    assert world.scalars(select(Notice.kind)).all() == ["verified"]
    assert enter(client, code).status_code == 409
    assert ask(client).status_code == 409


@pytest.mark.parametrize("new_home", [THERE, HERE])
def test_moving_house_leaves_the_letter_behind(world, post, zoe, code, new_home):
    member = world.get(Member, zoe)
    back = update(Member).where(Member.id == zoe).values(moved_at=Member.moved_at - timedelta(days=31))
    world.execute(back)
    world.execute(update(Letter).values(moved_at=Letter.moved_at - timedelta(days=31)))
    world.commit()
    accounts.move_house(world, post.sealer, zoe, new_home, ADDRESS)
    addresses.keep(world, post.sealer, zoe, new_home, ADDRESS, checked=True)
    world.commit()
    assert tries(world, post, zoe, [code]) == [Outcome.NO_LETTER]
    world.refresh(member)
    assert member.verified_at is None


def test_other_words_or_another_point_void_the_letter(world, post, zoe, code):
    for point, words in ((HERE, "5 rue du Port"), (THERE, ADDRESS)):
        addresses.keep(world, post.sealer, zoe, point, words, checked=True)
        world.commit()
        assert tries(world, post, zoe, [code]) == [Outcome.NO_LETTER]
    addresses.keep(world, post.sealer, zoe, HERE, ADDRESS, checked=True)
    assert tries(world, post, zoe, [code]) == [Outcome.RIGHT]


def test_a_letter_needs_words_and_an_open_way(world, post, zoe):
    with pytest.raises(Forbidden):
        letters.ask(world, closed(post), zoe, "fr")
    addresses.keep(world, post.sealer, zoe, HERE)
    with pytest.raises(InvalidInput) as refused:
        letters.ask(world, post, zoe, "fr")
    assert refused.value.field == "address"


def test_an_address_that_gets_many_letters_is_looked_at_and_nobody_is_told(world, post, zoe, logged_in):
    """A stalker with accounts at an address must not read from their own letters whether somebody there has asked."""
    flats = [resident(world, post, f"V{n}", ADDRESS.upper()) for n in range(letters.MOST_AT_A_PLACE)]
    states = [letters.ask(world, post, member, "fr").state for member in (*flats, zoe)]
    assert states == ["waiting"] * letters.MOST_AT_A_PLACE + ["to_check"]
    world.commit()
    told = []
    for member in (flats[0], zoe):
        client = logged_in(member)
        state = client.get("/api/v1/me/verification").json["postcard"]
        [card] = re.findall(r'id="postcard">(.*?)</section>', client.get("/verification").text, re.DOTALL)
        told.append((state["state"], card))
    assert told[0] == told[1]
    later(world, 30.1)
    world.execute(delete(Letter).where(Letter.member_id == zoe))
    assert letters.ask(world, post, zoe, "fr").state == "waiting"


def test_an_address_that_no_geocoder_knows_waits_for_a_reviewers_word(world, post, zoe):
    addresses.keep(world, post.sealer, zoe, HERE, ADDRESS, checked=False)
    letter = letters.ask(world, post, zoe, "fr")
    assert [one.id for one in letters.waiting_for_word(world)] == [letter.id]
    assert printed(world, post) == []
    letters.approve(world, letter.id)
    assert not letters.waiting_for_word(world)
    assert len(printed(world, post)) == 1
    for act in (lambda: letters.approve(world, letter.id), lambda: letters.refuse(world, letter.id, "non")):
        with pytest.raises(NotFound):
            act()


def test_refused_letters_may_be_asked_for_again_three_times(world, post, zoe):
    addresses.keep(world, post.sealer, zoe, HERE, ADDRESS, checked=False)
    for _ in range(letters.MOST_REFUSED):
        letter = letters.refuse(world, letters.ask(world, post, zoe, "fr").id, "Cette rue n'existe pas.")
        assert letter.state == "refused"
    assert printed(world, post) == []
    with pytest.raises(Conflict):
        letters.ask(world, post, zoe, "fr")


def test_what_is_old_is_forgotten(world, post, zoe, code):
    tries(world, post, zoe, [other(code)])
    waiting = resident(world, post, "Yann", "9 rue Haute")
    letters.ask(world, post, waiting, "fr")
    world.commit()
    later(world, 29)
    assert letters.forget(world) == 0
    later(world, 2)
    assert letters.forget(world) == 1
    later(world, 60)
    assert letters.forget(world) == 1
    assert world.scalars(select(Letter.state)).all() == ["waiting"]


@pytest.mark.parametrize("way", ["vouching", "document"])
def test_who_is_verified_gets_no_letter_but_to_become_a_voucher(world, post, zoe, way):
    letters.ask(world, post, zoe, "fr")
    world.commit()
    service.prove(world, zoe, way)
    world.commit()
    assert printed(world, post) == []
    assert letters.latest(world, post, zoe) is None
    if way == "document":
        with pytest.raises(Conflict):
            letters.ask(world, post, zoe, "fr")
        return
    letters.ask(world, post, zoe, "fr")
    world.commit()
    (code,) = printed(world, post)
    letters.enter(world, post, zoe, code)
    assert service.proved_by(world, zoe) == {"vouching", "postcard"}
    assert vouching.vouches(world, zoe)


def test_one_letter_in_thirty_days_unless_none_was_printed(world, post, zoe):
    letters.ask(world, post, zoe, "fr")
    addresses.keep(world, post.sealer, zoe, HERE, "4 rue du Port, 35400 Saint-Malo", checked=True)
    letters.ask(world, post, zoe, "fr")
    assert len(world.scalars(select(Letter)).all()) == 1
    printed(world, post)
    addresses.keep(world, post.sealer, zoe, HERE, ADDRESS, checked=True)
    later(world, 29.9)
    with pytest.raises(Conflict):
        letters.ask(world, post, zoe, "fr")
    later(world, 0.2)
    letters.ask(world, post, zoe, "fr")
