"""/quartiers/…: who moderates a neighbourhood: asked, put forward, chosen, and no more (docs/decisions/011)."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members.http import current_member
from geoneighbour.neighbourhoods import moderators
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import attempt, done, typed
from geoneighbour.web.problems import told


@pages.post("/quartiers/<int:neighbourhood_id>/moderer")
def moderate(neighbourhood_id: int) -> Response:
    member_id = current_member().id
    return _agreed(neighbourhood_id, lambda: moderators.volunteer(db(), member_id, neighbourhood_id))


@pages.post("/quartiers/<int:neighbourhood_id>/nommer")
def name_moderator(neighbourhood_id: int) -> Response:
    member_id, other = current_member().id, request.form.get("member", default=0, type=int)
    return done(
        lambda: moderators.name(db(), member_id, neighbourhood_id, other),
        gettext("C’est noté : si cette personne le veut bien, vous la verrez ici."),
        _back(neighbourhood_id),
    )


@pages.post("/quartiers/<int:neighbourhood_id>/repondre")
def answer_moderator(neighbourhood_id: int) -> Response:
    member_id, yes = current_member().id, typed("answer") == "yes"
    if yes:
        return _agreed(neighbourhood_id, lambda: moderators.answer(db(), member_id, neighbourhood_id, True))
    return done(
        lambda: moderators.answer(db(), member_id, neighbourhood_id, False),
        gettext("C’est noté : personne n’en saura rien, et on ne vous le demandera plus."),
        _back(neighbourhood_id),
    )


@pages.post("/quartiers/<int:neighbourhood_id>/voix/<int:member_id>")
def give_voice(neighbourhood_id: int, member_id: int) -> Response:
    reader = current_member().id

    def give() -> None:
        match typed("wish"):
            case "moderate":
                moderators.support(db(), reader, neighbourhood_id, member_id)
            case "end":
                moderators.end(db(), reader, neighbourhood_id, member_id)
            case "nothing":
                moderators.take_back(db(), reader, neighbourhood_id, member_id)
            case _:
                raise InvalidInput("Choisissez ce qui change.", field="wish")

    return done(
        give, gettext("C’est enregistré. Personne ne lit qui a donné sa voix."), _back(neighbourhood_id)
    )


@pages.post("/quartiers/<int:neighbourhood_id>/ne-plus-moderer")
def step_down(neighbourhood_id: int) -> Response:
    member_id = current_member().id
    return done(
        lambda: moderators.step_down(db(), member_id, neighbourhood_id),
        gettext("Vous n’êtes plus modérateur, ni candidat."),
        _back(neighbourhood_id),
    )


def _agreed(neighbourhood_id: int, action: Callable[[], bool]) -> Response:
    """Says whether they are a moderator now, or wait for voices."""
    are_one: list[bool] = []
    refusal = attempt(lambda: are_one.append(action()))
    if refusal:
        flash(told(refusal), "error")
    elif are_one[0]:
        flash(gettext("Vous voici modérateur : merci."), "done")
    else:
        flash(
            gettext("Merci : vous serez modérateur quand assez de voisins vous auront donné leur voix."),
            "done",
        )
    return redirect(_back(neighbourhood_id))


def _back(neighbourhood_id: int) -> str:
    return url_for("pages.neighbourhood", neighbourhood_id=neighbourhood_id, _anchor="moderators")
