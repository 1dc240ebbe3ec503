"""Random members, proofs, blocks and words: nearness.may_vouch says what an oracle in Python says, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from geoneighbour.members.models import Block, Member
from geoneighbour.nearness.models import NearnessSetting
from geoneighbour.verification.models import Proof, Vouch
from tests.conftest import CHECKED
from tests.world import communes, settled

ZONES = [(-2.0551, 48.545), (-2.0451, 48.545)]
PEOPLE = 6
STRONG = {"postcard", "document", "operator"}
WAYS = ["postcard", "postcard", "document", "operator", "vouching", "connection"]
PAIRS = [(a, b) for a in range(PEOPLE) for b in range(PEOPLE) if a != b]
ALLOWED = text("SELECT nearness.may_vouch(:voucher, :asker)")


@dataclass(frozen=True)
class Person:
    unusual: bool
    """Of the first three who are verified, of the others who are not."""
    paused: bool
    suspended: bool
    proofs: frozenset[tuple[str, bool]]
    """Ways, and whether each is of the present home."""


@dataclass(frozen=True)
class Word:
    pair: tuple[int, int]
    days: int
    present: bool


# Mostly nothing stands in the way, so that pairs which may are met as often as those which may not.
seldom = st.sampled_from([True] + [False] * 8)
persons = st.builds(
    Person,
    seldom,
    seldom,
    seldom,
    st.frozensets(
        st.tuples(st.sampled_from(WAYS), st.sampled_from([True, True, True, False])), min_size=1, max_size=3
    ),
)
words = st.builds(Word, st.sampled_from(PAIRS), st.sampled_from([0, 28, 29, 31, 32]), st.booleans())


def is_verified(people: list[Person], number: int) -> bool:
    return (number < PEOPLE // 2) != people[number].unusual


def may(people: list[Person], blocks: set, said: list[Word], most: int, voucher: int, asker: int) -> bool:
    """The decision record, read aloud. Those with even numbers live in one place, the others next door."""
    a, b = people[voucher], people[asker]
    counts = is_verified(people, voucher) and not (a.paused or a.suspended)
    counts = counts and any(way in STRONG and present for way, present in a.proofs)
    newcomer = not (is_verified(people, asker) or b.paused or b.suspended)
    neighbours = voucher % 2 == asker % 2
    blocked = bool({(voucher, asker), (asker, voucher)} & blocks)
    used = sum(word.pair[0] == voucher and word.days < 30 for word in said)
    again = any(word.pair == (voucher, asker) and word.present for word in said)
    return counts and newcomer and neighbours and not blocked and used < most and not again


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    people=st.lists(persons, min_size=PEOPLE, max_size=PEOPLE),
    blocks=st.sets(st.sampled_from(PAIRS), max_size=3),
    said=st.lists(words, max_size=6, unique_by=lambda word: (word.pair, word.present)),
    most=st.integers(1, 3),
)
def compared(session: Session, ids: list[int], people, blocks, said, most) -> None:
    with session.begin_nested() as point:
        now = datetime.now(UTC)
        session.execute(update(NearnessSetting).values(vouches_most=most, vouches_days=30))
        for number, (member_id, person) in enumerate(zip(ids, people, strict=True)):
            values = {
                "verified_at": now if is_verified(people, number) else None,
                "paused_at": now if person.paused else None,
                "suspended_at": now if person.suspended else None,
            }
            session.execute(update(Member).where(Member.id == member_id).values(values))
            moved = session.get_one(Member, member_id).moved_at
            for way, present in person.proofs:
                at = moved if present else moved - timedelta(days=40)
                session.add(Proof(member_id=member_id, way=way, moved_at=at))
        session.add_all(Block(blocker_id=ids[a], blocked_id=ids[b]) for a, b in blocks)
        for word in said:
            voucher, asker = (ids[one] for one in word.pair)
            moved = session.get_one(Member, asker).moved_at
            at = moved if word.present else moved - timedelta(days=40)
            session.add(
                Vouch(
                    voucher_id=voucher,
                    asker_id=asker,
                    moved_at=at,
                    vouched_at=now - timedelta(days=word.days),
                )
            )
        session.flush()
        for voucher, asker in PAIRS:
            found = session.scalar(ALLOWED, {"voucher": ids[voucher], "asker": ids[asker]})
            expected = may(people, blocks, said, most, voucher, asker)
            assert found == expected, (voucher, asker)
            CHECKED["pairs of voucher and asker"] += 1
            CHECKED["of them, may vouch"] += expected
        point.rollback()
    session.expire_all()


def test_the_rule_is_the_oracles(session: Session) -> None:
    communes(session, ["A"])
    ids = [settled(session, f"P{number}", *ZONES[number % 2]) for number in range(PEOPLE)]
    session.flush()
    compared(session, ids)
