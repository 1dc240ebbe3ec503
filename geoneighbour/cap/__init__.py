"""CAP 1.2 (OASIS) and Atom: documents in which authorities' alerts travel between machines. Knows no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geoneighbour.errors import InvalidInput

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM = "http://www.w3.org/2005/Atom"
MIME = "application/cap+xml"
Ring = list[tuple[float, float]]
"""(longitude, latitude), EPSG:4326; the last is the first."""


class Unfit(InvalidInput):
    """Cannot be taken."""

    # In English, to machines and operators.


@dataclass(frozen=True)
class Area:
    """`circles`: (longitude, latitude, kilometres); `geocodes`: (what it is a code of, code)."""

    words: str
    polygons: tuple[Ring, ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Info:
    language: str
    category: str
    event: str
    urgency: str
    severity: str
    certainty: str
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Notice:
    """One CAP message. `references`: `sender,identifier,sent` of those that it updates or cancels."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    """msgType: Alert, Update, Cancel, Ack or Error."""
    scope: str
    references: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()

    @property
    def reference(self) -> str:
        """By which later messages name this one."""
        return f"{self.sender},{self.identifier},{moment(self.sent)}"


def moment(at: datetime) -> str:
    """As CAP writes it: seconds, and an offset that is never Z."""
    if at.utcoffset() is None:
        raise ValueError("a moment without an offset")
    return at.isoformat(timespec="seconds")


@dataclass(frozen=True)
class Entry:
    """Of an Atom or RSS feed."""

    link: str
    updated: str


Element = Any
"""lxml's."""
