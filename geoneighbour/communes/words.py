"""Communes as their readers call them."""

from __future__ import annotations

from flask_babel import get_locale

from geoneighbour.communes.models import Commune
from geoneighbour.communes.queries import Version


def name(commune: Commune | Version) -> str:
    """In the reader's language where its source tells that name (Belgium), else the usual one."""
    locale = get_locale()
    return commune.names.get(locale.language, commune.name) if locale else commune.name
