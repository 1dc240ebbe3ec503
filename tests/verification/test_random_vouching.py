"""Random members, proofs, blocks and words: nearness.may_vouch says what an oracle in Python says, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from geoneighbour.members.models import Block, Member
from geoneighbour.nearness.models import NearnessSetting
from geoneighbour.verification.models import Proof, Vouch
from tests.conftest import CHECKED
from tests.world import communes, settled

ZONES = [(-2.0551, 48.545), (-2.0451, 48.545)]
PEOPLE, LIVES = 6, 60
STRONG = {"postcard", "document", "operator"}
WAYS = ["postcard", "postcard", "document", "operator", "vouching", "connection"]
PAIRS = [(a, b) for a in range(PEOPLE) for b in range(PEOPLE) if a != b]
ALLOWED = text(
    "SELECT voucher, asker, nearness.may_vouch(voucher, asker)"
    " FROM unnest(:ids) AS voucher, unnest(:ids) AS asker WHERE voucher <> asker"
)


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


@dataclass(frozen=True)
class Life:
    """Six people, who blocked whom, who vouched for whom, and how often one may."""

    people: list[Person]
    blocks: set[tuple[int, int]]
    said: list[Word]
    most: int


def life(chance: Random) -> Life:
    """Mostly nothing stands in the way, so that pairs which may are met as often as those which may not."""

    def seldom() -> bool:
        return chance.random() < 0.1

    def person() -> Person:
        proofs = frozenset((chance.choice(WAYS), not seldom()) for _ in range(chance.randint(0, 3)))
        return Person(seldom(), seldom(), seldom(), proofs)

    pairs = chance.sample([pair for pair in PAIRS if pair[0] < PEOPLE // 2], chance.randint(0, 5))
    said = [Word(pair, chance.choice([0, 28, 29, 31]), chance.random() < 0.5) for pair in pairs]
    blocks = set(chance.sample(PAIRS, chance.randint(0, 4)))
    return Life([person() for _ in range(PEOPLE)], blocks, said, chance.randint(1, 2))


def is_verified(people: list[Person], number: int) -> bool:
    return (number < PEOPLE // 2) != people[number].unusual


def may(one: Life, voucher: int, asker: int) -> bool:
    """The decision record, read aloud. Those with even numbers live in one place, the others next door."""
    people = one.people
    a, b = people[voucher], people[asker]
    counts = is_verified(people, voucher) and not (a.paused or a.suspended)
    counts = counts and any(way in STRONG and present for way, present in a.proofs)
    newcomer = not (is_verified(people, asker) or b.paused or b.suspended)
    neighbours = voucher % 2 == asker % 2
    blocked = bool({(voucher, asker), (asker, voucher)} & one.blocks)
    used = sum(word.pair[0] == voucher and word.days < 30 for word in one.said)
    again = any(word.pair == (voucher, asker) and word.present for word in one.said)
    return counts and newcomer and neighbours and not blocked and used < one.most and not again


def compare(session: Session, ids: list[int], one: Life) -> None:
    with session.begin_nested() as point:
        now = datetime.now(UTC)
        session.execute(update(NearnessSetting).values(vouches_most=one.most, vouches_days=30))
        for number, (member_id, person) in enumerate(zip(ids, one.people, strict=True)):
            values = {
                "verified_at": now if is_verified(one.people, number) else None,
                "paused_at": now if person.paused else None,
                "suspended_at": now if person.suspended else None,
            }
            session.execute(update(Member).where(Member.id == member_id).values(values))
            moved = session.get_one(Member, member_id).moved_at
            for way, present in person.proofs:
                at = moved if present else moved - timedelta(days=40)
                session.add(Proof(member_id=member_id, way=way, moved_at=at))
        session.add_all(Block(blocker_id=ids[a], blocked_id=ids[b]) for a, b in one.blocks)
        for word in one.said:
            voucher, asker = (ids[number] for number in word.pair)
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
        found = {(row[0], row[1]): row[2] for row in session.execute(ALLOWED, {"ids": ids})}
        expected = {(ids[a], ids[b]): may(one, a, b) for a, b in PAIRS}
        assert found == expected
        CHECKED["pairs of voucher and asker"] += len(expected)
        CHECKED["of them, may vouch"] += sum(expected.values())
        point.rollback()
    session.expire_all()


def test_the_rule_is_the_oracles(session: Session) -> None:
    communes(session, ["A"])
    ids = [settled(session, f"P{number}", *ZONES[number % 2]) for number in range(PEOPLE)]
    session.flush()
    for seed in range(LIVES):
        compare(session, ids, life(Random(seed)))
