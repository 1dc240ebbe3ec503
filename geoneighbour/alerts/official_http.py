"""Where authorities' systems send CAP 1.2: POST /api/v1/cap with a key of `geoneighbour alerts feeds add`."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import request

from geoneighbour.alerts import official
from geoneighbour.cap.reading import read
from geoneighbour.database.http import db

api = APIBlueprint("official", __name__, url_prefix="/api/v1", tag="alerts")


@api.post("/cap")
def take() -> dict[str, str]:
    """`Authorization: Bearer <key>` and a CAP 1.2 message: `became` says what it is here. Sent twice it is taken once."""
    feed = official.of_key(db(), request.headers.get("Authorization", "").removeprefix("Bearer ").strip())
    return {"became": official.take(db(), feed, read(request.get_data()))}
