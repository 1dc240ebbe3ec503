"""Boxes that only this service opens: what stands in the database for people's own eyes, with a key that it does not have."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from geoneighbour.database import state
from geoneighbour.errors import InvalidInput, Unavailable
from geoneighbour.settings import Settings

KEYS_ARE = "ADDRESS_KEYS are 32 random bytes each, as URL-safe base64, with commas between."


class Sealer:
    """Seals with the first key of ADDRESS_KEYS, and opens with any; without the setting, a key of the state folder."""

    def __init__(self, settings: Settings) -> None:
        words = [word.strip() for word in (settings.address_keys or "").split(",") if word.strip()]
        try:
            self._keys = MultiFernet([Fernet(_padded(word)) for word in words or [_own(settings)]])
        except ValueError:
            raise InvalidInput(KEYS_ARE) from None

    def seal(self, content: dict[str, Any]) -> bytes:
        return self.seal_file(json.dumps(content).encode())

    def open(self, box: bytes) -> dict[str, Any]:
        """Unavailable when none of the keys fits."""
        content: dict[str, Any] = json.loads(self.open_file(box))
        return content

    def seal_file(self, data: bytes) -> bytes:
        """A third larger than what is in it."""
        return self._keys.encrypt(data)

    def open_file(self, box: bytes) -> bytes:
        """Unavailable when none of the keys fits."""
        try:
            return self._keys.decrypt(box)
        except InvalidToken:
            raise Unavailable("Aucune des clés n'ouvre ce qui est scellé ici.") from None

    def anew(self, box: bytes) -> bytes:
        """The same content, sealed with the first key."""
        return self.seal_file(self.open_file(box))


def _own(settings: Settings) -> str:
    return state.secret(settings, "address_key")


def _padded(word: str) -> bytes:
    """43 letters without the padding, or 44 with it."""
    return base64.urlsafe_b64encode(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
