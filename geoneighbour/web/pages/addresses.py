"""/compte/adresse and /compte/demenager: the words of one's address; a new home. Both ask the geocoder where there is one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.accounts import service as homes
from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput, Unavailable
from geoneighbour.ground.points import Point
from geoneighbour.members import addresses
from geoneighbour.members.http import current_member, sealer
from geoneighbour.web import geocoder
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, typed
from geoneighbour.web.problems import status_of


@pages.get("/compte/adresse")
def address() -> str:
    return _page("address/words.html")


@pages.post("/compte/adresse/chercher")
def search_address() -> tuple[str, int]:
    return _search("address/words.html")


@pages.post("/compte/adresse")
def write_address() -> Response | tuple[str, int]:
    """Where there is a geocoder it is asked again, for what was chosen: what a form says is not believed."""
    words, member = typed("words"), current_member()
    done: list[bool] = []
    refusal = attempt(
        lambda: done.append(homes.write_address(db(), sealer(), member.id, words, _found(words)))
    )
    if refusal:
        return _page("address/words.html", refusal=refusal), status_of(refusal)
    flash(gettext("Votre adresse est écrite, chiffrée."), "done")
    if _geocoder() and not done[0]:
        flash(
            gettext("Une personne du service regardera si elle est bien à votre point, avant tout envoi."),
            "done",
        )
    # Who came here for a letter goes on to it.
    return redirect(url_for("pages.address" if member.verified_at else "pages.verification"))


@pages.get("/compte/demenager")
def moving() -> str:
    return _page("address/move.html")


@pages.post("/compte/demenager/chercher")
def search_home() -> tuple[str, int]:
    return _search("address/move.html")


@pages.post("/compte/demenager")
def move_house() -> Response | tuple[str, int]:
    """The point of the map; without one (no JavaScript) where the geocoder has the address that was chosen."""
    words, member = typed("words").strip(), current_member()

    def move() -> None:
        found = _found(words) if words else None
        home = _pin() or found
        if home is None:
            raise InvalidInput("Indiquez votre nouveau domicile sur la carte.", field="home")
        homes.move_house(db(), sealer(), member.id, home, words or None, found)

    refusal = attempt(move)
    if refusal:
        return _page("address/move.html", refusal=refusal), status_of(refusal)
    flash(gettext("Bienvenue chez vous. Votre nouvelle adresse est à vérifier."), "done")
    return redirect(url_for("pages.verification"))


def _search(template: str) -> tuple[str, int]:
    """What the geocoder finds, to choose from."""
    asked, refusal = typed("q").strip(), None
    results: list[dict[str, Any]] = []
    url = _geocoder()
    if url is None or not 3 <= len(asked) <= homes.LONGEST:
        refusal = InvalidInput("De 3 à %(most)s caractères.", field="q", most=homes.LONGEST)
    else:
        try:
            results = geocoder.search(url, asked)
        except Unavailable as away:
            refusal = InvalidInput(away.template, field="q")
    return _page(template, refusal=refusal, asked=asked, results=results), status_of(
        refusal
    ) if refusal else 200


def _found(words: str) -> Point | None:
    """Where the geocoder has exactly these words; None without it, or when it does not answer."""
    url = _geocoder()
    if url is None or not 3 <= len(words) <= homes.LONGEST:
        return None
    try:
        same = [one for one in geocoder.search(url, words) if one["label"] == words]
    except Unavailable:
        return None
    return Point(same[0]["lon"], same[0]["lat"]) if same else None


def _pin() -> Point | None:
    if not (typed("lon") and typed("lat")):
        return None
    try:
        return Point(float(typed("lon")), float(typed("lat")))
    except ValueError:
        raise InvalidInput("Indiquez votre nouveau domicile sur la carte.", field="home") from None


def _geocoder() -> str | None:
    url: str | None = current_app.config["SETTINGS"].geocoder_url
    return url


def _page(
    template: str,
    *,
    refusal: Refusal | None = None,
    asked: str | None = None,
    results: list[dict[str, Any]] | None = None,
) -> str:
    member = current_member()
    may_move_at = homes.may_move_at(member)
    return render_template(
        template,
        own=addresses.own(db(), sealer(), member.id),
        seen=addresses.seen_by(db(), member.id),
        with_geocoder=_geocoder() is not None,
        asked=asked,
        results=results,
        refusal=refusal,
        typed_words=typed("words"),
        may_move_at=may_move_at if may_move_at > datetime.now(UTC) else None,
        bounds=extents.extent(db()),
        near_m=homes.NEAR_M,
        longest=homes.LONGEST,
    )
