"""What a click-out bears, and what a partner signs: nothing in them names a person."""

from __future__ import annotations

import hmac
import uuid
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

from itsdangerous import BadSignature, URLSafeSerializer

from geoneighbour.database import state
from geoneighbour.settings import Settings

PARAMETER = "gn_click"


class Click(NamedTuple):
    id: uuid.UUID
    offer_id: int
    day: date


class Tokens:
    def __init__(self, settings: Settings) -> None:
        key = settings.secret_key or state.secret(settings, "secret_key")
        self._signer = URLSafeSerializer(key, salt="offer click")

    def make(self, click: Click) -> str:
        return str(self._signer.dumps([click.id.hex, click.offer_id, click.day.isoformat()]))

    def read(self, token: str) -> Click | None:
        """None for a word that is not ours."""
        try:
            match self._signer.loads(token):
                case [str(number), int(offer_id), str(day)]:
                    return Click(uuid.UUID(number), offer_id, date.fromisoformat(day))
        except BadSignature:
            pass
        return None


def onward(url: str, token: str) -> str:
    """The address with the token as a parameter more; its own ones stay."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode({PARAMETER: token}))))
    return urlunsplit(parts._replace(query=query))


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the timestamp, a point and the body; 64 hexadecimal digits."""
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()
