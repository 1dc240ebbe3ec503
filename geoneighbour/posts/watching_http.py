"""Areas that I follow: /api/v1/watches."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict

from geoneighbour.communes.http import current
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.nearness.http import geojson
from geoneighbour.posts import watching

api = APIBlueprint("watching", __name__, url_prefix="/api/v1/watches", tag="posts")


class Watch(BaseModel):
    """One of: an open neighbourhood (its id), a commune (its code, with the country where two have it), a drawn area (GeoJSON)."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    neighbourhood: int | None = None
    commune: str | None = None
    country: str | None = None
    area: dict[str, Any] | None = None


@api.get("")
def watches() -> dict[str, Any]:
    """What I follow: what began there and was written to a commune, to those beside it or to all, I read."""
    return {"watches": [_json(area) for area in watching.of(db(), current_member().id)]}


@api.post("")
@api.input(Watch)
def watch(json_data: Watch) -> tuple[dict[str, Any], int]:
    """Follow one more area; five at most."""
    asked = json_data
    commune = current(asked.commune, asked.country) if asked.commune is not None else None
    member = current_member()
    added = watching.add(
        db(),
        member.id,
        name=asked.name,
        neighbourhood_id=asked.neighbourhood,
        commune=commune,
        area=asked.area,
    )
    return _json(added), 201


@api.delete("/<int:watch_id>")
def unwatch(watch_id: int) -> tuple[str, int]:
    """Follow it no more."""
    watching.remove(db(), current_member().id, watch_id)
    return "", 204


def _json(area: watching.Watched) -> dict[str, Any]:
    what = "neighbourhood" if area.neighbourhood_id else "commune" if area.commune_id else "area"
    return {
        "id": area.id,
        "name": area.name,
        "what": what,
        "neighbourhood": area.neighbourhood_id,
        "area": geojson(area.shape) if area.shape else None,
    }
