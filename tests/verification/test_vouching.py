"""Neighbours vouch for whom they know: who may, how often, how far it goes; and what the pages say."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import timedelta
from io import BytesIO
from threading import Thread

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, Forbidden, GeoneighbourError, InvalidInput
from geoneighbour.members import service as members
from geoneighbour.members.models import Block, Member, Notice
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.settings import Settings
from geoneighbour.verification import service, vouching
from geoneighbour.verification.codes import new_code, spaced
from geoneighbour.verification.models import Proof, Vouch, VouchRequest
from tests.world import box, communes, opened, settled

HERE, NEXT_DOOR = (-2.0551, 48.545), (-2.0451, 48.545)
ONE, TWO = Settings(vouchers_needed=1), Settings(vouchers_needed=2)


def proved(world: Session, way: str = "postcard", at: tuple[float, float] = HERE, name: str = "Anne") -> int:
    """A member whose home is proved this way."""
    member = settled(world, name, *at, verified=False)
    service.prove(world, member, way)
    world.flush()
    return member


def newcomer(world: Session, name: str = "Zoé", at: tuple[float, float] = HERE) -> tuple[int, str]:
    """Somebody who asks to be vouched for: the member and the code."""
    member = settled(world, name, *at, verified=False)
    return member, vouching.ask(world, TWO, member).code


def verified(world: Session, member: int) -> bool:
    return members.get(world, member).verified_at is not None


def may(world: Session, voucher: int, asker: int) -> bool:
    world.flush()
    return bool(world.scalar(select(func.nearness.may_vouch(voucher, asker))))


@pytest.fixture
def town(world: Session) -> Session:
    communes(world, ["A"])
    return world


def notices(world, member):
    return list(world.scalars(select(Notice.kind).where(Notice.member_id == member).order_by(Notice.id)))


@pytest.mark.parametrize("asked", [ONE, TWO])
def test_enough_words_verify(town, asked):
    needed = asked.vouchers_needed
    zoe, code = newcomer(town)
    for number in range(needed):
        assert not verified(town, zoe)
        assert vouching.given(town, zoe) == number
        assert notices(town, zoe) == ["vouched"] * number
        vouching.vouch(town, asked, proved(town), code)
    assert verified(town, zoe)
    assert service.proved_by(town, zoe) == {"vouching"}
    assert town.get(VouchRequest, zoe) is None
    # How many were still missing is told until there are enough.
    assert notices(town, zoe) == ["verified"]


def test_a_word_counts_once_for_each_home(town):
    anne = proved(town)
    zoe, code = newcomer(town)
    vouching.vouch(town, TWO, anne, code)
    with pytest.raises(InvalidInput):
        vouching.vouch(town, TWO, anne, code)
    # A home later: neither the code nor what was said of the old one serves.
    members.get(town, zoe).moved_at = func.now() + timedelta(seconds=1)
    town.flush()
    town.refresh(members.get(town, zoe))
    assert vouching.given(town, zoe) == 0
    assert vouching.asked(town, zoe) is None
    with pytest.raises(InvalidInput):
        vouching.who_asks(town, TWO, proved(town), code)


@pytest.mark.parametrize("way", ["postcard", "document", "operator"])
def test_whose_word_counts(town, way):
    zoe, _ = newcomer(town)
    assert may(town, proved(town, way), zoe)


def test_who_was_vouched_for_vouches_for_nobody(town):
    zoe, code = newcomer(town)
    other, others = newcomer(town, "Yann")
    vouched = proved(town, "vouching")
    assert not may(town, vouched, zoe)
    with pytest.raises(Forbidden):
        vouching.vouch(town, ONE, vouched, code)
    # Just outside: the same person, once a letter has come too.
    service.prove(town, vouched, "postcard")
    assert may(town, vouched, zoe)
    # The connection is a hint; neither it nor nothing at all is a proof.
    service.prove(town, other, "connection")
    assert not may(town, other, zoe)
    assert not may(town, settled(town, "Bruno", *HERE), zoe)
    assert others


def test_a_proof_of_a_home_left_behind_does_not_count(town):
    anne = proved(town)
    zoe, _ = newcomer(town)
    town.execute(update(Proof).values(moved_at=Proof.moved_at - timedelta(days=1)))
    assert not may(town, anne, zoe)


def test_neighbours_only(town):
    anne = proved(town)
    here, _ = newcomer(town)
    beside, code = newcomer(town, at=NEXT_DOOR)
    assert may(town, anne, here)
    assert not may(town, anne, beside)
    with pytest.raises(InvalidInput) as refused:
        vouching.who_asks(town, TWO, anne, code)
    with pytest.raises(InvalidInput) as unknown:
        vouching.who_asks(town, TWO, anne, "AAA-AAA-AAA")
    assert refused.value.reason == unknown.value.reason
    # In one open neighbourhood they are.
    people = [settled(town, f"P{n}", *HERE) for n in range(9)]
    far = proved(town, at=NEXT_DOOR)
    home = opened(town, "Le Sillon", box(-2.06, 48.54, -2.04, 48.55), [anne, far, *people])
    assert not may(town, anne, beside)
    neighbourhoods.choose(town, beside, home)
    assert may(town, anne, beside)
    assert not may(town, anne, here)


@pytest.mark.parametrize("both_ways", [False, True])
def test_no_block_between_them(town, both_ways):
    anne, (zoe, code) = proved(town), newcomer(town)
    pair = (zoe, anne) if both_ways else (anne, zoe)
    town.add(Block(blocker_id=pair[0], blocked_id=pair[1]))
    assert not may(town, anne, zoe)
    with pytest.raises(InvalidInput):
        vouching.vouch(town, TWO, anne, code)


@pytest.mark.parametrize("paused", ["voucher", "asker"])
def test_nobody_who_is_paused(town, paused):
    anne, (zoe, _) = proved(town), newcomer(town)
    members.pause(town, anne if paused == "voucher" else zoe, True)
    assert not may(town, anne, zoe)


def test_three_in_a_year(town):
    anne = proved(town)
    for number in range(3):
        vouching.vouch(town, TWO, anne, newcomer(town, f"Z{number}")[1])
    fourth, code = newcomer(town, "Quatrième")
    assert not may(town, anne, fourth)
    with pytest.raises(Forbidden):
        vouching.vouch(town, TWO, anne, code)
    # Whoever leaves takes no word back: it is used up.
    town.delete(town.get_one(Member, town.scalars(select(Vouch.asker_id)).first()))
    town.flush()
    assert vouching.left(town, anne) == 0
    town.execute(update(Vouch).values(vouched_at=Vouch.vouched_at - timedelta(days=364)))
    assert not may(town, anne, fourth)
    town.execute(update(Vouch).values(vouched_at=Vouch.vouched_at - timedelta(days=2)))
    assert may(town, anne, fourth)


def test_two_words_at_once_are_one_after_the_other(town, database):
    """The cap is one word away: of two newcomers to whom a voucher gives it at the same moment, one gets it."""
    anne = proved(town)
    for number in range(2):
        vouching.vouch(town, TWO, anne, newcomer(town, f"Z{number}")[1])
    codes = [newcomer(town, name)[1] for name in ("Zoé", "Yann")]
    town.commit()
    vouching.vouch(town, TWO, anne, codes[0])
    outcome: list[object] = []

    def second() -> None:
        with Session(database) as other:
            try:
                outcome.append(vouching.vouch(other, TWO, anne, codes[1]))
            except GeoneighbourError as refused:
                outcome.append(type(refused))

    waiting = Thread(target=second)
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive(), "waits for the first to be committed"
    town.commit()
    waiting.join()
    assert outcome == [Forbidden]


def test_only_who_is_not_verified_asks_and_only_where_it_is_open(town):
    anne = proved(town)
    with pytest.raises(Conflict):
        vouching.ask(town, TWO, anne)
    zoe, code = newcomer(town)
    closed = Settings(verification_ways="postcard")
    for action in (lambda: vouching.ask(town, closed, zoe), lambda: vouching.vouch(town, closed, anne, code)):
        with pytest.raises(Forbidden):
            action()
    again = vouching.ask(town, TWO, zoe).code
    assert again != code
    assert vouching.who_asks(town, TWO, anne, f" {spaced(again).lower()} ").id == zoe


@pytest.mark.parametrize(("way", "most"), [("vouching", 0), ("postcard", 3)])
def test_a_ring_of_fifty_from_two_seeds(town, way, most):
    """Everybody vouches for everybody, over and over: what they get out of it is what two honest-looking seeds may give."""
    seeds = [proved(town, way, name=f"Graine {n}") for n in range(2)]
    ring = [newcomer(town, f"Faux {n}") for n in range(50)]
    given = 0
    while True:
        before = given
        for voucher in [*seeds, *(member for member, _ in ring)]:
            for member, code in ring:
                if voucher == member:
                    continue
                try:
                    with town.begin_nested():
                        vouching.vouch(town, TWO, voucher, code)
                except GeoneighbourError:
                    if not vouching.left(town, voucher) or not vouching.vouches(town, voucher):
                        break
                    continue
                given += 1
        if given == before:
            break
    assert sum(verified(town, member) for member, _ in ring) == most


def test_the_login_says_what_a_link_is_for_and_not_whose(town, visitor):
    code = spaced(newcomer(town)[1])
    town.commit()
    pages = []
    for link in (f"/garants/{code}", "/garants/AAA-AAA-AAA"):
        login = visitor.get(link)
        assert login.status_code == 302
        page = visitor.get(login.location).text
        assert "confirmer qu’il habite ici" in page
        assert "Zoé" not in page
        again = visitor.post(
            "/connexion", data={"email": "a@exemple.fr", "password": "rien", "next": link}
        ).text
        assert "confirmer qu’il habite ici" in again, "and after a wrong password"
        pages.append(page)
    alike = [re.sub(r"garants(/|%2F)[A-Z0-9-]+|(content|value)=\"[^\"]+\"", "", page) for page in pages]
    assert alike[0] == alike[1], "whether there is such a code is told to nobody"
    assert "confirmer qu’il habite ici" not in visitor.get("/connexion?next=/accueil").text


def test_on_the_pages(town, logged_in):
    anne, zoe, far = proved(town), settled(town, "Zoé", *HERE, verified=False), proved(town, at=NEXT_DOOR)
    yann = proved(town, "vouching", name="Yann")
    town.commit()
    neighbour, asker, stranger, weak = (logged_in(member) for member in (anne, zoe, far, yann))
    assert "Recevoir un code" in asker.get("/verification").text
    assert asker.post("/verification/voisins").status_code == 302
    told = asker.get("/api/v1/me/vouching").json
    assert (told["given"], told["needed"]) == (0, 2)
    page = asker.get("/verification").text
    assert told["code"] in page
    assert f"http://localhost/garants/{told['code']}" in page
    assert "Personne ne s’est encore porté garant" in page
    assert "data-copied" in page
    assert "js/copy.js" in page

    sent = neighbour.get("/garants", query_string={"code": told["code"].lower()})
    page = neighbour.get(sent.location).text
    assert "Connaissez-vous Zoé ?" in page
    assert "je sais qu’elle habite ici" in page
    for private in ("48.5", "-2.05", "@"):
        assert private not in page.split("<main")[1].split("</main>")[0]
    refused = stranger.get(f"/garants/{told['code']}")
    unknown = stranger.get("/garants/AAA-AAA-AAA")
    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert "Zoé" not in refused.text
    assert "prouvée par une lettre" in weak.get(f"/garants/{told['code']}").text
    assert weak.post(f"/garants/{told['code']}").status_code == 403
    assert asker.get("/garants").status_code == 403

    assert neighbour.post(f"/garants/{told['code']}").location == "/garants"
    assert "porté garant de Zoé" in neighbour.get("/garants").text
    assert "1 voisin sur 2 s’est porté garant" in asker.get("/verification").text
    assert "Un voisin s’est porté garant de vous" in asker.get("/accueil").text
    kept = town.scalars(select(Vouch)).one()
    assert (kept.voucher_id, kept.asker_id) == (anne, zoe)
    # Who vouched is the voucher's to tell: not in what the asker takes along.
    assert taken(asker)["vouch"] == []
    assert [row["asker_id"] for row in taken(neighbour)["vouch"]] == [zoe]


def taken(client) -> dict:
    """What a member takes along: data.json."""
    return json.loads(zipfile.ZipFile(BytesIO(client.get("/api/v1/me/export").data)).read("data.json"))


def test_codes_are_not_tried_for_long(town, logged_in):
    anne = proved(town)
    town.commit()
    client = logged_in(anne)
    answers = [client.get(f"/api/v1/vouching/{new_code()}").status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]


def test_where_vouching_is_closed_nothing_leads_to_it(town, app, logged_in):
    anne, zoe = proved(town), settled(town, "Zoé", *HERE, verified=False)
    town.commit()
    neighbour, asker = logged_in(anne), logged_in(zoe)
    assert "/garants" in neighbour.get("/voisins").text
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"verification_ways": "document"})
    assert "/garants" not in neighbour.get("/voisins").text
    assert neighbour.get("/garants").status_code == 403
    assert "Recevoir un code" not in asker.get("/verification").text
    assert asker.post("/verification/voisins").status_code == 403
