"""Which country boundaries are of, where their source does not say: by coordinate system, shape of the codes, place."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyproj
from numpy.typing import NDArray

CODES = {
    "FR": re.compile(r"(?!00)(?:\d\d|2[AB])(?!000)\d{3}"),
    "BE": re.compile(r"[1-9]\d(?!000)\d{3}"),
}
"""Codes of communes; what ends in three noughts is a département, a province or nothing."""

_SYSTEMS = {
    "FR": {2154, 27561, 27562, 27563, 27564, 27571, 27572, 27573, 27574, *range(3942, 3951), 9794}
    # Overseas: Antilles, Guyane, Réunion, Mayotte, Saint-Pierre-et-Miquelon, New Caledonia, Polynesia, Wallis.
    | {5490, 2970, 4559, 2972, 2975, 4471, 4467, 3163, 3297, 3296}
    # In degrees: France, Antilles, Guyane, Réunion, Mayotte, Saint-Pierre-et-Miquelon.
    | {4171, 5489, 4624, 4627, 4470, 4463},
    "BE": {31300, 31370, 3812, 3447, 4313},
}
_FRANCE = (
    (-5.6, 41.2, 9.8, 51.3),
    (-63.3, 14.2, -60.7, 18.3),
    (-54.8, 2.0, -51.4, 6.0),
    (55.1, -21.6, 56.0, -20.7),
    (44.8, -13.2, 45.5, -12.4),
    (-56.6, 46.6, -55.9, 47.3),
    (163.0, -23.1, 168.6, -19.4),
    (-155.0, -28.2, -134.0, -7.7),
    (-178.5, -14.6, -175.9, -13.0),
)
_BELGIUM = (2.5, 49.45, 6.45, 51.55)
# Départements of which some ground lies in Belgium's box.
_NEAR_BELGIUM = {
    "02": (2.9, 48.8, 4.3, 50.1),
    "08": (4.0, 49.2, 5.4, 50.2),
    "54": (5.4, 48.3, 7.2, 49.6),
    "55": (4.8, 48.4, 5.9, 49.7),
    "57": (5.8, 48.5, 7.7, 49.6),
    "59": (2.0, 49.9, 4.3, 51.1),
    "60": (1.6, 49.0, 3.2, 49.8),
    "62": (1.5, 50.0, 3.2, 51.1),
    "80": (1.3, 49.5, 3.3, 50.4),
}


def fits(codes: Sequence[str], country: str | None = None) -> bool:
    """Whether at least half of the codes look like those of communes, of this country or of any that is known here."""
    known = [CODES[country]] if country in CODES else list(CODES.values())
    good = sum(any(shape.fullmatch(code) for shape in known) for code in map(padded, codes))
    return 2 * good >= len(codes) > 0


def padded(code: str) -> str:
    """Four digits have lost a nought: 1001 is 01001."""
    return code.zfill(5) if len(code) == 4 and code.isdigit() and code[0] != "0" else code


def of_system(crs: pyproj.CRS | None) -> str | None:
    """The country that a national system belongs to."""
    if crs is None or crs.name.startswith("WGS 84"):
        return None
    epsg = crs.to_epsg(min_confidence=60)
    return next((country for country, systems in _SYSTEMS.items() if epsg in systems), None)


def of_place(codes: Sequence[str | None], places: NDArray[np.float64]) -> str | None:
    """The country of codes at (n, 2) degrees: most of them must look like its codes and lie there; None in doubt.

    Both countries have five digits, so in the part of Belgium's box that is French the département must be the right one.
    """
    count = {"FR": 0, "BE": 0}
    for code, (lon, lat) in zip(codes, places.tolist(), strict=True):
        if code is None:
            continue
        if CODES["FR"].fullmatch(padded(code)) and _french(padded(code), lon, lat):
            count["FR"] += 1
        elif CODES["BE"].fullmatch(code) and _inside(_BELGIUM, lon, lat):
            count["BE"] += 1
    best = max(count, key=lambda country: count[country])
    return best if 2 * count[best] >= sum(code is not None for code in codes) and count[best] else None


def _french(code: str, lon: float, lat: float) -> bool:
    if _inside(_BELGIUM, lon, lat):
        box = _NEAR_BELGIUM.get(code[:2])
        return box is not None and _inside(box, lon, lat)
    return any(_inside(box, lon, lat) for box in _FRANCE)


def _inside(box: tuple[float, float, float, float], lon: float, lat: float) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north
