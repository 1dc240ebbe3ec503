"""An authority's CAP feed, asked for or sent here, becomes official alerts; and what machines read of them, and of members' none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from capvalidator import check_schema
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.alerts import official, service
from geoneighbour.alerts.models import Alert, AlertFeed, AlertRecipient, AlertWord
from geoneighbour.cap import Area, Info, Notice
from geoneighbour.cap.reading import read, read_feed
from geoneighbour.cap.writing import Told, write, write_feed
from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.errors import InvalidInput
from geoneighbour.posts.models import Post
from geoneighbour.settings import Settings
from geoneighbour.web.app import create_app
from tests.sources.server import Reply, Site, serving
from tests.world import communes, settled

NOW = datetime.now(UTC).replace(microsecond=0)
QUAYS = [(-2.06, 48.54), (-2.04, 48.54), (-2.04, 48.56), (-2.06, 48.56), (-2.06, 48.54)]


def flood(number: int = 1, kind: str = "Alert", *before: Notice, **area) -> Notice:
    info = Info(
        language="fr-FR",
        category="Met",
        event="Crue",
        urgency="Immediate",
        severity="Severe",
        certainty="Observed",
        expires=NOW + timedelta(hours=5),
        headline=f"La Rance déborde, niveau {number}.",
        instruction="Montez à l’étage.",
        areas=(Area("Les quais", **area),),
    )
    references = tuple(one.reference for one in before)
    return Notice(f"m.{number}", "meteo.example", NOW, "Actual", kind, "Public", references, (info,))


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Two on the quays, one elsewhere in the commune, one in the next; Paul is an operator."""
    communes(session, ["AB"])
    at = {"anne": (-2.05, 48.55), "bruno": (-2.045, 48.545), "chloé": (-2.09, 48.51), "denis": (-1.95, 48.55)}
    people = {name: settled(session, name, *place) for name, place in at.items()}
    people["paul"] = settled(session, "Paul", -1.95, 48.51)
    session.add(
        Account(email="paul@commune.example", active=True, fs_uniquifier="p", member_id=people["paul"])
    )
    session.execute(
        text("INSERT INTO role_grant (member_id, role) VALUES (:paul, 'operator')"), {"paul": people["paul"]}
    )
    session.flush()
    return people


def take(session: Session, feed: AlertFeed, message: Notice) -> str:
    return official.take(session, feed, message)


def reached(session: Session, people: dict[str, int]) -> set[str]:
    found = set(session.scalars(select(AlertRecipient.member_id)))
    return {name for name, member in people.items() if member in found}


@pytest.mark.parametrize(
    ("area", "whom"),
    [
        ({"polygons": (QUAYS,)}, {"anne", "bruno"}),
        ({"circles": ((-2.09, 48.51, 1.0),)}, {"chloé"}),
        ({"geocodes": (("INSEE", "35002"),)}, {"denis"}),
        ({"circles": ((-2.09, 48.51, 1.0),), "geocodes": (("INSEE", "35002"),)}, {"chloé", "denis"}),
    ],
)
def test_it_reaches_the_homes_of_its_area(session, people, area, whom) -> None:
    feed, _ = official.add(session, "Météo", "PAUL@commune.example", "https://meteo.example/feed")
    assert take(session, feed, flood(**area)) == "alert"
    assert reached(session, people) - {"paul"} == whom
    (alert,) = session.scalars(select(Alert))
    post = session.get_one(Post, alert.post_id)
    assert (alert.official_source, alert.kind, post.on_homes) == ("Météo", "danger", True)
    assert post.body == "La Rance déborde, niveau 1. Montez à l’étage."
    assert alert.ends_at == NOW + timedelta(hours=5)


def test_what_follows_belongs_to_it_and_nothing_comes_twice(session, people) -> None:
    feed, _ = official.add(session, "Météo", "paul@commune.example", "https://meteo.example/feed")
    other, _ = official.add(session, "Autre", "paul@commune.example", "https://autre.example/feed")
    first, area = flood(polygons=(QUAYS,)), {"polygons": (QUAYS,)}
    assert [take(session, feed, first) for _ in range(2)] == ["alert", "known"]
    second = flood(2, "Update", first, **area)
    assert take(session, feed, second) == "update"
    # Who else names it has no say.
    assert take(session, other, flood(3, "Cancel", first, **area)) == "nothing to cancel"
    over = replace(flood(4, "Cancel", first, second), infos=())
    assert take(session, feed, over) == "all_clear"
    assert take(session, feed, flood(5, "Update", first, **area)) == "alert"
    words = session.scalars(select(AlertWord.what).order_by(AlertWord.id)).all()
    assert words == ["alert", "update", "all_clear", "alert"]
    for ignored in (
        replace(flood(6, **area), status="Test"),
        replace(flood(7, **area), status="Exercise"),
        replace(flood(8, **area), scope="Private"),
        replace(flood(9, **area), kind="Ack"),
    ):
        assert take(session, feed, ignored) in ("not for the public", "no alert")
    late = flood(10, **area)
    late = replace(late, infos=(replace(late.infos[0], expires=NOW - timedelta(hours=1)),))
    assert take(session, feed, late) == "expired"
    crossed = [QUAYS[0], QUAYS[2], QUAYS[1], QUAYS[3], QUAYS[0]]
    world = [(-170, -80), (170, -80), (170, 80), (-170, 80), (-170, -80)]
    for number, wrong in enumerate(
        ({}, {"polygons": (crossed,)}, {"polygons": (world,)}, {"geocodes": (("X", "1"),)})
    ):
        with pytest.raises(InvalidInput):
            take(session, feed, flood(20 + number, **wrong))


def test_a_feed_is_asked_for_and_a_hostile_one_harms_no_other(database, session, people) -> None:
    first = flood(polygons=(QUAYS,))
    documents = {"/1.cap": write(first), "/2.cap": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'}

    def answer(reply: Reply) -> None:
        content = documents.get(reply.path)
        reply.head(200 if content else 404, {"Content-Length": str(len(content or b""))})
        reply.body(content or b"")

    with serving(Site(behaviour=answer)) as site:
        told = [
            Told(f"urn:{path}", "x", "y", NOW, "", f"{site.address}{path}")
            for path in (*documents, "/gone.cap")
        ]
        documents["/feed"] = write_feed("urn:x", "x", "", NOW, told)
        official.add(session, "Météo", "paul@commune.example", f"{site.address}/feed")
        official.add(session, "Bombe", "paul@commune.example", f"{site.address}/2.cap")
        session.commit()
        closed = official.poll(database, Settings())
        assert all("http is not safe" in one for (one,) in closed.values())
        settings = Settings(fetch_allowed_hosts="127.0.0.1")
        became = official.poll(database, settings)
        assert became["Météo"] == ["alert", "XML: a document type is not taken", "does not answer"]
        assert became["Bombe"] == ["XML: a document type is not taken"]
        asked = len(site.asked)
        assert official.poll(database, settings)["Météo"] == ["does not answer"]
        # What was read once is not fetched again.
        assert [path for path, _ in site.asked[asked:]].count("/1.cap") == 0
    session.expire_all()
    assert session.scalars(select(AlertFeed.problem).order_by(AlertFeed.name)).all() == [
        "XML: a document type is not taken",
        None,
    ]
    assert reached(session, people) >= {"anne", "bruno"}


@pytest.fixture
def visitor(database_url: str, tmp_path) -> FlaskClient:
    settings = Settings(
        state_dir=tmp_path, database_url=database_url, secret_key="x", public_url="http://localhost"
    )
    app: Flask = create_app(settings, make_engine(as_service(database_url)))
    app.testing = True
    return app.test_client()


def test_sent_with_a_key_and_read_again_by_machines(session, people, visitor) -> None:
    """Through the API with its protections on, out by feed and document; what a member wrote is in neither."""
    _, key = official.add(session, "Préfecture", "paul@commune.example", None)
    assert key is not None
    members_own = service.write(session, people["anne"], "theft", "Vélo volé rue des Halles", "commune")
    session.commit()

    def send(message: Notice, word: str = key):
        return visitor.post(
            "/api/v1/cap",
            data=write(message),
            headers={"Authorization": f"Bearer {word}", "Content-Type": "application/cap+xml"},
        )

    assert send(flood(polygons=(QUAYS,)), "another").status_code == 401
    answer = send(flood(polygons=(QUAYS,)))
    assert (answer.status_code, answer.json) == (200, {"became": "alert"})
    assert send(flood(polygons=(QUAYS,))).json == {"became": "known"}
    assert send(flood(2, "Update", flood(), polygons=(QUAYS,))).json == {"became": "update"}
    assert send(flood(3)).status_code == 422
    bomb = visitor.post("/api/v1/cap", data=b"<!DOCTYPE a><a/>", headers={"Authorization": f"Bearer {key}"})
    assert bomb.status_code == 422
    answer = visitor.get("/communes/35001/alertes.atom")
    assert answer.mimetype == "application/atom+xml"
    entries = read_feed(answer.data)
    assert isinstance(entries, list)
    (entry,) = entries
    assert "niveau 2" in answer.text
    assert "Vélo" not in answer.text
    assert read_feed(visitor.get("/communes/35002/alertes.atom").data) == []
    document = visitor.get(entry.link.removeprefix("http://localhost"))
    assert document.mimetype == "application/cap+xml"
    assert check_schema(document.data).passed
    told = read(document.data)
    assert (told.kind, len(told.references), told.infos[0].sender_name) == ("Update", 1, "Préfecture")
    assert set(told.infos[0].areas[0].polygons[0]) == set(QUAYS)
    assert visitor.get(f"/alertes/{members_own.post_id}.cap").status_code == 404
    # Hidden by moderation, it is nobody's.
    session.execute(text("UPDATE post SET hidden_at = now() WHERE on_homes"))
    session.commit()
    assert visitor.get(entry.link.removeprefix("http://localhost")).status_code == 404
    assert read_feed(visitor.get("/communes/35001/alertes.atom").data) == []
