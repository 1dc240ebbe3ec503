"""Plain form posts: a refusal comes back beside its field, with what was typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.errors import Conflict, InvalidInput, NotVerified, TooOften
from geoneighbour.web.problems import told

Refusal = InvalidInput | Conflict | NotVerified | TooOften


def attempt(action: Callable[[], object]) -> Refusal | None:
    """Does it; returns the refusal, if any, with everything undone. Other errors go on to the error page."""
    try:
        action()
        db().flush()
    except (InvalidInput, Conflict, NotVerified, TooOften) as refusal:
        db().rollback()
        return refusal
    return None


def done(action: Callable[[], object], words: str, target: str) -> Response:
    """Does it and says so, or says why not, on the next page."""
    refusal = attempt(action)
    flash(told(refusal) if refusal else words, "error" if refusal else "done")
    return redirect(target)


def typed(name: str) -> str:
    return request.form.get(name, "")


def drawn_area(name: str = "area", field: str = "area") -> Any:
    """The GeoJSON that the pen left in the field `name`; InvalidInput (of `field`) while nothing is drawn."""
    try:
        return json.loads(typed(name))
    except ValueError:
        raise InvalidInput("Dessinez d’abord la zone sur la carte, puis « Terminer ».", field=field) from None
