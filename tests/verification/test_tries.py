"""Codes: five tries, thirty days, for an account and for an address; what others do there is not told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, InvalidInput
from geoneighbour.members import addresses
from geoneighbour.members.models import Member
from geoneighbour.settings import Settings
from geoneighbour.verification import letters
from geoneighbour.verification.codes import Keys, new_code, plain, plain_words, spaced
from geoneighbour.verification.letters import Outcome
from geoneighbour.verification.models import Letter, WrongCode
from tests.verification.post import (
    ADDRESS,
    HERE,
    later,
    other,
    printed,
    resident,
    tries,
)


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


def test_a_guess_waits_for_another_at_the_same_address(database, world, post, zoe, code):
    """The fifth wrong one, of which nothing is committed yet: a sixth must not slip past beside it."""
    yann = resident(world, post, "Yann")
    letters.ask(world, post, yann, "fr")
    first, second = printed(world, post)
    tries(world, post, zoe, [other(first, n) for n in range(4)])
    letters.enter(world, post, zoe, other(first))
    with Session(database) as session:
        session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            letters.enter(session, post, yann, second)
    world.commit()
    with Session(database) as session:
        assert letters.enter(session, post, yann, second) == Outcome.LOCKED


def test_wrong_codes_of_an_account_count_at_its_next_address(world, post, zoe, code):
    tries(world, post, zoe, [other(code, n) for n in range(4)])
    world.execute(delete(Letter))
    addresses.keep(world, post.sealer, zoe, HERE, "1 place Vauban, 35400 Saint-Malo", checked=True)
    letters.ask(world, post, zoe, "fr")
    [new] = printed(world, post)
    assert tries(world, post, zoe, [other(new), new]) == [Outcome.WRONG, Outcome.LOCKED]
    world.execute(delete(Letter))
    with pytest.raises(Conflict, match="Trop de codes faux"):
        letters.ask(world, post, zoe, "fr")


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


def test_wrong_codes_of_others_are_not_told(world, post, zoe, code):
    other_one = resident(world, post, "Yann")
    letters.ask(world, post, other_one, "fr")
    [_, theirs] = printed(world, post)
    tries(world, post, other_one, [other(theirs, n) for n in range(4)])
    assert letters.own_tries_left(world, zoe) == 5
    assert letters.own_tries_left(world, other_one) == 1


def test_hashes_say_nothing_without_the_key():
    mine, theirs = (Keys(Settings(secret_key=key)) for key in ("mine", "theirs"))
    assert mine.place(ADDRESS) != theirs.place(ADDRESS)
    assert mine.code(1, "000000000") != theirs.code(1, "000000000")
    assert mine.code(1, "000000000") != mine.code(2, "000000000")


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
