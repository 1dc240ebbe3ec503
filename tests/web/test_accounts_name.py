"""Neighbours read a first name, and its owner may add an initial."""

from __future__ import annotations

import pytest

from geoneighbour.members.models import Member
from tests.world import communes, settled


@pytest.fixture
def zoe(world, logged_in):
    communes(world, ["A"])
    member = settled(world, "Zoé", -2.05, 48.55)
    return logged_in(member), member


def name(world, member: int) -> str:
    world.rollback()
    return world.get_one(Member, member, populate_existing=True).name


@pytest.mark.parametrize(("typed", "read"), [("m", "Zoé M."), (" É. ", "Zoé É."), ("", "Zoé")])
def test_an_initial_comes_and_goes(zoe, world, typed, read):
    client, me = zoe
    for first in ("X", typed):
        assert client.post("/compte/profil", data={"initial": first}).status_code == 302
    assert name(world, me) == read
    assert client.patch("/api/v1/me", json={"initial": "k"}).status_code == 200
    assert name(world, me) == "Zoé K."
    client.post("/compte/profil", data={"about": "Bonjour"})
    assert name(world, me) == "Zoé K."


@pytest.mark.parametrize("typed", ["Martin", "4", "!", "M B"])
def test_more_than_a_letter_is_refused_beside_the_field(zoe, world, typed):
    client, me = zoe
    answer = client.post("/compte/profil", data={"initial": typed})
    assert answer.status_code == 422
    assert "problem-initial" in answer.text
    assert name(world, me) == "Zoé"
