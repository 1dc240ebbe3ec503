"""Feeds over real HTTP: whole, twice, cut, faulty, hostile; each time what stands afterwards."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from geoneighbour.database.engine import as_service, make_engine, transaction
from geoneighbour.offers import fetching, importing, service
from geoneighbour.offers.importing import bring
from geoneighbour.offers.models import Offer, OfferFeed, OfferImport, OfferRejection, ServiceArea
from tests.offers.made import bring_file, counts, feature, features, feed, settings, standing
from tests.sources.server import Reply, Site, answers, serving
from tests.world import communes

HUNDRED = [feature(n) for n in range(100)]


@pytest.fixture
def engine(database_url: str, database: Engine) -> Engine:
    """As the worker has it."""
    return make_engine(as_service(database_url))


def stale(engine: Engine, feed_id: int) -> tuple[bool, str | None]:
    with Session(engine) as session:
        asked = text(
            "SELECT nearness.feed_stale(problem, last_success_at, every), problem FROM offer_feed WHERE id = :id"
        )
        return tuple(session.execute(asked, {"id": feed_id}).one())


def test_the_same_feed_again_changes_nothing_and_differences_are_told(engine: Engine, tmp_path: Path) -> None:
    site = Site(features(HUNDRED))
    with serving(site):
        of = feed(engine, url=site.url)
        assert counts(bring(engine, settings(tmp_path), of)) == (100, 0, 0, 0, 0)
        # The server says that it is what we have.
        assert counts(bring(engine, settings(tmp_path), of)) == (0, 0, 100, 0, 0)
        assert counts(bring_file(engine, tmp_path, of, site.body)) == (0, 0, 100, 0, 0)
        with Session(engine) as session:
            before = session.execute(select(Offer.id, Offer.changed_at).order_by(Offer.id)).all()
        site.etag, site.body = '"two"', features([feature(1, title="Autre"), *HUNDRED[2:], feature(200)])
        assert counts(bring(engine, settings(tmp_path), of)) == (1, 1, 98, 1, 0)
    assert "n0" not in standing(engine)
    assert standing(engine)["n1"] == "Autre"
    with Session(engine) as session:
        now = dict(session.execute(select(Offer.id, Offer.changed_at)).all())
        assert [offer for offer, at in before if now[offer] != at] == [before[1][0]]
        reports = session.scalars(select(OfferImport).order_by(OfferImport.id)).all()
        assert [(one.added, one.unchanged) for one in reports] == [(100, 0), (0, 100), (0, 100), (1, 98)]
    # What is back is taken up under its number.
    assert counts(bring_file(engine, tmp_path, of, features([*HUNDRED, feature(200)]))) == (1, 1, 99, 0, 0)
    with Session(engine) as session:
        assert session.scalar(select(Offer.id).where(Offer.external_id == "n0")) == before[0][0]


def test_a_feed_that_breaks_off_changes_nothing_and_is_stale_until_it_is_whole(
    engine: Engine, tmp_path: Path
) -> None:
    site = Site(features(HUNDRED))
    with serving(site):
        of = feed(engine, url=site.url)
        bring(engine, settings(tmp_path), of)
        whole = standing(engine)
        assert stale(engine, of) == (False, None)
        site.etag, site.breaks, site.break_after = '"two"', 1, len(site.body) // 2
        assert bring(engine, settings(tmp_path), of).problem
        assert standing(engine) == whole
        assert stale(engine, of)[0]
        assert counts(bring(engine, settings(tmp_path), of)) == (0, 0, 100, 0, 0)
        assert stale(engine, of) == (False, None)
        # Cut, and the server says that this is all.
        site.etag, site.body = '"three"', site.body[: len(site.body) // 2]
        assert "ends too early" in str(bring(engine, settings(tmp_path), of).problem)
        site.behaviour = answers(503)
        assert bring(engine, settings(tmp_path), of).problem == "answers 503"
    assert standing(engine) == whole
    with transaction(engine) as session:
        session.execute(
            update(OfferFeed).values(problem=None, last_success_at=text("now() - interval '73 hours'"))
        )
    assert stale(engine, of) == (True, None)


def test_faulty_rows_are_rejected_with_their_reason_and_keep_what_stood(
    engine: Engine, tmp_path: Path
) -> None:
    of = feed(engine)
    assert counts(bring_file(engine, tmp_path, of, features(HUNDRED))) == (100, 0, 0, 0, 0)
    faulty = list(HUNDRED)
    faulty[3] = feature(3, title="")
    faulty[7] = feature(7, category="unheard_of")
    faulty[8] = feature(8, opening_hours="whenever")
    faulty[9] = feature(8, title="Encore")
    faulty[11] = feature(11, serves_communes="99999")
    report = bring_file(engine, tmp_path, of, features(faulty))
    # n8 is sound in the second row that names it; n9 is named by none.
    assert counts(report) == (0, 1, 95, 1, 4)
    found = {one["row"]: (one["external_id"], one["field"], one["reason"]) for one in report.rejections}
    assert found == {
        4: ("n3", "title", "is missing"),
        8: ("n7", "category", "there is no category unheard_of"),
        9: ("n8", "opening_hours", "is not as OpenStreetMap writes them"),
        12: ("n11", "serves_communes", "there is no commune FR:99999"),
    }
    assert standing(engine) == {f"n{n}": f"Panier {n}" for n in range(100) if n != 9} | {"n8": "Encore"}
    with Session(engine) as session:
        assert len(session.scalars(select(OfferRejection)).all()) == 4
    twice = bring_file(engine, tmp_path, of, features([*HUNDRED, feature(5, title="Autre")]))
    assert [(one["row"], one["reason"]) for one in twice.rejections] == [(101, "row 6 has it already")]
    assert standing(engine)["n5"] == "Panier 5"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (HUNDRED[:49], "51 of 100 offers would go, more than half"),
        (
            [*HUNDRED[:49], *(feature(n, title="") for n in range(49, 100))],
            "51 of 100 rows are rejected, more than half",
        ),
        ([], "100 of 100 offers would go, more than half"),
    ],
)
def test_a_feed_that_is_mostly_gone_or_rubbish_is_refused_unless_accepted(
    engine: Engine, tmp_path: Path, rows: list[dict[str, object]], why: str
) -> None:
    of = feed(engine)
    bring_file(engine, tmp_path, of, features(HUNDRED))
    assert bring_file(engine, tmp_path, of, features(rows)).problem == why
    assert len(standing(engine)) == 100
    assert stale(engine, of) == (True, why)
    assert bring_file(engine, tmp_path, of, features(rows), accept=True).problem is None
    assert len(standing(engine)) == (100 if "rejected" in why else len(rows))


def test_half_may_go(engine: Engine, tmp_path: Path) -> None:
    of = feed(engine)
    bring_file(engine, tmp_path, of, features(HUNDRED))
    assert counts(bring_file(engine, tmp_path, of, features(HUNDRED[:50]))) == (0, 0, 50, 50, 0)


def test_hostile_servers(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 1 << 20)
    site = Site(features(HUNDRED))
    with serving(site):
        of = feed(engine, url=site.url)
        bring(engine, settings(tmp_path), of)

        def endless(reply: Reply) -> None:
            reply.head(200)
            while True:
                try:
                    reply.wfile.write(b" " * 65536)
                    site.sent += 65536
                except OSError:
                    return

        before = site.sent
        site.behaviour = endless
        assert bring(engine, settings(tmp_path), of).problem == "is larger than 1 MB"
        assert site.sent - before < 32 << 20
        # Redirected to an inner address, by http or https, and by a name.
        for inner in (
            "http://10.0.0.1/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "file:///etc/passwd",
        ):
            site.behaviour = answers(302, Location=inner)
            problem = str(bring(engine, settings(tmp_path), of).problem)
            assert "inner address" in problem or "only https" in problem, problem
        bomb = gzip.compress(b"[" * (64 << 20))
        site.behaviour = answers(200, bomb, Content_Encoding="gzip", Content_Length=str(len(bomb)))
        assert "is no JSON" in str(bring(engine, settings(tmp_path), of).problem)
        site.behaviour = answers(200, b"[" * 500_000, Content_Length="500000")
        assert "is no JSON" in str(bring(engine, settings(tmp_path), of).problem)
    assert len(standing(engine)) == 100


def test_csv_with_a_mapping_and_one_cut_within_a_line(engine: Engine, tmp_path: Path) -> None:
    mapping = {
        "separator": ";",
        "fields": {
            "external_id": "ref",
            "title": "nom",
            "lon": "x",
            "lat": "y",
            "category": "type",
            "serves_communes": "livre",
        },
        "categories": {"panier": "amap"},
        "constants": {"delivers": True},
        "time_zone": "Indian/Reunion",
    }
    of = feed(engine, "csv", mapping=mapping, category=None)
    with transaction(engine) as session:
        communes(session, ["AB"])
    head = "\ufeffref;nom;x;y;type;livre;valid_to\r\n"
    lines = (
        'a;"Chez ""Léa""; en ville";-2.05;48.55;panier;35001,35002;2099-12-31\r\nb;Bruno;;;shop;35001;\r\n'
    )
    content = (head + lines).encode()
    assert counts(bring_file(engine, tmp_path, of, content)) == (2, 0, 0, 0, 0)
    with Session(engine) as session:
        lea, bruno = session.scalars(select(Offer).order_by(Offer.external_id)).all()
        assert (lea.title, lea.category, lea.delivers) == ('Chez "Léa"; en ville', "amap", True)
        assert str(lea.valid_to) == "2099-12-31 20:00:00+00:00"
        assert bruno.point is None
        areas = session.execute(select(ServiceArea.offer_id, ServiceArea.commune_code)).all()
        assert set(areas) == {(lea.id, "35001"), (lea.id, "35002"), (bruno.id, "35001")}
    assert bring_file(engine, tmp_path, of, content[:-20]).problem == "ends in the middle of a line"
    assert len(standing(engine)) == 2


def test_json_with_a_path(engine: Engine, tmp_path: Path) -> None:
    mapping = {
        "items": "data.offers",
        "fields": {"external_id": "id", "title": "name.fr", "lon": "at.0", "lat": "at.1"},
    }
    of = feed(engine, "json", mapping=mapping)
    told = {"data": {"offers": [{"id": 7, "name": {"fr": "Miel"}, "at": [-2.05, 48.55]}, "rubbish", {"id": 8, "name": {"fr": "Cidre"}, "at": [-2.05, 48.5]}]}}  # fmt: skip
    assert counts(bring_file(engine, tmp_path, of, json.dumps(told).encode())) == (2, 0, 0, 0, 1)
    assert standing(engine) == {"7": "Miel", "8": "Cidre"}
    # Half a character of a pair is no text, and no reason to stop.
    told["data"]["offers"].append({"id": "\ud800", "name": {"fr": "\x00Sel\ud800"}, "at": [-2.05, 48.5]})
    assert counts(bring_file(engine, tmp_path, of, json.dumps(told).encode())) == (0, 0, 2, 0, 2)


@pytest.mark.parametrize("version", [2, 3])
def test_gbfs_brings_its_stations(engine: Engine, tmp_path: Path, version: int) -> None:
    site = Site()

    def said(words: str) -> object:
        return (
            words
            if version == 2
            else [{"text": "Other", "language": "en"}, {"text": words, "language": "fr"}]
        )

    station = {"station_id": "s1", "name": said("Gare"), "lat": 48.64, "lon": -2.0, "capacity": 3, "rental_uris": {"web": "https://example.org/s1"}}  # fmt: skip
    plan = {"plan_id": "p", "name": said("À l'heure"), "price": 4.5, "currency": "EUR"}

    def behave(reply: Reply) -> None:
        feeds = [
            {"name": name, "url": f"{site.address}/{name}"}
            for name in ("station_information", "system_pricing_plans", "vehicle_status")
        ]
        data = {"feeds": feeds} if version == 3 else {"en": {"feeds": []}, "fr": {"feeds": feeds}}
        files = {
            "/gbfs.json": data,
            "/station_information": {"stations": [station]},
            "/system_pricing_plans": {"plans": [plan]},
        }
        answers(200, json.dumps({"version": f"{version}.0", "data": files[reply.path]}).encode())(reply)

    site.behaviour = behave
    with serving(site):
        of = feed(engine, "gbfs", url=f"{site.address}/gbfs.json", category="car_sharing")
        assert counts(bring(engine, settings(tmp_path), of)) == (1, 0, 0, 0, 0)
    with Session(engine) as session:
        offer = session.scalars(select(Offer)).one()
        assert (offer.title, offer.price_words, offer.url) == (
            "Gare",
            "À l'heure : 4.5 EUR",
            "https://example.org/s1",
        )


def test_the_worker_asks_what_is_due_and_nobody_who_is_paused(engine: Engine, tmp_path: Path) -> None:
    site = Site(features(HUNDRED[:2]))
    with serving(site):
        feed(engine, url=site.url)
        other = feed(engine, url=f"{site.address}/other", name="other")
        assert importing.bring_due(engine, settings(tmp_path)) == dict.fromkeys(
            ("ferme/all", "ferme/other"), "2 added, 0 changed, 0 unchanged, 0 gone, 0 rejected"
        )
        assert importing.bring_due(engine, settings(tmp_path)) == {}
        with transaction(engine) as session:
            session.execute(update(OfferFeed).values(asked_at=text("now() - interval '61 minutes'")))
            session.execute(update(OfferFeed).where(OfferFeed.id == other).values(problem="answers 503"))
        assert list(importing.bring_due(engine, settings(tmp_path))) == ["ferme/other"]
        with transaction(engine) as session:
            session.execute(update(OfferFeed).values(asked_at=None))
            service.pause(session, "ferme")
            assert session.scalar(text("SELECT count(*) FROM nearness.offer_standing")) == 0
        assert importing.bring_due(engine, settings(tmp_path)) == {}
        with transaction(engine) as session:
            service.pause(session, "ferme", paused=False)
            assert session.scalar(text("SELECT count(*) FROM nearness.offer_standing")) == 4
