"""Repairs end in time and within memory; one that does not harms none of the others."""

from __future__ import annotations

import json
import time

import pytest
import shapely

from geoneighbour.ground.repair import Limits, repair
from tests.communes.files import polygon, star


def shape(geometry: dict[str, object]) -> shapely.Geometry:
    return shapely.from_geojson(json.dumps(geometry))


BOW_TIE = shape(polygon((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)))
STAR = shape(star(401))
PLENTY = Limits(seconds_each=60, seconds_in_all=120, megabytes=4096)


def test_with_plenty_of_all_even_a_star_is_repaired() -> None:
    (mended,) = repair([STAR], PLENTY)
    assert mended is not None
    assert mended.is_valid
    assert mended.area > 0


@pytest.mark.parametrize(
    "limits", [Limits(1, 120, 4096), Limits(60, 2, 4096), Limits(60, 120, 150)], ids=["each", "all", "memory"]
)
def test_each_limit_holds_by_itself(limits: Limits) -> None:
    """A star of 1,001 corners takes 17 seconds and a gigabyte."""
    began = time.monotonic()
    mended = repair([BOW_TIE, shape(star(1001)), BOW_TIE], limits)
    assert time.monotonic() - began < 10
    assert mended[0] is not None
    assert mended[0].area == pytest.approx(0.5)
    assert mended[1] is None
    # The one after it is repaired too, unless the time in all was up.
    assert (mended[2] is None) == (limits.seconds_in_all == 2)


def test_nothing_to_repair() -> None:
    assert repair([]) == []
