"""/quartiers: pick, support, join, leave, draw; the page of one; its story."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import NotFound
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods import changes, moderators, queries, service
from geoneighbour.neighbourhoods.models import OPEN, PROPOSED, Neighbourhood
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.changes import living
from geoneighbour.web.pages.forms import Refusal, attempt, done, typed
from geoneighbour.web.pages.watches import following
from geoneighbour.web.problems import status_of


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
def neighbourhood(neighbourhood_id: int) -> str | Response:
    """For anybody; where it merged into another one, that one."""
    try:
        return _one(neighbourhood_id, None)
    except NotFound:
        heir = queries.heir(db(), neighbourhood_id)
        if heir is None:
            raise
        return redirect(url_for("pages.neighbourhood", neighbourhood_id=heir))


@pages.get("/quartiers/nouveau")
def new_neighbourhood() -> str:
    return render_template("neighbourhoods/new.html", member=current_member(), bounds=extents.extent(db()))


@pages.post("/quartiers/<int:neighbourhood_id>/rejoindre")
def join(neighbourhood_id: int) -> Response:
    member_id = current_member().id
    return done(
        lambda: service.choose(db(), member_id, neighbourhood_id),
        gettext("C’est votre quartier désormais."),
        url_for("pages.neighbourhood", neighbourhood_id=neighbourhood_id),
    )


@pages.post("/quartiers/<int:neighbourhood_id>/soutenir")
def support(neighbourhood_id: int) -> Response:
    member_id = current_member().id
    return done(
        lambda: service.support(db(), member_id, neighbourhood_id),
        gettext("Vous soutenez ce quartier."),
        url_for("pages.neighbourhood", neighbourhood_id=neighbourhood_id),
    )


@pages.post("/quartiers/quitter")
def leave() -> Response:
    member_id = current_member().id
    return done(
        lambda: service.leave(db(), member_id),
        gettext("Vous voici de nouveau dans vos alentours."),
        url_for("pages.neighbourhoods"),
    )


@pages.post("/quartiers/retirer")
def withdraw() -> Response:
    member_id = current_member().id
    return done(
        lambda: service.withdraw(db(), member_id),
        gettext("Votre soutien est retiré."),
        url_for("pages.neighbourhoods"),
    )


@pages.post("/quartiers/<int:neighbourhood_id>/histoire")
def tell_story(neighbourhood_id: int) -> Response | tuple[str, int]:
    member_id, story = current_member().id, typed("story")
    refusal = attempt(lambda: moderators.tell_story(db(), member_id, neighbourhood_id, story))
    if refusal:
        return _one(neighbourhood_id, refusal), status_of(refusal)
    return redirect(url_for("pages.neighbourhood", neighbourhood_id=neighbourhood_id))


def _one(neighbourhood_id: int, refusal: Refusal | None) -> str:
    """The page of one; who lives there finds its people and its changes too."""
    member = current_user.member if current_user.is_authenticated else None
    row = queries.one(db(), neighbourhood_id, member.id if member else None)
    return render_template(
        "neighbourhoods/one.html",
        member=member,
        neighbourhood=row,
        kept=db().get_one(Neighbourhood, neighbourhood_id),
        outlines=queries.outlines(db(), neighbourhood_id),
        life=_life(neighbourhood_id, member.id) if member else None,
        refusal=refusal,
        story=typed("story") if refusal else row.story,
        bounds=extents.extent(db()),
        following=following(neighbourhood_id=neighbourhood_id) if row.state == OPEN else None,
    )


def _life(neighbourhood_id: int, member_id: int) -> dict[str, Any] | None:
    """What those who live there find on its page; None for others."""
    if not queries.lives_in(db(), member_id, neighbourhood_id):
        return None
    changed = queries.changes(db(), neighbourhood_id, member_id)
    return {
        "roll": nearness.roll(db(), member_id),
        "moderators": queries.moderators(db(), neighbourhood_id, member_id),
        "candidates": queries.candidates(db(), neighbourhood_id, member_id),
        "asked": moderators.asked(db(), member_id, neighbourhood_id),
        "talked_of": [one for one in changed if one.state in changes.LIVING],
        "ended": [one for one in changed if one.state not in changes.LIVING],
        "living": living(changed, neighbourhood_id),
    }
