"""What people draw: a valid shape, or a reason that the person who drew it understands. Never anything else, and fast."""

from __future__ import annotations

import time
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoneighbour.errors import InvalidShape
from geoneighbour.ground.metres import area_m2
from geoneighbour.ground.shapes import neighbourhood_shape
from tests.grid import Grid, geojson
from tests.ground.hostile import HERE, REFUSED, TAKEN

LARGEST_KM2 = 25.0


@pytest.mark.parametrize("drawing", REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_a_reason_in_less_than_a_second(drawing: Any) -> None:
    begun = time.perf_counter()
    with pytest.raises(InvalidShape) as refusal:
        neighbourhood_shape(drawing, LARGEST_KM2)
    assert time.perf_counter() - begun < 1
    assert refusal.value.field == "geometry"
    assert refusal.value.reason.endswith(".")


@pytest.mark.parametrize("drawing", TAKEN.values(), ids=TAKEN.keys())
def test_taken_as_a_valid_multipolygon_to_the_centimetre(drawing: Any) -> None:
    shape = neighbourhood_shape(drawing, LARGEST_KM2)
    assert isinstance(shape, shapely.MultiPolygon)
    assert shape.is_valid
    assert not shape.has_z
    coordinates = shapely.get_coordinates(shape)
    assert (coordinates == coordinates.round(7)).all()


@pytest.mark.parametrize(
    ("what", "word"),
    [
        ("bow tie", "croisent"),
        ("open ring", "fermé"),
        ("501 vertices", "501 sommets"),
        ("26 km²", "km²"),
        ("a garden", "trop petit"),
        ("across the 180th meridian", "180e"),
        ("next to the 180th meridian", "bord de la carte"),
        ("longitude 500", "hors de la carte"),
        ("a part in another", "chevauchent"),
        ("a hole outside", "trous"),
    ],
)
def test_the_reason_says_what_to_change(what: str, word: str) -> None:
    with pytest.raises(InvalidShape, match=word):
        neighbourhood_shape(REFUSED[what], LARGEST_KM2)


def square_of(km2: float) -> dict[str, object]:
    """A square of that area around Saint-Malo, on the ellipsoid."""
    side = km2**0.5 * 1000
    for _ in range(20):
        shape = Grid("A", side_m=side).areas()["A"]
        side *= (km2 * 1e6 / area_m2(shape)) ** 0.5
    return geojson(shape)


@pytest.mark.parametrize(("km2", "taken"), [(24.999, True), (25.001, False)])
def test_25_km2_at_most(km2: float, taken: bool) -> None:
    assert is_taken(square_of(km2)) == taken


def test_one_resolution_9_cell_at_least() -> None:
    # 0.09 to 0.11 km² around Saint-Malo.
    assert not is_taken(square_of(0.089))
    assert is_taken(square_of(0.115))


def is_taken(drawing: Any) -> bool:
    try:
        neighbourhood_shape(drawing, LARGEST_KM2)
    except InvalidShape:
        return False
    return True


NUMBER = st.one_of(
    st.floats(-0.05, 0.05).map(lambda offset: HERE[0] + offset),
    st.floats(48.55, 48.65),
    st.floats(),
    st.integers(),
    st.none(),
    st.booleans(),
    st.text(max_size=3),
)
POSITION = st.one_of(
    st.tuples(st.floats(-2.05, -1.95), st.floats(48.55, 48.65)).map(list), st.lists(NUMBER, max_size=4)
)
RING = st.lists(POSITION, max_size=9).map(lambda ring: [*ring, *ring[:1]])
COORDINATES = st.one_of(
    st.lists(RING, max_size=3),
    st.lists(st.lists(RING, max_size=2), max_size=3),
    st.recursive(NUMBER, st.lists),
)


@given(
    st.fixed_dictionaries({"type": st.sampled_from(["Polygon", "MultiPolygon"]), "coordinates": COORDINATES})
)
def test_whatever_is_sent_is_taken_valid_or_refused(drawing: dict[str, Any]) -> None:
    try:
        shape = neighbourhood_shape(drawing, LARGEST_KM2)
    except InvalidShape:
        return
    assert shape.is_valid
    assert 0 < area_m2(shape) <= LARGEST_KM2 * 1e6


@given(
    st.recursive(
        st.one_of(NUMBER, st.text()),
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    )
)
def test_what_is_no_geometry_is_refused(drawing: Any) -> None:
    assert not is_taken(drawing)
