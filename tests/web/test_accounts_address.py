"""The words of an address beside the point, who saw them, and moving house."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from geoneighbour.accounts import service as accounts
from geoneighbour.errors import NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members import addresses
from geoneighbour.members.models import AddressAccess, Member
from geoneighbour.neighbourhoods.models import Residence
from tests.geocoder import serving
from tests.web.readable import readable
from tests.world import communes, settled

HERE = (-2.0500, 48.5500)
LICES = "3 Rue des Lices 35400 Saint-Malo"
SILLON = "12 Rue du Sillon 35400 Saint-Malo"


@pytest.fixture
def geocoder(app):
    with serving() as url:
        app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"geocoder_url": url})
        yield url


@pytest.fixture
def anne(world, logged_in):
    """Her client and her number; her home is a point alone."""
    communes(world, ["A"])
    member = settled(world, "Anne", *HERE)
    return logged_in(member), member


@pytest.fixture
def sealer(app):
    return app.extensions["geoneighbour.sealer"]


def moved_long_ago(world, member: int) -> None:
    world.execute(
        update(Member).where(Member.id == member).values(moved_at=Member.moved_at - timedelta(days=31))
    )
    world.commit()


def own(world, sealer, member: int) -> addresses.Shown:
    world.rollback()
    return addresses.own(world, sealer, member)


def cell(world, member: int) -> int:
    world.rollback()
    return world.scalar(select(Residence.home_cell).where(Residence.member_id == member))


def test_candidates_are_offered_and_the_chosen_one_is_checked_and_sealed(anne, geocoder, world, sealer):
    client, me = anne
    page = client.post("/compte/adresse/chercher", data={"q": "12 sillon"}).text
    assert page.count('type="radio"') == 2
    before = cell(world, me)
    assert client.post("/compte/adresse", data={"words": LICES}).status_code == 302
    assert own(world, sealer, me) == addresses.Shown(*HERE, LICES, checked=True)
    assert cell(world, me) == before
    assert world.get(Member, me).verified_at is not None
    assert b"Lices" not in world.execute(text("SELECT box FROM address")).scalar_one()
    page = client.get("/compte/adresse")
    assert LICES in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("words", [SILLON, "Le phare", f"{LICES} bis", "rue des Lices"])
def test_what_the_geocoder_has_elsewhere_or_not_at_all_is_not_checked(anne, geocoder, world, sealer, words):
    client, me = anne
    answer = client.post(
        "/compte/adresse", data={"words": words, "lon": "-2.0199", "lat": "48.6502", "checked": "true"}
    )
    assert answer.status_code == 302
    assert own(world, sealer, me) == addresses.Shown(*HERE, words, checked=False)


def test_150_metres_is_near_and_a_little_more_is_not(anne, world, sealer):
    _, me = anne
    degree = 111_195
    for metres, near in ((149, True), (151, False)):
        found = Point(HERE[0], HERE[1] + metres / degree)
        assert accounts.write_address(world, sealer, me, LICES, found) is near


def test_without_a_geocoder_the_lines_are_typed_and_nothing_is_checked(anne, world, sealer):
    client, me = anne
    assert "<textarea" in client.get("/compte/adresse").text
    typed = {"words": "  Chez  Anne\r\n3 rue des\u200b Lices\r\n\r\n35400 Saint-Malo "}
    assert client.post("/compte/adresse", data=typed).status_code == 302
    kept = own(world, sealer, me)
    assert (kept.text, kept.checked) == ("Chez Anne\n3 rue des Lices\n35400 Saint-Malo", False)


@pytest.mark.parametrize("words", ["", "a", "x" * 201])
def test_words_that_are_no_address_are_refused_beside_the_field(anne, words):
    client, _ = anne
    answer = client.post("/compte/adresse", data={"words": words})
    assert answer.status_code == 422
    assert "200 caractères" in answer.text


def test_a_geocoder_that_is_away_is_said(anne, app):
    client, _ = anne
    settings = app.config["SETTINGS"].model_copy(update={"geocoder_url": "http://127.0.0.1:9/search"})
    app.config["SETTINGS"] = settings
    answer = client.post("/compte/adresse/chercher", data={"q": "12 sillon"})
    assert answer.status_code == 422
    assert "ne répond pas" in answer.text


def test_who_saw_it_is_read_by_its_owner(anne, logged_in, world, sealer):
    client, me = anne
    clerk = settled(world, "Rémi", *HERE)
    assert "Personne d’autre que vous" in client.get("/compte/adresse").text
    shown = addresses.shown(world, sealer, me, to=clerk, purpose="document")
    addresses.shown(world, sealer, me, to=None, purpose="letter")
    world.commit()
    assert (shown.lon, shown.lat) == HERE
    said = readable(client.get("/compte/adresse").text)
    assert any("Rémi" in line for line in said)
    assert any("comparer avec votre document" in line for line in said)
    assert any("imprimer votre lettre" in line for line in said)
    assert "Rémi" not in logged_in(settled(world, "Bruno", *HERE)).get("/compte/adresse").text


def test_what_was_seen_is_kept_a_year(anne, world, sealer):
    _, me = anne
    for days in (364, 366):
        addresses.shown(world, sealer, me, to=None, purpose="letter")
        newest = world.scalars(select(AddressAccess).order_by(AddressAccess.id.desc())).first()
        newest.shown_at = newest.shown_at - timedelta(days=days)
        world.flush()
    assert addresses.forget_access(world) == 1
    assert len(addresses.seen_by(world, me)) == 1


def test_nobody_sees_an_address_that_is_none(world, sealer):
    communes(world, ["A"])
    with pytest.raises(NotFound):
        addresses.shown(world, sealer, 4711, to=None, purpose="letter")
    assert world.scalar(select(AddressAccess.id)) is None


def test_moving_by_the_list_alone(anne, geocoder, world, sealer):
    """Without JavaScript: the point is where the geocoder has the address."""
    client, me = anne
    moved_long_ago(world, me)
    page = client.post("/compte/demenager/chercher", data={"q": "rue sillon"}).text
    assert SILLON in page
    assert "visite pendant 48 heures" in page
    assert client.post("/compte/demenager", data={"words": SILLON}).location == "/verification"
    assert own(world, sealer, me) == addresses.Shown(-2.0199, 48.6502, SILLON, checked=True)
    assert world.get(Member, me).verified_at is None
    assert "à partir du" in client.get("/compte/demenager").text
    again = client.post("/compte/demenager", data={"words": LICES})
    assert again.status_code == 409
    assert own(world, sealer, me).text == SILLON


@pytest.mark.parametrize(("lat", "checked"), [("48.6512", True), ("48.6522", False)])
def test_the_pin_is_the_home_and_far_from_the_address_it_is_not_checked(
    anne, geocoder, world, sealer, lat, checked
):
    client, me = anne
    moved_long_ago(world, me)
    sent = {"words": SILLON, "lon": "-2.0199", "lat": lat}
    assert client.post("/compte/demenager", data=sent).status_code == 302
    assert own(world, sealer, me) == addresses.Shown(-2.0199, float(lat), SILLON, checked=checked)


@pytest.mark.parametrize(
    "sent", [{}, {"words": "Le phare"}, {"lon": "x", "lat": "y"}, {"lon": "500", "lat": "1"}]
)
def test_a_move_to_nowhere_is_refused_and_changes_nothing(anne, geocoder, world, sealer, sent):
    client, me = anne
    moved_long_ago(world, me)
    assert client.post("/compte/demenager", data=sent).status_code == 422
    assert own(world, sealer, me).lon == HERE[0]
    assert world.get(Member, me).verified_at is not None


def test_words_written_while_moving_are_of_the_new_home(anne, database, world, sealer):
    """Else a letter to the old address would verify the new one."""
    _, me = anne
    moved_long_ago(world, me)
    accounts.move_house(world, sealer, me, Point(-2.02, 48.55))

    def write() -> None:
        with Session(database) as other, other.begin():
            accounts.write_address(other, sealer, me, LICES, Point(*HERE))

    waiting = Thread(target=write)
    waiting.start()
    waiting.join(0.5)
    world.commit()
    waiting.join()
    assert own(world, sealer, me) == addresses.Shown(-2.02, 48.55, LICES, checked=False)
