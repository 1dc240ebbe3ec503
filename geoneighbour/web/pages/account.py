"""/compte: what a member decides about being seen."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.members import service
from geoneighbour.members.http import current_member
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import typed


@pages.get("/compte")
def account() -> str:
    member = current_member()
    return render_template(
        "account.html",
        member=member,
        blocked=service.blocked_by(db(), member.id),
        bounds=extents.extent(db()),
    )


@pages.post("/compte")
def decide() -> Response:
    member = current_member()
    service.pause(db(), member.id, typed("paused") == "yes")
    service.hide_from_wider(db(), member.id, typed("hidden_from_wider") == "yes")
    flash(gettext("C’est enregistré."), "done")
    return redirect(url_for("pages.account"))


@pages.post("/compte/bloquer/<int:member_id>")
def block(member_id: int) -> Response:
    service.block(db(), current_member().id, member_id)
    flash(gettext("Vous ne vous verrez plus l’un l’autre."), "done")
    return redirect(url_for("pages.account"))


@pages.post("/compte/debloquer/<int:member_id>")
def unblock(member_id: int) -> Response:
    service.unblock(db(), current_member().id, member_id)
    flash(gettext("La personne est débloquée."), "done")
    return redirect(url_for("pages.account"))
