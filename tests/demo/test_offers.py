"""The partners of the demonstration: what they send is sound, much the same as others do it, and the same each time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import shapely

from geoneighbour.demo import offers, territory
from geoneighbour.demo.offers import MAPPINGS
from geoneighbour.offers.confined_feed import answer
from geoneighbour.offers.rows import STAGED

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Numbers(dict[str, int]):
    """Any neighbourhood has one."""

    def __missing__(self, name: str) -> int:
        return len(name)


def test_twelve_partners_send_400_sound_offers():
    sent = offers.feeds(1, NOW, Numbers())
    rows = []
    for one in sent:
        format_ = one.partner["format"]
        head = {
            "format": format_,
            "mapping": MAPPINGS.get(format_, {}),
            "category": one.partner["category"],
        }
        rows += list(answer(head, one.content))
    assert [row[1:3] for row in rows if row[1]] == []
    told = [dict(zip(STAGED, row[3:], strict=True)) for row in rows]
    assert len(sent) == 12
    assert len(told) == 400
    assert len({row["category"] for row in told}) == 8
    assert all(row["price_words"] and row["opening_hours"] for row in told)
    kinds = Counter(area["kind"] for row in told for area in row["areas"])
    assert set(kinds) == {"polygon", "radius", "commune", "neighbourhood"}
    assert {one.partner["format"] for one in sent} == {"geojson", "csv", "json", "gbfs"}
    places = [shapely.Point(row["lon"], row["lat"]) for row in told]
    for commune in territory.communes():
        shapely.prepare(commune.shape)
        assert any(commune.shape.covers(place) for place in places), commune.name


def test_they_are_the_same_each_time_and_others_for_another_seed():
    def told(seed: int) -> list[bytes]:
        return [one.content for one in offers.feeds(seed, NOW, Numbers())]

    assert told(1) == told(1)
    assert told(1) != told(2)
