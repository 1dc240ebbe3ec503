"""/compte/zones-suivies: ground that a member follows, picked by name or drawn; and the button « Suivre » of other pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.communes import queries as communes
from geoneighbour.communes.http import current
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.nearness.http import collection, feature, geojson
from geoneighbour.neighbourhoods import queries as neighbourhoods
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.posts import watching
from geoneighbour.posts.models import MOST_WATCHED
from geoneighbour.posts.watching import Watched
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, drawn_area, typed
from geoneighbour.web.problems import status_of

MOST_FOUND = 8


@dataclass(frozen=True)
class Following:
    """What « Suivre » is to whoever looks at a place: `watch_id` None while they do not follow it."""

    watch_id: int | None


@pages.get("/compte/zones-suivies")
def watches() -> str:
    return _page(None)


@pages.post("/compte/zones-suivies")
def watch() -> Response | tuple[str, int]:
    """One of: `quartier` (its id), `commune` (its code, with `pays`), `area` (GeoJSON, with `name`)."""
    member_id, added = current_member().id, list[Watched]()

    def follow() -> None:
        commune = current(typed("commune"), typed("pays") or None) if typed("commune") else None
        added.append(
            watching.add(
                db(),
                member_id,
                name=typed("name") or None,
                neighbourhood_id=request.form.get("quartier", type=int),
                commune=commune,
                area=drawn_area() if "area" in request.form else None,
            )
        )

    refusal = attempt(follow)
    if refusal:
        return _page(refusal), status_of(refusal)
    flash(gettext("Vous suivez « %(name)s ».", name=added[0].name), "done")
    return redirect(url_for("pages.watches"))


@pages.post("/compte/zones-suivies/<int:watch_id>/retirer")
def unwatch(watch_id: int) -> Response:
    watching.remove(db(), current_member().id, watch_id)
    flash(gettext("Vous ne suivez plus cette zone."), "done")
    return redirect(url_for("pages.watches"))


def following(*, neighbourhood_id: int | None = None, commune_id: int | None = None) -> Following | None:
    """For the page of a place; None for who cannot follow: nobody logged in, or not verified."""
    if not current_user.is_authenticated or current_user.member.verified_at is None:
        return None
    for one in watching.of(db(), current_user.member_id):
        if (one.neighbourhood_id, one.commune_id) == (neighbourhood_id, commune_id):
            return Following(one.id)
    return Following(None)


def _page(refusal: Refusal | None) -> str:
    member = current_member()
    followed = watching.of(db(), member.id)
    asked = request.args.get("nom", "").strip()[:80]
    return render_template(
        "watches/list.html",
        member=member,
        followed=followed,
        most=MOST_WATCHED,
        ground=collection(feature(_ground(one), id=one.id, name=one.name) for one in followed),
        asked=asked,
        communes=communes.search(db(), asked, MOST_FOUND) if asked else (),
        neighbourhoods=neighbourhoods.named(db(), asked, MOST_FOUND) if asked else (),
        name=typed("name"),
        area=typed("area"),
        refusal=refusal,
        bounds=extents.extent(db()),
    )


def _ground(one: Watched) -> dict[str, Any]:
    if one.neighbourhood_id is not None:
        return geojson(to_shape(db().get_one(Neighbourhood, one.neighbourhood_id).geom))
    if one.commune_id is not None:
        return geojson(nearness.commune_ground(db(), one.commune_id, "commune"))
    return geojson(cast(BaseGeometry, one.shape))
