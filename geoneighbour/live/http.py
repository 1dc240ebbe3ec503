"""Where a page listens: GET /api/v1/live."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import current_app, request
from sqlalchemy import text

from geoneighbour.accounts import sessions
from geoneighbour.database.http import db
from geoneighbour.live.tickets import Page, Tickets
from geoneighbour.members.http import current_member
from geoneighbour.settings import Settings

api = APIBlueprint("live", __name__, url_prefix="/api/v1/live", tag="alerts")
_NEWEST = text("SELECT post_id, word FROM nearness.newest_word(:member)")


@api.get("")
def where() -> dict[str, Any]:
    """`url`: Server-Sent Events (`alert`: {post_id, word}; `bye`: ask here again), for a minute, null where there are none;
    `newest`: the latest word of the alerts that reached me."""
    member_id = current_member().id
    newest = db().execute(_NEWEST, {"member": member_id}).mappings().one_or_none()
    place = address(current_app.config["SETTINGS"])
    ticket = Tickets(current_app.config["SETTINGS"]).make(Page(member_id, sessions.present() or 0))
    return {"url": place and f"{place}?ticket={ticket}", "newest": dict(newest) if newest else None}


def address(settings: Settings) -> str | None:
    """LIVE_URL, else LIVE_PORT of the host that the page came from."""
    if settings.live_url:
        return settings.live_url
    if settings.live_port is None:
        return None
    host = urlsplit(f"//{request.host}").hostname or ""
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{settings.live_port}/direct"


def origin(settings: Settings) -> str:
    """What a page may connect to besides its own origin, for Content-Security-Policy; empty: nothing."""
    place = urlsplit(address(settings) or "")
    return f" {place.scheme}://{place.netloc}" if place.netloc else ""
