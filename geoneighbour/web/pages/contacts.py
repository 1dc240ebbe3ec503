"""/voisins: the roll of one's own neighbourhood, profiles, the wider area, and people as shaded cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from geoneighbour.alerts import shown as alerts
from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError
from geoneighbour.members import service as members
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service, words
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.posts import photos, queries
from geoneighbour.posts import service as writing
from geoneighbour.posts.models import ALERT
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import attempt, typed
from geoneighbour.web.problems import status_of

LONG = 12
"""A roll of more people than this has a search."""
POSTS = 50


@pages.get("/voisins")
def contacts() -> str:
    """`nom` narrows the roll to names and skills that contain it."""
    member = current_member()
    neighbourhood = db().get(Neighbourhood, service.residence(db(), member.id).zone)
    found = service.found_by(db(), member.id)
    if found is not None:
        until = members.visit_until(db(), member.id)
        return render_template(
            "contacts/visitor.html", member=member, neighbourhood=neighbourhood, found=found, until=until
        )
    near, wanted = service.contacts(db(), member.id), request.args.get("nom", "").strip()
    roll = near.roll
    return render_template(
        "contacts/list.html",
        member=member,
        neighbourhood=neighbourhood,
        roll=roll,
        found=_matching(roll or (), wanted),
        wanted=wanted,
        long=len(roll or ()) > LONG,
        people=near.people,
        wider=[(row, words.in_wider_area(row["name"], near.home, row["rings"])) for row in near.wider],
        bounds=extents.extent(db()),
    )


@pages.get("/voisins/<int:member_id>")
def profile(member_id: int) -> str:
    return _profile(member_id, None, "")


@pages.post("/voisins/<int:member_id>/messages")
def write_to(member_id: int) -> Response | tuple[str, int]:
    me, body = current_member().id, typed("body")
    started: list[int] = []
    refusal = attempt(lambda: started.append(writing.write_to(db(), me, member_id, body).id))
    if refusal:
        return _profile(member_id, refusal, body), status_of(refusal)
    return redirect(url_for("pages.conversation", thread_id=started[0], _anchor="dernier"))


def _profile(member_id: int, refusal: GeoneighbourError | None, body: str) -> str:
    member = current_member()
    person = service.profile(db(), member.id, member_id)
    posts = queries.feed(db(), member.id, most=POSTS, author_id=member_id)
    return render_template(
        "contacts/one.html",
        person=person,
        sentence=words.why(person, person.other_kind, person.other_name, person.other_commune),
        posts=posts,
        alerts=alerts.of_posts(db(), member.id, [post.id for post in posts if post.kind == ALERT]),
        photos=photos.by_post(posts),
        thread=queries.thread_with(db(), member.id, member_id),
        may_write=queries.may_write(db(), member.id, member_id),
        refusal=refusal,
        body=body,
    )


def _matching(roll: Sequence[dict[str, Any]], wanted: str) -> list[dict[str, Any]]:
    return [person for person in roll if _plain(wanted) in _plain(f"{person['name']} {person['can_help']}")]


def _plain(text: str) -> str:
    """Without accents and capitals."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
