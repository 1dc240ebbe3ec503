"""Profiles and the roll: opened by whom one has met, closed to everybody else without a word; what ten accounts learn."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.posts import service as posts
from tests.kept import kept
from tests.world import box, communes, opened, settled

SILLON = box(-2.06, 48.54, -2.03, 48.56)
ANNE, BOB, CARL = 0, 1, 2


def made(world):
    """Ids: eleven of Le Sillon (Anne says who she is), then two of the same commune who chose nothing."""
    communes(world, ["AB"])
    names = ["Anne L.", "Bob M.", "Carl N.", *(f"Voisine {n}" for n in range(8))]
    ids = [settled(world, name, -2.058 + 0.001 * n, 48.545) for n, name in enumerate(names)]
    ids += [settled(world, f"Au loin {n}", -2.09, 48.505 + 0.001 * n) for n in range(2)]
    review.run(world)
    opened(world, "Le Sillon", SILLON, ids[:11])
    members.introduce(world, ids[ANNE], "Je marche  beaucoup.\r\nJe lis.", " Une échelle,  du jardinage ")
    return ids


@pytest.fixture
def street(world):
    return kept(world, made)


def profile(client, member):
    return client.get(f"/api/v1/members/{member}")


def test_a_neighbour_reads_what_somebody_says_of_themselves(logged_in, street, world):
    bob = logged_in(street[BOB])
    for kind, body, reach in (("offer", "Je prête une échelle.", "neighbourhood"), ("news", "La mer monte.", "wider")):  # fmt: skip
        posts.write(world, street[ANNE], kind, body, reach)
    anne = members.get(world, street[ANNE])
    anne.created_at = anne.created_at.replace(year=2025, month=3, day=14)
    world.commit()
    said = profile(bob, street[ANNE]).json
    assert said == {
        "id": street[ANNE],
        "name": "Anne L.",
        "about": "Je marche beaucoup.\nJe lis.",
        "can_help": "Une échelle, du jardinage",
        "since": "2025-03",
        "tier": "neighbour",
        "rings": None,
        "sentence": "Le Sillon est votre quartier.",
    }
    # The day does not even leave the rule.
    asked = func.nearness.profile(street[BOB], street[ANNE]).table_valued("since")
    assert world.scalar(select(asked.c.since)) == date(2025, 3, 1)
    page = bob.get(f"/voisins/{street[ANNE]}").text
    for words in ("Anne L.", "Je marche beaucoup.", "Parmi nous depuis mars 2025", "Je prête une échelle.", "La mer monte."):  # fmt: skip
        assert words in page
    assert "14 mars" not in page


def test_a_profile_shows_the_posts_that_reach_its_reader_alone(logged_in, street, world):
    near = posts.write(world, street[ANNE], "request", "Pour mon quartier", "neighbourhood")
    far = posts.write(world, street[ANNE], "offer", "Pour ma commune", "commune")
    other = posts.write(world, street[BOB], "offer", "De Bob", "commune")
    world.commit()
    reader = logged_in(street[11])

    def ids(query):
        return [item["id"] for item in reader.get(f"/api/v1/feed?{query}").json["items"]]

    assert ids(f"author={street[ANNE]}") == [far.id]
    assert ids("author=999999") == ids(f"author={street[CARL]}") == []
    assert ids("kind=offer") == [other.id, far.id]
    assert ids("kind=offer&tier=commune") == [other.id, far.id]
    assert ids("kind=request") == ids("tier=wider") == []
    for wrong in ("kind=gossip", "tier=nowhere", "author=0"):
        assert reader.get(f"/api/v1/feed?{wrong}").status_code == 422
    page = reader.get(f"/voisins/{street[ANNE]}").text
    assert "Pour ma commune" in page
    assert "Pour mon quartier" not in page
    assert near.id != far.id


def test_who_is_read_knows_nothing_of_who_reads(logged_in, street, world):
    posts.write(world, street[ANNE], "news", "Le pont est fermé.", "commune")
    world.commit()
    anne, reader = logged_in(street[ANNE]), logged_in(street[11])
    assert profile(reader, street[ANNE]).json["tier"] == "wider"
    assert profile(anne, street[11]).status_code == 404
    assert anne.get(f"/voisins/{street[11]}").status_code == 404


def test_whoever_moved_out_of_reach_has_no_profile_though_their_post_and_words_remain(
    logged_in, street, world
):
    post = posts.write(world, street[ANNE], "offer", "Je donne des boutures.", "neighbourhood")
    posts.reply(world, street[BOB], post.id, "Moi !")
    neighbourhoods.settle(world, street[ANNE], Point(-1.85, 48.65))
    world.commit()
    bob = logged_in(street[BOB])
    assert [item["author"]["name"] for item in bob.get("/api/v1/feed").json["items"]] == ["Anne L."]
    assert len(bob.get("/api/v1/threads").json["threads"]) == 1
    assert profile(bob, street[ANNE]).status_code == 404


def test_ten_accounts_who_met_nobody_learn_nothing(logged_in, street, world, visitor):
    spies = [settled(world, f"Espion {n}", -2.04 + 0.001 * n, 48.55) for n in range(10)]
    hidden = settled(world, "Pas encore", -2.05, 48.55, verified=False)
    world.commit()
    clients = [logged_in(member) for member in (*spies, hidden)]
    for member, client in zip((*spies, hidden), clients, strict=True):
        answers = set()
        for other in (*street, *spies, hidden, 999_999):
            if other == member:
                continue
            answer = profile(client, other)
            blocked = client.post(f"/api/v1/members/{other}/block")
            answers.add((answer.status_code, answer.text, blocked.status_code, blocked.text))
        assert len(answers) == 1, "somebody who exists answers like nobody"
        assert answers.pop()[0] == 404
        # Nor does blocking by number tell a name.
        assert "Anne" not in client.get("/compte").text
        assert client.get("/api/v1/contacts").json["neighbours"] is None
    assert profile(visitor, street[ANNE]).status_code == 401


@pytest.mark.parametrize("how", ["unlisted", "paused", "blocking", "moved"])
def test_going_off_the_roll_looks_the_same_whatever_the_reason(logged_in, street, world, how):
    bob = logged_in(street[BOB])
    before = bob.get("/api/v1/contacts").json
    assert before["count"] == 10
    match how:
        case "unlisted":
            members.list_on_roll(world, street[ANNE], False)
        case "paused":
            members.pause(world, street[ANNE], True)
        case "blocking":
            members.block(world, street[ANNE], street[BOB])
        case "moved":
            neighbourhoods.settle(world, street[ANNE], Point(-1.95, 48.55))
    world.commit()
    after = bob.get("/api/v1/contacts").json
    assert after == before | {
        "count": 9,
        "neighbours": [one for one in before["neighbours"] if one["id"] != street[ANNE]],
    }
    missing = profile(bob, 999_999)
    assert (profile(bob, street[ANNE]).status_code, profile(bob, street[ANNE]).text) == (404, missing.text)
    assert bob.get(f"/voisins/{street[ANNE]}").status_code == 404


def test_who_is_not_on_the_roll_does_not_read_it_but_is_named_by_what_they_write(logged_in, street, world):
    anne, bob = logged_in(street[ANNE]), logged_in(street[BOB])
    assert anne.patch("/api/v1/me", json={"listed": False}).json["listed"] is False
    assert anne.get("/api/v1/contacts").json["neighbours"] is None
    assert anne.get("/api/v1/contacts").json["count"] is None
    assert profile(anne, street[BOB]).status_code == 404
    assert "Vous ne figurez pas sur la liste" in anne.get("/voisins").text
    posts.write(world, street[ANNE], "request", "Une brouette ?", "neighbourhood")
    world.commit()
    assert profile(bob, street[ANNE]).json["name"] == "Anne L."
    assert "Anne" not in bob.get("/voisins").text


def test_members_choose_what_their_profile_says(logged_in, street):
    anne = logged_in(street[ANNE])
    assert (
        anne.patch("/api/v1/me", json={"about": "Autre chose"}).json["can_help"]
        == "Une échelle, du jardinage"
    )
    me = anne.get("/api/v1/me").json
    assert (me["about"], me["listed"]) == ("Autre chose", True)
    for field, most in (("about", 500), ("can_help", 200)):
        answer = anne.patch("/api/v1/me", json={field: "é" * (most + 1)})
        assert (answer.status_code, answer.json["field"]) == (422, field)
        assert anne.patch("/api/v1/me", json={field: "é" * most}).status_code == 200
    sent = {"about": "x" * 501, "can_help": "Mon vélo"}
    refused = anne.post("/compte/profil", data=sent)
    assert refused.status_code == 422
    assert 'id="problem-about"' in refused.text
    assert "x" * 501 in refused.text
    assert anne.post("/compte/profil", data=sent | {"about": "Bonjour"}).status_code == 302
    assert profile(anne, street[ANNE]).json["about"] == "Bonjour"
    shown = anne.get(f"/voisins/{street[ANNE]}").text
    assert "Bonjour" in shown
    assert "Bloquer" not in shown
    anne.post("/compte", data={"listed": "", "paused": ""})
    assert anne.get("/api/v1/me").json["listed"] is False


def test_the_roll_is_searched_by_name_and_by_what_people_can_do(logged_in, street, world):
    newcomers = [settled(world, f"Zoé {n}", -2.05, 48.55) for n in range(3)]
    for member in newcomers:
        neighbourhoods.choose(world, member, 1)
    world.commit()
    bob = logged_in(street[BOB])
    everybody = bob.get("/voisins").text
    assert "13 voisins" in everybody.replace("\xa0", " ")
    for wanted in ("anne", "ECHELLE", "échelle"):
        page = bob.get(f"/voisins?nom={wanted}").text
        assert "Anne L." in page
        assert "Zoé 1" not in page
    assert "écrire une demande" in bob.get("/voisins?nom=trombone").text
