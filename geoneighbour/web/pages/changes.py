"""/quartiers/…/redessiner, /quartiers/…/changer, /quartiers/changements/…: changes of one's neighbourhood, proposed, discussed, decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Row
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import Forbidden, InvalidInput
from geoneighbour.members.http import current_member
from geoneighbour.neighbourhoods import changes, queries
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.change_words import ground, next_step
from geoneighbour.web.pages.forms import Refusal, attempt, done, typed
from geoneighbour.web.problems import status_of


@pages.get("/quartiers/<int:neighbourhood_id>/redessiner")
def redraw(neighbourhood_id: int) -> str | Response:
    """The editor, on the outline of today; where a new outline is proposed already, that one."""
    neighbourhood, living = _own(neighbourhood_id)
    if "redraw" in living:
        flash(gettext("Un nouveau contour est déjà proposé : parlez-en ici."))
        return redirect(url_for("pages.change", change_id=living["redraw"]))
    return render_template(
        "neighbourhoods/redraw.html",
        member=current_member(),
        neighbourhood=neighbourhood,
        bounds=extents.extent(db()),
    )


@pages.get("/quartiers/<int:neighbourhood_id>/changer")
def propose_change(neighbourhood_id: int) -> str:
    return _forms(neighbourhood_id, None)


@pages.post("/quartiers/<int:neighbourhood_id>/changer")
def send_change(neighbourhood_id: int) -> Response | tuple[str, int]:
    member_id, why, made = current_member().id, typed("why"), []

    def propose() -> None:
        match typed("kind"):
            case "rename":
                proposed = changes.rename(db(), member_id, neighbourhood_id, typed("name"), why)
            case "merge":
                into = request.form.get("into", default=0, type=int)
                proposed = changes.merge(db(), member_id, neighbourhood_id, into, why)
            case "archive":
                proposed = changes.archive(db(), member_id, neighbourhood_id, why)
            case _:
                raise InvalidInput("Choisissez ce qui change.", field="kind")
        made.append(proposed.id)

    refusal = attempt(propose)
    if refusal:
        return _forms(neighbourhood_id, refusal), status_of(refusal)
    flash(gettext("C’est proposé : vos voisins sont prévenus et peuvent en parler ici."), "done")
    return redirect(url_for("pages.change", change_id=made[0]))


@pages.get("/quartiers/changements/<int:change_id>")
def change(change_id: int) -> str:
    return _change(change_id, None)


@pages.post("/quartiers/changements/<int:change_id>")
def discuss(change_id: int) -> Response | tuple[str, int]:
    member_id = current_member().id
    refusal = attempt(lambda: changes.remark(db(), member_id, change_id, typed("body")))
    if refusal:
        return _change(change_id, refusal), status_of(refusal)
    return redirect(url_for("pages.change", change_id=change_id, _anchor="dernier"))


@pages.post("/quartiers/changements/<int:change_id>/accepter")
def accept_change(change_id: int) -> Response:
    member_id = current_member().id
    return _decided(change_id, lambda: changes.accept(db(), member_id, change_id), gettext("C’est accepté."))


@pages.post("/quartiers/changements/<int:change_id>/refuser")
def refuse_change(change_id: int) -> Response:
    member_id = current_member().id
    return _decided(change_id, lambda: changes.refuse(db(), member_id, change_id), gettext("C’est refusé."))


@pages.post("/quartiers/changements/<int:change_id>/retirer")
def withdraw_change(change_id: int) -> Response:
    member_id = current_member().id
    return _decided(
        change_id,
        lambda: changes.withdraw(db(), member_id, change_id),
        gettext("Votre proposition est retirée."),
    )


def living(rows: Sequence[Row[Any]], neighbourhood_id: int) -> dict[str, int]:
    """What is proposed or accepted for a neighbourhood, of its changes: ids by kind."""
    return {
        row.kind: row.id
        for row in rows
        if row.state in changes.LIVING and row.neighbourhood_id == neighbourhood_id
    }


def _own(neighbourhood_id: int) -> tuple[Row[Any], dict[str, int]]:
    """The neighbourhood where the reader lives, and what lives of its changes."""
    member_id = current_member().id
    neighbourhood = queries.one(db(), neighbourhood_id, member_id)
    if not queries.lives_in(db(), member_id, neighbourhood_id):
        raise Forbidden("Seuls les membres vérifiés qui y habitent proposent un changement.")
    return neighbourhood, living(queries.changes(db(), neighbourhood_id, member_id), neighbourhood_id)


def _forms(neighbourhood_id: int, refusal: Refusal | None) -> str:
    neighbourhood, proposed = _own(neighbourhood_id)
    return render_template(
        "neighbourhoods/change_forms.html",
        neighbourhood=neighbourhood,
        living=proposed,
        beside=queries.beside_neighbourhood(db(), neighbourhood_id),
        refusal=refusal,
        typed=request.form,
    )


def _change(change_id: int, refusal: Refusal | None) -> str:
    member = current_member()
    row = queries.change(db(), change_id, member.id)
    return render_template(
        "neighbourhoods/change.html",
        change=row,
        ground=ground(row),
        next_step=next_step(row, queries.may_take_effect(db(), change_id)),
        may=changes.choices(db(), member.id, change_id),
        remarks=queries.remarks(db(), change_id, member.id),
        body=typed("body"),
        refusal=refusal,
        bounds=extents.extent(db()),
    )


def _decided(change_id: int, action: Callable[[], object], words: str) -> Response:
    return done(action, words, url_for("pages.change", change_id=change_id))
