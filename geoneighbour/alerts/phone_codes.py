"""The SMS that bring telephones' codes: kept, sealed, in the telephone's row until they have left. No page waits for the gateway."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from geoneighbour.alerts import sms_budget
from geoneighbour.alerts.channel_models import Phone
from geoneighbour.channels import Channel, Message, Outcome
from geoneighbour.channels.segments import said, segments
from geoneighbour.database.engine import transaction
from geoneighbour.errors import Conflict
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings

LEASE = timedelta(minutes=1)
"""While one process sends a code no other takes it. A process that dies may have sent it: it leaves again, with the same key."""
AGAIN = timedelta(seconds=15)
log = logging.getLogger(__name__)


def queue(
    session: Session, sealer: Sealer, settings: Settings, member_id: int, text: str, commune_id: int | None
) -> None:
    """Leaves soon after the commit, to the number that the member has just given (phones.ask); the commune pays for it now.

    Conflict where it has nothing left.
    """
    parts = segments(said(text))
    if commune_id is None or not sms_budget.take(session, commune_id, parts, settings.sms_budget):
        raise Conflict("Votre commune a envoyé tous ses SMS de ce mois : réessayez le mois prochain.")
    phone = session.get_one(Phone, member_id)
    letter = {
        "to": sealer.open(phone.box)["number"],
        "text": text,
        "key": f"code-{secrets.token_hex(8)}",
        "commune": commune_id,
        "segments": parts,
    }
    phone.sms, phone.sms_due_at = sealer.seal(letter), func.now()
    session.flush()
    session.execute(select(func.pg_notify("alerts", "")))


def send_due(engine: Engine, sealer: Sealer, channel: Channel) -> int:
    """Sends all that is due; returns how many left. Ends where the gateway is away: the others would not leave either."""
    sent = 0
    while taken := _take(engine):
        member_id, box, expires_at = taken
        letter = sealer.open(box)
        outcome, problem = Outcome.NEVER, "too late"
        if expires_at > datetime.now(UTC):
            ((_, outcome, problem),) = channel.send([_message(letter)])
        with transaction(engine) as session:
            _settle(session, member_id, box, letter, outcome)
        if outcome is not Outcome.SENT:
            log.warning("a code by SMS: %s (%s)", outcome.value, problem)
        if outcome in (Outcome.AGAIN, Outcome.AWAY):
            break
        sent += outcome in (Outcome.SENT, Outcome.UNKNOWN)
    return sent


def _take(engine: Engine) -> tuple[int, bytes, datetime] | None:
    due = (
        select(Phone.member_id)
        .where(Phone.sms_due_at <= func.clock_timestamp(), Phone.sms.is_not(None))
        .order_by(Phone.sms_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with transaction(engine) as session:
        leased = (
            update(Phone)
            .where(Phone.member_id == due.scalar_subquery())
            .values(sms_due_at=func.now() + LEASE)
            .returning(Phone.member_id, Phone.sms, Phone.code_expires_at)
        )
        row = session.execute(leased, execution_options={"synchronize_session": False}).one_or_none()
        return tuple(row) if row else None  # type: ignore[return-value]


def _settle(session: Session, member_id: int, box: bytes, letter: dict[str, Any], outcome: Outcome) -> None:
    """What became of it; another code may have been asked for meanwhile, and is left alone."""
    if outcome in (Outcome.AGAIN, Outcome.AWAY):
        values: dict[str, Any] = {"sms_due_at": func.now() + AGAIN}
    else:
        values = {"sms": None, "sms_due_at": None}
    if outcome in (Outcome.NEVER, Outcome.GONE):
        # Its page asks for a number again.
        values["code_expires_at"] = func.now()
        sms_budget.give_back(session, letter["commune"], letter["segments"])
    session.execute(
        update(Phone)
        .where(Phone.member_id == member_id, Phone.sms == box)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _message(letter: dict[str, Any]) -> Message:
    return Message(
        key=letter["key"],
        to=letter["to"],
        subject="",
        text=letter["text"],
        html=None,
        url="",
        unsubscribe_url=None,
        language="",
        urgent=True,
    )
