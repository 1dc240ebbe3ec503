"""Proofs of address: sent by a member, kept sealed, seen by reviewers alone, deleted with the decision or after 30 days."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidInput
from geoneighbour.ground.confined import answer_to
from geoneighbour.members.models import Member, Notice
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.verification import service
from geoneighbour.verification.models import Document

FIELD = "document"
MOST_BYTES = 5 * 1024**2
KEPT = timedelta(days=29)
"""Looked at each night: so that none is there for more than 30 days."""
REFUSED = {
    "encrypted": "Ce PDF est protégé par un mot de passe : envoyez-le sans protection, ou une photo du papier.",
    "pages": "Ce PDF est trop long : 20 pages au plus.",
    "active": "Ce PDF contient un programme ou un autre fichier : imprimez-le en PDF, ou envoyez une photo du papier.",
    "pixels": "Cette image est trop grande : 40 millions de pixels au plus.",
}


@dataclass(frozen=True)
class File:
    """A clean file: a PDF of pages alone, or a WebP."""

    kind: str
    data: bytes

    @property
    def mimetype(self) -> str:
        return {"pdf": "application/pdf", "webp": "image/webp"}[self.kind]


def read(data: bytes) -> File:
    """A PDF, JPEG, PNG or WebP by its content, made anew. InvalidInput: anything else, too heavy, protected, with programs in it."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            "Ce fichier est trop lourd : %(most)s Mo au plus.", field=FIELD, most=MOST_BYTES >> 20
        )
    answer = answer_to("geoneighbour.verification.confined_document", data)
    if answer is None:
        raise InvalidInput(
            "Ce fichier ne peut pas être lu : envoyez un PDF, ou une photo au format JPEG, PNG ou WebP.",
            field=FIELD,
        )
    head, made = answer
    told = json.loads(head)
    if "refused" in told:
        why = REFUSED[told["refused"]]
        raise InvalidInput(why, field=FIELD)
    return File(told["kind"], made)


def send(session: Session, sealer: Sealer, settings: Settings, member_id: int, file: File) -> Document:
    """A member's proof of the present home, in place of the one before.

    Forbidden while this way is closed; Conflict for who is verified.
    """
    member = service.asking(session, settings, "document", member_id)
    withdraw(session, member_id)
    box = sealer.seal_file(file.data)
    document = Document(member_id=member_id, kind=file.kind, box=box, moved_at=member.moved_at)
    session.add(document)
    session.flush()
    return document


def withdraw(session: Session, member_id: int) -> None:
    """A member's own document goes, unread."""
    session.execute(delete(Document).where(Document.member_id == member_id))


def waiting(session: Session, member_id: int) -> Document | None:
    """A member's own document for the present home, while nobody has decided on it."""
    own = select(Document).join(Member, Member.id == Document.member_id)
    return session.scalar(own.where(Member.id == member_id, Document.moved_at == Member.moved_at))


def own(session: Session, sealer: Sealer, member_id: int) -> File | None:
    """What the member sent and nobody has decided on, for that member."""
    document = session.scalar(select(Document).where(Document.member_id == member_id))
    return opened(sealer, document) if document else None


def opened(sealer: Sealer, document: Document) -> File:
    """What is in the box. Who may ask is decided before, and noted (review.file)."""
    return File(document.kind, sealer.open_file(document.box))


def seal_anew(session: Session, sealer: Sealer) -> int:
    """Seals every document with the first key; returns how many."""
    kept = session.scalars(select(Document)).all()
    for document in kept:
        document.box = sealer.anew(document.box)
    return len(kept)


def forget(session: Session) -> int:
    """Deletes what has been kept for long enough, or no longer needed (the member has moved, or was verified since); the member is told. How many."""
    gone = delete(Document).where(
        Document.member_id == Member.id,
        or_(
            Document.sent_at < datetime.now(UTC) - KEPT,
            Document.moved_at != Member.moved_at,
            Member.verified_at >= Document.sent_at,
        ),
    )
    members = session.scalars(gone.returning(Document.member_id)).all()
    session.add_all(Notice(member_id=member_id, kind="document_gone") for member_id in members)
    session.flush()
    return len(members)


def kind(session: Session, document_id: int) -> str | None:
    """pdf or webp: how it is shown."""
    return session.scalar(select(Document.kind).where(Document.id == document_id))
