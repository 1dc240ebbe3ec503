"""Printing letters: codes are made here, stand on paper, and leave a keyed hash behind. Printing again voids what was printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.communes import queries as communes
from geoneighbour.communes.models import Commune
from geoneighbour.errors import InvalidInput
from geoneighbour.members import addresses
from geoneighbour.members.models import Member, Notice
from geoneighbour.neighbourhoods.models import Neighbourhood, Residence
from geoneighbour.verification import codes, letters, paper
from geoneighbour.verification.letters import Post
from geoneighbour.verification.models import Letter

PURPOSE = "letter"
"""Why the addresses were read: the members see it in their account."""


@dataclass(frozen=True)
class Batch:
    """`pdf` is empty when there was nothing to print. `void`: letters whose members wrote another address since."""

    pdf: bytes
    printed: int
    void: int


def print_waiting(
    session: Session, post: Post, commune: str | None = None, limit: int | None = None
) -> Batch:
    """Every letter that waits or was printed and not sent, as one PDF: each with a new code, which alone serves from now on.

    `commune` is a code (NotFound); at most `limit`, those asked for first. InvalidInput without PUBLIC_URL.
    """
    if post.settings.public_url is None:
        raise InvalidInput(
            "PUBLIC_URL is not set: letters say where to enter the code."
            " For instance: PUBLIC_URL=http://localhost:8000 geoneighbour letters print"
        )
    now, papers, void = datetime.now(UTC), [], 0
    for letter in _unsent(session, commune, limit):
        written = _printed(session, post, letter, now)
        if written:
            papers.append(written)
        else:
            void += 1
    session.flush()
    content = paper.pdf(papers, post.settings, post.settings.public_url) if papers else b""
    return Batch(content, len(papers), void)


def mark_sent(session: Session, commune: str | None = None) -> int:
    """What was printed is on its way; its members are told. Returns how many."""
    sent = [letter for letter in _unsent(session, commune, None) if letter.state == "printed"]
    for letter in sent:
        letter.state, letter.sent_at = "sent", func.now()
        session.add(Notice(member_id=letter.member_id, kind="letter_sent", about={}))
    session.flush()
    return len(sent)


def counts(session: Session) -> dict[str, int]:
    """Letters by state, as the members' pages say it: those that are void or in vain left out, those too old as `expired`."""
    found: dict[str, int] = dict.fromkeys(("to_check", "waiting", "printed", "sent", "expired"), 0)
    for letter in session.scalars(letters.of_states(("to_check", "waiting", "printed", "sent"))):
        found["expired" if letters.expired(letter) else letter.state] += 1
    done = select(Letter.state, func.count().label("number")).where(Letter.state.in_(("used", "refused")))
    return found | {row.state: row.number for row in session.execute(done.group_by(Letter.state))}


def _unsent(session: Session, commune: str | None, limit: int | None) -> list[Letter]:
    waiting = letters.of_states(("waiting", "printed")).order_by(Letter.asked_at, Letter.id)
    if commune is not None:
        lives = Residence.commune_id == communes.by_code(session, commune).id
        waiting = waiting.join(Residence, Residence.member_id == Letter.member_id).where(lives)
    return list(session.scalars(waiting.limit(limit).with_for_update(of=Letter)))


def _printed(session: Session, post: Post, letter: Letter, now: datetime) -> paper.Paper | None:
    """The letter with a new code; None when another address was written since it was asked for."""
    member = session.get_one(Member, letter.member_id)
    address = addresses.shown(session, post.sealer, member.id, to=None, purpose=PURPOSE)
    if not address.text or post.keys.home(address) != letter.home:
        if letter.code is None:
            session.delete(letter)
        return None
    code = codes.new_code()
    letter.code, letter.state, letter.printed_at = post.keys.code(letter.id, code), "printed", now
    return paper.Paper(
        name=member.name,
        address=address.text,
        place=_place(session, member.id),
        code=code,
        language=letter.language,
        printed=now,
        until=now + letters.VALID,
    )


def _place(session: Session, member_id: int) -> str:
    """`Le Sillon, Saint-Malo`; the commune alone for who has chosen no neighbourhood."""
    residence = session.get_one(Residence, member_id)
    neighbourhood = session.get(Neighbourhood, residence.zone)
    commune = session.get(Commune, residence.commune_id) if residence.commune_id else None
    return ", ".join(one.name for one in (neighbourhood, commune) if one)
