"""The card « Par des voisins » of /verification, and /garants, where neighbours vouch."""

from __future__ import annotations

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.members.models import Member
from geoneighbour.verification import service, vouching
from geoneighbour.verification.vouching_http import asking_json, count_look, settings
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, done
from geoneighbour.web.pages.verification import card
from geoneighbour.web.problems import status_of


def init_app(app: Flask) -> None:
    app.jinja_env.globals["vouching_is_open"] = lambda: "vouching" in service.ways(settings())
    app.jinja_env.globals["asked_to_vouch"] = _asked_to_vouch


@card("vouching")
def vouching_card(member: Member) -> dict[str, object]:
    told = asking_json(member)
    link = url_for("pages.vouching", code=told["code"], _external=True) if told["code"] else None
    return {**told, "link": link}


@pages.post("/verification/voisins")
def ask_neighbours() -> Response:
    member_id = current_member().id
    return done(
        lambda: vouching.ask(db(), settings(), member_id),
        gettext("Voici votre code : donnez-le à vos voisins."),
        url_for("pages.verification", _anchor="vouching"),
    )


@pages.get("/garants")
def vouching_page() -> str | Response:
    if code := request.args.get("code", "").strip():
        return redirect(url_for("pages.vouching", code=code))
    return _page("", None, None)


@pages.get("/garants/<code>", endpoint="vouching")
def for_whom(code: str) -> str | tuple[str, int]:
    member_id, found = current_member().id, []
    if not _may(member_id):
        return _page(code, None, None)
    count_look()
    refusal = attempt(lambda: found.append(vouching.who_asks(db(), settings(), member_id, code)))
    page = _page(code, found[0] if found else None, refusal)
    return (page, status_of(refusal)) if refusal else page


@pages.post("/garants/<code>")
def vouch(code: str) -> Response | tuple[str, int]:
    member_id, names = current_member().id, []
    count_look()
    refusal = attempt(lambda: names.append(vouching.vouch(db(), settings(), member_id, code).name))
    if refusal:
        return _page(code, None, refusal), status_of(refusal)
    flash(gettext("Merci : vous vous êtes porté garant de %(name)s.", name=names[0]), "done")
    return redirect(url_for("pages.vouching_page"))


def _asked_to_vouch() -> bool:
    """Whether the login leads on to somebody's link, of this shape: whether its code is anybody's is told to nobody here."""
    return request.values.get("next", "").startswith(f"{url_for('pages.vouching_page')}/")


def _may(member_id: int) -> bool:
    return vouching.vouches(db(), member_id) and vouching.left(db(), member_id) > 0


def _page(code: str, asker: Member | None, refusal: Refusal | None) -> str:
    service.require_open(settings(), "vouching")
    member = current_member()
    return render_template(
        "verification/vouch.html",
        member=member,
        asker=asker,
        code=code,
        refusal=refusal,
        vouches=vouching.vouches(db(), member.id),
        left=vouching.left(db(), member.id),
        most=settings().vouches_most,
        days=settings().vouches_days,
    )
