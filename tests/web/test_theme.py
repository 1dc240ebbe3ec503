"""A community's own colour and name: legible, and refused at the start when they cannot be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoneighbour.errors import InvalidInput
from geoneighbour.settings import Settings
from geoneighbour.web import theme
from geoneighbour.web.app import create_app

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_any_colour_is_legible_in_light_and_dark_or_refused(colour: str) -> None:
    if theme.contrast(theme._parse(colour), theme.LIGHT) < theme.LEGIBLE:
        with pytest.raises(InvalidInput, match="too pale"):
            theme.stylesheet(colour)
        return
    light, dark = theme.stylesheet(colour).splitlines()
    for sheet, paper in ((light, theme.LIGHT), (dark, theme.DARK)):
        tones = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", sheet))
        sea, on_sea = theme._parse(tones["sea"]), theme._parse(tones["on-sea"])
        assert theme.contrast(sea, paper) >= theme.LEGIBLE - 0.1
        assert theme.contrast(sea, on_sea) >= theme.LEGIBLE - 0.1
        assert theme.contrast(theme._parse(tones["sea-deep"]), theme._parse(tones["sea-soft"])) >= 4


def test_black_on_white_is_21_to_1() -> None:
    assert theme.contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)


def test_the_pages_bear_name_and_colour(database, tmp_path) -> None:
    settings = Settings(
        state_dir=tmp_path,
        database_url=str(database.url),
        secret_key="for tests only",
        site_name="Voisins de Dinard",
        site_colour="#7a1f5c",
    )
    client = create_app(settings, database).test_client()
    page = client.get("/").text
    assert "· Voisins de Dinard</title>" in page
    assert "/couleurs.css" in page
    assert "--sea: #7a1f5c" in client.get("/couleurs.css").text
    assert client.get("/manifest.webmanifest").json["name"] == "Voisins de Dinard"
