"""The start page, for people without an account: map first. And two pages of words."""

from __future__ import annotations

from flask import Response, current_app, redirect, render_template, url_for
from flask_security import current_user
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour.communes import extents
from geoneighbour.communes.sketch import sketch
from geoneighbour.database.http import db
from geoneighbour.web.pages.blueprint import pages


@pages.get("/")
def start() -> BaseResponse | str:
    if current_user.is_authenticated:
        return redirect(url_for("pages.home"))
    bounds = extents.extent(db())
    return render_template(
        "start.html",
        bounds=bounds,
        sketch=sketch(db(), bounds) if bounds else None,
        with_addresses=bool(current_app.config["SETTINGS"].geocoder_url),
    )


@pages.get("/confidentialite")
def privacy() -> str:
    return render_template("privacy.html")


@pages.get("/polices.css")
def fonts() -> Response:
    """The font faces: their files' addresses hold the version."""
    response = Response(render_template("fonts.css"), mimetype="text/css")
    response.cache_control.max_age = 3600
    return response
