"""Changes of a neighbourhood through the API: each step, each refusal with its field, and nothing for strangers."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from geoneighbour.nearness import review
from geoneighbour.neighbourhoods.models import Change, Moderator, Neighbourhood
from tests.kept import kept
from tests.world import box, communes, opened, settled

WHOLE, SMALLER = box(-2.06, 48.54, -2.03, 48.56), box(-2.06, 48.54, -2.04, 48.56)
BESIDE = box(-2.03, 48.54, -2.01, 48.56)
WEST, EAST = (-2.05, 48.55), (-2.035, 48.55)
NOBODY = {"moderators": [], "candidates": [], "asked": False}
WHY = "La rue du bout est à nous."


def made(world):
    """Le Sillon with ten in the west and Chloé in the east: its id, and those of Anne (moderator), Bruno, Chloé, a stranger."""
    communes(world, ["A"])
    people = [settled(world, f"P{n}", WEST[0] + n / 1e5, WEST[1]) for n in range(10)]
    people.append(settled(world, "Chloé", *EAST))
    home = opened(world, "Le Sillon", WHOLE, people)
    stranger = settled(world, "Zoé", -2.02, 48.55)
    return home, (people[0], people[1], people[-1], stranger)


@pytest.fixture
def sillon(world, logged_in):
    """The same with clients of the four."""
    home, four = kept(world, made)
    return home, *[logged_in(member) for member in four]


def propose(client, home, **what):
    return client.post(f"/api/v1/neighbourhoods/{home}/changes", json={"why": WHY, **what})


def days_pass(world, days=3):
    world.execute(update(Change).values(proposed_at=Change.proposed_at - timedelta(days=days)))
    world.commit()


def test_from_proposal_to_effect(sillon, world, visitor):
    home, anne, bruno, chloe, _ = sillon
    made = propose(bruno, home, kind="redraw", geometry=SMALLER)
    assert made.status_code == 201, made.json
    path = f"/api/v1/changes/{made.json['id']}"
    assert made.json["may"] == {"accept": False, "refuse": False, "withdraw": True, "discuss": True}
    assert chloe.post(f"{path}/remarks", json={"body": "Et moi ?"}).status_code == 201
    soon = anne.post(f"{path}/accept")
    assert (soon.status_code, soon.json["detail"]) == (
        409,
        "On en discute encore : la décision vient après trois jours.",
    )
    days_pass(world)
    seen = anne.get(path).json
    assert seen["may"]["accept"]
    assert [one["body"] for one in seen["remarks"]] == ["Et moi ?"]
    assert seen["gained"]["coordinates"] == []
    assert seen["lost"]["coordinates"] != []
    assert anne.post(f"{path}/accept").json["state"] == "accepted"
    review.run(world)
    world.commit()
    now = visitor.get(f"/api/v1/neighbourhoods/{home}").json["geometry"]
    assert box_of(now) == (-2.06, 48.54, -2.04, 48.56)
    (before,) = visitor.get(f"/api/v1/neighbourhoods/{home}/outlines").json["outlines"]
    assert (before["version"], box_of(before["geometry"])) == (1, (-2.06, 48.54, -2.03, 48.56))
    kinds = [
        [one["kind"] for one in client.get("/api/v1/notices").json["notices"]] for client in (bruno, chloe)
    ]
    assert kinds == [["redrawn"], ["left_outside"]]
    done = anne.get(path).json
    assert done["state"] == "done"
    assert box_of(done["before"]) == (-2.06, 48.54, -2.03, 48.56)
    assert [one["id"] for one in anne.get(f"/api/v1/neighbourhoods/{home}/changes").json["changes"]] == [
        done["id"]
    ]


@pytest.mark.parametrize(
    ("wanted", "status", "field"),
    [
        ({"kind": "redraw"}, 422, "geometry"),
        ({"kind": "redraw", "geometry": WHOLE}, 422, "geometry"),
        ({"kind": "redraw", "geometry": BESIDE}, 422, "geometry"),
        ({"kind": "redraw", "cells": ["8a"]}, 422, "cells"),
        ({"kind": "rename"}, 422, "name"),
        ({"kind": "rename", "name": "x" * 81}, 422, "name"),
        ({"kind": "rename", "name": "Le Sillon"}, 422, "name"),
        ({"kind": "merge"}, 422, "into"),
        ({"kind": "merge", "into": 2**70}, 422, None),
        ({"kind": "merge", "into": 999}, 422, "into"),
        ({"kind": "archive", "why": ""}, 422, "why"),
        ({"kind": "archive", "why": "x" * 501}, 422, "why"),
        ({"kind": "close"}, 422, None),
        ({"kind": "archive", "more": 1}, 422, None),
    ],
)
def test_what_is_wrong_is_said_with_its_field(sillon, world, wanted, status, field):
    home, anne, *_ = sillon
    answer = propose(anne, home, **wanted)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.json
    assert field in (None, answer.json.get("field"))
    assert world.scalar(select(func.count()).select_from(Change)) == 0


def test_who_lives_elsewhere_sees_and_does_nothing(sillon, world, visitor):
    home, anne, _, _, stranger = sillon
    change = propose(anne, home, kind="archive").json["id"]
    refused = propose(stranger, home, kind="archive")
    assert refused.status_code == 403
    assert stranger.get(f"/api/v1/neighbourhoods/{home}/changes").json == {"changes": []}
    assert stranger.get(f"/api/v1/neighbourhoods/{home}/moderators").json == NOBODY
    unknown = stranger.get("/api/v1/changes/99999")
    for method, path, body in (
        ("get", "", None),
        ("post", "/remarks", {"body": "Bonjour"}),
        ("post", "/accept", None),
        ("post", "/refuse", None),
        ("post", "/withdraw", None),
    ):
        answer = getattr(stranger, method)(f"/api/v1/changes/{change}{path}", json=body)
        assert answer.status_code in (403, 404), path
        assert WHY not in answer.text
        assert getattr(visitor, method)(f"/api/v1/changes/{change}{path}", json=body).status_code == 401
    hidden = stranger.get(f"/api/v1/changes/{change}")
    assert (hidden.status_code, hidden.json["detail"]) == (unknown.status_code, unknown.json["detail"])
    mine = world.scalar(select(Moderator.member_id))
    for body in ({"member": mine}, {"member": 99999}):
        assert stranger.post(f"/api/v1/neighbourhoods/{home}/moderators", json=body).status_code == 403
    assert stranger.patch(f"/api/v1/neighbourhoods/{home}", json={"story": "À moi."}).status_code == 403
    assert world.scalar(select(Change.state)) == "proposed"


def test_moderators_are_named_and_step_down(sillon, world):
    home, anne, bruno, chloe, _ = sillon
    path = f"/api/v1/neighbourhoods/{home}/moderators"
    members = {one["name"]: one["id"] for one in anne.get(path).json["moderators"]}
    assert members.keys() == {"P0"}
    chloes = world.scalar(select(Neighbourhood.proposed_by)) + 10
    assert chloe.post(f"{path}/me/answer", json={"yes": True}).status_code == 409
    assert anne.post(path, json={"member": chloes}).status_code == 204
    assert [one["name"] for one in bruno.get(path).json["moderators"]] == ["P0"]
    assert (chloe.get(path).json["asked"], bruno.get(path).json["asked"]) == (True, False)
    assert chloe.post(f"{path}/me/answer", json={"yes": True}).status_code == 204
    assert [one["name"] for one in bruno.get(path).json["moderators"]] == ["Chloé", "P0"]
    assert chloe.patch(f"/api/v1/neighbourhoods/{home}", json={"story": "Face à la mer."}).status_code == 204
    for client in (anne, chloe):
        assert client.delete(f"{path}/me").status_code == 204
    assert bruno.get(path).json == NOBODY
    assert bruno.get(f"/api/v1/neighbourhoods/{home}").json["story"] == "Face à la mer."


def test_the_coach_of_a_redraw_does_not_speak_of_the_neighbourhood_itself(sillon):
    home, anne, *_ = sillon

    def kinds(**more):
        answer = anne.post("/api/v1/neighbourhoods/coach", json={"geometry": SMALLER, **more})
        return {one["kind"] for one in answer.json["advice"]}

    assert "join_instead" in kinds()
    assert "join_instead" not in kinds(redrawn=home)


def test_no_answer_holds_a_home(sillon):
    home, anne, bruno, *_ = sillon
    made = propose(bruno, home, kind="redraw", geometry=SMALLER).json
    said = json.dumps([made, anne.get(f"/api/v1/changes/{made['id']}").json])
    assert "48.55" not in said.replace("48.54", "").replace("48.56", "")


def box_of(geometry) -> tuple[float, float, float, float]:
    lons, lats = zip(
        *(at for polygon in geometry["coordinates"] for ring in polygon for at in ring), strict=True
    )
    return min(lons), min(lats), max(lons), max(lats)
