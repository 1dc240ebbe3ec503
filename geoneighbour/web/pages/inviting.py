"""/inviter: invitations one gives; /invitation/…: what they lead to."""

from __future__ import annotations

import re

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour.database.http import db
from geoneighbour.errors import NotFound
from geoneighbour.inviting import http as inviting
from geoneighbour.inviting import service, tokens
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.printing import qr
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, done, typed
from geoneighbour.web.problems import status_of


@pages.get("/inviter")
def invite() -> str:
    return _page(None)


@pages.post("/inviter")
def make_invitation() -> BaseResponse | tuple[str, int]:
    member_id, kind, named = current_member().id, typed("kind"), typed("named") == "yes"
    refusal = attempt(lambda: service.invite(db(), inviting.secret(), member_id, kind, "link", named))
    if refusal:
        return _page(refusal), status_of(refusal)
    return redirect(url_for("pages.invite", _anchor="liens"))


@pages.post("/inviter/courriels")
def send_invitations() -> BaseResponse | tuple[str, int]:
    kind, named = typed("kind"), typed("named") == "yes"
    addresses = re.split(r"[\s,;]+", typed("addresses").strip())
    refusal = attempt(lambda: inviting.send(kind, named, [one for one in addresses if one]))
    if refusal:
        return _page(refusal, typed("addresses")), status_of(refusal)
    flash(
        gettext("C’est parti. Qui a refusé les invitations, ou vient d’en recevoir une, n’en reçoit pas."),
        "done",
    )
    return redirect(url_for("pages.invite"))


@pages.post("/inviter/<int:invitation_id>/retirer")
def revoke_invitation(invitation_id: int) -> BaseResponse:
    member_id = current_member().id
    return done(
        lambda: service.revoke(db(), member_id, invitation_id),
        gettext("L’invitation est retirée : son lien ne mène plus nulle part."),
        url_for("pages.invite"),
    )


@pages.get("/invitation/<token>")
def invitation(token: str) -> Response:
    """For anybody who has the link; the same page for those that ended, were revoked or never were."""
    try:
        told = service.shown(db(), token)
    except NotFound:
        return make_response(render_template("inviting/ended.html"), 404)
    inviter = service.first_name(told.inviter) if told.inviter else None
    return make_response(render_template("inviting/landing.html", told=told, inviter=inviter))


@pages.route("/invitation/ne-plus-ecrire/<word>", methods=["GET", "POST"])
def refuse_invitations(word: str) -> str:
    """From a mail: no more of them, for ever. Asked first: programs that look after mail follow links."""
    who = tokens.refused(inviting.secret(), word)
    if who is None:
        raise NotFound
    if request.method == "POST":
        service.refuse(db(), who)
    return render_template("inviting/refused.html", done=request.method == "POST")


def _page(refusal: Refusal | None, addresses: str = "") -> str:
    member = current_member()
    home = db().get(Neighbourhood, nearness.residence(db(), member.id).zone)
    given = [(one, inviting.link(one)) for one in service.mine(db(), member.id)]
    return render_template(
        "inviting/invite.html",
        member=member,
        neighbourhood=home,
        first_name=service.first_name(member.name),
        given=[(one, link, qr(link)) for one, link in given],
        refusal=refusal,
        addresses=addresses,
        most=service.MAILS_A_DAY,
    )
