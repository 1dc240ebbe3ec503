"""For people without an account, and for whoever shares an address: communes, lively places, and a picture of each."""

from __future__ import annotations

from typing import Any

import shapely
from flask import Response, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour.communes import extents, words
from geoneighbour.communes import queries as communes
from geoneighbour.communes.http import current
from geoneighbour.database.http import db
from geoneighbour.neighbourhoods import queries
from geoneighbour.web import picture
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.watches import following
from geoneighbour.web.pages.words import about

MOST = 200


@pages.get("/localites")
def places() -> str:
    begins = request.args.get("nom", "").strip()[:80]
    return render_template(
        "places/list.html", places=queries.active_communes(db(), begins, MOST), begins=begins, most=MOST
    )


@pages.get("/communes/<code>")
def commune(code: str) -> str:
    found = current(code, request.args.get("pays"))
    return render_template(
        "places/commune.html",
        commune=found,
        people=queries.commune_people(db(), found.id),
        neighbourhoods=queries.of_commune(db(), found.id),
        around=[other for other, _ in communes.neighbours(db(), found.id)],
        bounds=extents.boxes(db(), [found.id])[found.id],
        following=following(commune_id=found.id),
    )


@pages.get("/communes/<code>/carte.png")
def commune_picture(code: str) -> BaseResponse:
    found = current(code, request.args.get("pays"))
    people = about(queries.commune_people(db(), found.id))
    return _png(
        communes.outline(db(), found.id),
        words.name(found),
        gettext("%(people)s habitants inscrits", people=people),
    )


@pages.get("/quartiers/<int:neighbourhood_id>/carte.png")
def neighbourhood_picture(neighbourhood_id: int) -> BaseResponse:
    """Asked as nobody: of open ones alone."""
    row = queries.one(db(), neighbourhood_id)
    people = gettext("%(people)s habitants inscrits", people=about(row.people))
    return _png(shapely.geometry.shape(row.geometry), row.name, people)


def _png(place: Any, title: str, words: str) -> BaseResponse:
    ground = queries.picture_ground(db(), picture.box(place).wkb)
    response = Response(picture.draw(place, ground, title, words), mimetype="image/png")
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    response.add_etag()
    return response.make_conditional(request)
