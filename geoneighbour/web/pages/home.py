"""/accueil: ask, read the feed, and see it on the map."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.members import service as members
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.posts import photos, queries
from geoneighbour.web.pages.blueprint import pages

PAGE = 20


@pages.get("/accueil")
def home() -> str:
    member = current_member()
    before = request.args.get("avant", type=int)
    posts = queries.feed(db(), member.id, before, PAGE)
    return render_template(
        "home.html",
        member=member,
        neighbourhood=db().get(Neighbourhood, nearness.residence(db(), member.id).zone),
        notices=members.unread_notices(db(), member.id),
        posts=posts,
        photos=photos.by_post(db(), [post.id for post in posts]),
        before=before,
        next_before=posts[-1].id if len(posts) == PAGE else None,
        page_size=PAGE,
        bounds=extents.extent(db()),
    )


@pages.post("/accueil/compris/<int:notice_id>")
def read_notice(notice_id: int) -> Response:
    members.read_notice(db(), current_member().id, notice_id)
    return redirect(url_for("pages.home"))
