"""Authorities' alerts for machines: an Atom feed for each commune, a CAP 1.2 message for each alert."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, current_app, request, url_for
from flask_babel import gettext

from geoneighbour.alerts import public
from geoneighbour.cap import MIME
from geoneighbour.cap.writing import write, write_feed
from geoneighbour.communes import words
from geoneighbour.communes.http import current
from geoneighbour.database.http import db
from geoneighbour.web.pages.blueprint import pages

SECONDS = 30
"""For which whoever asks often is told the same."""


@pages.get("/communes/<code>/alertes.atom")
def alerts_feed(code: str) -> Response:
    """`pays` where several countries have the code."""
    commune = current(code, request.args.get("pays"))
    entries = public.told(db(), commune.id, _site())
    own = _site() + url_for("pages.alerts_feed", code=commune.code, pays=commune.country)
    title = gettext("Alertes officielles, %(commune)s", commune=words.name(commune))
    # Without an entry, a moment that stays the same.
    updated = max((one.updated for one in entries), default=datetime(2026, 1, 1, tzinfo=UTC))
    return _xml(write_feed(own, title, own, updated, entries), "application/atom+xml")


@pages.get("/alertes/<int:post_id>.cap")
def alert_cap(post_id: int) -> Response:
    return _xml(write(public.notice(db(), post_id, _site())), MIME)


def _site() -> str:
    return current_app.config["SETTINGS"].public_url or request.host_url.rstrip("/")


def _xml(content: bytes, mime: str) -> Response:
    headers = {"Cache-Control": f"public, max-age={SECONDS}"}
    return Response(content, mimetype=mime, headers=headers)
