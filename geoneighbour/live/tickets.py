"""Who an open page is: a word that the web application signs for a minute, as the process that holds pages knows no sessions."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer

from geoneighbour.database import state
from geoneighbour.settings import Settings

VALID_SECONDS = 60


class Tickets:
    def __init__(self, settings: Settings) -> None:
        key = settings.secret_key or state.secret(settings, "secret_key")
        self._signer = URLSafeTimedSerializer(key, salt="live")

    def make(self, member_id: int) -> str:
        return self._signer.dumps(member_id)

    def read(self, ticket: str, seconds: int = VALID_SECONDS) -> int | None:
        """The member; None for a word that is old, or not ours."""
        try:
            member_id = self._signer.loads(ticket, max_age=seconds)
        except BadSignature:
            return None
        return member_id if isinstance(member_id, int) else None
