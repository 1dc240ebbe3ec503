"""One row of a feed, whatever its format: what we keep of it, or which field is at fault and why. No database."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from opening_hours import validate

from geoneighbour.errors import GeoneighbourError
from geoneighbour.ground.points import FURTHEST_EAST, FURTHEST_NORTH, Point

LONGEST = {
    "external_id": 200,
    "category": 40,
    "title": 160,
    "words": 2000,
    "price_words": 200,
    "conditions": 1000,
    "opening_hours": 500,
}
"""Characters of what is text."""
FIELDS = (
    *LONGEST,
    *("url", "photo_url", "lon", "lat", "delivers", "click_and_collect", "valid_from", "valid_to"),
    *("serves_m", "serves_communes", "serves_neighbourhoods", "serves_area"),
)
"""What a feed can say of an offer; a mapping names each of them as the partner does."""
STAGED = (
    *("external_id", "category", "title", "words", "price_words", "conditions", "url", "photo_url"),
    *("lon", "lat", "opening_hours", "delivers", "click_and_collect", "valid_from", "valid_to"),
    *("areas", "content_hash"),
)
"""The columns of a sound row, in this order."""
MOST_AREAS, MOST_CORNERS = 500, 10_000
LARGEST_RADIUS_M = 50_000
LONGEST_URL = 1000
TRUTHS = {"true": True, "1": True, "yes": True, "oui": True, "false": False, "0": False, "no": False, "non": False}  # fmt: skip
_URL = re.compile(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_COMMUNE = re.compile(r"(?:([A-Z]{2}):)?([0-9A-Z]{1,12})")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Fault(Exception):
    """A row cannot be taken: `field`, and why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True)
class Reading:
    """How a feed is read: the category of rows that name none, the partner's words for categories, the time zone of dates."""

    category: str | None
    categories: Mapping[str, str]
    zone: ZoneInfo


def sound(given: Mapping[str, Any], reading: Reading) -> list[Any]:
    """The values of STAGED from those of FIELDS (what is missing is null), ready for JSON; Fault for what cannot be taken."""
    values: dict[str, Any] = {name: text(given, name) for name in LONGEST}
    for needed in ("external_id", "title"):
        if not values[needed]:
            raise Fault(needed, "is missing")
    values["category"] = reading.categories.get(values["category"], values["category"]) or reading.category
    if not values["category"]:
        raise Fault("category", "is missing")
    values["opening_hours"] = values["opening_hours"] or None
    if values["opening_hours"] and not _opening(values["opening_hours"]):
        raise Fault("opening_hours", "is not as OpenStreetMap writes them")
    values |= {name: _url(given, name) for name in ("url", "photo_url")}
    values |= {name: _truth(given, name) for name in ("delivers", "click_and_collect")}
    values["lon"], values["lat"] = _place(given)
    values["valid_from"] = _moment(given, "valid_from", reading.zone, ends=False)
    values["valid_to"] = _moment(given, "valid_to", reading.zone, ends=True)
    if values["valid_from"] and values["valid_to"] and not _before(values["valid_from"], values["valid_to"]):
        raise Fault("valid_to", "is not after valid_from")
    values["areas"] = _areas(given, values["lon"] is not None)
    if values["lon"] is None and not values["areas"]:
        raise Fault("place", "stands nowhere and serves nothing")
    told = [values[name] for name in STAGED[:-1]]
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return [*told, hashlib.sha256(content).hexdigest()]


def text(given: Mapping[str, Any], name: str) -> str:
    """Without control characters and outer blanks; empty where there is none."""
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Fault(name, "is no text")
    told = _CONTROLS.sub("", str(value)).strip()
    if len(told) > LONGEST[name]:
        raise Fault(name, f"is longer than {LONGEST[name]} characters")
    try:
        told.encode()
    except UnicodeEncodeError as error:
        raise Fault(name, "is no text") from error
    return told


_opening = lru_cache(4096)(validate)


def _url(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value in (None, ""):
        return None
    if (
        not isinstance(value, str)
        or not value.isascii()
        or not _URL.fullmatch(value)
        or len(value) > LONGEST_URL
    ):
        raise Fault(name, "is no web address (https://…)")
    return value


def _truth(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name)
    if value in (None, ""):
        return False
    if isinstance(value, bool):
        return value
    if (told := TRUTHS.get(str(value).strip().lower())) is None:
        raise Fault(name, "is neither true nor false")
    return told


def _number(value: Any, field: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Fault(field, "is no number") from error
    if isinstance(value, bool) or not math.isfinite(number):
        raise Fault(field, "is no number")
    return number


def _place(given: Mapping[str, Any]) -> tuple[float | None, float | None]:
    lon, lat = given.get("lon"), given.get("lat")
    if lon in (None, "") and lat in (None, ""):
        return None, None
    try:
        point = Point(_number(lon, "lon"), _number(lat, "lat")).require_habitable()
    except GeoneighbourError as error:
        raise Fault(error.field or "lon", "is off the map") from error
    return point.lon, point.lat


def _moment(given: Mapping[str, Any], name: str, zone: ZoneInfo, *, ends: bool) -> str | None:
    """ISO 8601 with an offset. A day begins, and of `ends` ends, at midnight in `zone`."""
    value = given.get(name)
    if value in (None, ""):
        return None
    try:
        told = datetime.fromisoformat(str(value))
        if len(str(value)) == len("2026-01-01"):
            told = datetime.combine(told + timedelta(days=int(ends)), time(), zone)
        return (told if told.tzinfo else told.replace(tzinfo=zone)).isoformat()
    except (ValueError, OverflowError) as error:
        raise Fault(name, "is no date (2026-01-31 or 2026-01-31T09:00:00+01:00)") from error


def _before(one: str, other: str) -> bool:
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def _areas(given: Mapping[str, Any], stands: bool) -> list[dict[str, Any]]:
    areas: list[dict[str, Any]] = []
    if (metres := given.get("serves_m")) not in (None, ""):
        areas.append({"kind": "radius", "m": _radius(given, metres, stands)})
    for name in _list(given, "serves_communes"):
        if not (found := _COMMUNE.fullmatch(name)):
            raise Fault("serves_communes", f"{name[:20]} is no code of a commune")
        areas.append({"kind": "commune", "country": found[1] or "FR", "code": found[2]})
    for name in _list(given, "serves_neighbourhoods"):
        if not name.isdecimal() or len(name) > 15:
            raise Fault("serves_neighbourhoods", f"{name[:20]} is no number of a neighbourhood")
        areas.append({"kind": "neighbourhood", "id": int(name)})
    if (ground := given.get("serves_area")) not in (None, ""):
        areas.append({"kind": "polygon", "wkb": _polygon(ground)})
    if len(areas) > MOST_AREAS:
        raise Fault("serves_communes", f"are more than {MOST_AREAS} areas")
    return areas


def _radius(given: Mapping[str, Any], metres: Any, stands: bool) -> float:
    radius = _number(metres, "serves_m")
    if not stands:
        raise Fault("serves_m", "a radius needs a point")
    if not 1 <= radius <= LARGEST_RADIUS_M:
        raise Fault("serves_m", f"is not between 1 and {LARGEST_RADIUS_M} metres")
    try:
        Point(float(given["lon"]), float(given["lat"])).require_room(radius)
    except GeoneighbourError as error:
        raise Fault("serves_m", "is off the map") from error
    return radius


def _list(given: Mapping[str, Any], name: str) -> list[str]:
    """Of a list, or of words between commas or semicolons; each once."""
    value = given.get(name)
    if value in (None, ""):
        return []
    parts = value if isinstance(value, list) else re.split(r"[;,]", str(value))
    if len(parts) > MOST_AREAS or not all(isinstance(part, str | int) for part in parts):
        raise Fault(name, "is no list of codes")
    return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))


def _polygon(ground: Any) -> str:
    """GeoJSON (an object, or as text) or WKT of a polygon or several, as WKB in hexadecimal."""
    told = ground if isinstance(ground, str) else json.dumps(ground)
    try:
        shape = shapely.from_geojson(told) if told.lstrip().startswith("{") else shapely.from_wkt(told)
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise Fault("serves_area", "is no polygon") from error
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise Fault("serves_area", "is no polygon")
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        raise Fault("serves_area", f"has more than {MOST_CORNERS} corners")
    bounds = shape.bounds
    if not all(map(math.isfinite, bounds)) or max(map(abs, bounds[::2])) > FURTHEST_EAST or max(map(abs, bounds[1::2])) > FURTHEST_NORTH:  # fmt: skip
        raise Fault("serves_area", "is off the map")
    if not shape.is_valid:
        raise Fault("serves_area", f"is not valid: {shapely.is_valid_reason(shape)[:120]}")
    return shapely.to_wkb(shapely.force_2d(shape), hex=True)
