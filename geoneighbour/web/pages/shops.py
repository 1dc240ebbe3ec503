"""/commerces: registering a shop, its page and bons plans; /ambassadeur: shops to visit, and what one is owed."""

from __future__ import annotations

from datetime import date
from math import isfinite
from typing import Any, cast

import shapely
from flask import current_app, redirect, render_template, request, url_for
from flask_babel import format_currency, gettext
from flask_security import current_user
from geoalchemy2.shape import to_shape
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.ground.points import Point
from geoneighbour.members.http import current_member
from geoneighbour.members.models import Member
from geoneighbour.offers import queries as offers
from geoneighbour.shops import queries, service
from geoneighbour.shops.models import LONGEST, LONGEST_NOTE, Shop
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, done, typed
from geoneighbour.web.pages.words import month
from geoneighbour.web.policy import has_role_for
from geoneighbour.web.problems import status_of

NEAR = 0.01
"""Degrees around a shop that its map shows."""
FIELDS = ("category", "name", "words", "address", "opening_hours", "phone", "url", "lon", "lat")


@pages.get("/commerces")
def shops() -> str:
    """One's own shops, and the bons plans that serve one's home."""
    member = current_member()
    return render_template(
        "shops/list.html",
        member=member,
        mine=queries.of_member(db(), member.id),
        deals=queries.deals_for(db(), member.id),
        most=service.MOST_SHOPS,
        ambassador=has_role_for("pages.ambassador"),
        last_day=last_day,
    )


@pages.get("/commerces/inscrire")
def new_shop() -> str:
    return _form(None, dict.fromkeys(FIELDS, ""), None)


@pages.post("/commerces/inscrire")
def register_shop() -> Response | tuple[str, int]:
    made = list[Shop]()
    refusal = attempt(lambda: made.append(service.register(db(), current_member().id, _about())))
    if refusal:
        return _form(None, _typed(), refusal), status_of(refusal)
    return redirect(url_for("pages.shop", shop_id=made[0].id))


@pages.get("/commerces/<int:shop_id>")
def shop(shop_id: int) -> str:
    """A shop's page; its owner's opening it is not counted."""
    return _page(shop_id, None)


@pages.get("/commerces/<int:shop_id>/modifier")
def edit_shop(shop_id: int) -> str:
    held = service.own(db(), current_member().id, shop_id)
    point = _point(held)
    told = {name: getattr(held, name) or "" for name in FIELDS if name not in ("lon", "lat")}
    return _form(held, {**told, "lon": f"{point.x:.6f}", "lat": f"{point.y:.6f}"}, None)


@pages.post("/commerces/<int:shop_id>/modifier")
def change_shop(shop_id: int) -> Response | tuple[str, int]:
    held = service.own(db(), current_member().id, shop_id)
    refusal = attempt(lambda: service.change(db(), current_member().id, shop_id, _about()))
    if refusal:
        return _form(held, _typed(), refusal), status_of(refusal)
    return redirect(url_for("pages.shop", shop_id=shop_id))


@pages.post("/commerces/<int:shop_id>/fermer")
def close_shop(shop_id: int) -> Response:
    return done(
        lambda: service.close(db(), current_member().id, shop_id),
        gettext("Votre commerce n’est plus affiché."),
        url_for("pages.shops"),
    )


@pages.post("/commerces/<int:shop_id>/bons-plans")
def publish_deal(shop_id: int) -> Response | tuple[str, int]:
    refusal = attempt(lambda: service.publish(db(), current_member().id, shop_id, _deal()))
    if refusal:
        return _page(shop_id, refusal), status_of(refusal)
    return redirect(url_for("pages.shop", shop_id=shop_id, _anchor="bons-plans"))


@pages.post("/commerces/<int:shop_id>/bons-plans/<int:offer_id>/retirer")
def withdraw_deal(shop_id: int, offer_id: int) -> Response:
    return done(
        lambda: service.withdraw(db(), current_member().id, shop_id, offer_id),
        gettext("Ce bon plan est retiré."),
        url_for("pages.shop", shop_id=shop_id, _anchor="bons-plans"),
    )


@pages.post("/commerces/<int:shop_id>/signaler")
def report_shop(shop_id: int) -> Response:
    return done(
        lambda: service.report(db(), current_member().id, shop_id, typed("words")),
        gettext("Merci : nous allons regarder."),
        url_for("pages.shop", shop_id=shop_id),
    )


@pages.get("/ambassadeur")
def ambassador() -> str:
    member = current_member()
    return render_template(
        "shops/ambassador.html",
        communes=queries.communes_of_ambassador(db(), member.id),
        rows=queries.to_visit(db(), member.id),
        earned=queries.earned(db(), member.id),
        euros=lambda cents: format_currency(cents / 100, "EUR"),
        month=month,
        longest_note=LONGEST_NOTE,
    )


@pages.post("/ambassadeur/commerces/<int:shop_id>")
def visit_shop(shop_id: int) -> Response:
    return done(
        lambda: service.visit(db(), current_member().id, shop_id, typed("note")),
        gettext("Votre visite est notée."),
        url_for("pages.ambassador"),
    )


def last_day(deal: Any) -> date:
    """The last day of a bon plan, as its author wrote it."""
    day: date = service.days(deal)[1]
    return day


def _page(shop_id: int, refusal: Refusal | None) -> str:
    member: Member | None = current_user.member if current_user.is_authenticated else None
    # The owner reads it even while an operator hides it.
    mine = member is not None and any(one.id == shop_id for one in queries.of_member(db(), member.id))
    shown = service.own(db(), member.id, shop_id) if mine and member else queries.one(db(), shop_id)
    if not mine:
        service.count_view(db(), shop_id)
    full = queries.subscription(db(), shop_id) is not None
    if mine:
        deals = queries.deals(db(), shop_id)
    else:
        deals = [offer for offer, _ in queries.deals_for(db(), member.id, shop_id)] if member else []
    point = _point(shown)
    return render_template(
        "shops/one.html",
        shop=shown,
        words=shown.words if full else shown.words[: service.LONGEST_LISTING],
        full=full,
        mine=mine,
        member=member,
        deals=deals,
        figures=queries.figures(db(), shop_id) if mine else None,
        place={"lng": point.x, "lat": point.y},
        bounds=(point.x - NEAR, point.y - NEAR, point.x + NEAR, point.y + NEAR),
        kinds={one.code: one for one in offers.categories(db())},
        refusal=refusal,
        typed=typed,
        today=service.today(),
        last_day=last_day,
        longest_note=LONGEST_NOTE,
    )


def _point(shop: Shop) -> shapely.Point:
    return cast(shapely.Point, to_shape(shop.point))


def _form(held: Shop | None, told: dict[str, str], refusal: Refusal | None) -> str:
    bounds: Any = extents.extent(db())
    if told["lon"]:
        lon, lat = float(told["lon"]), float(told["lat"])
        bounds = (lon - NEAR, lat - NEAR, lon + NEAR, lat + NEAR)
    return render_template(
        "shops/form.html",
        shop=held,
        told=told,
        longest=LONGEST,
        kinds=offers.categories(db()),
        bounds=bounds,
        with_addresses=bool(current_app.config["SETTINGS"].geocoder_url),
        refusal=refusal,
    )


def _about() -> service.About:
    told = {name: typed(name).strip() for name in FIELDS if name not in ("lon", "lat")}
    return service.About(place=_place(), **told)


def _typed() -> dict[str, str]:
    """What was typed, to come back; a place that is none is left out."""
    told = {name: typed(name) for name in FIELDS}
    try:
        _place()
    except InvalidInput:
        told |= {"lon": "", "lat": ""}
    return told


def _place() -> Point:
    try:
        lon, lat = float(typed("lon")), float(typed("lat"))
    except ValueError as error:
        raise InvalidInput("Montrez sur la carte où il se trouve.", field="lon") from error
    if not (isfinite(lon) and isfinite(lat)):
        raise InvalidInput("Montrez sur la carte où il se trouve.", field="lon")
    return Point(lon, lat)


def _deal() -> service.Deal:
    try:
        first, last = (date.fromisoformat(typed(name)) for name in ("first", "last"))
    except ValueError as error:
        raise InvalidInput("Choisissez le premier et le dernier jour.", field="last") from error
    radius = request.form.get("radius_m", type=float) if typed("reach") == "radius" else None
    return service.Deal(typed("title").strip(), typed("words").strip(), first, last, typed("reach"), radius)
