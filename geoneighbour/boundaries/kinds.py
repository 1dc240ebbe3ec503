"""What is a commune and what is not: layers by what they are called and the codes they hold, rows by code and type."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

COMMUNE, ARRONDISSEMENT, ASSOCIATED, DELEGATED = "commune", "arrondissement", "associated", "delegated"


@dataclass(frozen=True)
class City:
    """A commune with municipal arrondissements."""

    code: str
    name: str
    arrondissements: tuple[str, ...]


CITIES = (
    City("75056", "Paris", tuple(str(code) for code in range(75101, 75121))),
    City("69123", "Lyon", tuple(str(code) for code in range(69381, 69390))),
    City("13055", "Marseille", tuple(str(code) for code in range(13201, 13217))),
)
CITY_OF = {code: city for city in CITIES for code in city.arrondissements}

# What layers and files are called, in plain small letters: the first that is found decides.
_LAYERS = (
    (r"arrondissements? municipa|\barm\b", "parts", "municipal arrondissements"),
    (r"associee|deleguee", "parts", "associated and delegated communes"),
    (r"epci|communautes?\b|intercommunal|groupement", "other", "intercommunalities"),
    (
        r"communes?\b|municipal|gemeenten?\b|gemeinden?\b|municipios?\b|comun[ei]\b|\bmu\b",
        "communes",
        "communes",
    ),
    (r"departement", "other", "départements"),
    (r"region", "other", "régions"),
    (r"canton", "other", "cantons"),
    (r"arrondissement|district|bezirk", "other", "arrondissements"),
    (r"provinc", "other", "provinces"),
    (r"collectivite", "other", "collectivités"),
    (r"circonscription", "other", "constituencies"),
    (r"\bpays\b|country|countries|\betats?\b", "other", "countries"),
)
_ROWS = (
    (r"arrondissement.?municipal|arm", ARRONDISSEMENT),
    (r".*associee.*|coma", ASSOCIATED),
    (r".*deleguee.*|comd", DELEGATED),
)


def of_words(title: str) -> tuple[str | None, str]:
    """Whether a layer called so holds communes, parts of them or something other, and what; (None, "") if it does not say."""
    words = _plain(title)
    return next(((kind, what) for pattern, kind, what in _LAYERS if re.search(pattern, words)), (None, ""))


def of_row(
    code: str, said: str | None, within: str | None, default: str, names_it: bool = True
) -> tuple[str, str | None]:
    """What a row is, and the code of the commune it is in: by its code, by its own word, by whether it names another commune.

    `default` is what the rows of this layer are, if nothing tells. Not `names_it`: communes may have such a column too (the
    chief town of their canton), so that it tells nothing by itself.
    """
    if code in CITY_OF:
        return ARRONDISSEMENT, CITY_OF[code].code
    words = _plain(said or "")
    kind = next((kind for pattern, kind in _ROWS if re.fullmatch(pattern, words)), default)
    # Nearly all that is not said to be anything has been delegated since 2015.
    if names_it and kind == COMMUNE and within and within != code:
        kind = DELEGATED
    return (kind, None) if kind == COMMUNE else (kind, within)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()
