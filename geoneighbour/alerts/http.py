"""Alerts: /api/v1/alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from apiflask import APIBlueprint
from flask import current_app
from flask_babel import gettext
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from geoneighbour.alerts import service, shown
from geoneighbour.alerts.models import AlertKind, AlertWord
from geoneighbour.alerts.places import place_shape
from geoneighbour.alerts.preview import preview_alert
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.nearness import words
from geoneighbour.nearness.http import collection, feature, geojson
from geoneighbour.nearness.service import residence
from geoneighbour.neighbourhoods.numbers import people
from geoneighbour.posts import photos, reaching
from geoneighbour.posts.http import Reach, post_json
from geoneighbour.posts.models import PostPhoto

api = APIBlueprint("alerts", __name__, url_prefix="/api/v1", tag="alerts")

Place = dict[str, Any]
"""GeoJSON: a Point or a Polygon."""


class OfKind(BaseModel):
    kind: str | None = None


class Asked(Reach):
    """Whom an alert of a kind would be for."""

    kind: str


class Alert(Asked):
    """One sentence, what it is about, whom it is for, and where it happens, if that helps (a public place)."""

    body: str
    happens_at: Place | None = None


class Like(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: str
    place: Place | None = None


class Word(BaseModel):
    """`update`, or what ends it: `all_clear`, `cancel`."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["update", "all_clear", "cancel"]
    body: str


class Sentence(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str


class Reason(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: str


def alert_json(row: Row[Any], shots: Sequence[PostPhoto]) -> dict[str, Any]:
    """An alert as its reader is shown it: as a post, and what an alert has besides."""
    return post_json(row, shots, why(row)) | {
        "alert": {
            "kind": row.alert_kind,
            "urgent": row.urgent,
            "place": row.place,
            "ends_at": row.ends_at.isoformat(),
            "outcome": row.outcome,
            "waits_for_second_person": row.waits,
            "official_source": row.official_source,
            "last_word": {"what": row.last_what, "body": row.last_body, "at": row.last_at.isoformat()}
            if row.last_what
            else None,
        }
    }


def why(row: Row[Any]) -> str:
    """Why the reader sees an alert (a row of nearness.alert_shown), in one sentence."""
    if row.reached_then:
        return gettext(
            "Elle vous est parvenue quand elle est partie ; depuis, elle ne viendrait plus jusqu’à vous."
        )
    if row.decides:
        return gettext("Elle demande une deuxième personne, et vous pouvez l’être.")
    return words.why_post(row)


def most_alone() -> int:
    """For more people than this a second person agrees."""
    number: int = current_app.config["SETTINGS"].alert_most_alone
    return number


def places(rows: Sequence[Row[Any]]) -> dict[str, Any]:
    """GeoJSON of alerts where they happen, else of the published cell they came from (`sector`)."""
    return collection(
        feature(row.place or row.outline, id=row.id, kind=row.alert_kind, sector=row.place is None)
        for row in rows
        if row.place or row.outline
    )


@api.get("/alerts")
@api.input(OfKind, location="query")
def listed(query_data: OfKind) -> dict[str, Any]:
    """The alerts that run and reach me, newest first, where they are; and those that ended within two weeks."""
    member = current_member()
    running = shown.running(db(), member.id, query_data.kind)
    ended = shown.ended(db(), member.id, query_data.kind)
    shots = photos.by_post((*running, *ended))
    return {
        "running": [alert_json(row, shots.get(row.id, [])) for row in running],
        "ended": [alert_json(row, shots.get(row.id, [])) for row in ended],
        "places": places(running),
    }


@api.get("/alerts/kinds")
def kinds() -> dict[str, Any]:
    """What an alert may be about, in the order of a form; `reach` is what a form begins with, `lasts` hours."""
    return {"kinds": [_kind_json(one) for one in shown.kinds(db())]}


@api.post("/alerts/preview")
@api.input(Asked)
def preview(json_data: Asked) -> dict[str, Any]:
    """Before writing: the ground of a reach, about how many people, by how near they are and by which channel."""
    member, asked = current_member(), json_data
    meant = reaching.reached(db(), member.id, residence(db(), member.id), asked.reach, **asked.taken())
    found = preview_alert(db(), member.id, asked.kind, meant)
    reach = found.reach
    return {
        "reach": asked.reach,
        "people": people(reach.people),
        "by_tier": {tier: people(number) for tier, number in reach.by_tier.items()},
        "by_channel": {channel: people(number) for channel, number in found.by_channel.items()},
        "needs_second": (reach.people or 0) > most_alone(),
        "area": geojson(reach.shape) if reach.shape is not None else None,
        "warning": {"kind": "many", "people": people(reach.people)} if reach.many else None,
    }


@api.post("/alerts/similar")
@api.input(Like)
def similar(json_data: Like) -> dict[str, Any]:
    """Recent alerts of this kind, near this place, that I read: is it the same thing?"""
    rows = shown.similar(db(), current_member().id, json_data.kind, place_shape(json_data.place))
    return {"alerts": [alert_json(row, []) for row in rows]}


@api.post("/alerts")
@api.input(Alert)
def write(json_data: Alert) -> tuple[dict[str, Any], int]:
    member, asked = current_member(), json_data
    made = service.write(
        db(),
        member.id,
        asked.kind,
        asked.body,
        asked.reach,
        happens_at=asked.happens_at,
        most_alone=most_alone(),
        **asked.taken(),
    )
    return _one(member.id, made.post_id), 201


@api.get("/alerts/<int:post_id>")
def one(post_id: int) -> dict[str, Any]:
    """An alert, its words in order, and to its author how far its sending is."""
    return _one(current_member().id, post_id)


@api.post("/alerts/<int:post_id>/words")
@api.input(Word)
def add_word(post_id: int, json_data: Word) -> tuple[dict[str, Any], int]:
    """A further word to all whom my alert reached."""
    member = current_member()
    service.add_word(db(), member.id, post_id, json_data.what, json_data.body)
    return _one(member.id, post_id), 201


@api.patch("/alerts/<int:post_id>")
@api.input(Sentence)
def correct(post_id: int, json_data: Sentence) -> dict[str, Any]:
    """Better words for my alert, on the page and in what has not left yet; nothing is sent for it."""
    member = current_member()
    service.correct(db(), member.id, post_id, json_data.body)
    return _one(member.id, post_id)


@api.post("/alerts/<int:post_id>/stop")
def stop(post_id: int) -> tuple[str, int]:
    """What of an alert has not left never leaves: its author, or who may be its second person."""
    service.stop(db(), current_member().id, post_id)
    return "", 204


@api.get("/alerts/waiting")
def waiting() -> dict[str, Any]:
    """What waits for a second person, whom I may be."""
    rows = shown.waiting(db(), current_member().id)
    return {"alerts": [alert_json(row, []) for row in rows]}


@api.post("/alerts/<int:post_id>/approve")
def approve(post_id: int) -> dict[str, Any]:
    """As its second person: it goes out."""
    member = current_member()
    service.approve(db(), member.id, post_id)
    return _one(member.id, post_id)


@api.post("/alerts/<int:post_id>/refuse")
@api.input(Reason)
def refuse(post_id: int, json_data: Reason) -> tuple[str, int]:
    """As its second person: it does not go out, and its author reads why."""
    service.refuse(db(), current_member().id, post_id, json_data.why)
    return "", 204


def _one(member_id: int, post_id: int) -> dict[str, Any]:
    row = shown.one(db(), member_id, post_id)
    found = alert_json(row, photos.of(db(), [post_id], member_id))
    found["words"] = [_word_json(word) for word in shown.words(db(), post_id)]
    if row.mine:
        told = shown.progress(db(), row)
        found["progress"] = (
            {"sent": people(told.sent), "waiting": people(told.waiting), "done": told.done} if told else None
        )
    return found


def _kind_json(one: AlertKind) -> dict[str, Any]:
    return {
        "code": one.code,
        "names": one.names,
        "icon": one.icon,
        "colour": one.colour,
        "reach": one.reach,
        "lasts": one.lasts.total_seconds() / 3600,
        "urgent": one.urgent,
    }


def _word_json(word: AlertWord) -> dict[str, Any]:
    return {"what": word.what, "body": word.body, "at": word.created_at.isoformat()}
