"""/publications: ask, offer or tell with the reach shown before, read a post, answer it, close one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError
from geoneighbour.members.http import current_member
from geoneighbour.nearness import service as nearness
from geoneighbour.nearness.http import geojson
from geoneighbour.posts import photos, preview, queries, reaching, service
from geoneighbour.posts.models import ALERT, MOST_PHOTOS, Post
from geoneighbour.posts.photo_http import photo_store, sent_photos
from geoneighbour.web.pages import reach_form
from geoneighbour.web.pages.alerts import alert_page
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import attempt, typed
from geoneighbour.web.pages.kinds import KINDS
from geoneighbour.web.pages.words import about
from geoneighbour.web.problems import status_of


@pages.get("/publications/nouvelle")
def new_post() -> str:
    return _form(request.args.get("nature", ""), request.args.get("texte", ""), reach_form.USUAL, {}, None)


@pages.post("/publications/nouvelle")
def send_post() -> Response | tuple[str, int]:
    member_id = current_member().id
    kind, body, reach = typed("kind"), typed("body"), typed("reach")

    def write() -> None:
        pictures = sent_photos()
        post = service.write(db(), member_id, kind, body, reach, **reach_form.taken(reach))
        # The same form sent twice is one post, with its photos once.
        if pictures and not photos.of(db(), [post.id], member_id):
            photos.add(db(), photo_store(), member_id, post.id, pictures)

    refusal = attempt(write)
    if refusal:
        return _form(kind, body, reach, request.form, refusal), status_of(refusal)
    meant = reaching.reached(
        db(), member_id, nearness.residence(db(), member_id), reach, **reach_form.taken(reach)
    )
    people = preview.preview(db(), member_id, meant).people
    flash(gettext("C’est envoyé : %(people)s personnes.", people=about(people)), "done")
    return redirect(url_for("pages.home"))


@pages.get("/publications/<int:post_id>")
def one_post(post_id: int) -> str:
    return _page(post_id, None, "")


@pages.post("/publications/<int:post_id>/repondre")
def reply(post_id: int) -> Response | tuple[str, int]:
    member_id, body = current_member().id, typed("body")
    made: list[Any] = []
    refusal = attempt(lambda: made.append(service.reply(db(), member_id, post_id, body)))
    if refusal:
        return _page(post_id, refusal, body), status_of(refusal)
    return redirect(url_for("pages.conversation", thread_id=made[0].id))


@pages.post("/publications/<int:post_id>/clore")
def close_post(post_id: int) -> Response:
    service.close(db(), current_member().id, post_id)
    return redirect(url_for("pages.home"))


@pages.post("/publications/<int:post_id>/photos")
def add_photos(post_id: int) -> Response | tuple[str, int]:
    member_id = current_member().id
    return _changed(
        post_id, lambda: photos.add(db(), photo_store(), member_id, post_id, sent_photos(least=1))
    )


@pages.post("/publications/<int:post_id>/photos/<int:number>")
def describe_photo(post_id: int, number: int) -> Response | tuple[str, int]:
    member_id = current_member().id
    return _changed(post_id, lambda: photos.describe(db(), member_id, post_id, number, typed("alt")))


@pages.post("/publications/<int:post_id>/photos/<int:number>/retirer")
def remove_photo(post_id: int, number: int) -> Response | tuple[str, int]:
    member_id = current_member().id
    return _changed(post_id, lambda: photos.remove(db(), photo_store(), member_id, post_id, number))


def _changed(post_id: int, change: Callable[[], object]) -> Response | tuple[str, int]:
    if refusal := attempt(change):
        return _page(post_id, refusal, ""), status_of(refusal)
    return redirect(url_for("pages.one_post", post_id=post_id, _anchor="photos"))


def _form(
    kind: str, body: str, reach: str, fields: Mapping[str, str], refusal: GeoneighbourError | None
) -> str:
    member = current_member()
    return render_template(
        "posts/new.html",
        **reach_form.given(member.id, reach, fields),
        member=member,
        kind=kind if kind in KINDS else next(iter(KINDS)),
        body=body,
        refusal=refusal,
        with_addresses=bool(current_app.config["SETTINGS"].geocoder_url),
        most_photos=MOST_PHOTOS,
        bounds=extents.extent(db()),
    )


def _page(post_id: int, refusal: GeoneighbourError | None, body: str) -> str:
    member = current_member()
    post = queries.shown(db(), member.id, post_id)
    if post.kind == ALERT:
        return alert_page(post_id, refusal, "reply")
    threads = [thread for thread in queries.threads(db(), member.id) if thread.post_id == post_id]
    ground = preview.ground_of(db(), db().get_one(Post, post_id)) if post.mine else None
    return render_template(
        "posts/one.html",
        member=member,
        post=post,
        ground=geojson(ground) if ground is not None else None,
        bounds=ground.bounds if ground is not None else None,
        photos=photos.of(db(), [post_id], member.id),
        most_photos=MOST_PHOTOS,
        threads=threads,
        refusal=refusal,
        body=body,
    )
