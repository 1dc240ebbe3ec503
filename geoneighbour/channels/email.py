"""Alerts by e-mail: one conversation with the server for a batch, each mail with the same Message-ID whenever it is sent."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator, Sequence
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy

from geoneighbour.channels import Message, Outcome, Sent
from geoneighbour.errors import Unavailable
from geoneighbour.mailing import smtp
from geoneighbour.settings import Settings

SECONDS = 60.0
"""For a whole batch, whatever the server drips. What is not sent by then is tried again."""
MOST_BROKEN = 2
"""Conversations in a row that end before a mail is answered: then the server counts as away."""


class Unfolded(UnstructuredHeader, BaseHeader):
    """A header that stays on one line: an address that is folded or encoded (RFC 2047) is none to mail programs."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", Unfolded)


class Email:
    """SMTP_HOST; without it, files in the mail folder."""

    name = "email"

    def __init__(self, settings: Settings, seconds: float = SECONDS) -> None:
        self._settings, self._seconds = settings, seconds

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        if not self._settings.smtp_host:
            for message in messages:
                smtp.write_file(self._settings, self._composed(message))
                yield message, Outcome.SENT, ""
            return
        waiting, deadline = list(messages), time.monotonic() + self._seconds
        problem, broken = "", 0
        while waiting and broken < MOST_BROKEN and (left := deadline - time.monotonic()) > 0:
            begun = False
            try:
                with smtp.conversation(self._settings, left) as server:
                    server.ehlo_or_helo_if_needed()
                    while waiting and time.monotonic() < deadline:
                        begun = True
                        outcome, problem = _told(server, self._composed(waiting[0]))
                        broken = 0
                        yield waiting.pop(0), outcome, problem
            except (OSError, Unavailable) as error:
                problem, broken = smtp.problem_of(error), broken + 1
                if not begun:
                    break
                # It may be this mail that the server breaks off at, or as many as it takes at a time: on to the next.
                yield waiting.pop(0), Outcome.AGAIN, problem
        for message in waiting:
            yield message, Outcome.AWAY, problem or "too slow"

    def _composed(self, message: Message) -> EmailMessage:
        mail = smtp.composed(
            self._settings, message.to, message.subject, message.text, message.html, message.key
        )
        mail["Auto-Submitted"] = "auto-generated"
        if message.unsubscribe_url:
            mail.policy = EmailPolicy(header_factory=_HEADERS)
            # RFC 8058: mail programs show a button, which posts.
            mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return mail


def _told(server: smtplib.SMTP, mail: EmailMessage) -> tuple[Outcome, str]:
    """What the server says of one mail. OSError where it says nothing more, and of what is wrong with the server itself."""
    try:
        server.send_message(mail)
    except (OSError, ValueError) as error:
        if smtp.is_away(error):
            raise
        return Outcome.NEVER if smtp.is_hopeless(error) else Outcome.AGAIN, smtp.problem_of(error)
    return Outcome.SENT, ""
