"""The weekly review is killed at every moment, and goes on: what stands then is right, and in the end the same (decision 024)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour.database import scratch
from geoneighbour.database.engine import make_engine
from geoneighbour.nearness import review
from geoneighbour.nearness.models import NearnessSetting, Review, ReviewUnderWay
from geoneighbour.neighbourhoods import batches
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.neighbourhoods.models import Change, Neighbourhood
from geoneighbour.posts import service as posts
from tests.communes.test_interrupted import running, started, wait_until
from tests.conftest import Template
from tests.nearness.grid_steps import steps_between
from tests.world import box, communes, opened, settled

TOLD = {
    "residence": "member_id, zone, commune_id",
    "zone": "id, anchor",
    "zone_cell": "zone, cell",
    "spread": "cell, rings",
    "wider_area": "zone, other, rings",
    "census": "cell, members",
    "published_cell": "cell, members",
    "neighbourhood": "id, state, version, anchor, cover, successor_id",
    "neighbourhood_change": "id, state",
    "leaving": "member_id",
    "notice": "member_id, kind, about",
    "post": "id, origin_zone, key",
    "post_cell": "by, cell, post_id",
    "review": "changes",
    "review_under_way": "step",
}
"""What the review changes, without its moments and lots."""
Told = dict[str, list[str]]
SIZE = 4
WAITS = "SELECT FROM pg_locks JOIN pg_database ON oid = database WHERE datname = current_database() AND NOT granted"


class Killed(Exception):
    """In place of a signal: nothing after it is done."""


@pytest.fixture(scope="module")
def before(template: Template) -> Iterator[str]:
    """The name of a database that waits for its second review: people came, and a redraw, a merger and an archive are accepted."""
    name = next(template.clones)
    engine = make_engine(scratch.create(template.server, name, template.name))
    with Session(engine) as session:
        _live(session)
        session.commit()
    engine.dispose()
    yield name
    scratch.drop(template.server, name)


@pytest.fixture
def town_url(template: Template, before: str) -> Iterator[str]:
    """The URL of a copy of it."""
    name = next(template.clones)
    yield scratch.create(template.server, name, before)
    scratch.drop(template.server, name)


@pytest.fixture
def town(town_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The copy, reviewed in small batches."""
    monkeypatch.setattr(batches, "SIZE", SIZE)
    engine = make_engine(town_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def after(template: Template, before: str) -> tuple[Told, list[str]]:
    """What one review that nobody disturbs makes of it, and the steps of its transactions."""
    name, steps = next(template.clones), list[str]()
    engine = make_engine(scratch.create(template.server, name, before))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "SIZE", SIZE)
        review.carry_out(engine, lambda step, left: steps.append(step))
    told = _told(engine)
    engine.dispose()
    scratch.drop(template.server, name)
    return told, steps


def _live(session: Session) -> None:
    session.execute(update(NearnessSetting).values(k=3, spread_members=8))
    communes(session, ["AB"])
    squares = [box(west, 48.52, west + 0.01, 48.526) for west in (-2.09, -2.08, -2.06, -2.04)]
    kept, merging, heir, ending = (
        opened(session, f"Quartier {n}", square, [settled(session, "Anne", west + 0.002 * m, 48.522) for m in range(1, 4)])
        for n, (square, west) in enumerate(zip(squares, (-2.09, -2.08, -2.06, -2.04), strict=True))
    )  # fmt: skip
    for n in range(8):
        settled(session, "Denis", -2.07 + 0.016 * n, 48.55 + 0.004 * n)
    review.run(session)
    writer = settled(session, "Zoé", -2.039, 48.524)
    neighbourhoods.choose(session, writer, ending)
    posts.write(session, writer, "request", "Qui prête une échelle ?", "wider")
    posts.write(session, writer, "request", "Qui prête une échelle ?", "commune")
    for n in range(14):
        settled(session, "Emma", -2.035 + 0.0005 * n, 48.56)
    into = session.get_one(Neighbourhood, heir)
    smaller = shapely.box(-2.0888, 48.5212, -2.0812, 48.5248)
    # A merger wants neighbours; these two are made to touch.
    into.geom = session.get_one(Neighbourhood, merging).geom
    session.flush()
    for number, change in enumerate(
        [
            Change(
                neighbourhood_id=kept, kind="redraw", geom=from_shape(shapely.MultiPolygon([smaller]), 4326)
            ),
            Change(neighbourhood_id=merging, kind="merge", into_id=heir),
            Change(neighbourhood_id=ending, kind="archive"),
        ]
    ):
        change.state, change.why = "accepted", "Parce que."
        change.accepted_at = func.now() - timedelta(hours=number)
        session.add(change)


def _told(engine: Engine) -> Told:
    with engine.connect() as connection:
        return {
            table: sorted(
                str(tuple(row)) for row in connection.execute(text(f"SELECT {columns} FROM {table}"))
            )
            for table, columns in TOLD.items()
        }


def _holds(engine: Engine) -> None:
    """Sentences 6 and 11 for what is stored, whatever moment it is."""
    with engine.connect() as connection:

        def rows(query: str) -> list[Any]:
            return [tuple(row) for row in connection.execute(text(query))]

        covers: dict[int, set[int]] = {}
        for zone, cell in rows("SELECT zone, cell FROM zone_cell"):
            covers.setdefault(zone, set()).add(cell)
        spread = dict(rows("SELECT zone.id, spread.rings FROM zone JOIN spread ON spread.cell = zone.anchor"))
        assert spread.keys() == covers.keys()
        wider = {
            (one, other): rings for one, other, rings in rows("SELECT zone, other, rings FROM wider_area")
        }
        stale = rows("SELECT cell FROM post_cell WHERE by = 'stands' AND cell <> nearness.post_cell(cell)")
    meant = {
        (one, other): rings
        for one in covers
        for other in covers
        if one != other
        and (rings := steps_between(frozenset(covers[one]), frozenset(covers[other]))) is not None
        and rings <= max(spread[one], spread[other])
    }
    assert wider == meant
    assert not stale


def _run(engine: Engine, stop_after: int | None = None) -> int:
    """Reviews, and is killed when that many transactions were committed; returns how many were."""
    done = 0

    def told(step: str, left: int) -> None:
        nonlocal done
        done += 1
        if done == stop_after:
            raise Killed

    with suppress(Killed):
        review.carry_out(engine, told)
    return done


def test_killed_after_each_transaction(town: Engine, after: tuple[Told, list[str]]) -> None:
    """One transaction a run, and each leaves things as the rule says."""
    told, steps = after
    assert steps.count("changes") == 3
    assert steps.count("spreads") > 3
    for _ in steps[:-1]:
        assert _run(town, stop_after=1) == 1
        _holds(town)
    assert _told(town) != told
    _run(town, stop_after=1)
    assert _told(town) == told


def test_counts_of_all_parts_add_up_and_each_goes_on_where_the_last_one_stood(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, int | None]] = []

    def walk(session: Session, upto: int | None) -> review.Part:
        done.append(("walk", upto))
        number = (upto or 0) + 1
        return review.Part({"walked": number}, left=3 - number, upto=number if number < 3 else None)

    def rest(session: Session, upto: int | None) -> review.Part:
        done.append(("rest", upto))
        return review.Part({"walked": 10, "rested": 1})

    monkeypatch.setattr(review, "STEPS", {"walk": walk, "rest": rest})
    assert review.carry_out(town) == {"walked": 1 + 2 + 3 + 10, "rested": 1}
    assert done == [("walk", None), ("walk", 1), ("walk", 2), ("rest", None)]


def test_what_is_counted_comes_first_and_what_depends_on_it_last() -> None:
    """Who leaves and what is redrawn is settled before cells are published, and wider areas are those of what then stands."""
    assert list(review.STEPS) == ["census", "leave", "changes", "proposals", "cells", "spreads"]


@pytest.mark.parametrize("step", review.STEPS)
def test_killed_within_a_transaction(
    town: Engine, after: tuple[Told, list[str]], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """All of a step is done, and then the process is gone: nothing of it stands, and the next run does it again."""
    told, steps = after
    whole = review.STEPS[step]

    def broken(session: Session, upto: int | None) -> review.Part:
        whole(session, upto)
        session.flush()
        raise Killed

    with monkeypatch.context() as patch:
        patch.setitem(review.STEPS, step, broken)
        assert _run(town) == steps.index(step)
        stood = _told(town)
        assert _run(town) == 0
    assert _told(town) == stood
    review.carry_out(town)
    assert _told(town) == told


def test_a_process_that_is_killed(town_url: str, town: Engine, after: tuple[Told, list[str]]) -> None:
    """By the signal that nobody can catch, in a redraw."""
    told, steps = after
    with psycopg.connect(town_url) as holder, psycopg.connect(town_url, autocommit=True) as watcher:
        holder.execute("SELECT pg_advisory_xact_lock(hashtext('nearness.zones'))")
        with started(town_url, command=("nearness", "review")) as process:
            wait_until(lambda: watcher.execute(WAITS).rowcount)
            process.kill()
            process.wait()
        holder.rollback()
        wait_until(lambda: not running(watcher, ""))
    assert _told(town)["review_under_way"] == ["('changes',)"]
    _holds(town)
    assert _run(town) == len(steps) - steps.index("changes")
    assert _told(town) == told


def test_two_processes_end_one_review(town: Engine) -> None:
    counts: list[dict[str, int]] = []

    def meanwhile(step: str, left: int) -> None:
        if not counts:
            counts.append(review.carry_out(town))

    counts.append(review.carry_out(town, meanwhile))
    with Session(town) as session:
        assert session.scalar(select(func.count()).select_from(Review)) == 2
        assert session.scalar(select(func.count()).select_from(ReviewUnderWay)) == 0
    assert counts[0] == counts[1]


def test_one_that_was_broken_off_long_ago_is_followed_by_another(town: Engine) -> None:
    _run(town, stop_after=1)
    with Session(town) as session, session.begin():
        session.execute(update(ReviewUnderWay).values(began_at=func.now() - timedelta(days=6)))
        settled(session, "Fanny", -2.0, 48.58)
    members = review.carry_out(town)["members"]
    with Session(town) as session:
        counted = session.scalars(select(Review.changes).order_by(Review.id.desc()).limit(2)).all()
    assert [one["members"] for one in counted] == [members, members - 1]


def test_abandoned_spreads_are_found_by_a_join(session: Session) -> None:
    """Else 280,000 spreads walk through 300,000 anchors each: half an hour at a million members was not enough."""
    plan = session.execute(text(f"EXPLAIN {review.ABANDONED}")).scalars()
    assert any("Anti Join" in line for line in plan)
