"""Conversations with the mail server: each ends in time whatever it drips, and what goes wrong is told without an address."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from ssl import create_default_context

from geoneighbour.database import state
from geoneighbour.errors import Unavailable
from geoneighbour.settings import Settings

SILENCE = 10.0
"""Seconds: the longest wait for a single word of the server."""
OF_ONE_MAIL = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
)
"""What the server says of one mail: the next may fare better."""


def composed(
    settings: Settings, to: str, subject: str, text: str, html: str | None, key: str | None = None
) -> EmailMessage:
    """A mail; with `key` its Message-ID is the same each time it is sent."""
    mail, domain = EmailMessage(), settings.mail_from.rpartition("@")[2] or "localhost"
    mail["Subject"], mail["From"], mail["To"] = subject, settings.mail_from, to
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{key}@{domain}>" if key else make_msgid(domain=domain)
    mail.set_content(text, cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def write_file(settings: Settings, mail: EmailMessage) -> None:
    """One file a mail, in the order in which they were sent."""
    folder = state.make(settings) / "mail"
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{threading.get_ident()}.eml"
    draft = folder / f".{name}"
    draft.write_bytes(mail.as_bytes())
    draft.rename(folder / name)


@contextmanager
def conversation(settings: Settings, seconds: float) -> Iterator[smtplib.SMTP]:
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


def problem_of(error: Exception) -> str:
    """What went wrong, without any address in it."""
    code = code_of(error)
    return str(code) if code else type(error).__name__


def code_of(error: Exception) -> int | None:
    """What the server answered; smtplib's errors are OSErrors."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return int(next(iter(error.recipients.values()))[0])
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def is_hopeless(error: Exception) -> bool:
    """Whether this mail will never be taken. What is wrong between the servers may be set right: that is tried again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return (code_of(error) or 0) >= 500
    return isinstance(error, smtplib.SMTPNotSupportedError) or not isinstance(error, OSError | Unavailable)


def is_away(error: Exception) -> bool:
    """Whether it is the server that failed, rather than this mail."""
    return isinstance(error, OSError) and not isinstance(error, OF_ONE_MAIL)
