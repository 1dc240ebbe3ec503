"""Who an open page is, and by which login: a word that the web application signs for a minute, as the process that holds pages
reads no cookies."""

from __future__ import annotations

from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer

from geoneighbour.database import state
from geoneighbour.settings import Settings

VALID_SECONDS = 60


class Page(NamedTuple):
    member_id: int
    login_id: int


class Tickets:
    def __init__(self, settings: Settings) -> None:
        key = settings.secret_key or state.secret(settings, "secret_key")
        self._signer = URLSafeTimedSerializer(key, salt="live")

    def make(self, page: Page) -> str:
        return self._signer.dumps(page)

    def read(self, ticket: str, seconds: int = VALID_SECONDS) -> Page | None:
        """None for a word that is old, or not ours."""
        try:
            match self._signer.loads(ticket, max_age=seconds):
                case [int(member_id), int(login_id)]:
                    return Page(member_id, login_id)
        except BadSignature:
            pass
        return None
