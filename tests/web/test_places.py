"""What people without an account may read of a commune and a neighbourhood, and the picture they share."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import text

from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import service
from tests.world import box, communes, opened, settled

SILLON = box(-2.06, 48.54, -2.03, 48.56)
ACROSS = box(-2.03, 48.54, -1.999, 48.56)


@pytest.fixture
def town(world):
    """Commune A with Le Sillon open (24 members); another in A with 3 % of it in B; one proposed; C without any."""
    communes(world, ["AB.C"])
    inside = [settled(world, f"Voisine {i}", -2.058 + 0.001 * i, 48.545 + 0.0005 * i) for i in range(24)]
    sillon = opened(world, "Le Sillon", SILLON, inside[:11])
    others = [settled(world, f"Est {i}", -2.02, 48.55) for i in range(11)]
    across = opened(world, "La Grève", ACROSS, others)
    proposed = service.propose(world, inside[12], "Secret", "", SILLON).id
    review.run(world)
    world.commit()
    return {"sillon": sillon, "across": across, "proposed": proposed}


def test_a_commune_with_its_open_neighbourhoods_and_rounded_numbers(visitor, town):
    page = visitor.get("/communes/35001").text
    assert "Le Sillon" in page
    assert "La Grève" in page
    assert "Secret" not in page
    assert ">35<" not in page, "nobody is told how many there are"
    assert "Commune B" in page, "the commune beside it"
    assert "La Grève" not in visitor.get("/communes/35002").text, "3 % of it are a sliver"
    empty = visitor.get("/communes/35003").text
    assert "moins de 11" in empty
    assert "Aucun quartier" in empty
    assert visitor.get("/communes/99999").status_code == 404


def test_lively_places_and_none_that_sleeps(visitor, town):
    page = visitor.get("/localites").text
    assert "Commune A" in page
    assert "2 quartiers ouverts" in page
    assert "Commune C" not in page
    assert "Commune A" in visitor.get("/localites?nom=commune a").text
    assert "Commune A" not in visitor.get("/localites?nom=zz").text


def test_where_a_neighbourhood_is_open_there_are_eleven(visitor, world):
    """Also before a review has published any cell."""
    communes(world, ["A"])
    opened(world, "Le Sillon", SILLON, [settled(world, f"Voisine {i}", -2.05, 48.55) for i in range(11)])
    world.commit()
    assert "environ 10" in visitor.get("/localites").text


@pytest.mark.parametrize("path", ["/quartiers/{sillon}/carte.png", "/communes/35001/carte.png"])
def test_the_picture_of_a_place(visitor, town, path):
    answer = visitor.get(path.format(**town))
    picture = Image.open(io.BytesIO(answer.data))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(answer.data) < 100_000
    again = visitor.get(path.format(**town), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert len(picture.convert("RGB").getcolors(10_000) or []) > 8, "sea, land, borders, ground, words"


def test_a_page_names_its_picture_and_a_proposal_has_none(visitor, town, logged_in, world):
    assert f"/quartiers/{town['sillon']}/carte.png" in visitor.get(f"/quartiers/{town['sillon']}").text
    assert visitor.get(f"/quartiers/{town['proposed']}/carte.png").status_code == 404
    supporter = world.scalar(text("SELECT member_id FROM support"))
    assert logged_in(supporter).get(f"/quartiers/{town['proposed']}/carte.png").status_code == 404
