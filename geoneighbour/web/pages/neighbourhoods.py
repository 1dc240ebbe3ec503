"""/quartiers: pick, support, join, leave, draw."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods import queries, service
from geoneighbour.neighbourhoods.models import PROPOSED
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import attempt
from geoneighbour.web.problems import told


@pages.get("/quartiers")
def neighbourhoods() -> str:
    member = current_member()
    rows = queries.around(db(), member.id)
    wider = {row.id for row in nearness.wider_neighbourhoods(db(), member.id)}
    return render_template(
        "neighbourhoods/list.html",
        member=member,
        here=[row for row in rows if row.covers_home],
        beside=[row for row in rows if not row.covers_home and (row.id in wider or row.state == PROPOSED)],
        bounds=extents.extent(db()),
    )


@pages.get("/quartiers/<int:neighbourhood_id>")
def neighbourhood(neighbourhood_id: int) -> str:
    member = current_user.member if current_user.is_authenticated else None
    row = queries.one(db(), neighbourhood_id, member.id if member else None)
    return render_template(
        "neighbourhoods/one.html", member=member, neighbourhood=row, bounds=extents.extent(db())
    )


@pages.get("/quartiers/nouveau")
def new_neighbourhood() -> str:
    return render_template("neighbourhoods/new.html", member=current_member(), bounds=extents.extent(db()))


@pages.post("/quartiers/<int:neighbourhood_id>/rejoindre")
def join(neighbourhood_id: int) -> Response:
    member_id = current_member().id
    return _done(
        lambda: service.choose(db(), member_id, neighbourhood_id),
        gettext("C’est votre quartier désormais."),
        url_for("pages.neighbourhood", neighbourhood_id=neighbourhood_id),
    )


@pages.post("/quartiers/<int:neighbourhood_id>/soutenir")
def support(neighbourhood_id: int) -> Response:
    member_id = current_member().id
    return _done(
        lambda: service.support(db(), member_id, neighbourhood_id),
        gettext("Vous soutenez ce quartier."),
        url_for("pages.neighbourhood", neighbourhood_id=neighbourhood_id),
    )


@pages.post("/quartiers/quitter")
def leave() -> Response:
    member_id = current_member().id
    return _done(
        lambda: service.leave(db(), member_id),
        gettext("Vous voici de nouveau dans vos alentours."),
        url_for("pages.neighbourhoods"),
    )


@pages.post("/quartiers/retirer")
def withdraw() -> Response:
    member_id = current_member().id
    return _done(
        lambda: service.withdraw(db(), member_id),
        gettext("Votre soutien est retiré."),
        url_for("pages.neighbourhoods"),
    )


def _done(action: Callable[[], None], words: str, target: str) -> Response:
    """Does it and says so, or says why not, on the next page."""
    refusal = attempt(action)
    flash(told(refusal) if refusal else words, "error" if refusal else "done")
    return redirect(target)
