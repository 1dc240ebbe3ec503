"""What is said of how boundaries fit together: each kind beside a control that is just right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from geoneighbour.boundaries.quality import Quality, look
from geoneighbour.ground.metres import area_m2
from tests.grid import Grid

PLENTY = 60.0
NINE = Grid("""
    A B C
    D E F
    G H I
""")


def looked_at(areas: dict[str, Any], seconds: float = PLENTY) -> Quality:
    shapes: NDArray[Any] = np.array(list(areas.values()), dtype=object)
    found = look(list(areas), shapes, seconds)
    assert Quality.from_json(found.as_json()) == found
    return found


def moved(shape: Any, east: float) -> Any:
    """Degrees; 0.0001 is some 7 m here."""
    return shapely.transform(shape, lambda x, y: (x + east, y), interleaved=False)


def test_squares_that_share_their_corners_are_sound() -> None:
    assert looked_at(NINE.areas()) == Quality((), whole=True)


def test_a_border_moved_over_the_next_one_is_an_overlap_and_leaves_a_gap() -> None:
    areas = NINE.areas()
    areas["E"] = moved(areas["E"], 0.0001)
    found = looked_at(areas)
    assert found.counts() == {"overlap": 1, "gap": 1}
    overlap, gap = found.findings
    assert overlap.codes == ("E", "F")
    assert overlap.square_metres == pytest.approx(area_m2(areas["E"] & areas["F"]), rel=1e-3)
    assert set(gap.codes) >= {"D", "E"}
    assert gap.square_metres == pytest.approx(overlap.square_metres, rel=1e-3)
    assert areas["D"].distance(shapely.Point(gap.lon, gap.lat)) < 0.0001


def test_what_is_enclosed_and_wide_is_a_hole_which_may_be_a_lake() -> None:
    areas = NINE.areas()
    del areas["E"]
    assert [(f.kind, f.codes) for f in looked_at(areas).findings] == [("hole", tuple("ABCDFGHI"))]
    assert looked_at({k: v for k, v in areas.items() if k != "B"}).findings == (), "open to the sea: no hole"


def test_borders_that_lie_side_by_side_without_sharing_points() -> None:
    """D has a corner in the middle of its border with A, from which A's runs straight: less than a square metre apart."""
    areas = NINE.areas()
    west, south, east, north = areas["D"].bounds
    bent = shapely.Polygon(
        [(west, south), (east, south), (east, north), ((west + east) / 2, north - 1e-12), (west, north)]
    )
    areas["D"] = shapely.MultiPolygon([bent])
    (finding,) = looked_at(areas).findings
    assert set(finding.codes) >= {"A", "D"}
    assert finding.square_metres < 1
    assert "less than 1 m²" in str(finding)


def test_an_extra_corner_on_a_straight_border_is_named() -> None:
    two = Grid("A B").areas()
    west, south, east, north = two["A"].bounds
    corner = (east, (south + north) / 2)
    two["A"] = shapely.MultiPolygon(
        [shapely.Polygon([(west, south), (east, south), corner, (east, north), (west, north)])]
    )
    assert [(f.kind, f.codes) for f in looked_at(two).findings] == [
        ("unmatched", ("A",)),
        ("unmatched", ("B",)),
    ]


@pytest.mark.parametrize(("side", "kinds"), [(0.00008, {"tiny part": 1}), (0.0002, {})])
def test_a_tiny_part(side: float, kinds: dict[str, int]) -> None:
    """About 6 m × 9 m, and 15 m × 22 m."""
    areas = NINE.areas()
    west, _, _, north = areas["A"].bounds
    speck = shapely.box(west - 0.1, north, west - 0.1 + side, north + side)
    areas["A"] = shapely.MultiPolygon([*shapely.get_parts(areas["A"]), speck])
    assert looked_at(areas).counts() == kinds


def test_without_time_it_says_so() -> None:
    areas = NINE.areas()
    areas["E"] = moved(areas["E"], 0.0001)
    assert looked_at(areas, seconds=-1) == Quality((), whole=False)


@given(st.lists(st.floats(-0.0005, 0.0005), min_size=9, max_size=9))
def test_all_overlaps_are_found(shifts: list[float]) -> None:
    """Rows alone: three squares side by side, moved about, against every pair tried by plain shapely."""
    rows = {
        code: moved(shape, shift) for (code, shape), shift in zip(NINE.areas().items(), shifts, strict=True)
    }
    expected = {
        (one, other)
        for one in rows
        for other in rows
        if one < other and rows[one].intersection(rows[other]).area > 0
    }
    assert {finding.codes for finding in looked_at(rows).findings if finding.kind == "overlap"} == expected
