"""/offres/<id>/vers: on to the partner, counted without a name (docs/decisions/034)."""

from __future__ import annotations

import re

from flask import current_app, redirect, request
from flask_security import current_user
from werkzeug.wrappers import Response

from geoneighbour.accounts import limits
from geoneighbour.affiliation import service
from geoneighbour.affiliation.http import TOKENS
from geoneighbour.affiliation.tokens import onward
from geoneighbour.database.http import db
from geoneighbour.errors import NotFound, TooOften
from geoneighbour.offers import queries
from geoneighbour.web.pages.blueprint import pages

ROBOTS = re.compile(r"bot|crawl|spider|slurp|preview|externalhit|^$", re.IGNORECASE)


@pages.get("/offres/<int:offer_id>/vers")
def visit_offer(offer_id: int) -> Response:
    """To the address that the offer has in its feed, and to no other."""
    resident = current_user.member.id if current_user.is_authenticated else None
    offer = queries.one(db(), offer_id, resident)
    if not offer.url:
        raise NotFound
    to = offer.url
    if _somebody():
        made = service.click(db(), offer.partner, offer_id)
        to = onward(to, current_app.extensions[TOKENS].make(made))
    answer = redirect(to, 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _somebody() -> bool:
    """Whether this counts: no robot, nothing fetched ahead, not the 61st of a network within an hour."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if request.method != "GET" or "prefetch" in ahead or ROBOTS.search(request.user_agent.string):
        return False
    try:
        limits.take("pages.visit_offer")
    except TooOften:
        return False
    return True
