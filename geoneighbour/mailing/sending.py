"""The worker's side: sends what is due, over SMTP or into the mail folder, and tries again later what failed."""

from __future__ import annotations

import logging
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from ssl import create_default_context
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from geoneighbour.database import state
from geoneighbour.database.engine import transaction
from geoneighbour.errors import Unavailable
from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings

WAITS = [timedelta(minutes=m) for m in (0.5, 1, 2, 4, 4, 4, 15, 60, 240, 720, 1440)]
"""Before the second try, the third, ...: a server that was away for ten minutes has everything within the next five."""
SECONDS, SILENCE = 30.0, 10.0
"""For the whole of one mail, whatever drips; and the longest wait for a single word of the server."""
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
            problem = _problem(error)
            _put_back(engine, number, tries, problem, final=_hopeless(error))
            # No word of whom: only which row, and what the server said in figures.
            log.warning("mail %d, try %d: %s", number, tries, problem)
            if _away(error):
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


def _problem(error: Exception) -> str:
    """What went wrong, without any address in it."""
    code = _code(error)
    return str(code) if code else type(error).__name__


def _code(error: Exception) -> int | None:
    """What the server answered; smtplib's errors are OSErrors."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return int(next(iter(error.recipients.values()))[0])
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _hopeless(error: Exception) -> bool:
    """Whether this mail will never be taken. What is wrong between the servers may be set right: that is tried again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return (_code(error) or 0) >= 500
    return isinstance(error, smtplib.SMTPNotSupportedError) or not isinstance(error, OSError | Unavailable)


def _away(error: Exception) -> bool:
    """Whether it is the server that failed, rather than this mail."""
    of_mail = (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPDataError,
        smtplib.SMTPSenderRefused,
        smtplib.SMTPNotSupportedError,
    )
    return isinstance(error, OSError) and not isinstance(error, of_mail)


def _send(mail: dict[str, Any], settings: Settings, seconds: float) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = mail["subject"], settings.mail_from, mail["to"]
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=settings.mail_from.rpartition("@")[2] or "localhost")
    message.set_content(mail["text"], cte="quoted-printable")
    if mail["html"]:
        message.add_alternative(mail["html"], subtype="html", cte="quoted-printable")
    if not settings.smtp_host:
        _file(message, state.make(settings) / "mail")
        return
    with _server(settings, seconds) as server:
        server.send_message(message)


def _file(message: EmailMessage, folder: Path) -> None:
    """One file a mail, in the order in which they were sent."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{threading.get_ident()}.eml"
    draft = folder / f".{name}"
    draft.write_bytes(message.as_bytes())
    draft.rename(folder / name)


@contextmanager
def _server(settings: Settings, seconds: float) -> Iterator[smtplib.SMTP]:
    """A conversation with the mail server that ends after so many seconds, whatever it says: each of its words alone would
    be in time."""
    over, server = threading.Event(), smtplib.SMTP(timeout=min(SILENCE, seconds))
    # TLS checks this name; only a constructor that connects at once would set it.
    server._host = settings.smtp_host  # type: ignore[attr-defined]

    def watch() -> None:
        if over.wait(seconds):
            return
        while not over.wait(0.1):
            # The connection may not be made yet, or be another one since TLS began.
            with suppress(OSError, AttributeError, TypeError):
                socket.socket.shutdown(server.sock, socket.SHUT_RDWR)  # type: ignore[arg-type]

    threading.Thread(target=watch, daemon=True).start()
    try:
        server.connect(settings.smtp_host or "", settings.smtp_port)
        if settings.smtp_tls:
            server.starttls(context=create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password or "")
        yield server
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
    finally:
        over.set()
        server.close()
