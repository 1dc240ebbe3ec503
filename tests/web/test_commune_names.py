"""Communes of two languages bear their reader's name for them wherever a sentence names them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from geoneighbour.communes.models import Commune
from tests.world import box, communes, opened, settled

HERE, NEXT = (-2.04, 48.55), (-1.96, 48.55)


@pytest.fixture
def brussels(world, logged_in):
    """A is Bruxelles or Brussel, eleven people live there; B beside it has one name."""
    ids = communes(world, ["AB"])
    names = {"fr": "Bruxelles", "nl": "Brussel"}
    world.execute(update(Commune).where(Commune.id == ids["A"]).values(name="Bruxelles", names=names))
    people = [settled(world, f"P{n}", HERE[0] + n / 1e5, HERE[1]) for n in range(11)]
    opened(world, "Marolles", box(-2.06, 48.54, -2.03, 48.56), people)
    reader = settled(world, "Mia", *NEXT)
    world.commit()
    author = logged_in(people[0])
    asked = author.post(
        "/api/v1/posts", json={"kind": "request", "body": "Une échelle ?", "reach": "commune_adjacent"}
    )
    assert asked.status_code == 201, asked.json
    return author, logged_in(reader)


@pytest.mark.parametrize(
    ("language", "name", "other"),
    [("nl", "Brussel", "Bruxelles"), ("fr", "Bruxelles", "Brussel"), ("en", "Bruxelles", "Brussel")],
)
def test_reasons_coach_and_lists_name_it_so(brussels, visitor, language, name, other):
    author, reader = brussels
    tongue = {"Accept-Language": language}
    (why,) = [post["why"] for post in reader.get("/api/v1/feed", headers=tongue).json["items"]]
    drawn = {"geometry": box(-2.06, 48.53, -2.03, 48.56)}
    advice = author.post("/api/v1/neighbourhoods/coach", json=drawn, headers=tongue).json["advice"]
    (under,) = [one["text"] for one in advice if one["kind"] == "communes"]
    lively = visitor.get("/localites", headers=tongue).text
    for said in (why, under, lively):
        assert f"{name}" in said
        assert f"{other} " not in said
        assert f"{other}." not in said
    assert name in visitor.get(f"/localites?q={name[:5]}", headers=tongue).text
