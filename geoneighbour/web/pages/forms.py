"""Plain form posts: a refusal comes back beside its field, with what was typed."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from geoneighbour.database.http import db
from geoneighbour.errors import Conflict, InvalidInput, NotVerified

Refusal = InvalidInput | Conflict | NotVerified


def attempt(action: Callable[[], object]) -> Refusal | None:
    """Does it; returns the refusal, if any, with everything undone. Other errors go on to the error page."""
    try:
        action()
        db().flush()
    except (InvalidInput, Conflict, NotVerified) as refusal:
        db().rollback()
        return refusal
    return None


def typed(name: str) -> str:
    return request.form.get(name, "")
