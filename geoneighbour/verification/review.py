"""The reviewers' queue: documents, and letters to addresses that no geocoder knows. Each act is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, func, select
from sqlalchemy.orm import Session

from geoneighbour.communes.models import Commune
from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.members.models import Member, Notice
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.sealing import Sealer
from geoneighbour.verification import documents, letters, service
from geoneighbour.verification.documents import File
from geoneighbour.verification.models import Document, Letter, Proof, VerificationAct

LONGEST_REASON = 300
ACTS_KEPT = timedelta(days=365)


@dataclass(frozen=True)
class Waiting:
    """What waits for a reviewer: `way` is document or postcard, `id` that of the document or letter."""

    way: str
    id: int
    member_id: int
    name: str
    commune: str | None
    since: datetime
    connection: bool
    """Weak evidence: the member's connection seemed to come from there."""


def queue(session: Session, reviewer_id: int | None) -> list[Waiting]:
    """What waits and this reviewer may look at, the oldest first; None: all of it, for the command line."""
    papers = session.scalars(_present()).all()
    return _looked_at(session, reviewer_id, papers, letters.waiting_for_word(session))


def one(session: Session, reviewer_id: int, way: str, item_id: int) -> Waiting:
    """NotFound for what does not wait (any more), or is not this reviewer's to look at."""
    papers: Sequence[Document] = ()
    post: Sequence[Letter] = ()
    if way == "document":
        papers = session.scalars(_present().where(Document.id == item_id)).all()
    elif way == "postcard":
        post = session.scalars(letters.of_states(("to_check",)).where(Letter.id == item_id)).all()
    found = _looked_at(session, reviewer_id, papers, post)
    if not found:
        raise NotFound
    return found[0]


def _looked_at(
    session: Session, reviewer_id: int | None, papers: Sequence[Document], post: Sequence[Letter]
) -> list[Waiting]:
    """Of these, what the reviewer may look at, with who sent it and from where."""
    sent = {("document", one.id): (one.member_id, one.sent_at) for one in papers}
    sent |= {("postcard", one.id): (one.member_id, one.asked_at) for one in post if one.member_id is not None}
    people = (
        select(Member.id, Member.name, Commune.name, _hinted())
        .join(Residence, Residence.member_id == Member.id)
        .outerjoin(Commune, Commune.id == Residence.commune_id)
        .where(Member.id.in_({member_id for member_id, _ in sent.values()}))
    )
    if reviewer_id is not None:
        people = people.where(_may(reviewer_id, Member.id))
    known = {row[0]: row for row in session.execute(people)}
    found = [
        Waiting(way, item_id, member_id, name, commune, since, hinted)
        for (way, item_id), (known_id, since) in sent.items()
        if known_id in known
        for member_id, name, commune, hinted in [known[known_id]]
    ]
    return sorted(found, key=lambda one: one.since)


def file(session: Session, sealer: Sealer, reviewer_id: int, document_id: int) -> File:
    """What is on the paper, for a reviewer; that it was opened is written down. NotFound as one()."""
    document = _document(session, reviewer_id, "document", document_id)
    _note(session, reviewer_id, document.member_id, "document", "opened")
    return documents.opened(sealer, document)


def accept(session: Session, reviewer_id: int, way: str, item_id: int) -> None:
    """The document proves the home; or the letter may go out. NotFound as one()."""
    if way == "postcard":
        letter = _letter(session, reviewer_id, item_id)
        letters.approve(session, item_id)
        _note(session, reviewer_id, letter.member_id, way, "accepted")
        return
    document = _document(session, reviewer_id, way, item_id)
    session.delete(document)
    _note(session, reviewer_id, document.member_id, way, "accepted")
    session.add(Notice(member_id=document.member_id, kind="document_accepted"))
    service.prove(session, document.member_id, "document", home_of=document.moved_at)


def refuse(session: Session, reviewer_id: int, way: str, item_id: int, reason: str) -> None:
    """With a reason that the member reads. InvalidInput without one; NotFound as one()."""
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(
            "Dites pourquoi, en %(most)s caractères au plus : la personne le lira.",
            field="reason",
            most=LONGEST_REASON,
        )
    if way == "postcard":
        letter = _letter(session, reviewer_id, item_id)
        letters.refuse(session, item_id, reason)
        _note(session, reviewer_id, letter.member_id, way, "refused", reason)
        return
    document = _document(session, reviewer_id, way, item_id)
    session.delete(document)
    _note(session, reviewer_id, document.member_id, way, "refused", reason)
    session.add(Notice(member_id=document.member_id, kind="document_refused", about={"reason": reason}))
    session.flush()


def last_refusal(session: Session, member_id: int) -> VerificationAct | None:
    """Why a member's last document for the present home was refused, if it was."""
    acts = select(VerificationAct).join(Member, Member.id == VerificationAct.member_id)
    last = session.scalars(
        acts.where(
            Member.id == member_id,
            VerificationAct.way == "document",
            VerificationAct.what != "opened",
            VerificationAct.acted_at > Member.moved_at,
        )
        .order_by(VerificationAct.id.desc())
        .limit(1)
    ).one_or_none()
    return last if last and last.what == "refused" else None


def forget_acts(session: Session) -> int:
    """Deletes what reviewers did more than a year ago; returns how much."""
    old = delete(VerificationAct).where(VerificationAct.acted_at < datetime.now(UTC) - ACTS_KEPT)
    return len(session.scalars(old.returning(VerificationAct.id)).all())


def _present() -> Select[Document]:
    """Documents for homes that their members have not left."""
    present = select(Document).join(Member, Member.id == Document.member_id)
    return present.where(Document.moved_at == Member.moved_at)


def _hinted() -> ColumnElement[bool]:
    """Whether a member's connection seemed to come from where the present home is."""
    return exists().where(
        Proof.member_id == Member.id, Proof.moved_at == Member.moved_at, Proof.way == "connection"
    )


def _may(reviewer_id: int, member_id: object) -> ColumnElement[bool]:
    return func.nearness.may_review(reviewer_id, member_id)


def _document(session: Session, reviewer_id: int, way: str, document_id: int) -> Document:
    """NotFound for another way, or as one(). Locked, its member first: whoever sends another one locks in the same order."""
    if way != "document":
        raise NotFound
    allowed = _present().where(Document.id == document_id, _may(reviewer_id, Document.member_id))
    member_id = session.scalar(allowed.with_only_columns(Document.member_id))
    if member_id is not None:
        session.get(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    document = session.scalar(allowed.with_for_update(of=Document))
    if document is None:
        raise NotFound
    return document


def _letter(session: Session, reviewer_id: int, letter_id: int) -> Letter:
    allowed = select(Letter).where(Letter.id == letter_id, _may(reviewer_id, Letter.member_id))
    letter = session.scalar(allowed)
    if letter is None:
        raise NotFound
    return letter


def _note(
    session: Session, reviewer_id: int, member_id: int | None, way: str, what: str, reason: str = ""
) -> None:
    session.add(
        VerificationAct(reviewer_id=reviewer_id, member_id=member_id, way=way, what=what, reason=reason)
    )
    session.flush()
