"""Codes on letters, and keyed hashes: what the database holds of codes and addresses, which says nothing without SECRET_KEY."""

from __future__ import annotations

import hmac
import secrets
import unicodedata

from geoneighbour.database import state
from geoneighbour.errors import InvalidInput
from geoneighbour.members.addresses import Shown
from geoneighbour.settings import Settings

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: nine of them are 45 bits."""
LENGTH = 9
MISREAD = str.maketrans("OIL", "011")


class Keys:
    """Keyed hashes (HMAC-SHA256) with SECRET_KEY, or the word of the state folder; 32 bytes each."""

    def __init__(self, settings: Settings) -> None:
        self._key = (settings.secret_key or state.secret(settings, "secret_key")).encode()

    def code(self, letter_id: int, code: str) -> bytes:
        """The same code on another letter is another hash."""
        return self._hash("code", str(letter_id), code)

    def home(self, address: Shown) -> bytes:
        """Changes with the point and with the words."""
        return self._hash("home", repr(address.lon), repr(address.lat), address.text or "")

    def place(self, words: str) -> bytes:
        """The same however the words are spaced, accented and punctuated."""
        return self._hash("place", plain_words(words))

    def phone(self, number: str) -> bytes:
        return self._hash("phone", number)

    def phone_code(self, member_id: int, number: str, code: str) -> bytes:
        """The same code for another member or number is another hash."""
        return self._hash("phone code", str(member_id), number, code)

    def endpoint(self, address: str) -> bytes:
        """Of a browser's push service."""
        return self._hash("endpoint", address)

    def _hash(self, *words: str) -> bytes:
        return hmac.digest(self._key, "\0".join(words).encode(), "sha256")


def plain_words(words: str) -> str:
    """`12, rue de l'Église` -> `12 rue de l eglise`"""
    letters = unicodedata.normalize("NFKD", words.casefold())
    kept = (letter for letter in letters if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in kept).split())


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def spaced(code: str) -> str:
    """As people read and type it: `K7M-2QD-9XH`."""
    return "-".join(code[start : start + 3] for start in range(0, LENGTH, 3))


def plain(typed: str) -> str:
    """A code as it was printed, whatever its case and what stands between; O is 0, I and L are 1.

    InvalidInput for what no letter ever said; that is no try.
    """
    code = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(MISREAD)
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        raise InvalidInput("Un code a %(length)s lettres et chiffres.", field="code", length=LENGTH)
    return code
