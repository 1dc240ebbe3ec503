"""/quartiers/<id>/affiches: flyer, poster and stickers of one's own neighbourhood, ready to print."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, render_template
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour import printing
from geoneighbour.accounts import limits
from geoneighbour.database.http import db, engine
from geoneighbour.errors import InvalidInput, NotFound, TooOften
from geoneighbour.inviting import drawing, service
from geoneighbour.inviting import http as inviting
from geoneighbour.members.http import current_member
from geoneighbour.neighbourhoods import queries
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import typed

PAPERS = {"flyer": (128.5, 88.0, 0.62), "poster": (253.0, 218.0, 0.62), "stickers": (28.0, 13.0, 1.0)}
"""What can be printed; how wide and high its map is, in millimetres, and how much of that the neighbourhood fills."""
AN_HOUR = 20
"""So many PDFs may a member have made: each takes a processor for a second."""


@pages.get("/quartiers/<int:neighbourhood_id>/affiches")
def posters(neighbourhood_id: int) -> str:
    member = current_member()
    return render_template(
        "inviting/posters.html",
        neighbourhood=_own(neighbourhood_id),
        first_name=service.first_name(member.name),
        refusal=None,
    )


@pages.post("/quartiers/<int:neighbourhood_id>/affiches")
def print_posters(neighbourhood_id: int) -> BaseResponse:
    """`what` is printed, with a code that leads to the member's paper invitation; `named` tells their first name."""
    member, what, named = current_member(), typed("what"), typed("named") == "yes"
    neighbourhood = _own(neighbourhood_id)
    if what not in PAPERS:
        raise InvalidInput("Un papier parmi : %(papers)s.", field="what", papers=", ".join(PAPERS))
    if limits.attempt(engine(), "kit", str(member.id), timedelta(hours=1)) > AN_HOUR:
        raise TooOften
    invitation = service.invite(db(), inviting.secret(), member.id, "neighbours", "paper", named)
    link = inviting.link(invitation)
    page = render_template(
        f"kit/{what}.html",
        name=neighbourhood.name,
        drawing=drawing.draw(db(), neighbourhood.id, *PAPERS[what]),
        code=printing.qr(link),
        place=urlsplit(inviting.public("/")).netloc,
        inviter=service.first_name(member.name) if named else None,
    )
    return Response(
        printing.pdf(page),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{what}.pdf"', "Cache-Control": "no-store"},
    )


def _own(neighbourhood_id: int) -> Neighbourhood:
    """NotFound for who does not live there."""
    if not queries.lives_in(db(), current_member().id, neighbourhood_id):
        raise NotFound
    return db().get_one(Neighbourhood, neighbourhood_id)
