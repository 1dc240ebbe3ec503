"""/signaler: say what is wrong; /compte/decisions: what moderation decided about oneself, and an appeal."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.moderation import queries, reports, service
from geoneighbour.moderation.models import LONGEST_WORDS
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, typed
from geoneighbour.web.problems import status_of


@pages.get("/signaler")
def report() -> str:
    """`quoi` and `no` name the thing, as in the API."""
    return _form(request.args.get("quoi", ""), request.args.get("no", ""), None)


@pages.post("/signaler")
def send_report() -> Response | tuple[str, int]:
    member_id, what, number = current_member().id, typed("what"), typed("number")
    refusal = attempt(lambda: reports.report(db(), member_id, what, number, typed("reason"), typed("words")))
    if refusal:
        return _form(what, number, refusal), status_of(refusal)
    flash(gettext("Merci, c’est transmis. La personne ne saura pas qui l’a signalé."), "done")
    return redirect(url_for("pages.home"))


@pages.get("/compte/decisions")
def decisions() -> str:
    return _decisions(None, None)


@pages.post("/compte/decisions/<int:act_id>/appel")
def appeal(act_id: int) -> Response | tuple[str, int]:
    member_id = current_member().id
    refusal = attempt(lambda: service.appeal(db(), member_id, act_id, typed("words")))
    if refusal:
        return _decisions(act_id, refusal), status_of(refusal)
    flash(gettext("Votre appel est transmis : une autre personne en décide."), "done")
    return redirect(url_for("pages.decisions"))


def _form(what: str, number: str, refusal: Refusal | None) -> str:
    thing = reports.find(db(), current_member().id, what, number)
    return render_template(
        "moderation/report.html", thing=thing, refusal=refusal, typed=request.form, longest=LONGEST_WORDS
    )


def _decisions(act_id: int | None, refusal: Refusal | None) -> str:
    member = current_member()
    return render_template(
        "moderation/decisions.html",
        member=member,
        suspended=member.suspended,
        decisions=queries.about(db(), member.id),
        wrong=act_id,
        refusal=refusal,
        words=typed("words"),
        longest=LONGEST_WORDS,
    )
