"""/desabonnement/<word>: no alerts by mail any more, from the mail itself and without a login."""

from __future__ import annotations

from flask import current_app, render_template

from geoneighbour.alerts import leaving
from geoneighbour.database.http import db
from geoneighbour.web.pages.blueprint import pages


@pages.get("/desabonnement/<word>")
def leave_alerts(word: str) -> str:
    """Looking changes nothing: mail programs open links by themselves."""
    return _page(word)


@pages.post("/desabonnement/<word>")
def really_leave_alerts(word: str) -> str:
    """From the page's button, or from a mail program's own (RFC 8058), which knows of no page, cookie or token."""
    member, channel = leaving.read(db(), current_app.config["SETTINGS"], word)
    leaving.leave(db(), member.id, channel)
    return _page(word)


def _page(word: str) -> str:
    member, channel = leaving.read(db(), current_app.config["SETTINGS"], word)
    done = leaving.has_left(db(), member.id, channel)
    return render_template("alerts/leaving.html", channel=channel, done=done)
