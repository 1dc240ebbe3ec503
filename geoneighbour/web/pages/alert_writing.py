"""Writing an alert, what follows it, and the second person's yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Row
from werkzeug.wrappers import Response

from geoneighbour.alerts import service, shown
from geoneighbour.alerts.http import most_alone
from geoneighbour.alerts.places import place_shape
from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods import walking
from geoneighbour.posts import photos
from geoneighbour.posts.models import MOST_PHOTOS
from geoneighbour.posts.photo_http import photo_store, sent_photos
from geoneighbour.web.pages import reach_form
from geoneighbour.web.pages.alert_words import WHERES
from geoneighbour.web.pages.alerts import alert_page
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, done, drawn_area, typed
from geoneighbour.web.problems import status_of

OWN_FIELDS = ("where", "at-lon", "at-lat", "at-area")


@pages.get("/alertes/nouvelle")
def new_alert() -> str:
    return _form(request.args.get("nature", ""), request.args.get("texte", ""), {}, None, [])


@pages.post("/alertes/nouvelle")
def send_alert() -> Response | tuple[str, int]:
    member_id = current_member().id
    kind, body, reach = typed("kind"), typed("body"), typed("reach")
    alike: list[Row[Any]] = []
    made: list[Any] = []

    def write() -> None:
        pictures = sent_photos()
        happens_at = _happens_at()
        if not typed("apart"):
            place = place_shape(happens_at)
            alike.extend(row for row in shown.similar(db(), member_id, kind, place) if not row.mine)
        if alike:
            raise InvalidInput("Dites si c’est la même chose, ou une autre.", field="similar")
        taken = reach_form.taken(reach)
        made.append(
            service.write(
                db(), member_id, kind, body, reach, happens_at=happens_at, most_alone=most_alone(), **taken
            )
        )
        post_id = made[0].post_id
        # The same form sent twice is one alert, with its photos once.
        if pictures and not photos.of(db(), [post_id], member_id):
            photos.add(db(), photo_store(), member_id, post_id, pictures)

    refusal = attempt(write)
    if refusal:
        return _form(kind, body, request.form, refusal, alike), status_of(refusal)
    waits = made[0].gone_out_at is None
    flash(
        gettext("Une deuxième personne va la relire ; elle partira ensuite.")
        if waits
        else gettext("L’alerte est partie."),
        "done",
    )
    return redirect(url_for("pages.alert", post_id=made[0].post_id))


@pages.post("/alertes/<int:post_id>/suite")
def add_alert_word(post_id: int) -> Response | tuple[str, int]:
    member_id, what = current_member().id, typed("what")

    def say() -> None:
        if what == "cancel" and not typed("sure"):
            raise InvalidInput("Confirmez d’abord.", field="sure")
        service.add_word(db(), member_id, post_id, what, typed("body"))

    refusal = attempt(say)
    if refusal:
        return alert_page(post_id, refusal, what), status_of(refusal)
    flash(gettext("C’est dit à tous ceux qui l’avaient reçue."), "done")
    return redirect(url_for("pages.alert", post_id=post_id))


@pages.post("/alertes/<int:post_id>/corriger")
def correct_alert(post_id: int) -> Response | tuple[str, int]:
    member_id = current_member().id
    refusal = attempt(lambda: service.correct(db(), member_id, post_id, typed("body")))
    if refusal:
        return alert_page(post_id, refusal, "correct"), status_of(refusal)
    flash(gettext("C’est corrigé, sans rien envoyer de plus."), "done")
    return redirect(url_for("pages.alert", post_id=post_id))


@pages.post("/alertes/<int:post_id>/arreter")
def stop_alert(post_id: int) -> Response:
    member_id = current_member().id
    return done(
        lambda: service.stop(db(), member_id, post_id),
        gettext("Plus rien ne part."),
        url_for("pages.alert", post_id=post_id),
    )


@pages.post("/alertes/<int:post_id>/decider")
def decide_alert(post_id: int) -> Response | tuple[str, int]:
    member_id, yes = current_member().id, typed("answer") == "yes"

    def decide() -> None:
        if yes:
            service.approve(db(), member_id, post_id)
        else:
            service.refuse(db(), member_id, post_id, typed("why"))

    refusal = attempt(decide)
    if refusal:
        return alert_page(post_id, refusal), status_of(refusal)
    flash(gettext("L’alerte est partie.") if yes else gettext("Elle ne partira pas."), "done")
    return redirect(url_for("pages.alerts_to_approve"))


def _happens_at() -> dict[str, Any] | None:
    """The place that the form shows, as GeoJSON; InvalidInput while one is wanted and none is chosen."""
    match typed("where"):
        case "point":
            try:
                return {"type": "Point", "coordinates": [float(typed("at-lon")), float(typed("at-lat"))]}
            except ValueError:
                raise InvalidInput(
                    "Choisissez d’abord un lieu : touchez la carte, ou cherchez-le.", field="happens_at"
                ) from None
        case "zone":
            return drawn_area("at-area", "happens_at")
    return None


def _form(
    kind: str, body: str, fields: Mapping[str, str], refusal: Refusal | None, similar: list[Row[Any]]
) -> str:
    member = current_member()
    kinds = shown.kinds(db())
    chosen = next((one for one in kinds if one.code == kind), None)
    reach = fields.get("reach") or (chosen.reach if chosen else reach_form.USUAL)
    own = {name: fields.get(name, "") for name in OWN_FIELDS}
    own["where"] = own["where"] if own["where"] in WHERES else "nowhere"
    given = reach_form.given(member.id, reach, fields)
    return render_template(
        "alerts/new.html",
        **given | {"fields": given["fields"] | own},
        member=member,
        kinds=kinds,
        kind=kind,
        body=body,
        refusal=refusal,
        similar=similar,
        second=False,
        second_above=most_alone(),
        with_addresses=bool(current_app.config["SETTINGS"].geocoder_url),
        most_photos=MOST_PHOTOS,
        bounds=extents.extent(db()),
        near=walking.ground(db(), nearness.residence(db(), member.id).zone).bounds
        if member.verified_at
        else None,
    )
