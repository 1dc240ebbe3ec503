"""/compte: what a member decides about being seen."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.affiliation import accounts as affiliation
from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError
from geoneighbour.members import service
from geoneighbour.members.http import current_member
from geoneighbour.members.models import LONGEST_ABOUT, LONGEST_CAN_HELP
from geoneighbour.moderation import queries as moderation
from geoneighbour.mydata.http import archive, delete
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import attempt, typed
from geoneighbour.web.problems import status_of


@pages.get("/compte")
def account() -> str:
    member = current_member()
    return _page(member.about, member.can_help, None)


@pages.post("/compte/profil")
def introduce() -> Response | tuple[str, int]:
    member, about, can_help = current_member(), typed("about"), typed("can_help")

    def say() -> None:
        service.introduce(db(), member.id, about, can_help)
        if "initial" in request.form:
            service.show_initial(db(), member.id, typed("initial"))

    refusal = attempt(say)
    if refusal:
        return _page(about, can_help, refusal), status_of(refusal)
    flash(gettext("C’est enregistré."), "done")
    return redirect(url_for("pages.account"))


@pages.get("/compte/mes-donnees.zip")
def own_data() -> Response:
    return archive()


@pages.post("/compte/supprimer")
def delete_account() -> Response | tuple[str, int]:
    member, password = current_member(), typed("password")
    about, can_help = member.about, member.can_help
    refusal = attempt(lambda: delete(password))
    if refusal:
        return _page(about, can_help, refusal), status_of(refusal)
    flash(gettext("Votre compte et tout ce qui était à vous sont supprimés."), "done")
    return redirect(url_for("pages.start"))


def _page(about: str, can_help: str, refusal: GeoneighbourError | None) -> str:
    member = current_member()
    duties = bool(moderation.MODERATING & moderation.duties(db(), member.id))
    return render_template(
        "account.html",
        duties=duties,
        to_decide=moderation.waiting(db(), member.id) if duties else 0,
        partners=affiliation.partners_of(db(), member.id),
        decisions=bool(moderation.about(db(), member.id)),
        member=member,
        about=about,
        initial=service.initial_of(member),
        can_help=can_help,
        longest_about=LONGEST_ABOUT,
        longest_can_help=LONGEST_CAN_HELP,
        refusal=refusal,
        until=service.visit_until(db(), member.id),
        blocked=service.blocked_by(db(), member.id),
        bounds=extents.extent(db()),
    )


@pages.post("/compte")
def decide() -> Response:
    member = current_member()
    service.pause(db(), member.id, typed("paused") == "yes")
    service.hide_from_wider(db(), member.id, typed("hidden_from_wider") == "yes")
    service.list_on_roll(db(), member.id, typed("listed") == "yes")
    service.be_findable(db(), member.id, typed("findable") == "yes")
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
