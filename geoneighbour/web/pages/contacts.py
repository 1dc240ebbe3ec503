"""/voisins: the roll of one's own neighbourhood, profiles, the wider area, and people as shaded cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from sqlalchemy import Row

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service, words
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.posts import photos, queries
from geoneighbour.web.pages.blueprint import pages

LONG = 12
"""A roll of more people than this has a search."""
POSTS = 50


@pages.get("/voisins")
def contacts() -> str:
    """`nom` narrows the roll to names and skills that contain it."""
    member = current_member()
    neighbourhood = db().get(Neighbourhood, service.residence(db(), member.id).zone)
    name = neighbourhood.name if neighbourhood else None
    wider = [
        (row, words.in_wider_area(row.name, name, row.rings))
        for row in service.wider_neighbourhoods(db(), member.id)
    ]
    roll, wanted = service.roll(db(), member.id), request.args.get("nom", "").strip()
    return render_template(
        "contacts/list.html",
        member=member,
        neighbourhood=neighbourhood,
        roll=roll,
        found=_matching(roll or (), wanted),
        wanted=wanted,
        long=len(roll or ()) > LONG,
        people=service.preview(db(), member.id, "neighbourhood").people,
        wider=wider,
        bounds=extents.extent(db()),
    )


@pages.get("/voisins/<int:member_id>")
def profile(member_id: int) -> str:
    member = current_member()
    person = service.profile(db(), member.id, member_id)
    posts = queries.feed(db(), member.id, most=POSTS, author_id=member_id)
    return render_template(
        "contacts/one.html",
        person=person,
        sentence=words.why(person, person.other_kind, person.other_name, person.other_commune),
        posts=posts,
        photos=photos.by_post(db(), [post.id for post in posts]),
    )


def _matching(roll: Sequence[Row[Any]], wanted: str) -> list[Row[Any]]:
    return [person for person in roll if _plain(wanted) in _plain(f"{person.name} {person.can_help}")]


def _plain(text: str) -> str:
    """Without accents and capitals."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
