"""/accueil: write, read the feed near or far, and see it on the map."""

from __future__ import annotations

from collections.abc import Collection

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from geoneighbour.alerts import shown as alerts
from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.members import service as members
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.neighbourhoods import queries as neighbourhoods
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.posts import photos, queries
from geoneighbour.posts.models import ALERT
from geoneighbour.roles import service as roles
from geoneighbour.verification import review
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.kinds import KINDS
from geoneighbour.web.pages.words import LEVELS

PAGE = 20


@pages.get("/accueil")
def home() -> str:
    """`niveau` and `nature` narrow the feed to a tier and a kind; others than those that exist narrow nothing."""
    member = current_member()
    before = request.args.get("avant", type=int)
    tier, kind = (
        _one_of(LEVELS, request.args.get("niveau")),
        _one_of((*KINDS, ALERT), request.args.get("nature")),
    )
    posts = queries.feed(db(), member.id, before, PAGE, tier, kind)
    running = alerts.running(db(), member.id)
    neighbourhood = db().get(Neighbourhood, nearness.residence(db(), member.id).zone)
    supported = neighbourhoods.supported(db(), member.id)
    settled = neighbourhood or supported or not (member.verified_at or members.visiting(db(), member.id))
    return render_template(
        "home.html",
        member=member,
        neighbourhood=neighbourhood,
        to_join=[] if settled else neighbourhoods.to_join(db(), member.id),
        notices=members.unread_notices(db(), member.id),
        posts=posts,
        running=running,
        alerts=alerts.of_posts(db(), member.id, [post.id for post in posts if post.kind == ALERT]),
        photos=photos.by_post(posts),
        before=before,
        tier=tier,
        kind=kind,
        next_before=posts[-1].id if len(posts) == PAGE else None,
        page_size=PAGE,
        until=members.visit_until(db(), member.id),
        supported=supported,
        to_review=len(review.queue(db(), member.id)) if roles.reviews(db(), member.id) else None,
        bounds=extents.extent(db()),
    )


@pages.post("/accueil/compris/<int:notice_id>")
def read_notice(notice_id: int) -> Response:
    members.read_notice(db(), current_member().id, notice_id)
    return redirect(url_for("pages.home"))


def _one_of(known: Collection[str], name: str | None) -> str | None:
    return name if name in known else None
