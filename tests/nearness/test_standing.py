"""Who stands before the rule is kept beside where they live (sql/12_standing.sql), whichever way a member comes and changes."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

KNOWN = text(
    "SELECT member_id, zone, commune_id, hidden_from_wider, home_cell FROM nearness.person ORDER BY 1"
)
DEFINED = text("""
    SELECT member.id, residence.zone, residence.commune_id, member.hidden_from_wider, residence.home_cell
    FROM member JOIN residence ON residence.member_id = member.id
    WHERE member.verified_at IS NOT NULL
      AND member.paused_at IS NULL
      AND NOT nearness.suspended(member.suspended_at, member.suspended_until)
    ORDER BY 1
""")
CHANGES = [
    "UPDATE member SET verified_at = now() WHERE id = :m",
    "UPDATE member SET verified_at = now() - interval '1 year' WHERE id % 3 = :m % 3",
    "UPDATE member SET verified_at = NULL, moved_at = now() WHERE id = :m",
    "UPDATE member SET paused_at = now() WHERE id = :m",
    "UPDATE member SET paused_at = NULL WHERE id = :m",
    "UPDATE member SET suspended_at = now(), suspended_until = NULL WHERE id = :m",
    "UPDATE member SET suspended_at = now(), suspended_until = now() + interval '1 day' WHERE id = :m",
    "UPDATE member SET suspended_until = now() - interval '1 second' WHERE id = :m",
    "UPDATE member SET suspended_until = now() WHERE id = :m",
    "UPDATE member SET suspended_at = NULL, suspended_until = NULL WHERE id = :m",
    "UPDATE member SET suspended_at = NULL WHERE id = :m",
    "UPDATE member SET hidden_from_wider = NOT hidden_from_wider WHERE id = :m",
    "UPDATE member SET name = 'Camille', findable = true WHERE id = :m",
    "UPDATE residence SET zone = 2, home_cell = home_cell + 1 WHERE member_id = :m",
    "UPDATE residence SET zone = 1 WHERE zone = 2",
    "DELETE FROM residence WHERE member_id = :m",
    "INSERT INTO residence (member_id, zone, surroundings, home_cell) VALUES (:m, 1, 9, 9) ON CONFLICT DO NOTHING",
    "INSERT INTO residence (member_id, zone, surroundings, home_cell) VALUES (:m, 2, 9, 9)"
    " ON CONFLICT (member_id) DO UPDATE SET zone = excluded.zone",
    # What is said of the standing is not asked.
    "INSERT INTO residence (member_id, zone, surroundings, home_cell, known_from, hidden_from_wider)"
    " VALUES (:m, 1, 9, 9, '-infinity', true) ON CONFLICT DO NOTHING",
]


@pytest.fixture
def people(session: Session) -> Iterator[list[int]]:
    """A dozen members, some verified; half of them live somewhere."""
    session.execute(text("INSERT INTO zone (id, anchor) VALUES (1, 1), (2, 2)"))
    made = "INSERT INTO member (name, verified_at) SELECT 'Anne', CASE WHEN n % 2 = 0 THEN now() END"
    ids = list(session.scalars(text(f"{made} FROM generate_series(1, 12) AS n RETURNING id")))
    session.execute(
        text(
            "INSERT INTO residence (member_id, zone, surroundings, home_cell)"
            " SELECT id, 1, 9, 9 FROM member WHERE id % 4 < 2"
        )
    )
    yield ids
    session.rollback()


def differs(session: Session, people: list[int], changes: list[str], seed: int) -> bool:
    """Whether, at any time, the rule knows others than whom it should."""
    lot = random.Random(seed)
    for _ in range(150):
        session.execute(text(lot.choice(changes)), {"m": lot.choice(people)})
        if session.execute(KNOWN).all() != session.execute(DEFINED).all():
            return True
    return False


@pytest.mark.parametrize("seed", range(4))
def test_the_rule_knows_whom_it_should_after_each_change(
    session: Session, people: list[int], seed: int
) -> None:
    assert not differs(session, people, CHANGES, seed)


@pytest.mark.parametrize(("table", "trigger"), [("residence", "take_standing"), ("member", "keep_standing")])
def test_each_trigger_is_needed(session: Session, people: list[int], table: str, trigger: str) -> None:
    session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
    assert differs(session, people, CHANGES, 0)


def test_a_suspension_ends_by_itself(session: Session, people: list[int]) -> None:
    """No job has to run at that time: the rule compares with now."""
    anne = people[1]
    session.execute(text("DELETE FROM residence"))
    session.execute(
        text("INSERT INTO residence (member_id, zone, surroundings, home_cell) VALUES (:m, 1, 9, 9)"),
        {"m": anne},
    )
    until = "UPDATE member SET suspended_at = now(), suspended_until = now() + interval '{}' WHERE id = :m"
    for length, known in (("1 microsecond", 0), ("0 seconds", 1)):
        session.execute(text(until.format(length)), {"m": anne})
        assert len(session.execute(KNOWN).all()) == known
