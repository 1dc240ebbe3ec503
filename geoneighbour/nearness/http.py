"""Where am I, who is near: /api/v1/place, /me, /contacts; and the base map's tiles."""

from __future__ import annotations

from typing import Any

import shapely
from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, ConfigDict
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select

from geoneighbour.communes import words as communes
from geoneighbour.communes.models import Commune
from geoneighbour.database.http import db
from geoneighbour.errors import NotFound
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.members.http import choices_json, current_member, own_home
from geoneighbour.nearness import service, words
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.neighbourhoods.numbers import people

api = APIBlueprint("nearness", __name__, url_prefix="/api/v1", tag="nearness")
tiles = APIBlueprint("tiles", __name__, enable_openapi=False)


class Where(BaseModel):
    """Degrees, EPSG:4326. In the body, so that no log holds it."""

    model_config = ConfigDict(extra="forbid")

    lon: float
    lat: float


@api.post("/place")
@api.input(Where)
def place(json_data: Where) -> dict[str, Any]:
    """What is at a point, for anyone: commune, open neighbourhoods, surroundings, about how many people."""
    found = service.place(db(), Point(json_data.lon, json_data.lat))
    return {
        "commune": {"code": found.commune.code, "name": communes.name(found.commune)}
        if found.commune
        else None,
        "neighbourhoods": [
            {"id": row.id, "name": row.name, "story": row.story, "state": "open"}
            for row in found.neighbourhoods
        ],
        "surroundings": {
            "cell": cells.to_text(found.surroundings),
            "geometry": geojson(cells.outline(found.surroundings)),
        },
        "people": {
            "neighbourhood": people(found.own.people),
            "wider": people(found.wider.people),
        },
        "requests": people(found.requests),
        "area": geojson(found.wider.shape),
    }


@api.get("/me")
def me() -> dict[str, Any]:
    """Who I am and where I live: the one answer that holds a home, for its owner alone."""
    member = current_member()
    home = service.residence(db(), member.id)
    point = own_home()
    neighbourhood = db().get(Neighbourhood, home.zone)
    commune = db().get(Commune, home.commune_id) if home.commune_id else None
    return {
        "id": member.id,
        "name": member.name,
        "verified": member.verified_at is not None,
        **choices_json(member),
        "commune": {"code": commune.code, "name": communes.name(commune)} if commune else None,
        "home_neighbourhood": {
            "kind": "neighbourhood" if neighbourhood else "surroundings",
            "id": neighbourhood.id if neighbourhood else None,
            "name": neighbourhood.name if neighbourhood else None,
            "cell": None if neighbourhood else cells.to_text(home.zone),
        },
        "home": {"lon": point.lon, "lat": point.lat},
    }


@api.get("/me/map")
def my_map() -> dict[str, Any]:
    """My neighbourhood, the wider area with its open neighbourhoods, and people as shaded published cells."""
    member = current_member()
    neighbourhood = db().get(Neighbourhood, service.residence(db(), member.id).zone)
    own, wider = (service.preview(db(), member.id, reach) for reach in ("neighbourhood", "wider"))
    return {
        "home_neighbourhood": feature(
            geojson(own.shape), id=neighbourhood.id if neighbourhood else None, people=people(own.people)
        ),
        "wider_area": feature(geojson(wider.shape), people=people(wider.people)),
        "neighbourhoods": collection(
            feature(row.geometry, id=row.id, name=row.name, rings=row.rings, people=people(row.people))
            for row in service.wider_neighbourhoods(db(), member.id)
        ),
        "cells": collection(
            feature(row.geometry, id=row.cell, people=people(row.people), shade=_shade(row.density))
            for row in service.cells_in(db(), wider.shape)
        ),
    }


@api.get("/contacts")
def contacts() -> dict[str, Any]:
    """The roll of one's own open neighbourhood, and the neighbourhoods of the wider area. Visitors: who lets them find them, no number."""
    member = current_member()
    found = service.found_by(db(), member.id)
    if found is not None:
        visible = [{"id": r.id, "name": r.name, "about": r.about, "can_help": r.can_help} for r in found]
        return {"findable": visible, "neighbours": None, "count": None, "about": None, "wider": []}
    near = service.contacts(db(), member.id)
    return {
        "findable": None,
        "neighbours": near.roll,
        "count": None if near.roll is None else len(near.roll),
        "about": people(near.people),
        "wider": [
            row
            | {
                "people": people(row["people"]),
                "sentence": words.in_wider_area(row["name"], near.home, row["rings"]),
            }
            for row in near.wider
        ],
    }


@api.get("/members/<int:member_id>")
def profile(member_id: int) -> dict[str, Any]:
    """What somebody I have met says of themselves, how near they are, and why. Their posts: /feed?author=."""
    row = service.profile(db(), current_member().id, member_id)
    return {
        "id": row.id,
        "name": row.name,
        "about": row.about,
        "can_help": row.can_help,
        "since": f"{row.since:%Y-%m}",
        "tier": row.tier,
        "rings": row.rings,
        "sentence": words.why(row, row.other_kind, row.other_name, row.other_commune),
    }


@tiles.get("/tiles/<int:z>/<int:x>/<int:y>.mvt")
def tile(z: int, x: int, y: int) -> Response:
    """The base map: communes and open neighbourhoods."""
    exists(z, x, y)
    return vector_tile(db().scalar(select(func.nearness.tile(z, x, y))))


def exists(z: int, x: int, y: int) -> None:
    """NotFound where there is no such tile."""
    if z > 22 or x >= 2**z or y >= 2**z:
        raise NotFound


def vector_tile(body: bytes | None) -> Response:
    """A tile that is the same for everybody, kept for five minutes and then asked for by its content."""
    response = Response(bytes(body or b""), mimetype="application/vnd.mapbox-vector-tile")
    response.cache_control.max_age = 300
    response.cache_control.public = True
    response.add_etag()
    response.make_conditional(request)
    return response


def geojson(shape: BaseGeometry) -> dict[str, Any]:
    """A shape as GeoJSON (RFC 7946) to 1e-6 degrees, some ten centimetres: for drawing."""
    return dict(shapely.geometry.mapping(shapely.orient_polygons(shapely.set_precision(shape, 1e-6))))


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _shade(density: float | None) -> float:
    """Rounded people per km² as a shade from 0 to 1; 500 and more are the darkest."""
    return round(min(1.0, ((density or 0) / 500) ** 0.5), 2)
