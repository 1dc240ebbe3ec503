"""How one message leaves to one address: by mail, SMS, push. No database; what is to be sent is asked for by `alerts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """What a channel sends. Addresses stand in no log and no error."""

    key: str
    """Stable: `alert-word-<word>-<member>-<channel>`. The mail's Message-ID, the gateway's idempotency key, the push's topic."""
    to: str
    """An e-mail address, an E.164 number, or the JSON of a push subscription."""
    subject: str
    text: str
    html: str | None
    url: str
    """The alert's page; empty where PUBLIC_URL is not set."""
    unsubscribe_url: str | None
    language: str
    urgent: bool


class Outcome(Enum):
    """What became of one message."""

    SENT = "sent"
    AGAIN = "again"
    """This one failed and may be tried later."""
    AWAY = "away"
    """The server did not answer: the others would fail as well, so the channel waits."""
    NEVER = "never"
    """Hopeless."""
    GONE = "gone"
    """The address exists no more: it is forgotten."""
    UNKNOWN = "unknown"
    """It may have left: it is not repeated."""


Sent = tuple[Message, Outcome, str]
"""The third: what went wrong, in figures or the name of an error; never an address."""


class Channel(Protocol):
    """One way out. `send` yields each outcome as it is known and may be closed before its end; what it has not yielded by then
    counts as not sent."""

    name: str

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]: ...


class NullSink:
    """Takes everything and sends nothing: for measuring the ledger alone."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        return ((message, Outcome.SENT, "") for message in messages)
