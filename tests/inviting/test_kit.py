"""Flyer, poster and stickers: pages of the right size that hold the map, the words and a code that leads to the invitation."""

from __future__ import annotations

import math
import re
import resource
from io import BytesIO

import pytest
import segno
import shapely
from geoalchemy2.shape import from_shape
from pypdf import PdfReader

from geoneighbour import printing
from geoneighbour.ground.metres import Plane, distance_m
from geoneighbour.inviting import drawing
from geoneighbour.inviting.models import Invitation
from geoneighbour.neighbourhoods.models import Neighbourhood
from geoneighbour.web.pages import kit
from tests.world import box, opened, settled

MM = 72 / 25.4
SIZES = {"flyer": (297, 210), "poster": (297, 420), "stickers": (210, 297)}


@pytest.fixture
def printed(monkeypatch):
    """The codes that were asked for and the pages that were printed, as they come."""
    seen: dict[str, list[str]] = {"codes": [], "pages": []}
    qr, pdf = printing.qr, printing.pdf
    monkeypatch.setattr(printing, "qr", lambda words: seen["codes"].append(words) or qr(words))
    monkeypatch.setattr(printing, "pdf", lambda page: seen["pages"].append(page) or pdf(page))
    return seen


def get(client, neighbourhood, what, **more):
    return client.post(f"/quartiers/{neighbourhood}/affiches", data={"what": what} | more)


def read(answer) -> tuple[tuple[int, int], str]:
    (page,) = PdfReader(BytesIO(answer.data)).pages
    size = tuple(round(float(side) / MM) for side in (page.mediabox.width, page.mediabox.height))
    return size, " ".join(page.extract_text().split())


def test_the_page_offers_three(logged_in, street):
    ids, home = street
    page = logged_in(ids[0]).get(f"/quartiers/{home}/affiches")
    assert page.status_code == 200
    assert re.findall(r'name="what" value="(\w+)"', page.text) == list(kit.PAPERS)
    assert f"/quartiers/{home}/affiches" in logged_in(ids[1]).get(f"/quartiers/{home}").text


def test_papers_lead_to_the_invitation(logged_in, street, visitor, world, printed):
    ids, home = street
    anne = logged_in(ids[0])
    for what, size in SIZES.items():
        answer = get(anne, home, what)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        found, words = read(answer)
        assert found == size
        assert words.count("Le Sillon") >= (12 if what == "stickers" else 1)
        assert "ANNE" not in words.upper()
    # One invitation for all three, and again.
    (link,) = set(printed["codes"])
    assert world.query(Invitation).count() == 1
    assert world.query(Invitation).one().way == "paper"
    assert "Le Sillon" in visitor.get(link.removeprefix("http://localhost")).text
    number = anne.get("/api/v1/invitations").json["invitations"][0]["id"]
    anne.delete(f"/api/v1/invitations/{number}")
    assert visitor.get(link.removeprefix("http://localhost")).status_code == 404
    get(anne, home, "flyer")
    assert printed["codes"][-1] != link


def test_the_code_on_paper_is_that_of_the_link(logged_in, street, printed):
    """Weak: with no reader of codes at hand, the squares are those that segno makes of the link."""
    ids, home = street
    get(logged_in(ids[0]), home, "poster")
    (link,) = printed["codes"]
    expected = segno.make(link, error="m", micro=False).svg_inline(border=2, omitsize=True)
    assert expected in printed["pages"][0]


def test_public_address_stands_on_paper(logged_in, street, app, printed):
    ids, home = street
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(
        update={"public_url": "https://voisins.exemple.fr"}
    )
    _, words = read(get(logged_in(ids[0]), home, "flyer"))
    assert "sur voisins.exemple.fr" in words
    assert printed["codes"][0].startswith("https://voisins.exemple.fr/invitation/")


def test_the_first_name_where_it_is_wished(logged_in, street):
    ids, home = street
    anne = logged_in(ids[0])
    for what in ("flyer", "poster"):
        words = read(get(anne, home, what, named="yes"))[1]
        assert "ANNE VOUS INVITE" in words.upper()
        assert "Anne L" not in words


@pytest.mark.parametrize(
    ("language", "says"), [("fr", "On demande"), ("nl", "Men vraagt"), ("en", "People ask")]
)
def test_in_the_reader_s_language(logged_in, street, language, says):
    ids, home = street
    anne = logged_in(ids[0])
    answer = anne.post(
        f"/quartiers/{home}/affiches", data={"what": "flyer"}, headers={"Accept-Language": language}
    )
    assert says in read(answer)[1]


def test_names_of_strangers_are_words_and_nothing_else(logged_in, world, street):
    ids = [settled(world, f"P{n}", -1.95, 48.55) for n in range(11)]
    name = '<img src="file:///etc/hostname">&'
    home = opened(world, name, box(-1.97, 48.54, -1.94, 48.56), ids)
    world.commit()
    answer = get(logged_in(ids[0]), home, "poster")
    assert answer.status_code == 200
    assert "<img" in read(answer)[1]


def test_for_those_who_live_there(logged_in, street, visitor):
    ids, home = street
    far = logged_in(ids[11])
    assert far.get(f"/quartiers/{home}/affiches").status_code == 404
    assert get(far, home, "flyer").status_code == 404
    assert get(logged_in(ids[0]), home, "book").status_code == 422
    assert visitor.post(f"/quartiers/{home}/affiches", data={"what": "flyer"}).location.startswith(
        "/connexion"
    )


def test_twenty_an_hour(logged_in, street, monkeypatch):
    ids, home = street
    monkeypatch.setattr(printing, "pdf", lambda page: b"%PDF")
    anne, bruno = logged_in(ids[0]), logged_in(ids[1])
    assert [get(anne, home, "flyer").status_code for _ in range(21)] == [200] * 20 + [429]
    assert get(bruno, home, "flyer").status_code == 200


def test_the_map_is_not_squeezed(world, street):
    """A kilometre is as long to the east as to the north, and the scale bar says how long."""
    _, home = street
    paper = drawing.draw(world, home, 130, 90)
    (own,) = [fill for layer, _, fill, _ in paper.shapes if layer == "own"]
    points = [tuple(map(float, pair.split())) for pair in own.strip("MZ").split("L")]
    left, top = (min(side) for side in zip(*points, strict=True))
    right, low = (max(side) for side in zip(*points, strict=True))
    middle = 48.55
    wide = distance_m(shapely.Point(-2.06, middle), shapely.Point(-2.03, middle))
    high = distance_m(shapely.Point(-2.045, 48.54), shapely.Point(-2.045, 48.56))
    assert (right - left) / (low - top) == pytest.approx(wide / high, rel=0.003)
    assert (right - left) / paper.bar_mm == pytest.approx(wide / paper.bar_m, rel=0.003)
    # In the middle, and as large as it may be.
    assert (left + right) / 2 == pytest.approx(65, abs=0.1)
    assert max((right - left) / 130, (low - top) / 90) == pytest.approx(drawing.FILLS, rel=0.003)


def test_the_map_tells_what_lies_around_and_draws_no_edge_of_the_sheet(world, street):
    _, home = street
    others = [settled(world, f"Paramé {n}", -2.02, 48.55) for n in range(11)]
    opened(world, "Paramé", box(-2.03, 48.54, -2.0, 48.56), others)
    opened_far = [settled(world, f"Loin {n}", -1.92, 48.55) for n in range(11)]
    opened(world, "Trop loin", box(-1.93, 48.54, -1.91, 48.56), opened_far)
    paper = drawing.draw(world, home, 130, 90)
    assert [layer for layer, *_ in paper.shapes] == ["commune", "neighbourhood", "own"]
    assert paper.commune == "Commune A"
    names = [" ".join(label.lines) for label in paper.labels]
    assert "Le Sillon" in names
    assert "Commune A" in names
    assert "Trop loin" not in names
    # The sheet lies within commune A: no border of it is drawn.
    assert [line for layer, _, _, line in paper.shapes if layer == "commune"] == [""]
    for label in paper.labels:
        room = drawing._room(label)
        assert shapely.box(0, 0, 130, 90).covers(room)


def test_500_corners_are_drawn_soon_and_in_little_room(logged_in, street, world):
    """The most that an outline may have."""
    ids, home = street
    wavy = shapely.Polygon(
        (-2.045 + (0.012 + 0.0006 * (n % 2)) * math.cos(t), 48.55 + (0.009 + 0.0005 * (n % 2)) * math.sin(t))
        for n, t in ((n, n / 499 * 2 * math.pi) for n in range(499))
    )
    world.get_one(Neighbourhood, home).geom = from_shape(shapely.MultiPolygon([wavy]), 4326)
    world.commit()
    anne = logged_in(ids[0])
    before = resource.getrusage(resource.RUSAGE_SELF)
    for what in kit.PAPERS:
        assert get(anne, home, what).status_code == 200
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime - before.ru_utime
    grown = (after.ru_maxrss - before.ru_maxrss) // 1024
    # Measured: 0.7 s of processor for the three, 12 MB.
    assert seconds < 6
    assert grown < 150


def test_there_and_back_on_the_plane():
    plane = Plane(-2.05, 48.55)
    shape = shapely.box(-2.2, 48.45, -1.9, 48.65)
    assert shapely.hausdorff_distance(plane.back(plane.flat(shape)), shape) < 1e-9
    assert plane.flat(shapely.Point(-2.05, 48.55)).equals_exact(shapely.Point(0, 0), 1e-6)
    north = plane.flat(shapely.Point(-2.05, 48.64))
    expected = distance_m(shapely.Point(-2.05, 48.55), shapely.Point(-2.05, 48.64))
    assert (north.x, north.y) == pytest.approx((0, expected), abs=0.01)
