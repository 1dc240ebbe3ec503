"""/verification: one card for each way that is open; what is left when a visit is over, and what a visitor does next."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, render_template
from flask_babel import lazy_gettext

from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError
from geoneighbour.members import service as members
from geoneighbour.members.http import current_member
from geoneighbour.members.models import Member
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.verification import service
from geoneighbour.web.pages.blueprint import pages

WAYS = {
    "postcard": lazy_gettext("Par une lettre reçue chez vous"),
    "vouching": lazy_gettext("Par des voisins qui vous connaissent"),
    "document": lazy_gettext("Par un document"),
    "operator": lazy_gettext("Par une personne du service"),
}
"""By what an address was verified."""
Card = Callable[[Member], dict[str, object]]
CARDS: dict[str, Card] = {}
"""What the template verification/<way>.html reads as `card`."""


def card(way: str) -> Callable[[Card], Card]:
    """Registers what a way's card on the page says to a member."""

    def register(read: Card) -> Card:
        CARDS[way] = read
        return read

    return register


@pages.get("/verification")
def verification() -> str:
    return show()


def show(refusal: GeoneighbourError | None = None, at: str = "", **typed: str) -> str:
    """The page; a refusal stands in the card of the way `at`, with what was typed."""
    member = current_member()
    settings = current_app.config["SETTINGS"]
    open_ways = service.ways(settings)
    useful = service.ways_to_vouch(db(), settings, member) if member.verified_at else open_ways
    return render_template(
        "verification/page.html",
        member=member,
        until=members.visit_until(db(), member.id),
        neighbourhood=db().get(Neighbourhood, nearness.residence(db(), member.id).zone),
        proved=service.proved_by(db(), member.id),
        WAYS=WAYS,
        enough=[way for way in open_ways if way in service.SUFFICIENT],
        cards={way: CARDS[way](member) for way in useful},
        refusal=refusal,
        at=at,
        typed=typed,
    )
