"""/voisins: the roll of one's own neighbourhood, the wider area, and people as shaded cells."""

from __future__ import annotations

from flask import render_template

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service, words
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.web.pages.blueprint import pages


@pages.get("/voisins")
def contacts() -> str:
    member = current_member()
    neighbourhood = db().get(Neighbourhood, service.residence(db(), member.id).zone)
    name = neighbourhood.name if neighbourhood else None
    wider = [
        (row, words.in_wider_area(row.name, name, row.rings))
        for row in service.wider_neighbourhoods(db(), member.id)
    ]
    return render_template(
        "contacts.html",
        member=member,
        neighbourhood=neighbourhood,
        roll=service.roll(db(), member.id),
        people=service.preview(db(), member.id, "neighbourhood").people,
        wider=wider,
        bounds=extents.extent(db()),
    )
