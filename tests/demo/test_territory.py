"""The demonstration's ground: what make.py writes is what is committed, and it is a proper coverage."""

from __future__ import annotations

import json
import runpy

import pytest
import shapely

from geoneighbour.demo import territory
from geoneighbour.ground.metres import area_m2


@pytest.mark.parametrize("name", ["communes.geojson", "quartiers.geojson"])
def test_made_again_it_is_the_same(name):
    build = runpy.run_path(str(territory.folder() / "make.py"))["build"]
    assert build()[name] == (territory.folder() / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "grounds", [territory.communes(), territory.quartiers()], ids=["communes", "quartiers"]
)
def test_valid_without_overlap_or_gap(grounds):
    shapes = [one.shape for one in grounds]
    assert all(shape.is_valid for shape in shapes)
    # A coverage: interiors apart, and shared borders made of the same vertices.
    assert shapely.coverage_is_valid(shapes)
    everything = shapely.union_all(shapes)
    assert not any(part.interiors for part in shapely.get_parts(everything))
    assert sum(map(area_m2, shapes)) == pytest.approx(area_m2(everything))


def test_coordinates_are_of_the_grid_and_run_as_the_rfc_says():
    for name in ("communes.geojson", "quartiers.geojson"):
        text = (territory.folder() / name).read_text(encoding="utf-8")
        for feature in json.loads(text)["features"]:
            shape = shapely.geometry.shape(feature["geometry"])
            coordinates = shapely.get_coordinates(shape)
            assert (coordinates == coordinates.round(5)).all()
            assert all(part.exterior.is_ccw for part in shapely.get_parts(shape))
            assert feature["properties"].keys() == {"code", "name", "population"}


def test_communes_are_in_one_piece_but_for_the_island():
    pieces = {one.name: len(shapely.get_parts(one.shape)) for one in territory.communes()}
    assert {name for name, count in pieces.items() if count > 1} == {"Saint-Malo"}
    assert pieces["Saint-Malo"] == 2
    assert all(2e6 < area_m2(one.shape) < 60e6 for one in territory.communes())
    assert len({one.code for one in territory.communes()}) == len(territory.communes()) == 44


def test_who_borders_whom():
    assert _neighbours("Saint-Malo") == {
        "Saint-Coulomb",
        "Saint-Méloir-des-Ondes",
        "Saint-Père-Marc-en-Poulet",
        "Saint-Jouan-des-Guérets",
    }
    assert "Dinard" in _neighbours("La Richardais")
    assert {"Quévert", "Lanvallay"} <= _neighbours("Dinan")
    # The Rance lies between.
    assert not {"Saint-Suliac", "La Ville-ès-Nonais"} & _neighbours("Langrolay-sur-Rance")


def test_quartiers_are_saint_malo():
    city = next(one.shape for one in territory.communes() if one.name == "Saint-Malo")
    mainland = max(shapely.get_parts(city), key=shapely.area)
    assert shapely.coverage_union_all([one.shape for one in territory.quartiers()]).equals(mainland)


def _neighbours(name: str) -> set[str]:
    shape = next(one.shape for one in territory.communes() if one.name == name)
    return {
        one.name
        for one in territory.communes()
        if one.name != name and (one.shape.boundary & shape.boundary).length > 0
    }
