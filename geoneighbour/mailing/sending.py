"""The worker's side: sends what is due, over SMTP or into the mail folder, and tries again later what failed."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from geoneighbour.database.engine import transaction
from geoneighbour.errors import Unavailable
from geoneighbour.mailing import smtp
from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings

WAITS = [timedelta(minutes=m) for m in (0.5, 1, 2, 4, 4, 4, 15, 60, 240, 720, 1440)]
"""Before the second try, the third, ...: a server that was away for ten minutes has everything within the next five."""
SECONDS = 30.0
"""For the whole of one mail, whatever drips."""
LEASE = timedelta(minutes=5)
"""While one worker sends a mail no other takes it. Outlasts the longest send many times."""
KEPT = timedelta(days=7)

log = logging.getLogger(__name__)


def send_due(engine: Engine, sealer: Sealer, settings: Settings, *, seconds: float = SECONDS) -> int:
    """Sends all that is due; returns how many left. Ends at the first that finds no server: the others would not either."""
    sent = 0
    while taken := _take(engine):
        number, tries, box = taken
        try:
            _send(sealer.open(box), settings, seconds)
        except (OSError, Unavailable, ValueError) as error:
            problem = smtp.problem_of(error)
            _put_back(engine, number, tries, problem, final=smtp.is_hopeless(error))
            # No word of whom: only which row, and what the server said in figures.
            log.warning("mail %d, try %d: %s", number, tries, problem)
            if smtp.is_away(error):
                break
        else:
            with transaction(engine) as session:
                session.execute(delete(OutgoingMail).where(OutgoingMail.id == number))
            sent += 1
    return sent


def forget(session: Session) -> int:
    """Deletes what was queued more than 7 days ago; returns how much."""
    old = delete(OutgoingMail).where(OutgoingMail.queued_at < datetime.now(UTC) - KEPT)
    return len(session.scalars(old.returning(OutgoingMail.id)).all())


def seal_anew(session: Session, sealer: Sealer) -> int:
    """Seals what waits with the first key; returns how much."""
    waiting = session.scalars(select(OutgoingMail)).all()
    for mail in waiting:
        mail.box = sealer.anew(mail.box)
    session.flush()
    return len(waiting)


def _take(engine: Engine) -> tuple[int, int, bytes] | None:
    """One mail that is due, leased: its number, which try this is, its box."""
    due = (
        select(OutgoingMail.id)
        .where(OutgoingMail.next_try_at <= func.now())
        .order_by(OutgoingMail.next_try_at, OutgoingMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with transaction(engine) as session:
        leased = (
            update(OutgoingMail)
            .where(OutgoingMail.id == due.scalar_subquery())
            .values(tries=OutgoingMail.tries + 1, next_try_at=func.now() + LEASE)
            .returning(OutgoingMail.id, OutgoingMail.tries, OutgoingMail.box)
        )
        row = session.execute(leased, execution_options={"synchronize_session": False}).one_or_none()
        return tuple(row) if row else None  # type: ignore[return-value]


def _put_back(engine: Engine, number: int, tries: int, problem: str, final: bool) -> None:
    again = None if final or tries > len(WAITS) else func.now() + WAITS[tries - 1]
    with transaction(engine) as session:
        session.execute(
            update(OutgoingMail).where(OutgoingMail.id == number).values(next_try_at=again, problem=problem)
        )


def _send(mail: dict[str, Any], settings: Settings, seconds: float) -> None:
    message = smtp.composed(settings, mail["to"], mail["subject"], mail["text"], mail["html"])
    if not settings.smtp_host:
        smtp.write_file(settings, message)
        return
    with smtp.conversation(settings, seconds) as server:
        server.send_message(message)
