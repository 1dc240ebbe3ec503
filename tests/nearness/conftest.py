"""Territories and towns, each on a database of its own; and how many cases they checked."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from geoneighbour.database import scratch, upgrade
from geoneighbour.database.engine import make_engine
from tests.conftest import CHECKED, Template
from tests.nearness.land import PLACES
from tests.nearness.sillon import sillon, small_town  # noqa: F401  (fixtures)
from tests.nearness.territory import Territory
from tests.nearness.town import Town

TERRITORIES = int(os.environ.get("GEONEIGHBOUR_PROVE", "6"))
"""How many random territories are lived through, one at each of the places; the first are always the same."""


@pytest.fixture
def town(session: Session) -> Town:
    """An empty town with the real numbers (k = 11, M = 28)."""
    return Town(session)


@pytest.fixture(
    scope="session", params=range(TERRITORIES), ids=lambda seed: f"{PLACES[seed % len(PLACES)].name}-{seed}"
)
def territory(request: pytest.FixtureRequest, template: Template) -> Iterator[Territory]:
    """A territory after three weeks of life; all tests look at the same, one territory after the other."""
    with built_on(template) as session:
        territory = Territory(session, request.param)
        territory.live()
        CHECKED["territories"] += 1
        yield territory


@contextmanager
def built_on(template: Template) -> Iterator[Session]:
    """A session on a database that several tests share."""
    name = next(template.clones)
    engine = make_engine(scratch.create(template.server, name, template.name))
    with engine.begin() as connection:
        upgrade.apply_file(connection, upgrade.sql_files()[0])
    with Session(engine) as session:
        yield session
    engine.dispose()
    scratch.drop(template.server, name)


@pytest.fixture
def checked() -> Counter[str]:
    """How many cases of each kind the properties compared; printed at the end."""
    return CHECKED
