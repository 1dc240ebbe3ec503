"""The start page, for people without an account: map first. And two pages of words."""

from __future__ import annotations

import shapely
from flask import Response, current_app, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour.communes import extents
from geoneighbour.communes.extents import Box
from geoneighbour.communes.sketch import sketch
from geoneighbour.database.http import db
from geoneighbour.errors import NotFound
from geoneighbour.neighbourhoods import queries
from geoneighbour.web.pages.blueprint import pages


@pages.get("/")
def start() -> BaseResponse | str:
    """`quartier` begins the map at an open neighbourhood; another number begins it as none does."""
    if current_user.is_authenticated:
        return redirect(url_for("pages.home"))
    bounds = _around(request.args.get("quartier", type=int)) or extents.extent(db())
    return render_template(
        "start.html",
        bounds=bounds,
        sketch=sketch(db(), bounds) if bounds else None,
        with_addresses=bool(current_app.config["SETTINGS"].geocoder_url),
    )


def _around(neighbourhood_id: int | None) -> Box | None:
    """What to show of an open neighbourhood and a little around it; None for no such."""
    try:
        shape = (
            shapely.geometry.shape(queries.one(db(), neighbourhood_id).geometry) if neighbourhood_id else None
        )
    except NotFound:
        return None
    if shape is None:
        return None
    west, south, east, north = shape.bounds
    across, up = (east - west) / 3, (north - south) / 3
    return west - across, south - up, east + across, north + up


@pages.get("/confidentialite")
def privacy() -> str:
    return render_template("privacy.html")


@pages.get("/polices.css")
def fonts() -> Response:
    """The font faces: their files' addresses hold the version."""
    response = Response(render_template("fonts.css"), mimetype="text/css")
    response.cache_control.max_age = 3600
    return response
