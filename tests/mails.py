"""What the worker would send now, as mails that can be read."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import Flask

from geoneighbour.database import state
from geoneighbour.mailing.sending import send_due


def posted(app: Flask) -> list[EmailMessage]:
    """Sends what waits; returns all that was ever sent, oldest first."""
    settings = app.config["SETTINGS"]
    send_due(app.extensions["geoneighbour.engine"], app.extensions["geoneighbour.sealer"], settings)
    files = sorted((state.folder(settings) / "mail").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]


def words(mail: EmailMessage) -> str:
    """The plain text."""
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()
