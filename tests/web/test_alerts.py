"""Alerts on pages and over the API: written, found again, followed, decided on by a second person, chosen about."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from geoneighbour.accounts.models import Account
from geoneighbour.alerts.channel_models import Phone
from geoneighbour.alerts.models import Alert, AlertChannelShare, AlertQuiet, AlertRecipient
from geoneighbour.alerts.preview import count_channels
from geoneighbour.nearness import review
from geoneighbour.posts.preview import Preview
from geoneighbour.roles import service as roles
from tests.web.readable import readable as lines
from tests.world import box, communes, opened, settled

HERE = (-2.05, 48.55)
CAT = {
    "kind": "lost_pet",
    "body": "Un chat roux a disparu ce matin.",
    "reach": "neighbourhood",
    "where": "point",
    "at-lon": "-2.049",
    "at-lat": "48.551",
}


def readable(page: str) -> str:
    return " ".join(" ".join(lines(page)).split())


def goes_to(page: str) -> str:
    """The id that the summary of a refused form, which has the focus, leads to; it is on the page."""
    summary = re.search(r'<p [^>]*tabindex="-1" autofocus>.*?<a href="#([^"]+)">', page)
    assert summary, "no summary"
    assert f'id="{summary[1]}"' in page
    return summary[1]


@pytest.fixture
def street(world):
    """Anne, Bruno and nine more of Le Sillon."""
    communes(world, ["A"])
    ids = [settled(world, name, *HERE) for name in ("Anne", "Bruno", *(f"Voisine {n}" for n in range(9)))]
    opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), ids)
    review.run(world)
    world.commit()
    return ids


def test_an_alert_is_written_found_followed_and_ended(logged_in, street, world):
    anne, bruno = logged_in(street[0]), logged_in(street[1])
    # The map of where it happens opens on one's own neighbourhood.
    shown = re.search(r'id="at-map"[^>]* data-bounds="([^"]+)"', anne.get("/alertes/nouvelle").text)
    assert shown
    assert [float(side) for side in shown[1].split(",")] == pytest.approx(
        [-2.06, 48.54, -2.03, 48.56], abs=0.01
    )
    assert "Rien à signaler" in readable(bruno.get("/alertes").text)

    # What is missing is said where it is missing, and nothing that was typed is lost.
    refused = anne.post("/alertes/nouvelle", data=CAT | {"kind": "", "reach": "commune"})
    assert refused.status_code == 422
    assert "Choisissez ce qui se passe." in readable(refused.text)
    # The page opens where it is said, with the way to it.
    assert goes_to(refused.text) == "problem-kind"
    for kept in (
        "Un chat roux a disparu",
        'value="-2.049"',
        'value="commune" data-label="Ma commune" checked',
    ):
        assert kept in refused.text
    unplaced = anne.post("/alertes/nouvelle", data=CAT | {"at-lon": ""})
    assert unplaced.status_code == 422
    assert "Choisissez d’abord un lieu" in readable(unplaced.text)

    sent = anne.post("/alertes/nouvelle", data=CAT)
    assert sent.status_code == 302, readable(sent.text)
    path = sent.location
    number = int(path.rsplit("/", 1)[1])
    found = bruno.get("/api/v1/alerts").json
    assert [one["id"] for one in found["running"]] == [number]
    assert found["places"]["features"][0]["geometry"] == {"type": "Point", "coordinates": [-2.049, 48.551]}
    assert found["running"][0]["why"] == "Le Sillon est votre quartier."
    assert bruno.get("/api/v1/alerts?kind=theft").json["running"] == []
    for page in ("/alertes", "/accueil", path, f"/publications/{number}"):
        assert "Un chat roux a disparu ce matin." in readable(bruno.get(page).text), page
    assert "1 alerte en cours" in readable(bruno.get("/accueil").text)

    # Somebody else says the same: is it the same thing?
    again = CAT | {"body": "Le chat roux des voisins s'est sauvé."}
    asked = bruno.post("/alertes/nouvelle", data=again)
    assert asked.status_code == 422
    for words in ("Est-ce la même chose", "Un chat roux a disparu ce matin.", "Le chat roux des voisins"):
        assert words in readable(asked.text)
    assert bruno.post("/api/v1/alerts/similar", json={"kind": "lost_pet"}).json["alerts"][0]["id"] == number
    assert bruno.post("/api/v1/alerts/similar", json={"kind": "theft"}).json["alerts"] == []
    assert bruno.post("/alertes/nouvelle", data=again | {"apart": "yes"}).status_code == 302

    # What follows is the author's; an end by mistake takes two steps.
    assert bruno.post(f"{path}/suite", data={"what": "update", "body": "Moi aussi."}).status_code == 404
    assert (
        anne.post(f"{path}/suite", data={"what": "update", "body": "Vu près de la digue."}).status_code == 302
    )
    hasty = anne.post(f"{path}/suite", data={"what": "cancel", "body": "Je me suis trompée."})
    assert hasty.status_code == 422
    assert "Je me suis trompée." in hasty.text
    assert "Confirmez d’abord." in readable(hasty.text)
    assert anne.post(f"{path}/suite", data={"what": "all_clear", "body": "Il est rentré."}).status_code == 302
    told = readable(bruno.get(path).text)
    assert told.index("Vu près de la digue.") < told.index("Il est rentré.")
    found = bruno.get("/api/v1/alerts").json
    assert number not in [one["id"] for one in found["running"]]
    alike = bruno.post("/api/v1/alerts/similar", json={"kind": "lost_pet"}).json["alerts"]
    assert number not in [one["id"] for one in alike]
    assert [(one["id"], one["alert"]["outcome"]) for one in found["ended"]] == [(number, "all_clear")]
    assert [word["what"] for word in bruno.get(f"/api/v1/alerts/{number}").json["words"]] == [
        "alert",
        "update",
        "all_clear",
    ]
    # Its author reads how far the sending is, and in no exact number; others do not.
    told = readable(anne.get(path).text)
    assert "Tout est parti" not in told
    assert re.search(r"Sur le site : (moins de 11|environ \d+) personnes. Messages envoyés", told), told[
        told.find("Où en est") :
    ][:200]
    assert "Courriel moins de 11" in told
    world.execute(update(Alert).where(Alert.post_id == number).values(stopped_at=func.now()))
    roles.grant(world, street[2], "operator")
    world.commit()
    for reader in (anne, logged_in(street[2])):
        assert "Envoi arrêté." in readable(reader.get(path).text)
    assert "progress" not in bruno.get(f"/api/v1/alerts/{number}").json
    assert anne.get(f"/api/v1/alerts/{number}").json["progress"] == {
        "sent": {"fewer_than": 11},
        "waiting": {"fewer_than": 11},
        "done": True,
    }


def test_a_second_person_reads_it_before_anybody_else(app, logged_in, street, world):
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"alert_most_alone": 5})
    roles.grant(world, street[2], "operator")
    world.commit()
    anne, bruno, operator = (logged_in(street[n]) for n in range(3))
    told = anne.post("/api/v1/alerts/preview", json={"kind": "lost_pet", "reach": "neighbourhood"}).json
    assert told["needs_second"] is True
    paths = []
    for body in ("Un chat roux a disparu ce matin.", "Un chien gris a disparu ce soir."):
        sent = anne.post("/alertes/nouvelle", data=CAT | {"body": body, "apart": "yes"})
        paths.append(sent.location)
        assert "Rien n’est encore parti" in readable(anne.get(sent.location).text)
    for page in (*paths, paths[0].replace("alertes", "publications")):
        assert bruno.get(page).status_code == 404, page
    assert bruno.get("/api/v1/alerts").json["running"] == []
    assert bruno.get("/alertes/a-relire").status_code == 403
    assert bruno.post(f"{paths[0]}/decider", data={"answer": "yes"}).status_code == 403
    # She moderates Le Sillon, and is its author.
    assert anne.post(f"{paths[0]}/decider", data={"answer": "yes"}).status_code == 404

    waiting = readable(operator.get("/alertes/a-relire").text)
    assert "Un chat roux a disparu ce matin." in waiting
    assert "environ 10 personnes" in readable(operator.get(paths[0]).text)
    silent = operator.post(f"{paths[1]}/decider", data={"answer": "no", "why": ""})
    assert silent.status_code == 422
    assert (
        operator.post(f"{paths[1]}/decider", data={"answer": "no", "why": "Ce n'est pas ici."}).status_code
        == 302
    )
    assert operator.post(f"{paths[0]}/decider", data={"answer": "yes"}).status_code == 302
    assert bruno.get(paths[0]).status_code == 200
    assert bruno.get(paths[1]).status_code == 404
    assert "refusée" in readable(anne.get(paths[1]).text)
    assert readable(operator.get("/alertes/a-relire").text).count("disparu") == 0


def test_what_one_chooses_is_what_comes(logged_in, street, world):
    anne, bruno = logged_in(street[0]), logged_in(street[1])
    world.execute(update(Account).values(confirmed_at=func.now()))
    world.commit()

    def ways(body: str) -> list[str]:
        """By which channels an alert of Anne's comes to Bruno."""
        made = anne.post("/api/v1/alerts", json={"kind": "lost_pet", "body": body, "reach": "neighbourhood"})
        asked = text("SELECT channel FROM delivery WHERE post_id = :post AND member_id = :member")
        return world.scalars(asked, {"post": made.json["id"], "member": street[1]}).all()

    assert bruno.get("/api/v1/me/alerts").json["usable"] == ["email"]
    assert ways("Un chat roux a disparu.") == ["email"]
    every = {"chosen": [" neighbour email", " wider email"], "time_zone": "Indian/Reunion", "digest": "yes"}
    wrong = bruno.post("/compte/alertes", data=every | {"quiet_from": "22:00"})
    assert wrong.status_code == 422
    assert "Donnez les deux heures, ou aucune." in readable(wrong.text)
    assert goes_to(wrong.text) == "quiet_from"
    assert 'value="22:00"' in wrong.text
    assert 'value=" commune email" aria-label="Ma commune, Courriel">' in wrong.text
    # Pets otherwise than the rest: not at all.
    hours = {"quiet_from": "22:00", "quiet_until": "07:00", "urgent_passes": "yes"}
    assert bruno.post("/compte/alertes", data=every | hours | {"apart": "lost_pet"}).status_code == 302
    kept = world.get(AlertQuiet, street[1])
    assert (kept.quiet_from.hour, kept.time_zone, kept.digest, kept.urgent_passes) == (
        22,
        "Indian/Reunion",
        True,
        True,
    )
    assert ways("Un chien gris a disparu.") == []
    stands = bruno.get("/api/v1/me/alerts").json
    chosen = {(one["kind"], one["tier"]): one["channels"] for one in stands["choices"]}
    # Of a channel that he could not see nothing was said.
    assert (chosen[None, "neighbour"], chosen[None, "commune"], chosen["lost_pet", "neighbour"]) == (
        ["email", "push"],
        [],
        [],
    )
    # Two reached him today: a quarter of a message a week.
    assert {(one["kind"], one["tier"]): one["a_week"] for one in stands["choices"]}[None, "neighbour"] == 0.25
    assert "moins d’un message par semaine" in readable(bruno.get("/compte/alertes").text)
    world.execute(update(Alert).values(gone_out_at=datetime.now(UTC) - timedelta(weeks=9)))
    world.commit()
    assert "moins d’un message" not in readable(bruno.get("/compte/alertes").text)

    # As all again, and not today.
    put = bruno.put("/api/v1/me/alerts", json={"choices": [{"tier": "neighbour", "channels": ["email"]}]})
    assert put.json["quiet_from"] is None
    assert bruno.put("/api/v1/me/alerts", json={"choices": [], "time_zone": "Mars/Phobos"}).status_code == 422
    assert bruno.post("/compte/alertes/silence", data={"hours": "24"}).status_code == 302
    assert "Rien ne vous est envoyé jusqu’au" in readable(bruno.get("/compte/alertes").text)
    assert ways("Un perroquet s'est envolé.") == []
    assert world.scalar(select(func.count()).where(AlertRecipient.member_id == street[1])) == 3
    assert bruno.post("/api/v1/me/alerts/mute", json={"hours": 25}).status_code == 422
    assert bruno.post("/api/v1/me/alerts/mute", json={"hours": 0}).json["muted_until"] is None


def test_numbers_by_channel_know_nothing_of_the_place(logged_in, street, world, monkeypatch):
    """Decision 026: the rounded people of a reach, by tier, times shares that are counted everywhere and once a day."""
    anne = logged_in(street[0])
    many = Preview(None, 400, {"neighbour": 100, "wider": 300}, many=False)

    def told() -> dict[str, object]:
        asked = {"kind": "danger", "reach": "wider"}
        return anne.post("/api/v1/alerts/preview", json=asked).json["by_channel"]

    def share(tier: str, number: float) -> None:
        chosen = AlertChannelShare.channel == "email", AlertChannelShare.tier == tier
        world.execute(update(AlertChannelShare).where(*chosen).values(share=number))
        world.commit()

    assert told() == {one: {"fewer_than": 11} for one in ("email", "sms", "push")}
    assert world.scalar(select(func.count()).select_from(AlertChannelShare)) == 0, (
        "nobody waits for the count"
    )
    count_channels(world)
    world.commit()
    monkeypatch.setattr("geoneighbour.posts.preview.preview", lambda *_: many)
    share("neighbour", 0.95)
    share("wider", 0.4)
    # 95 and 120.
    assert told()["email"] == {"about": 220}
    # Everybody here gets a telephone: it tells nothing today.
    for member in street:
        world.add(Phone(member_id=member, box=b"", digest=bytes([member]), confirmed_at=func.now()))
    count_channels(world)
    world.commit()
    assert told() == {"email": {"about": 220}, "sms": {"fewer_than": 11}, "push": {"fewer_than": 11}}
    world.execute(update(AlertChannelShare).values(counted_at=func.now() - timedelta(days=2)))
    count_channels(world)
    world.commit()
    assert told()["sms"] == {"about": 400}
