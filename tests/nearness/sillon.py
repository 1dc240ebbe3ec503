"""Le Sillon, an open neighbourhood of three, and what tests of its changes share."""

from __future__ import annotations

import pytest
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from geoneighbour.members.models import Notice
from geoneighbour.neighbourhoods import changes
from geoneighbour.neighbourhoods.models import Change
from tests.grid import Grid, geojson
from tests.nearness.oracle_review import Numbers
from tests.nearness.town import Town

WHY = "La rue du bout est à nous."
WHOLE = Grid("P P P .").areas()["P"]
LEFT = Grid("P P . .").areas()["P"]
A, B, C, D = (Grid("a b c d").points()[letter] for letter in "abcd")


@pytest.fixture
def small_town(session) -> Town:
    """An empty town in which three open a neighbourhood."""
    return Town(session, Numbers(k=3, m=4))


@pytest.fixture
def sillon(small_town: Town) -> tuple[int, int, int, int]:
    """Le Sillon (WHOLE): its id, then Anne in the west (who drew it, moderator), Bruno in the middle, Chloé in the east."""
    town = small_town
    people = [town.join(home, name=name) for home, name in ((A, "Anne"), (B, "Bruno"), (C, "Chloé"))]
    return town.open(WHOLE, people), *people


def redraw(town: Town, member: int, neighbourhood: int, shape: BaseGeometry = LEFT) -> Change:
    """Proposed, no more."""
    return changes.redraw(town.session, member, neighbourhood, geojson(shape), WHY)


def told(town: Town, member: int) -> list[str]:
    """The kinds of the notices that a member got."""
    town.session.flush()
    notices = select(Notice.kind).where(Notice.member_id == member).order_by(Notice.id)
    return list(town.session.scalars(notices))
