"""Whom something is for, as forms ask it: of posts and of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError, InvalidInput
from geoneighbour.ground.points import Point
from geoneighbour.nearness import service as nearness
from geoneighbour.posts import preview, reaching
from geoneighbour.web.pages.forms import drawn_area, typed

USUAL = "wider"
RADII_M = (500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000, 15000, 20000, 30000, 50000)
"""The steps of the slider, and the list that stands for it without a script: each about 1.4 times the one before."""
USUAL_RADIUS_M = 3000


def taken(reach: str) -> dict[str, Any]:
    """What the form says that a reach takes besides, as reaching.reached wants it."""
    match reach:
        case "radius":
            return {"radius_m": request.form.get("radius_m", type=int), "place": _place()}
        case "area":
            return {"area": drawn_area(), "on_homes": bool(typed("on_homes"))}
        case "commune":
            return {"on_homes": bool(typed("on_homes"))}
    return {}


def given(member_id: int, reach: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """What posts/reaches.html and posts/reach_more.html are made of; without a script the numbers beside the choices are the preview."""
    people = {}
    offered = reaching.offered(db(), member_id)
    for choice in preview.UP_TO:
        try:
            people[choice] = nearness.preview(db(), member_id, choice).people
        except GeoneighbourError:
            offered.remove(choice)
    radius_m = fields.get("radius_m", "")
    return {
        "reach": reach,
        "fields": {
            "radius_m": int(radius_m) if radius_m.isdecimal() else USUAL_RADIUS_M,
            **{name: fields.get(name, "") for name in ("around", "lon", "lat", "area", "on_homes")},
        },
        "people": people,
        "offered": offered,
        "radii": RADII_M,
        "speaks_for_commune": reaching.speaks_for_commune(db(), member_id),
    }


def _place() -> Point | None:
    if typed("around") != "place":
        return None
    try:
        return Point(float(typed("lon")), float(typed("lat")))
    except ValueError:
        raise InvalidInput(
            "Choisissez d’abord un lieu : touchez la carte, ou cherchez-le.", field="place"
        ) from None
