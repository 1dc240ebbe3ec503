"""GBFS 2 and 3, the feeds of shared vehicles: which files there are, and their stations as offers.

Free-floating vehicles change their numbers with each rental, as GBFS demands, and are no offers (docs/decisions/032).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from geoneighbour.errors import UnusableFile

WANTED = ("station_information", "system_pricing_plans")


def addresses(told: Any) -> dict[str, str]:
    """Of gbfs.json: where the WANTED files are, by their names; of several languages French, else the first. UnusableFile."""
    data = told.get("data") if isinstance(told, dict) else None
    if isinstance(data, dict) and "feeds" not in data:
        data = data.get("fr") or next(iter(data.values()), None)
    feeds = data.get("feeds") if isinstance(data, dict) else None
    if not isinstance(feeds, list):
        raise UnusableFile("is no gbfs.json: it lists no feeds")
    found = {
        feed["name"]: feed["url"]
        for feed in feeds
        if isinstance(feed, dict) and feed.get("name") in WANTED and isinstance(feed.get("url"), str)
    }
    if "station_information" not in found:
        raise UnusableFile("has no station_information")
    return found


def offers(files: Any) -> Iterator[Any]:
    """The stations of the WANTED files, by their names. UnusableFile for what is none."""
    stations = _data(files, "station_information").get("stations")
    if not isinstance(stations, list):
        raise UnusableFile("station_information lists no stations")
    price = _price(files)
    for station in stations:
        yield _offer(station, price) if isinstance(station, dict) else None


def _offer(station: dict[str, Any], price: str) -> dict[str, Any]:
    uris = station.get("rental_uris")
    return {
        "external_id": station.get("station_id"),
        "title": said(station.get("name")),
        "words": said(station.get("address")),
        "lon": station.get("lon"),
        "lat": station.get("lat"),
        "url": uris.get("web") if isinstance(uris, dict) else None,
        "opening_hours": station.get("station_opening_hours"),
        "price_words": price,
    }


def said(words: Any) -> Any:
    """Of GBFS 3's texts in several languages the French one, else the first; GBFS 2 has one."""
    if not isinstance(words, list):
        return words
    texts = [one for one in words if isinstance(one, dict)]
    french = (one for one in texts if str(one.get("language", "")).startswith("fr"))
    chosen = next(french, texts[0] if texts else {})
    return chosen.get("text")


def _price(files: Any) -> str:
    """Of the plans the names and prices, as far as there is room."""
    plans = _data(files, "system_pricing_plans").get("plans")
    told = [
        f"{said(plan.get('name'))} : {plan.get('price')} {plan.get('currency', '')}".strip()
        for plan in (plans if isinstance(plans, list) else [])
        if isinstance(plan, dict)
    ]
    while len(" · ".join(told)) > 200:
        told.pop()
    return " · ".join(told)


def _data(files: Any, name: str) -> dict[str, Any]:
    file = files.get(name) if isinstance(files, dict) else None
    data = file.get("data") if isinstance(file, dict) else None
    return data if isinstance(data, dict) else {}
