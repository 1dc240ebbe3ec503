"""Mails that wait in the database, sealed, and are sent by the worker: no page waits for a mail server, or tells by its speed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.sealing import Sealer


def queue(session: Session, sealer: Sealer, to: str, subject: str, text: str, html: str | None = None) -> int:
    """Leaves with the transaction: the worker sends it soon after the commit, to one address, again where it fails.

    Returns its number in the queue.
    """
    content = {"to": to, "subject": " ".join(subject.split()), "text": text, "html": html}
    mail = OutgoingMail(box=sealer.seal(content))
    session.add(mail)
    session.flush()
    return mail.id
