"""Moving house: PUT /api/v1/me/home."""

from __future__ import annotations

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from geoneighbour.accounts import service
from geoneighbour.database.http import db
from geoneighbour.ground.points import Point
from geoneighbour.members.http import current_member, sealer

api = APIBlueprint("accounts", __name__, url_prefix="/api/v1", tag="members")


class NewHome(BaseModel):
    """Degrees, EPSG:4326; the postal address in words, where it is known."""

    model_config = ConfigDict(extra="forbid")

    lon: float
    lat: float
    address: str | None = Field(None, min_length=3, max_length=200)


@api.put("/me/home")
@api.input(NewHome)
def move(json_data: NewHome) -> tuple[str, int]:
    """Once in 30 days. I am a visitor afterwards, until the new address is verified."""
    home = Point(json_data.lon, json_data.lat)
    service.move_house(db(), sealer(), current_member().id, home, json_data.address)
    return "", 204
