"""The card « Par un document » of /verification, and /verifications, the reviewers' queue."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.errors import NotFound
from geoneighbour.members import addresses
from geoneighbour.members.http import current_member, sealer
from geoneighbour.members.models import Member
from geoneighbour.verification import documents, review
from geoneighbour.verification.review_http import (
    address_of,
    file_for_reviewer,
    require_reviewer,
    send_document,
)
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, typed
from geoneighbour.web.pages.verification import card, show
from geoneighbour.web.problems import status_of


@card("document")
def document_card(member: Member) -> dict[str, object]:
    return {
        "waiting": documents.waiting(db(), member.id),
        "refused": review.last_refusal(db(), member.id),
        "written": bool(addresses.own(db(), sealer(), member.id).text),
        "megabytes": documents.MOST_BYTES >> 20,
    }


@pages.post("/verification/document")
def send_proof() -> Response | tuple[str, int]:
    refusal = attempt(send_document)
    if refusal:
        return show(refusal, "document"), status_of(refusal)
    flash(gettext("C’est envoyé : une personne du service le regardera."), "done")
    return redirect(url_for("pages.verification", _anchor="document"))


@pages.post("/verification/document/retirer")
def withdraw_proof() -> Response:
    documents.withdraw(db(), current_member().id)
    flash(gettext("Votre document est supprimé."), "done")
    return redirect(url_for("pages.verification", _anchor="document"))


@pages.get("/verifications")
def verifications() -> str:
    return render_template(
        "verification/queue.html", member=current_member(), waiting=review.queue(db(), require_reviewer())
    )


@pages.get("/verifications/<way>/<int:item_id>")
def one_verification(way: str, item_id: int) -> str:
    return _one(way, item_id, None)


@pages.get("/verifications/document/<int:item_id>/fichier")
def proof_file(item_id: int) -> Response:
    return file_for_reviewer(item_id)


@pages.post("/verifications/<way>/<int:item_id>")
def decide_verification(way: str, item_id: int) -> Response | tuple[str, int]:
    """`decision`: accept, or refuse with a reason."""
    reviewer = require_reviewer()

    def decide() -> None:
        if typed("decision") == "accept":
            review.accept(db(), reviewer, way, item_id)
        else:
            review.refuse(db(), reviewer, way, item_id, typed("reason"))

    try:
        refusal = attempt(decide)
    except NotFound:
        db().rollback()
        flash(
            gettext("Ce n’est plus à regarder : quelqu’un d’autre l’a fait, ou la personne l’a retiré."),
            "error",
        )
        return redirect(url_for("pages.verifications"))
    if refusal:
        return _one(way, item_id, refusal), status_of(refusal)
    flash(gettext("C’est accepté.") if typed("decision") == "accept" else gettext("C’est refusé."), "done")
    return redirect(url_for("pages.verifications"))


def _one(way: str, item_id: int, refusal: Refusal | None) -> str:
    waiting = review.one(db(), require_reviewer(), way, item_id)
    return render_template(
        "verification/review.html",
        member=current_member(),
        waiting=waiting,
        address=address_of(waiting),
        kind=documents.kind(db(), item_id) if way == "document" else None,
        longest=review.LONGEST_REASON,
        reason=typed("reason"),
        refusal=refusal,
    )
