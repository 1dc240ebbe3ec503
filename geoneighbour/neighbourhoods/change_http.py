"""The life of a neighbourhood: /api/v1/neighbourhoods/…/changes, /api/v1/changes, moderators, earlier outlines."""

from __future__ import annotations

from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.ground import shapes
from geoneighbour.members.http import current_member
from geoneighbour.neighbourhoods import changes, moderators, queries

api = APIBlueprint("changes", __name__, url_prefix="/api/v1", tag="neighbourhoods")


class Proposal(BaseModel):
    """`why`, and what the kind needs: redraw `geometry` or `cells` (where none changed the border stays), rename `name`, merge `into` (an id)."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["redraw", "rename", "merge", "archive"]
    why: str
    geometry: dict[str, Any] | None = None
    cells: list[str] | None = None
    name: str | None = None
    into: int | None = None


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str


class Story(BaseModel):
    model_config = ConfigDict(extra="forbid")

    story: str


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    yes: bool


class Wish(BaseModel):
    """That a candidate moderates, or that a moderator does so no more."""

    model_config = ConfigDict(extra="forbid")

    wish: Literal["moderate", "end"]


class Named(BaseModel):
    """A member's id."""

    model_config = ConfigDict(extra="forbid")

    member: int


@api.get("/neighbourhoods/<int:neighbourhood_id>/changes")
def listed(neighbourhood_id: int) -> dict[str, Any]:
    """For who lives there: what is proposed or accepted, then the latest; no outlines."""
    rows = queries.changes(db(), neighbourhood_id, current_member().id)
    return {"changes": [shown(row) for row in rows]}


@api.post("/neighbourhoods/<int:neighbourhood_id>/changes")
@api.input(Proposal)
def propose(neighbourhood_id: int, json_data: Proposal) -> tuple[dict[str, Any], int]:
    """Propose a change of the neighbourhood where I live; it is discussed for three days at least."""
    return _now(proposed(neighbourhood_id, current_member().id, json_data).id), 201


@api.get("/changes/<int:change_id>")
def one(change_id: int) -> dict[str, Any]:
    """With the outlines before and after, what is gained and lost, the discussion, and what I may do."""
    return _now(change_id)


@api.post("/changes/<int:change_id>/remarks")
@api.input(Words)
def remark(change_id: int, json_data: Words) -> tuple[dict[str, Any], int]:
    changes.remark(db(), current_member().id, change_id, json_data.body)
    return _now(change_id), 201


@api.post("/changes/<int:change_id>/accept")
def accept(change_id: int) -> dict[str, Any]:
    """By a moderator, after three days. All but a new name takes effect at the weekly review."""
    changes.accept(db(), current_member().id, change_id)
    return _now(change_id)


@api.post("/changes/<int:change_id>/refuse")
def refuse(change_id: int) -> dict[str, Any]:
    changes.refuse(db(), current_member().id, change_id)
    return _now(change_id)


@api.post("/changes/<int:change_id>/withdraw")
def withdraw(change_id: int) -> dict[str, Any]:
    """By who proposed it."""
    changes.withdraw(db(), current_member().id, change_id)
    return _now(change_id)


@api.patch("/neighbourhoods/<int:neighbourhood_id>")
@api.input(Story)
def tell(neighbourhood_id: int, json_data: Story) -> tuple[str, int]:
    """A moderator writes what the neighbourhood is."""
    moderators.tell_story(db(), current_member().id, neighbourhood_id, json_data.story)
    return "", 204


@api.get("/neighbourhoods/<int:neighbourhood_id>/outlines")
def outlines(neighbourhood_id: int) -> dict[str, Any]:
    """How an open neighbourhood was drawn before, the latest first."""
    rows = queries.outlines(db(), neighbourhood_id)
    return {
        "outlines": [
            {"version": row.version, "until": row.until.isoformat(), "geometry": row.geometry} for row in rows
        ]
    }


@api.get("/neighbourhoods/<int:neighbourhood_id>/moderators")
def who(neighbourhood_id: int) -> dict[str, Any]:
    """For who lives there: moderators; candidates, how many voices they have of how many needed; whether I am asked."""
    member_id = current_member().id
    rows = queries.moderators(db(), neighbourhood_id, member_id)
    candidates = queries.candidates(db(), neighbourhood_id, member_id)
    return {
        "moderators": [{"id": row.id, "name": row.name} for row in rows],
        "candidates": [dict(row._mapping) for row in candidates],
        "asked": moderators.asked(db(), member_id, neighbourhood_id),
    }


@api.post("/neighbourhoods/<int:neighbourhood_id>/moderators")
@api.input(Named)
def name(neighbourhood_id: int, json_data: Named) -> tuple[str, int]:
    """Oneself, to be chosen by neighbours; another, who is asked first. Who accepts a moderator's word is one at once."""
    member_id = current_member().id
    if json_data.member == member_id:
        moderators.volunteer(db(), member_id, neighbourhood_id)
    else:
        moderators.name(db(), member_id, neighbourhood_id, json_data.member)
    return "", 204


@api.post("/neighbourhoods/<int:neighbourhood_id>/moderators/me/answer")
@api.input(Answer)
def answer(neighbourhood_id: int, json_data: Answer) -> tuple[str, int]:
    """When I am asked to moderate."""
    moderators.answer(db(), current_member().id, neighbourhood_id, json_data.yes)
    return "", 204


@api.delete("/neighbourhoods/<int:neighbourhood_id>/moderators/me")
def step_down(neighbourhood_id: int) -> tuple[str, int]:
    """Moderator or candidate no more."""
    moderators.step_down(db(), current_member().id, neighbourhood_id)
    return "", 204


@api.put("/neighbourhoods/<int:neighbourhood_id>/moderators/<int:member_id>/voice")
@api.input(Wish)
def give_voice(neighbourhood_id: int, member_id: int, json_data: Wish) -> tuple[str, int]:
    """My voice for a candidate, or for an end to somebody's moderating."""
    give = moderators.support if json_data.wish == "moderate" else moderators.end
    give(db(), current_member().id, neighbourhood_id, member_id)
    return "", 204


@api.delete("/neighbourhoods/<int:neighbourhood_id>/moderators/<int:member_id>/voice")
def take_back_voice(neighbourhood_id: int, member_id: int) -> tuple[str, int]:
    moderators.take_back(db(), current_member().id, neighbourhood_id, member_id)
    return "", 204


def proposed(neighbourhood_id: int, member_id: int, wanted: Proposal) -> changes.Change:
    """Proposes what is wanted; InvalidInput names what the kind lacks."""
    match wanted.kind:
        case "redraw":
            today = queries.one(db(), neighbourhood_id, member_id).geometry
            drawn = shapes.painted(wanted.cells, today) if wanted.cells else wanted.geometry
            return changes.redraw(db(), member_id, neighbourhood_id, drawn, wanted.why)
        case "rename":
            return changes.rename(db(), member_id, neighbourhood_id, wanted.name or "", wanted.why)
        case "merge":
            if wanted.into is None:
                raise InvalidInput("Choisissez un quartier ouvert qui touche le vôtre.", field="into")
            return changes.merge(db(), member_id, neighbourhood_id, wanted.into, wanted.why)
        case "archive":
            return changes.archive(db(), member_id, neighbourhood_id, wanted.why)


def shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "why": row.why,
        "name": row.name,
        "neighbourhood": {"id": row.neighbourhood_id, "name": row.neighbourhood_name},
        "into": {"id": row.into_id, "name": row.into_name} if row.into_id else None,
        "proposed_by": {"id": row.proposer_id, "name": row.proposer_name} if row.proposer_id else None,
        "mine": row.mine,
        "proposed_at": row.proposed_at.isoformat(),
        "decidable_from": (row.proposed_at + changes.DISCUSSED).isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def _now(change_id: int) -> dict[str, Any]:
    db().flush()
    member_id = current_member().id
    row = queries.change(db(), change_id, member_id)
    may = changes.choices(db(), member_id, change_id)
    return shown(row) | {
        "before": row.before,
        "after": row.after,
        "gained": row.gained,
        "lost": row.lost,
        "may": {"accept": may.accept, "refuse": may.refuse, "withdraw": may.withdraw, "discuss": may.discuss},
        "remarks": [
            {
                "id": said.id,
                "author": {"id": said.author_id, "name": said.author_name},
                "body": said.body,
                "made_at": said.made_at.isoformat(),
                "mine": said.mine,
            }
            for said in queries.remarks(db(), change_id, member_id)
        ],
    }
