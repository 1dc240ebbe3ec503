"""/compte/acces: how one logs in, and which browsers are."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from geoneighbour.accounts import sessions
from geoneighbour.accounts.openid_http import linked
from geoneighbour.database.http import db
from geoneighbour.web.pages.blueprint import pages


@pages.get("/compte/acces")
def access() -> str:
    return render_template(
        "access.html",
        sessions=sessions.listed(db(), current_user.id),
        present=sessions.present(),
        identities=linked(db(), current_user.id),
    )


@pages.post("/compte/acces/sessions/<int:session_id>/fermer")
def close_session(session_id: int) -> Response:
    sessions.close(db(), current_user.id, session_id)
    flash(gettext("La session est fermée : ce navigateur n’est plus connecté."), "done")
    return redirect(url_for("pages.access"))


@pages.post("/compte/acces/sessions/fermer")
def close_sessions() -> Response:
    """All but this one."""
    sessions.close_others(db(), current_user.id, sessions.present())
    flash(gettext("Toutes les autres sessions sont fermées."), "done")
    return redirect(url_for("pages.access"))
