"""/messages: private conversations about posts."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError
from geoneighbour.members.http import current_member
from geoneighbour.posts import photos, queries, service
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import attempt, typed
from geoneighbour.web.problems import status_of


@pages.get("/messages")
def conversations() -> str:
    return render_template("messages/list.html", threads=queries.threads(db(), current_member().id))


@pages.get("/messages/<int:thread_id>")
def conversation(thread_id: int) -> str:
    return _page(thread_id, None, "")


@pages.post("/messages/<int:thread_id>")
def say(thread_id: int) -> Response | tuple[str, int]:
    member_id, body = current_member().id, typed("body")
    refusal = attempt(lambda: service.add_message(db(), member_id, thread_id, body))
    if refusal:
        return _page(thread_id, refusal, body), status_of(refusal)
    return redirect(url_for("pages.conversation", thread_id=thread_id, _anchor="dernier"))


def _page(thread_id: int, refusal: GeoneighbourError | None, body: str) -> str:
    member = current_member()
    thread, messages = queries.thread(db(), member.id, thread_id)
    return render_template(
        "messages/one.html",
        member=member,
        thread=thread,
        messages=messages,
        photos=photos.of(db(), [thread.post_id], member.id) if thread.post_id else [],
        refusal=refusal,
        body=body,
    )
