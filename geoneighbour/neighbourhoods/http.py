"""Pick, draw, support, join, leave: /api/v1/neighbourhoods."""

from __future__ import annotations

from typing import Any, Self

from apiflask import APIBlueprint
from flask_security import current_user
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Row

from geoneighbour.database.http import db
from geoneighbour.ground import shapes
from geoneighbour.members.http import current_member, own_home
from geoneighbour.neighbourhoods import coach, queries, service, suggestions, words
from geoneighbour.neighbourhoods.numbers import people

api = APIBlueprint("neighbourhoods", __name__, url_prefix="/api/v1", tag="neighbourhoods")


class Drawn(BaseModel):
    """A shape around one's home: `geometry`, a GeoJSON Polygon or MultiPolygon (EPSG:4326), or `cells`, H3 at resolution 10."""

    model_config = ConfigDict(extra="forbid")

    geometry: dict[str, Any] | None = None
    cells: list[str] | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.geometry is None) == (self.cells is None):
            raise ValueError("give geometry or cells")
        return self

    def shape(self, over: Any = None) -> Any:
        """GeoJSON; where it was painted the union of the cells, or `over` with what they change. InvalidShape for what is no cell."""
        return self.geometry if self.cells is None else shapes.painted(self.cells, over)


class Proposal(Drawn):
    name: str
    story: str = ""


class Looked(Drawn):
    """`redrawn`: the neighbourhood that it is a new outline of."""

    redrawn: int | None = None


class Search(BaseModel):
    q: str = Field("", max_length=80)
    limit: int = Field(50, ge=1, le=200)


def shown(row: Row[Any], with_geometry: bool = False) -> dict[str, Any]:
    answer = {
        "id": row.id,
        "name": row.name,
        "story": row.story,
        "state": row.state,
        "stage": row.stage,
        "people": people(row.people) if row.state == "open" else None,
        "mine": row.mine,
        "supported": row.supported,
        "covers_home": row.covers_home,
        "official": {"scheme": row.scheme, "vintage": row.vintage, "source": row.source}
        if row.scheme
        else None,
    }
    return answer | {"geometry": row.geometry} if with_geometry else answer


@api.get("/neighbourhoods")
@api.input(Search, location="query")
def listed(query_data: Search) -> dict[str, Any]:
    """For a member: those around, proposed ones too, those that cover the home first. For others: open ones by name."""
    if _is_member():
        rows = queries.around(db(), current_member().id)
    else:
        rows = queries.named(db(), query_data.q, query_data.limit)
    return {"neighbourhoods": [shown(row, with_geometry=row.state == "proposed") for row in rows]}


@api.get("/neighbourhoods/<int:neighbourhood_id>")
def one(neighbourhood_id: int) -> dict[str, Any]:
    row = queries.one(db(), neighbourhood_id, current_member().id if _is_member() else None)
    return shown(row, with_geometry=True)


@api.post("/neighbourhoods")
@api.input(Proposal)
def propose(json_data: Proposal) -> tuple[dict[str, Any], int]:
    """Propose a neighbourhood around one's home; it opens when enough verified neighbours support it."""
    drawn = service.propose(db(), current_member().id, json_data.name, json_data.story, json_data.shape())
    return _now(drawn.id), 201


@api.post("/neighbourhoods/coach")
@api.input(Looked)
def coached(json_data: Looked) -> dict[str, Any]:
    """What to know, and to better, about a shape while it is drawn; nothing is kept."""
    member_id, redrawn = current_member().id, json_data.redrawn
    today = queries.one(db(), redrawn, member_id).geometry if redrawn else None
    advice = coach.look(db(), member_id, json_data.shape(today), redrawn)
    return {
        "advice": [
            {"kind": one.kind, "level": one.level, "text": words.advice(one), "about": one.about}
            for one in advice
        ]
    }


@api.get("/neighbourhoods/suggestions")
def suggested() -> dict[str, Any]:
    """Cells to begin a drawing with, around one's own home."""
    found = suggestions.suggestions(db(), current_member().id, own_home())
    return {"suggestions": [{"kind": one.kind, "cells": one.cells} for one in found]}


@api.post("/neighbourhoods/<int:neighbourhood_id>/support")
def support(neighbourhood_id: int) -> dict[str, Any]:
    service.support(db(), current_member().id, neighbourhood_id)
    return _now(neighbourhood_id)


@api.delete("/me/support")
def withdraw() -> tuple[str, int]:
    service.withdraw(db(), current_member().id)
    return "", 204


@api.post("/neighbourhoods/<int:neighbourhood_id>/join")
def join(neighbourhood_id: int) -> dict[str, Any]:
    """Make an open neighbourhood that covers one's home one's own."""
    service.choose(db(), current_member().id, neighbourhood_id)
    return _now(neighbourhood_id)


@api.delete("/me/neighbourhood")
def leave() -> tuple[str, int]:
    """Back to the surroundings of one's home."""
    service.leave(db(), current_member().id)
    return "", 204


def _now(neighbourhood_id: int) -> dict[str, Any]:
    db().flush()
    return shown(queries.one(db(), neighbourhood_id, current_member().id), with_geometry=True)


def _is_member() -> bool:
    return bool(current_user.is_authenticated)
