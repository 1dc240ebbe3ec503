"""/api/v1/verifications for reviewers, /api/v1/me/document for who sends one; and what the pages share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Flask, Response, request
from flask_security import current_user
from pydantic import BaseModel, ConfigDict

from geoneighbour.accounts import limits
from geoneighbour.database.http import db, engine
from geoneighbour.errors import InvalidInput, TooOften
from geoneighbour.members import addresses
from geoneighbour.members.addresses import Shown
from geoneighbour.members.http import current_member, sealer
from geoneighbour.roles import service as roles
from geoneighbour.verification import documents, review, service
from geoneighbour.verification.documents import FIELD, MOST_BYTES
from geoneighbour.verification.models import Document
from geoneighbour.verification.review import Waiting
from geoneighbour.verification.vouching_http import settings

api = APIBlueprint("verifications", __name__, url_prefix="/api/v1", tag="verification")

SENT_A_DAY = 10
ROOM = 64 * 1024
"""Of a form around its file."""


class Reason(BaseModel):
    """Why it is refused, as the member reads it."""

    model_config = ConfigDict(extra="forbid")

    reason: str


def take_documents(app: Flask, endpoints: tuple[str, ...]) -> None:
    """`endpoints` take a document: from members, forms for them may be heavier than the others."""

    def allow() -> None:
        if request.endpoint in endpoints and current_user.is_authenticated:
            request.max_content_length = MOST_BYTES + ROOM

    app.before_request(allow)


def send_document() -> Document:
    """What the form brings as `document`. InvalidInput: nothing, or nothing that can be taken; TooOften; errors of documents.send, before anything is read."""
    member = current_member()
    service.require_asking(db(), settings(), "document", member)
    file = request.files.get(FIELD)
    if file is None or not file.filename:
        raise InvalidInput("Choisissez un fichier.", field=FIELD)
    if limits.attempt(engine(), "document", str(member.id), timedelta(days=1)) > SENT_A_DAY:
        raise TooOften
    clean = documents.read(file.stream.read(MOST_BYTES + 1))
    return documents.send(db(), sealer(), settings(), member.id, clean)


def require_reviewer() -> int:
    """The member who asks; Forbidden for who reviews nothing anywhere."""
    member_id = current_member().id
    roles.require(db(), member_id, "commune_agent")
    return member_id


def address_of(waiting: Waiting) -> Shown:
    """The address that a reviewer compares; its owner can read who looked."""
    return addresses.shown(db(), sealer(), waiting.member_id, to=current_member().id, purpose=waiting.way)


def file_for_reviewer(document_id: int) -> Response:
    """What is on the paper, kept by no browser and able to do nothing. A PDF is saved, not opened."""
    file = review.file(db(), sealer(), require_reviewer(), document_id)
    how = "inline" if file.kind == "webp" else "attachment"
    response = Response(file.data, mimetype=file.mimetype)
    response.headers["Content-Disposition"] = f'{how}; filename="document-{document_id}.{file.kind}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def waiting_json(waiting: Waiting) -> dict[str, Any]:
    return {
        "way": waiting.way,
        "id": waiting.id,
        "name": waiting.name,
        "commune": waiting.commune,
        "since": waiting.since.isoformat(),
        "connection": waiting.connection,
    }


@api.get("/me/document")
def own_document() -> dict[str, Any]:
    """Whether my document waits, or why the last one was refused."""
    member = current_member()
    waiting, refused = documents.waiting(db(), member.id), review.last_refusal(db(), member.id)
    return {
        "sent_at": waiting.sent_at.isoformat() if waiting else None,
        "refused": refused.reason if refused and not waiting else None,
    }


@api.post("/me/document")
def send() -> tuple[dict[str, Any], int]:
    """multipart/form-data: `document`, one file (PDF, JPEG, PNG, WebP) of 5 MB at most, in place of the one before."""
    send_document()
    return own_document(), 201


@api.delete("/me/document")
def withdraw() -> tuple[str, int]:
    """My document is deleted, unread."""
    documents.withdraw(db(), current_member().id)
    return "", 204


@api.get("/verifications")
def queue() -> dict[str, Any]:
    """What waits for me as a reviewer, the oldest first. `connection`: weak evidence, no more."""
    return {"items": [waiting_json(one) for one in review.queue(db(), require_reviewer())]}


@api.get("/verifications/<way>/<int:item_id>")
def one(way: str, item_id: int) -> dict[str, Any]:
    """With the address to compare. That I looked is written down, and the member can read it."""
    waiting = review.one(db(), require_reviewer(), way, item_id)
    shown = address_of(waiting)
    address = {"lon": shown.lon, "lat": shown.lat, "text": shown.text, "checked": shown.checked}
    return {**waiting_json(waiting), "address": address}


@api.get("/verifications/document/<int:item_id>/file")
def file(item_id: int) -> Response:
    """The document itself (application/pdf, image/webp). That I opened it is written down."""
    return file_for_reviewer(item_id)


@api.post("/verifications/<way>/<int:item_id>/accept")
def accept(way: str, item_id: int) -> tuple[str, int]:
    """A document proves the home and is deleted; a letter may be printed."""
    review.accept(db(), require_reviewer(), way, item_id)
    return "", 204


@api.post("/verifications/<way>/<int:item_id>/refuse")
@api.input(Reason)
def refuse(way: str, item_id: int, json_data: Reason) -> tuple[str, int]:
    """With a reason that the member reads; a document is deleted."""
    review.refuse(db(), require_reviewer(), way, item_id, json_data.reason)
    return "", 204
