"""Letters with a code: asked for by a member, looked at by a reviewer where no geocoder knows the address, answered by the code.

What is printed is made in `batch`. A letter is for the home its member had when asking; another home, or other words, void it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, InvalidInput, NotFound
from geoneighbour.members import addresses
from geoneighbour.members.models import Member, Notice
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.verification import service
from geoneighbour.verification.codes import Keys, plain
from geoneighbour.verification.models import Letter, WrongCode

VALID = timedelta(days=30)
"""From the day of the print."""
LOCKED = timedelta(days=30)
TRIES = 5
BETWEEN_LETTERS = timedelta(days=30)
MOST_AT_A_PLACE = 6
"""Letters to one address within 30 days that need no reviewer's word, whoever asks."""
MOST_REFUSED = 3
"""Refused letters of one member within 30 days: reviewers' time is short."""
KEPT = timedelta(days=90)
LOCKED_WORDS = "Trop de codes faux : aucun code ne sert plus pour cette adresse pendant 30 jours."


class Outcome(Enum):
    """What came of a code."""

    RIGHT = auto()
    WRONG = auto()
    LOCKED = auto()
    EXPIRED = auto()
    NO_LETTER = auto()


@dataclass(frozen=True)
class Post:
    """What letters need: the settings, the keys of the hashes, the opener of addresses."""

    settings: Settings
    keys: Keys
    sealer: Sealer


def ask(session: Session, post: Post, member_id: int, language: str) -> Letter:
    """A letter to the member's address: at once where the geocoder knows the address, else a reviewer looks at it first.

    Forbidden while this way is closed. InvalidInput: no address in words. Conflict: verified, a letter is under way, or too many.
    """
    member = service.asking(session, post.settings, "postcard", member_id)
    address = addresses.own(session, post.sealer, member_id)
    if not address.text:
        raise InvalidInput("Écrivez d'abord votre adresse postale.", field="address")
    home, place = post.keys.home(address), post.keys.place(address.text)
    _lock(session, place)
    # What was never printed, for other words or another home, or before neighbours vouched, went to nobody.
    since = member.verified_at
    unneeded = or_(Letter.home != home, Letter.asked_at <= since) if since else Letter.home != home
    unprinted = and_(Letter.state.in_(("to_check", "waiting")), unneeded)
    session.execute(delete(Letter).where(Letter.member_id == member_id, unprinted))
    _require_room(session, member_id)
    # Those before are too old.
    former = Letter.state.in_(("to_check", "waiting", "printed", "sent"))
    session.execute(delete(Letter).where(Letter.member_id == member_id, former))
    letter = Letter(
        member_id=member_id,
        moved_at=member.moved_at,
        home=home,
        place=place,
        language=language,
        # Nobody is told which: it would tell whether others at this address asked, or guessed.
        state="waiting" if address.checked and _quiet(session, place) else "to_check",
    )
    session.add(letter)
    session.flush()
    return letter


def _require_room(session: Session, member_id: int) -> None:
    """Conflict when the member has had as many letters as there may be, or has given too many wrong codes."""
    own = _recent().where(Letter.member_id == member_id)
    if session.scalar(own.where(Letter.state != "refused")):
        raise Conflict("Une seule lettre en 30 jours.")
    if (session.scalar(own.where(Letter.state == "refused")) or 0) >= MOST_REFUSED:
        raise Conflict("Cette adresse a été refusée plusieurs fois : essayez une autre façon.")
    if own_tries_left(session, member_id) == 0:
        raise Conflict(LOCKED_WORDS)


def _quiet(session: Session, place: bytes) -> bool:
    """Whether an address has had few letters and wrong codes; else a reviewer looks at what is asked for it."""
    letters = session.scalar(_recent().where(Letter.place == place, Letter.state != "refused")) or 0
    return letters < MOST_AT_A_PLACE and _wrong(session, WrongCode.place == place)[0] < TRIES


def _recent() -> Select[int]:
    recent = func.greatest(Letter.asked_at, Letter.printed_at) > datetime.now(UTC) - BETWEEN_LETTERS
    return select(func.count()).select_from(Letter).where(recent)


def latest(session: Session, post: Post, member_id: int) -> Letter | None:
    """The member's newest letter, if it is for the home and the words that are kept now."""
    letter = _newest(session, member_id)
    if letter and letter.home == post.keys.home(addresses.own(session, post.sealer, member_id)):
        return letter
    return None


def _newest(session: Session, member_id: int) -> Letter | None:
    """Of those that were asked for since the member moved here; not one that is no longer printed, for the member was verified since."""
    letters = select(Letter).join(Member, Member.id == Letter.member_id)
    dropped = and_(Letter.state.in_(("to_check", "waiting")), Letter.asked_at <= Member.verified_at)
    present = letters.where(
        Member.id == member_id, Letter.moved_at == Member.moved_at, ~func.coalesce(dropped, False)
    )
    newest = present.order_by(Letter.id.desc()).limit(1).execution_options(populate_existing=True)
    return session.scalars(newest).one_or_none()


def valid_until(letter: Letter) -> datetime | None:
    """When the code that was printed last stops serving; None before any was printed."""
    return letter.printed_at + VALID if letter.printed_at else None


def expired(letter: Letter) -> bool:
    until = valid_until(letter)
    return until is not None and until <= datetime.now(UTC)


def own_tries_left(session: Session, member_id: int) -> int:
    """How many wrong codes the account may still give within 30 days. What others at the address did is not told."""
    return max(0, TRIES - _wrong(session, WrongCode.member_id == member_id)[0])


def locked(session: Session, member_id: int, place: bytes) -> bool:
    """Whether the account, or the address, has given its five wrong codes within 30 days."""
    return max(_wrong(session, WrongCode.member_id == member_id, WrongCode.place == place)) >= TRIES


def _wrong(session: Session, *whose: ColumnElement[bool]) -> Sequence[int]:
    """The wrong codes of the last 30 days, for each of these conditions."""
    recent = WrongCode.tried_at > datetime.now(UTC) - LOCKED
    counted = select(*(func.count().filter(one) for one in whose))
    return session.execute(counted.where(recent, or_(*whose))).one()


def enter(session: Session, post: Post, member_id: int, typed: str) -> Outcome:
    """A code that the member typed; the right one proves the home. To be committed whatever comes of it: wrong ones count.

    InvalidInput for what cannot be a code, which does not count.
    """
    code = plain(typed)
    letter = _newest(session, member_id)
    if letter and locked(session, member_id, letter.place):
        return Outcome.LOCKED
    # One after the other from here: of many at once each sees the wrong ones before it.
    session.get_one(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    if letter:
        _lock(session, letter.place)
        letter = latest(session, post, member_id)
    if letter is None or letter.code is None:
        return Outcome.NO_LETTER
    if locked(session, member_id, letter.place):
        return Outcome.LOCKED
    if expired(letter):
        return Outcome.EXPIRED
    if not hmac.compare_digest(letter.code, post.keys.code(letter.id, code)):
        session.add(WrongCode(member_id=member_id, place=letter.place))
        session.flush()
        return Outcome.WRONG
    letter.code, letter.state = None, "used"
    service.prove(session, member_id, "postcard", home_of=letter.moved_at)
    return Outcome.RIGHT


def waiting_for_word(session: Session) -> Sequence[Letter]:
    """Letters to addresses that no geocoder knows, whose members still live there and still need them; oldest first."""
    return session.scalars(of_states(("to_check",)).order_by(Letter.id)).all()


def approve(session: Session, letter_id: int) -> Letter:
    """A reviewer's word that the home is where the address says: the letter may be printed. NotFound when it does not wait for one."""
    letter = _to_check(session, letter_id)
    letter.state = "waiting"
    session.flush()
    return letter


def refuse(session: Session, letter_id: int, reason: str) -> Letter:
    """A reviewer's word that it is not; the member reads why. NotFound when it does not wait for one."""
    letter = _to_check(session, letter_id)
    letter.state, letter.reason = "refused", reason
    session.add(Notice(member_id=letter.member_id, kind="letter_refused", about={}))
    session.flush()
    return letter


def forget(session: Session) -> int:
    """Deletes letters after 90 days and wrong codes after 30; returns how many rows."""
    now = datetime.now(UTC)
    old = or_(Letter.asked_at < now - KEPT, Letter.printed_at < now - KEPT)
    under_way = and_(Letter.state.in_(("to_check", "waiting")), Letter.member_id.is_not(None))
    letters = session.scalars(delete(Letter).where(old, ~under_way).returning(Letter.id)).all()
    codes = delete(WrongCode).where(WrongCode.tried_at < now - LOCKED).returning(WrongCode.id)
    return len(letters) + len(session.scalars(codes).all())


def _to_check(session: Session, letter_id: int) -> Letter:
    letter = session.scalar(of_states(("to_check",)).where(Letter.id == letter_id).with_for_update(of=Letter))
    if letter is None:
        raise NotFound
    return letter


def of_states(states: tuple[str, ...]) -> Select[Letter]:
    """Letters in these states, of members who have not moved since, nor been verified (otherwise they asked knowing it)."""
    letters = select(Letter).join(Member, Member.id == Letter.member_id)
    return letters.where(
        Letter.state.in_(states),
        or_(Member.verified_at.is_(None), Letter.asked_at > Member.verified_at),
        Letter.moved_at == Member.moved_at,
    )


def _lock(session: Session, place: bytes) -> None:
    """One at a time at an address, until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(place.hex(), 0))))
