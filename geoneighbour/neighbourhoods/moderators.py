"""Who decides on changes of a neighbourhood: members who live there, agreed to, and were chosen (docs/decisions/011).

Whose voices they were is told to nobody; nor is it that somebody was asked, or declined.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound
from geoneighbour.members.models import Notice
from geoneighbour.neighbourhoods import queries, service
from geoneighbour.neighbourhoods.models import (
    ASKED,
    CANDIDATE,
    DECLINED,
    MODERATOR,
    Moderator,
    Neighbourhood,
    Voice,
)

ASKED_AT_ONCE = 3


def volunteer(session: Session, member_id: int, neighbourhood_id: int) -> bool:
    """Would be a moderator. Returns whether they are one: where nobody else's voice is needed."""
    _require_resident(session, member_id, neighbourhood_id)
    row = _row(session, member_id, neighbourhood_id)
    if row is None:
        row = Moderator(neighbourhood_id=neighbourhood_id, member_id=member_id, state=CANDIDATE)
        session.add(row)
    return _agree(session, row)


def name(session: Session, member_id: int, neighbourhood_id: int, other_id: int) -> None:
    """Wants somebody on one's roll as moderator: asks them, once, and gives them one's voice; a moderator's is enough.

    Says nothing of whether they were asked before or declined. InvalidInput: not on the roll. Conflict: three were asked
    and have not answered.
    """
    _require_resident(session, member_id, neighbourhood_id)
    if not session.scalar(select(func.nearness.may_put_forward(member_id, other_id, neighbourhood_id))):
        raise InvalidInput("Choisissez un voisin vérifié du quartier.", field="member")
    row = _row(session, other_id, neighbourhood_id)
    if row is None:
        _require_few_asked(session, member_id)
        row = Moderator(neighbourhood_id=neighbourhood_id, member_id=other_id, state=ASKED)
        session.add(row)
        _tell(session, row, "moderator_asked")
    if row.state == MODERATOR:
        return
    if member_id in of(session, neighbourhood_id):
        row.named_by = member_id
    _say(session, member_id, row)
    if _choose(session, row):
        _tell(session, row, "moderator_chosen")


def asked(session: Session, member_id: int, neighbourhood_id: int) -> bool:
    """Whether the member is asked to moderate and has not answered."""
    row = session.get(Moderator, (neighbourhood_id, member_id))
    return row is not None and row.state == ASKED


def answer(session: Session, member_id: int, neighbourhood_id: int, yes: bool) -> bool:
    """To being asked. Returns whether they are a moderator now. Who declines is not asked again, and may still volunteer."""
    _require_resident(session, member_id, neighbourhood_id)
    row = _row(session, member_id, neighbourhood_id)
    if row is None or row.state != ASKED:
        raise Conflict("On ne vous le demande pas, ou plus.")
    if yes:
        return _agree(session, row)
    row.state = DECLINED
    _read(session, row)
    return False


def support(session: Session, member_id: int, neighbourhood_id: int, candidate_id: int) -> None:
    """A voice for a candidate. NotFound: nobody who would, or no longer; or a block lies between."""
    _require_resident(session, member_id, neighbourhood_id)
    shown = {one.id for one in queries.candidates(session, neighbourhood_id, member_id)}
    if candidate_id not in shown - {member_id}:
        raise NotFound
    row = session.get_one(Moderator, (neighbourhood_id, candidate_id))
    _say(session, member_id, row)
    if _choose(session, row):
        _tell(session, row, "moderator_chosen")


def end(session: Session, member_id: int, neighbourhood_id: int, moderator_id: int) -> None:
    """A voice for somebody to be moderator no more. NotFound: they are none, or oneself."""
    _require_resident(session, member_id, neighbourhood_id)
    if moderator_id == member_id or moderator_id not in of(session, neighbourhood_id):
        raise NotFound
    row = session.get_one(Moderator, (neighbourhood_id, moderator_id))
    _say(session, member_id, row)
    if _voices(session, row) >= _needed(session, row):
        _tell(session, row, "moderator_ended")
        session.delete(row)


def take_back(session: Session, member_id: int, neighbourhood_id: int, about_id: int) -> None:
    session.execute(
        delete(Voice).where(
            Voice.neighbourhood_id == neighbourhood_id,
            Voice.about_id == about_id,
            Voice.member_id == member_id,
        )
    )


def step_down(session: Session, member_id: int, neighbourhood_id: int) -> None:
    """Moderator or candidate no more."""
    found = session.get(Moderator, (neighbourhood_id, member_id), populate_existing=True)
    if found and found.state in (CANDIDATE, MODERATOR):
        session.delete(found)


def tell_story(session: Session, member_id: int, neighbourhood_id: int, story: str) -> None:
    """A moderator writes what the neighbourhood is; it counts at once."""
    _require_resident(session, member_id, neighbourhood_id)
    if member_id not in of(session, neighbourhood_id):
        raise Forbidden("Seul un modérateur du quartier peut en écrire l'histoire.")
    neighbourhood = session.get_one(Neighbourhood, neighbourhood_id)
    neighbourhood.story = service.fit_story(story)


def of(session: Session, neighbourhood_id: int) -> list[int]:
    """The members who moderate it now."""
    return list(session.scalars(select(func.nearness.moderators_of(neighbourhood_id))))


def _require_resident(session: Session, member_id: int, neighbourhood_id: int) -> None:
    # One at a time: who gives the last voice is the last.
    session.get(Neighbourhood, neighbourhood_id, with_for_update=True)
    if not queries.lives_in(session, member_id, neighbourhood_id):
        raise Forbidden("Ce n'est pas votre quartier.")


def _require_few_asked(session: Session, member_id: int) -> None:
    waiting = (
        select(func.count())
        .select_from(Voice)
        .join(
            Moderator,
            (Moderator.neighbourhood_id == Voice.neighbourhood_id) & (Moderator.member_id == Voice.about_id),
        )
        .where(Voice.member_id == member_id, Moderator.state == ASKED)
    )
    if (session.scalar(waiting) or 0) >= ASKED_AT_ONCE:
        raise Conflict("Attendez d'abord que les voisins que vous avez proposés répondent.", field="member")


def _row(session: Session, member_id: int, neighbourhood_id: int) -> Moderator | None:
    return session.get(Moderator, (neighbourhood_id, member_id), populate_existing=True)


def _agree(session: Session, row: Moderator) -> bool:
    if row.state != MODERATOR:
        row.state = CANDIDATE
        _read(session, row)
        _choose(session, row)
    return row.state == MODERATOR


def _choose(session: Session, row: Moderator) -> bool:
    """Makes a candidate moderator, where that is enough. Returns whether it was. What was said about them is forgotten."""
    session.flush()
    voices = _voices(session, row)
    named = row.named_by in of(session, row.neighbourhood_id)
    if row.state != CANDIDATE or not (named or voices >= _needed(session, row)):
        return False
    row.state, row.since, row.voices, row.named_by = MODERATOR, func.now(), voices, None
    session.execute(
        delete(Voice).where(Voice.neighbourhood_id == row.neighbourhood_id, Voice.about_id == row.member_id)
    )
    session.flush()
    return True


def _say(session: Session, member_id: int, row: Moderator) -> None:
    session.flush()
    session.execute(
        insert(Voice)
        .values(neighbourhood_id=row.neighbourhood_id, about_id=row.member_id, member_id=member_id)
        .on_conflict_do_nothing()
    )


def _voices(session: Session, row: Moderator) -> int:
    return session.scalar(select(func.nearness.voices_about(row.neighbourhood_id, row.member_id))) or 0


def _needed(session: Session, row: Moderator) -> int:
    return session.scalars(select(func.nearness.voices_needed(row.neighbourhood_id, row.member_id))).one()


def _tell(session: Session, row: Moderator, kind: str) -> None:
    about = {
        "neighbourhood": str(row.neighbourhood_id),
        "name": session.get_one(Neighbourhood, row.neighbourhood_id).name,
    }
    session.add(Notice(member_id=row.member_id, kind=kind, about=about))


def _read(session: Session, row: Moderator) -> None:
    """Who has answered is not to be told again."""
    session.flush()
    session.execute(
        update(Notice)
        .where(
            Notice.member_id == row.member_id,
            Notice.kind == "moderator_asked",
            Notice.about["neighbourhood"].astext == str(row.neighbourhood_id),
            Notice.read_at.is_(None),
        )
        .values(read_at=func.now())
    )
