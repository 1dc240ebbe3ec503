"""What comes before any map, and what the map shows from afar; the next step on the page one comes back to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from geoneighbour.communes import sketch
from geoneighbour.communes.land import refresh
from geoneighbour.members.models import Member
from geoneighbour.neighbourhoods import service as neighbourhoods
from tests.web.readable import readable
from tests.world import box, communes, opened, settled


def test_the_start_page_brings_a_picture_of_its_communes(visitor, world):
    communes(world, ["AB", ".B"])
    supporters = [settled(world, f"Membre {n}", -2.05, 48.65) for n in range(11)]
    opened(world, "La Butte", box(-2.07, 48.63, -2.03, 48.67), supporters)
    world.commit()
    page = visitor.get("/").text
    # 0.2° of longitude and 0.2° of latitude make a window of 1000 / 1.5 units by 1000.
    assert 'viewBox="169 0 661 1000"' in page
    assert page.count('<path class="commune"') == 2
    assert page.count('<path class="neighbourhood"') == 1
    assert re.findall(r"<text[^>]*>([^<]+)", page) == ["Commune A", "Commune B"]


def test_of_a_country_the_picture_shows_the_land(visitor, world, monkeypatch):
    communes(world, ["AB"])
    refresh(world)
    world.commit()
    monkeypatch.setattr(sketch, "MOST_COMMUNES", 1)
    page = visitor.get("/").text
    assert page.count('<path class="land"') == 1
    assert 'class="commune"' not in page


def test_names_of_the_picture_do_not_lie_over_each_other():
    close = [("Saint-Malo", 500, 500), ("Saint-Méloir", 600, 520), ("Cancale", 600, 600)]
    assert sketch._apart(close) == [close[0], close[2]]


@pytest.mark.parametrize(("tile", "named"), [("/tiles/6/31/22.mvt", True), ("/tiles/4/7/5.mvt", False)])
def test_from_afar_the_map_names_the_liveliest(visitor, world, tile, named):
    communes(world, ["AB"])
    supporters = [settled(world, f"Membre {n}", -1.95, 48.55) for n in range(11)]
    opened(world, "La Butte", box(-1.97, 48.53, -1.93, 48.57), supporters)
    refresh(world)
    world.commit()
    answer = visitor.get(tile)
    assert b"communes" in answer.data
    # One name a square: where a neighbourhood is open.
    assert (b"Commune B" in answer.data) == named
    assert b"Commune A" not in answer.data


def test_answers_are_packed(visitor):
    page = visitor.get("/", headers={"Accept-Encoding": "gzip, br"})
    assert page.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in page.headers["Vary"]
    style = visitor.get("/static/css/base.css", headers={"Accept-Encoding": "gzip"})
    assert style.headers["Content-Encoding"] == "gzip"
    again = visitor.get(
        "/static/css/base.css", headers={"Accept-Encoding": "gzip", "If-None-Match": style.headers["ETag"]}
    )
    assert again.status_code == 304
    assert "Content-Encoding" not in visitor.get("/static/css/base.css").headers


def test_whoever_supports_a_neighbourhood_reads_what_comes_next(logged_in, world):
    communes(world, ["A"])
    anne = settled(world, "Anne", -2.05, 48.55)
    client = logged_in(anne)
    assert "pas encore choisi de quartier" in client.get("/accueil").text
    drawn = neighbourhoods.propose(world, anne, "La <Butte>", "", box(-2.06, 48.54, -2.04, 48.56))
    world.commit()
    page = client.get("/accueil").text
    assert "Vous soutenez « La &lt;Butte&gt; »" in page
    assert f"/quartiers/{drawn.id}" in page
    assert "pas encore choisi" not in page


@pytest.fixture
def sillon(world) -> int:
    communes(world, ["A"])
    supporters = [settled(world, f"Membre {n}", -2.05, 48.55) for n in range(11)]
    home = opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), supporters)
    world.commit()
    return home


@pytest.mark.parametrize("verified", [True, False], ids=["verified", "visitor"])
def test_a_newcomer_joins_the_neighbourhood_around_the_point_at_once(logged_in, world, sillon, verified):
    client = logged_in(settled(world, "Zoé", -2.0305, 48.55, verified))
    page = client.get("/accueil").text
    assert "Votre point est dans un quartier ouvert" in page
    joined = re.search(r'action="(/quartiers/\d+/rejoindre)"', page)
    assert client.post(joined[1]).location == f"/quartiers/{sillon}"
    page = client.get("/accueil").text
    assert "rejoindre" not in page
    assert ("Votre visite dure encore 48 heures : vous lisez" in page) != verified


def test_outside_or_when_the_visit_is_over_there_is_nothing_to_join(logged_in, world, sillon):
    zoe, late = (
        logged_in(settled(world, name, lon, 48.55, verified=False))
        for name, lon in (("Zoé", -2.0295), ("Luc", -2.05))
    )
    assert "48 heures. Choisissez un quartier ouvert" in " ".join(readable(zoe.get("/verification").text))
    luc = world.scalars(select(Member).where(Member.name == "Luc")).one()
    luc.moved_at = luc.created_at = luc.moved_at - timedelta(hours=49)
    world.commit()
    for client in (zoe, late):
        page = client.get("/accueil").text
        assert "rejoindre" not in page
        assert "Votre point est dans" not in page
