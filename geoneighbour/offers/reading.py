"""Feeds to rows: GeoJSON, CSV, JSON with a mapping, GBFS. No database; runs in a confined process."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geoneighbour.errors import UnusableFile
from geoneighbour.offers import gbfs
from geoneighbour.offers.rows import FIELDS

MOST_ROWS = 500_000
MAPPED = {
    "items": str,
    "fields": dict,
    "constants": dict,
    "categories": dict,
    "time_zone": str,
    "separator": str,
}
"""What a mapping may hold, and what each is."""


def rows(content: bytes, format_: str, mapping: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """The FIELDS of each row, as the feed tells them; None for a row that is no object. UnusableFile for what is no feed."""
    for count, item in enumerate(_items(content, format_, mapping), start=1):
        if count > MOST_ROWS:
            raise UnusableFile(f"has more than {MOST_ROWS:,} rows")
        yield _mapped(item, mapping) if isinstance(item, dict) else None


def checked_mapping(mapping: Any) -> dict[str, Any]:
    """Itself; UnusableFile for what is none."""
    if not isinstance(mapping, dict):
        raise UnusableFile("the mapping is no JSON object")
    for name, value in mapping.items():
        if name not in MAPPED or not isinstance(value, MAPPED[name]):
            raise UnusableFile(
                f"the mapping: {name[:40]} is not one of {', '.join(MAPPED)}, or of another kind"
            )
    fields = mapping.get("fields", {})
    for name in [*fields, *mapping.get("constants", {})]:
        if name not in FIELDS:
            raise UnusableFile(f"the mapping: there is no field {name[:40]}; there are {', '.join(FIELDS)}")
    if not all(isinstance(path, str) for path in [*fields.values(), *mapping.get("categories", {}).values()]):
        raise UnusableFile("the mapping: fields and categories are names")
    if len(mapping.get("separator", ",")) != 1:
        raise UnusableFile("the mapping: a separator is one character")
    try:
        ZoneInfo(mapping.get("time_zone", "Europe/Paris"))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnusableFile(f"the mapping: there is no time zone {mapping['time_zone'][:40]}") from error
    return mapping


def _items(content: bytes, format_: str, mapping: Mapping[str, Any]) -> Iterator[Any]:
    if format_ == "csv":
        yield from _lines(content, mapping.get("separator", ","))
        return
    told = _json(content)
    if format_ == "gbfs":
        yield from gbfs.offers(told)
    elif format_ == "geojson":
        if not isinstance(told, dict) or told.get("type") != "FeatureCollection":
            raise UnusableFile("is no GeoJSON FeatureCollection")
        yield from map(_feature, _list(told.get("features"), "features"))
    else:
        yield from _list(_at(told, mapping["items"]) if "items" in mapping else told, mapping.get("items", "the whole"))  # fmt: skip


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnusableFile(f"is no JSON, or ends too early: {str(error)[:120]}") from error


def _list(found: Any, name: str) -> list[Any]:
    if not isinstance(found, list):
        raise UnusableFile(f"{name} is no list")
    return found


def _lines(content: bytes, separator: str) -> Iterator[dict[str, Any]]:
    try:
        read = csv.reader(
            io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator, strict=True
        )
        head = next(read, None)
        if not head:
            raise UnusableFile("is empty")
        whole = content.endswith((b"\n", b"\r"))
        last: list[str] | None = None
        for cells in filter(None, read):
            if last is not None:
                yield dict(zip(head, last, strict=False))
            last = cells
        if last is not None:
            if not whole and len(last) < len(head):
                raise UnusableFile("ends in the middle of a line")
            yield dict(zip(head, last, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableFile(f"is no CSV in UTF-8: {str(error)[:120]}") from error


def _feature(feature: Any) -> Any:
    """Properties, with the place and the area of its geometry: a point, a polygon, or one of each in a collection."""
    if not isinstance(feature, dict):
        return None
    properties = feature.get("properties")
    told = dict(properties) if isinstance(properties, dict) else {}
    if feature.get("id") is not None:
        told.setdefault("id", feature["id"])
    geometry = feature.get("geometry")
    parts = geometry.get("geometries") if isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection" else [geometry]  # fmt: skip
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, dict):
            continue
        at = part.get("coordinates")
        if part.get("type") == "Point" and isinstance(at, list) and len(at) >= 2:
            told["lon"], told["lat"] = at[:2]
        elif part.get("type") in ("Polygon", "MultiPolygon"):
            told["serves_area"] = part
    return told


def _mapped(item: dict[str, Any], mapping: Mapping[str, Any]) -> dict[str, Any]:
    names = mapping.get("fields", {})
    row = {field: _at(item, names.get(field, field)) for field in FIELDS}
    if row["external_id"] is None and "external_id" not in names:
        row["external_id"] = item.get("id")
    constants = mapping.get("constants", {})
    return row | {field: value for field, value in constants.items() if row.get(field) in (None, "")}


def _at(item: Any, path: str) -> Any:
    """What stands at a path (`address.city`, `prices.0.text`); None where there is nothing."""
    if isinstance(item, dict) and path in item:
        return item[path]
    for step in path.split("."):
        if isinstance(item, dict):
            item = item.get(step)
        elif isinstance(item, list) and step.isdecimal() and int(step) < len(item):
            item = item[int(step)]
        else:
            return None
    return item
