"""/offres/proposer: whom a resident would see among the offers; ambassadors read here what waits in their communes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.ground.points import Point
from geoneighbour.members.http import current_member
from geoneighbour.offers import queries, suggestions
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, done, typed
from geoneighbour.web.problems import status_of


@pages.get("/offres/proposer")
def suggest_offer() -> str:
    """Of a `categorie`, if one is named."""
    return _page(None, request.args.get("categorie", ""))


@pages.post("/offres/proposer")
def send_offer_suggestion() -> Response | tuple[str, int]:
    member_id = current_member().id

    def suggest() -> None:
        suggestions.suggest(db(), member_id, typed("category"), typed("name"), typed("words"), _place())

    if refusal := attempt(suggest):
        return _page(refusal, typed("category")), status_of(refusal)
    flash(gettext("Merci : votre proposition est transmise, sans votre nom."), "done")
    return redirect(url_for("pages.offers"))


@pages.post("/offres/propositions/<int:suggestion_id>")
def answer_suggestion(suggestion_id: int) -> Response:
    """`answer`: take, or anything else to forget it."""
    taken = typed("answer") == "take"
    return done(
        lambda: suggestions.answer(db(), current_member().id, suggestion_id, taken=taken),
        gettext("C’est noté : vous vous en occupez.") if taken else gettext("Cette proposition est oubliée."),
        url_for("pages.suggest_offer"),
    )


def _place() -> Point | None:
    """None where none was chosen: without a map it is told in words."""
    if not typed("lon") and not typed("lat"):
        return None
    try:
        return Point(float(typed("lon")), float(typed("lat")))
    except ValueError:
        raise InvalidInput("Choisissez un lieu sur la carte.", field="place") from None


def _page(refusal: Refusal | None, category: str) -> str:
    member = current_member()
    return render_template(
        "offers/suggest.html",
        refusal=refusal,
        kinds=queries.categories(db()),
        category=category,
        ambassadors=suggestions.ambassadors(db(), member.id),
        waiting=suggestions.of_ambassador(db(), member.id),
        bounds=extents.extent(db()),
    )
