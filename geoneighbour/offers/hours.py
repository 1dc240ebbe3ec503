"""Opening hours as OpenStreetMap writes them, in the time of the place they are of."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

HOME_ZONE = ZoneInfo("Europe/Paris")
"""Of an offer that stands nowhere; Brussels has the same time."""
A_YEAR = 366


def open_now(offer: Any, now: datetime | None = None) -> bool | None:
    """Whether an offer (opening_hours, lon, lat) is open; null: it has no hours."""
    hours = _of(offer)
    return hours and hours.is_open(_at(now))


def changes_at(offer: Any, now: datetime | None = None) -> datetime | None:
    """When it opens or closes next, in the place's time; null: never, or it has no hours."""
    hours = _of(offer)
    return hours and hours.next_change(_at(now))


def _of(offer: Any) -> OpeningHours | None:
    if not offer.opening_hours:
        return None
    return _read(
        offer.opening_hours, None if offer.lon is None else (round(offer.lat, 2), round(offer.lon, 2))
    )


@lru_cache(4096)
def _read(words: str, place: tuple[float, float] | None) -> OpeningHours:
    if place is None:
        return OpeningHours(words, timezone=HOME_ZONE, max_interval_days=A_YEAR)
    return OpeningHours(words, coords=place, max_interval_days=A_YEAR)


def _at(now: datetime | None) -> datetime:
    return now or datetime.now(HOME_ZONE)
