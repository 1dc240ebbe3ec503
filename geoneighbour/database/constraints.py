"""A violated constraint, by its name, as an error that its reader understands."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from geoneighbour.errors import Conflict, GeoneighbourError, NotFound

_BY_NAME: dict[str, GeoneighbourError] = {
    "uq_account_email": Conflict("Cette adresse a déjà un compte.", field="email"),
    "fk_support_neighbourhood_id": NotFound("Ce quartier n'existe pas ou plus."),
    "fk_block_blocked_id": NotFound("Ce membre n'existe pas ou plus."),
}


def translate(error: IntegrityError) -> GeoneighbourError:
    """The domain error of a violated constraint; Conflict for one that has no words of its own."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return _BY_NAME.get(name or "", Conflict())
