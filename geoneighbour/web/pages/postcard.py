"""Two cards of /verification: the letter, asked for and answered by its code; the hint of the connection."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.members import addresses
from geoneighbour.members.http import sealer
from geoneighbour.members.models import Member
from geoneighbour.verification import letters
from geoneighbour.verification.http import ask_for_letter, compare_connection, enter_code, post
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import attempt, typed
from geoneighbour.web.pages.verification import card, show
from geoneighbour.web.problems import status_of


@card("postcard")
def postcard(member: Member) -> dict[str, object]:
    """The member's own address, and where the letter is."""
    letter = letters.latest(db(), post(), member.id)
    return {
        "address_page": url_for("pages.address"),
        "address": addresses.own(db(), sealer(), member.id),
        "letter": letter,
        "expired": letter is not None and letters.expired(letter),
        "until": letters.valid_until(letter) if letter else None,
        "left": letters.own_tries_left(db(), member.id),
    }


@pages.post("/verification/lettre")
def ask_letter() -> Response | tuple[str, int]:
    refusal = attempt(ask_for_letter)
    if refusal:
        return show(refusal, "postcard"), status_of(refusal)
    return redirect(url_for("pages.verification", _anchor="postcard"))


@pages.post("/verification/code")
def enter_letter_code() -> Response | tuple[str, int]:
    refusal = attempt(lambda: enter_code(typed("code")))
    if refusal:
        return show(refusal, "postcard", code=typed("code")), status_of(refusal)
    return redirect(url_for("pages.home"))


@card("connection")
def connection(member: Member) -> dict[str, object]:
    """Nothing of its own."""
    return {}


@pages.post("/verification/connexion")
def look_at_connection() -> Response:
    near = compare_connection()
    if not near:
        flash(
            gettext(
                "Votre connexion ne dit rien de votre adresse. Cela arrive souvent, par téléphone surtout : une autre façon suffit."
            ),
            "done",
        )
    return redirect(url_for("pages.verification", _anchor="connection"))
