"""What links of invitations hold: 128 bits that nobody guesses, made of a key that is not in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac

TOKEN_BYTES = 16


def token(key: bytes, nonce: bytes) -> str:
    """The token of an invitation, 22 letters: the same each time, so that its owner can see the link again."""
    made = hmac.digest(key, b"invitation " + nonce, "sha256")[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def token_hash(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def address_hash(key: bytes, address: str) -> bytes:
    """What the database keeps of an e-mail address, capitals aside."""
    return hmac.digest(key, b"invited " + address.strip().lower().encode(), "sha256")


def refusal(key: bytes, who: bytes) -> str:
    """The word in a mail's link that says: write to this address no more. Only whoever got the mail has it."""
    sign = hmac.digest(key, b"no more " + who, "sha256")[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(who + sign).decode()


def refused(key: bytes, word: str) -> bytes | None:
    """The address hash of such a word; None for one that we did not make."""
    try:
        read = base64.urlsafe_b64decode(word.encode())
    except ValueError:
        return None
    who = read[:32]
    return who if len(who) == 32 and hmac.compare_digest(refusal(key, who).encode(), word.encode()) else None
