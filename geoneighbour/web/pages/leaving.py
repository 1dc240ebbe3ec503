"""/desabonnement/<word>: no alerts by mail any more, from the mail itself and without a login."""

from __future__ import annotations

from flask import current_app, render_template

from geoneighbour.alerts import leaving
from geoneighbour.database.http import db
from geoneighbour.web.pages.blueprint import pages


@pages.get("/desabonnement/<word>")
def leave_alerts(word: str) -> str:
    """Looking changes nothing: mail programs open links by themselves."""
    return _page(*_whose(word))


@pages.post("/desabonnement/<word>")
def really_leave_alerts(word: str) -> str:
    """From the page's button, or from a mail program's own (RFC 8058), which knows of no page, cookie or token."""
    member_id, channel = _whose(word)
    leaving.leave(db(), member_id, channel)
    return _page(member_id, channel)


def _whose(word: str) -> tuple[int, str]:
    member, channel = leaving.read(db(), current_app.config["SETTINGS"], word)
    return member.id, channel


def _page(member_id: int, channel: str) -> str:
    done = leaving.has_left(db(), member_id, channel)
    return render_template("alerts/leaving.html", channel=channel, done=done)
