"""A letter proves the home it was sent to: its code, five tries, thirty days, and the limits of an address."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from geoneighbour.accounts import service as accounts
from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound
from geoneighbour.members import addresses
from geoneighbour.members.models import Member, Notice
from geoneighbour.verification import letters, service
from geoneighbour.verification.codes import new_code, plain, plain_words, spaced
from geoneighbour.verification.letters import Outcome
from geoneighbour.verification.models import Letter, WrongCode
from tests.verification.post import (
    ADDRESS,
    HERE,
    THERE,
    ask,
    closed,
    enter,
    other,
    post_of,
    printed,
    resident,
)
from tests.world import communes


@pytest.fixture
def post(app):
    return post_of(app)


@pytest.fixture
def zoe(world, post):
    communes(world, ["A"])
    return resident(world, post, "Zoé")


@pytest.fixture
def code(world, post, zoe):
    """That of Zoé's letter, which was printed."""
    letters.ask(world, post, zoe, "fr")
    return printed(world, post)[0]


def tries(world, post, member, codes):
    outcomes = [letters.enter(world, post, member, code) for code in codes]
    world.commit()
    return outcomes


def later(world, days: float) -> None:
    """So many days pass for letters and wrong codes."""
    by = timedelta(days=days)
    world.execute(
        update(Letter).values(
            asked_at=Letter.asked_at - by, printed_at=Letter.printed_at - by, sent_at=Letter.sent_at - by
        )
    )
    world.execute(update(WrongCode).values(tried_at=WrongCode.tried_at - by))
    world.commit()
    world.expire_all()


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
    assert enter(client, f" {spaced(code).lower()} ").status_code == 204
    state = client.get("/api/v1/me/verification").json
    assert (state["verified"], state["proved_by"], state["postcard"]["state"]) == (True, ["postcard"], "used")
    world.expire_all()
    assert world.scalars(select(Notice.kind)).all() == ["verified"]
    assert enter(client, code).status_code == 409
    assert ask(client).status_code == 409


def test_the_fifth_try_works_and_the_sixth_does_not(world, post, zoe, code):
    wrong = [other(code, n) for n in range(5)]
    assert tries(world, post, zoe, wrong[:4]) == [Outcome.WRONG] * 4
    world.begin_nested()
    assert letters.enter(world, post, zoe, code) == Outcome.RIGHT
    world.rollback()
    assert tries(world, post, zoe, [wrong[4], code]) == [Outcome.WRONG, Outcome.LOCKED]
    later(world, 29.9)
    assert tries(world, post, zoe, [code]) == [Outcome.LOCKED]


def test_what_no_letter_ever_said_is_no_try(world, post, zoe, code):
    for typed in ("", "12345678", "1234567890", "UUUUUUUUU", "é" * 9):
        with pytest.raises(InvalidInput):
            letters.enter(world, post, zoe, typed)
    assert letters.own_tries_left(world, zoe) == 5


def test_ten_thousand_guesses_lock_the_address_for_every_account(world, post, zoe, code):
    """One account, then four more at the same address however it is written: five tries together, the right codes included."""
    spellings = ("3, Rue du Port 35400 SAINT-MALO", " 3 rue du port - 35400 saint malo", ADDRESS, ADDRESS)
    others = [resident(world, post, name, words) for name, words in zip("BCDE", spellings, strict=True)]
    for member in others:
        letters.ask(world, post, member, "fr")
    of_all = dict(zip([zoe, *others], printed(world, post), strict=True))
    outcomes = []
    for number in range(2000):
        for member, right in of_all.items():
            guess = right if number % 100 == 99 else other(right, number)
            outcomes.append(letters.enter(world, post, member, guess))
    assert len(outcomes) == 10_000
    assert outcomes[:5] == [Outcome.WRONG] * 5
    assert set(outcomes[5:]) == {Outcome.LOCKED}
    assert world.scalar(select(func.count()).select_from(WrongCode)) == 5
    assert not world.scalars(select(Member).where(Member.verified_at.is_not(None))).all()
    # Just outside: the house next door.
    next_door = resident(world, post, "Nora", "5 rue du Port, 35400 Saint-Malo")
    letters.ask(world, post, next_door, "fr")
    codes = printed(world, post)
    assert letters.enter(world, post, next_door, codes[-1]) == Outcome.RIGHT


def test_guesses_at_the_same_moment_are_counted_one_by_one(database, world, post, zoe, code):
    others = [resident(world, post, name) for name in "BCD"]
    for member in others:
        letters.ask(world, post, member, "fr")
    of_all = dict(zip([zoe, *others], printed(world, post), strict=True))

    def guess(number: int) -> Outcome:
        member = list(of_all)[number % 4]
        with Session(database) as session, session.begin():
            return letters.enter(session, post, member, other(of_all[member], number))

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(40)))
    assert outcomes.count(Outcome.WRONG) == 5
    assert outcomes.count(Outcome.LOCKED) == 35


def test_whoever_comes_back_under_another_name_is_still_locked_out(world, post, zoe, code):
    tries(world, post, zoe, [other(code, n) for n in range(5)])
    world.delete(world.get(Member, zoe))
    world.commit()
    again = resident(world, post, "Zoé bis")
    letter = letters.ask(world, post, again, "fr")
    assert letter.state == "to_check"
    letters.approve(world, letter.id)
    [code] = printed(world, post)
    assert tries(world, post, again, [code]) == [Outcome.LOCKED]
    later(world, 30.1)
    letters.ask(world, post, again, "fr")
    assert tries(world, post, again, printed(world, post)) == [Outcome.RIGHT]
    assert tries(world, post, again, [code]) == [Outcome.NO_LETTER]


@pytest.mark.parametrize(("days", "outcome"), [(29.9, Outcome.RIGHT), (30.1, Outcome.EXPIRED)])
def test_a_code_serves_for_thirty_days(world, post, zoe, code, days, outcome):
    later(world, days)
    assert tries(world, post, zoe, [code]) == [outcome]


def test_the_code_of_another_letter_is_wrong(world, post, zoe, code):
    other_one = resident(world, post, "Yann", "9 rue Haute, 35400 Saint-Malo")
    letters.ask(world, post, other_one, "fr")
    codes = printed(world, post)
    assert tries(world, post, zoe, [codes[1]]) == [Outcome.WRONG]
    assert tries(world, post, other_one, [codes[1]]) == [Outcome.RIGHT]


def test_moving_house_leaves_the_letter_behind(world, post, zoe, code):
    member = world.get(Member, zoe)
    back = update(Member).where(Member.id == zoe).values(moved_at=Member.moved_at - timedelta(days=31))
    world.execute(back)
    world.execute(update(Letter).values(moved_at=Letter.moved_at - timedelta(days=31)))
    world.commit()
    accounts.move_house(world, post.sealer, zoe, THERE, ADDRESS)
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


def test_wrong_codes_of_others_are_not_told(world, post, zoe, code):
    other_one = resident(world, post, "Yann")
    letters.ask(world, post, other_one, "fr")
    [_, theirs] = printed(world, post)
    tries(world, post, other_one, [other(theirs, n) for n in range(4)])
    assert letters.own_tries_left(world, zoe) == 5
    assert letters.own_tries_left(world, other_one) == 1


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


def test_nobody_who_is_verified_gets_a_letter(world, post, zoe):
    letters.ask(world, post, zoe, "fr")
    service.prove(world, zoe, "vouching")
    assert printed(world, post) == []
    with pytest.raises(Conflict):
        letters.ask(world, post, zoe, "fr")


def test_codes_are_read_as_people_write_them():
    code = new_code()
    assert len(code) == 9
    assert plain(spaced(code).lower().replace("0", "o").replace("1", "l")) == code
    assert plain("oil oil oil") == "011011011"
    assert len({new_code() for _ in range(1000)}) == 1000
    assert (
        plain_words("12 bis,  rue de l’Église")
        == plain_words("12 BIS rue de l'eglise")
        != plain_words("12 rue de l'Église")
    )
