"""What those who look after a case do about it, a second person's word, and appeals (docs/decisions/017).

Every act is a row that nobody changes; `effects` carries out what counts.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound
from geoneighbour.moderation import effects, queries
from geoneighbour.moderation.models import LONGEST_WORDS, Act, Appeal, Case

CLOSING = ("hide", "warn", "suspend", "dismiss")
"""Measures that settle a case."""
MOST_DAYS = 365


def choices(session: Session, actor_id: int, case_id: int) -> list[str]:
    """The measures that are open to a member now; none while an act waits for its second person. NotFound: not theirs to decide."""
    case = queries.case(session, actor_id, case_id)
    if case.waiting or not case.there:
        return []
    found = []
    if case.what != "message":
        found.append("show" if case.hidden else "hide")
    if case.reported_id is not None:
        found += ["warn", "lift" if case.suspended else "suspend"]
    if case.closed_at is None:
        found.append("dismiss")
    return found


def act(session: Session, actor_id: int, case_id: int, kind: str, why: str, days: int | None = None) -> Act:
    """Takes a measure, in words that whom it concerns will read. Of a suspension: for so many days, or until it is lifted (None).

    What reaches many waits for a second person. NotFound, Conflict (not now), InvalidInput.
    """
    case = _held(session, actor_id, case_id)
    if kind not in choices(session, actor_id, case_id):
        raise Conflict("Cette mesure n'est plus possible : rechargez la page.")
    if kind != "suspend":
        days = None
    elif days is not None and not 1 <= days <= MOST_DAYS:
        raise InvalidInput("De 1 à %(most)s jours.", field="days", most=MOST_DAYS)
    needs = session.scalar(select(func.nearness.needs_second(case.id, kind, days)))
    done = _log(session, case, actor_id, kind, why, days=days, needs_second=bool(needs))
    if not needs:
        _count(session, case, done)
    return done


def second(session: Session, actor_id: int, act_id: int, agreed: bool, why: str) -> None:
    """Another person confirms or refuses what waits. Forbidden to whoever took the measure."""
    first, case = _found(session, actor_id, act_id)
    state = {row.id: row.state for row in queries.acts(session, case.id)}.get(first.id)
    if state != "waiting":
        raise Conflict("C'est déjà décidé.")
    if first.actor_id == actor_id:
        raise Forbidden("Une deuxième personne en décide.")
    _log(session, case, actor_id, "confirm" if agreed else "refuse", why, of_act_id=first.id)
    if agreed:
        _count(session, case, first)


def appeal(session: Session, member_id: int, act_id: int, words: str) -> None:
    """What a member says against a decision about them: once for each."""
    about = {row.act_id: row for row in queries.about(session, member_id)}
    if act_id not in about:
        raise NotFound
    if about[act_id].kind not in effects.UNDONE_BY:
        raise Conflict("Cette décision est en votre faveur.")
    # Two at once: the row is there once.
    if about[act_id].appeal is not None:
        raise Conflict("Vous avez déjà fait appel de cette décision.")
    session.add(Appeal(act_id=act_id, member_id=member_id, words=_fit(words, "words")))
    session.flush()


def decide_appeal(session: Session, actor_id: int, act_id: int, granted: bool, why: str) -> None:
    """Somebody who had no hand in it decides; granting undoes what was done."""
    first, case = _found(session, actor_id, act_id)
    row = {row.id: row for row in queries.acts(session, case.id)}.get(first.id)
    if row is None or not row.appealed or row.verdict is not None:
        raise Conflict("Aucun appel n'attend ici.")
    if session.scalar(select(func.nearness.had_a_hand_in(act_id, actor_id))):
        raise Forbidden("Quelqu'un d'autre décide de l'appel.")
    verdict = _log(session, case, actor_id, "grant" if granted else "uphold", why, of_act_id=first.id)
    if granted:
        effects.undo(session, case, first, _counts_since(session, first))
    effects.tell(session, case, verdict)


def forget(session: Session) -> int:
    """A year after the last thing that happened about a case its words go, after three all of it. How many rows."""
    return session.scalars(select(func.nearness.forget_moderation())).one()


def _counts_since(session: Session, first: Act) -> datetime:
    """When it was done; where it took two, when the second person agreed."""
    agreed = (Act.of_act_id == first.id) & (Act.kind == "confirm")
    return session.scalars(select(func.max(Act.made_at)).where((Act.id == first.id) | agreed)).one()


def _held(session: Session, actor_id: int, case_id: int) -> Case:
    """The case, locked: two who decide at once come one after the other."""
    queries.case(session, actor_id, case_id)
    return session.get_one(Case, case_id, with_for_update=True, populate_existing=True)


def _found(session: Session, actor_id: int, act_id: int) -> tuple[Act, Case]:
    first = session.get(Act, act_id)
    if first is None:
        raise NotFound
    return first, _held(session, actor_id, first.case_id)


def _log(
    session: Session,
    case: Case,
    actor_id: int,
    kind: str,
    why: str,
    *,
    days: int | None = None,
    needs_second: bool = False,
    of_act_id: int | None = None,
) -> Act:
    done = Act(
        case_id=case.id,
        actor_id=actor_id,
        kind=kind,
        why=_fit(why, "why"),
        days=days,
        needs_second=needs_second,
        of_act_id=of_act_id,
    )
    session.add(done)
    session.flush()
    return done


def _count(session: Session, case: Case, done: Act) -> None:
    effects.carry_out(session, case, done)
    if done.kind in CLOSING:
        case.closed_at = case.closed_at or func.now()
    effects.tell(session, case, done)
    session.flush()


def _fit(words: str, field: str) -> str:
    words = words.strip()
    if not 3 <= len(words) <= LONGEST_WORDS:
        raise InvalidInput("Dites pourquoi, en 3 à 500 caractères.", field=field)
    return words
