"""Words in the languages of readers, also where no request asks: docs/translating.md."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).resolve().parent / "translations"


@lru_cache
def catalogue(language: str, domain: str) -> Translations:
    """A .po file as it is in the package: no build step, so that none can be forgotten. Empty without a file."""
    path = CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.is_file():
        return Translations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled, domain)
