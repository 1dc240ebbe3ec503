"""/alertes: what is going on, one alert with its words in order, what waits for a second person."""

from __future__ import annotations

import shapely
from flask import render_template, request

from geoneighbour.alerts import shown
from geoneighbour.alerts.http import most_alone
from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError
from geoneighbour.members.http import current_member
from geoneighbour.posts import photos, queries
from geoneighbour.roles import service as roles
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import typed


@pages.get("/alertes")
def alerts() -> str:
    """`nature` narrows the list to a kind; another than those that exist narrows nothing."""
    member = current_member()
    kinds = shown.kinds(db())
    kind = next((one.code for one in kinds if one.code == request.args.get("nature")), None)
    running = shown.running(db(), member.id)
    here = {row.alert_kind for row in running}
    listed = [row for row in running if kind in (None, row.alert_kind)]
    return render_template(
        "alerts/list.html",
        member=member,
        running=listed,
        ended=shown.ended(db(), member.id, kind),
        photos=photos.by_post(listed),
        kinds=[one for one in kinds if one.code in here or one.code == kind],
        kind=kind,
        to_approve=len(shown.waiting(db(), member.id)),
        bounds=extents.extent(db()),
    )


@pages.get("/alertes/<int:post_id>")
def alert(post_id: int) -> str:
    return alert_page(post_id, None)


@pages.get("/alertes/a-relire")
def alerts_to_approve() -> str:
    member = current_member()
    waiting = shown.waiting(db(), member.id)
    return render_template("alerts/waiting.html", waiting=waiting, second_above=most_alone())


def alert_page(post_id: int, refusal: GeoneighbourError | None, asked: str = "") -> str:
    """The page of an alert; with a refusal, what was typed stays where it was asked for."""
    member = current_member()
    row = shown.one(db(), member.id, post_id)
    cell = None if row.place else row.outline
    ground = row.place or cell
    decides = row.waits and shown.may_second(db(), member.id, post_id)
    operates = roles.has(db(), member.id, "operator")
    return render_template(
        "alerts/one.html",
        member=member,
        alert=row,
        words=shown.words(db(), post_id),
        photos=photos.of(db(), [post_id], member.id),
        threads=[thread for thread in queries.threads(db(), member.id) if thread.post_id == post_id],
        ground=row.place,
        cell=cell,
        bounds=shapely.geometry.shape(ground).bounds if ground else None,
        progress=shown.progress(db(), row) if row.mine or operates else None,
        exact=shown.ledger(db(), post_id) if operates else None,
        may_decide=decides,
        reached=shown.people_of(db(), post_id) if decides else None,
        second_above=most_alone(),
        refusal=refusal,
        asked=asked,
        body=typed("body"),
        typed=request.form,
    )
