"""Photos of offers over real HTTP: fetched once, made anew, tried again, hostile; and who sees them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour.database.engine import as_service, make_engine, transaction
from geoneighbour.offers import photos, service
from geoneighbour.offers.models import Offer
from geoneighbour.offers.photo_models import OfferPhoto
from geoneighbour.posts import photos as photos_of_posts
from geoneighbour.posts.sizes import MOST_BYTES
from geoneighbour.storage import Store, open_photos
from tests.offers.made import bring_file, feature, features, feed, settings
from tests.posts.pictures import SECRET, saved, scene, told_everything
from tests.sources.server import Site, answers, serving


@pytest.fixture
def engine(database_url: str, database: Engine) -> Engine:
    """As the worker has it."""
    return make_engine(as_service(database_url))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_photos(settings(tmp_path))


def files(store: Store) -> list[str]:
    return sorted(name for page in store.pages() for name in page)


def photo(engine: Engine) -> OfferPhoto:
    with Session(engine, expire_on_commit=False) as session:
        return session.scalars(select(OfferPhoto)).one()


def age(engine: Engine, hours: float) -> None:
    with transaction(engine) as session:
        session.execute(
            update(OfferPhoto).values(
                tried_at=OfferPhoto.tried_at - func.make_interval(0, 0, 0, 0, 0, 0, hours * 3600)
            )
        )


def test_a_photo_is_fetched_once_made_anew_and_follows_its_address(
    engine: Engine, tmp_path: Path, store: Store
) -> None:
    of, site = feed(engine), Site(told_everything("JPEG"))
    with serving(site):
        bring_file(engine, tmp_path, of, features([feature(1, photo_url=site.url), feature(2)]))
        assert photos.bring_due(engine, settings(tmp_path), store) == {"fetched": 1, "failed": 0}
        assert photos.bring_due(engine, settings(tmp_path), store) == {"fetched": 0, "failed": 0}
        assert len(site.asked) == 1
        first = photo(engine)
        assert first.key
        names = [photos.small_file(first.key), photos.large_file(first.key)]
        assert files(store) == sorted(names)
        for name in names:
            kept = store.get(name)
            assert SECRET not in kept
            assert Image.open(BytesIO(kept)).format == "WEBP"
        assert Image.open(BytesIO(store.get(names[1]))).size == (first.width, first.height)

        # The same words again leave it; another address brings another file, and the first goes.
        site.body = saved(scene(640, 480))
        bring_file(
            engine, tmp_path, of, features([feature(1, photo_url=site.url, title="Autre"), feature(2)])
        )
        assert photos.bring_due(engine, settings(tmp_path), store)["fetched"] == 0
        bring_file(engine, tmp_path, of, features([feature(1, photo_url=f"{site.url}?2"), feature(2)]))
        assert photos.bring_due(engine, settings(tmp_path), store)["fetched"] == 1
        second = photo(engine)
        assert (second.width, second.height, second.tries) == (640, 480, 1)
        assert second.key
        assert files(store) == sorted([photos.small_file(second.key), photos.large_file(second.key)])


def test_what_fails_is_said_tried_again_and_given_up(engine: Engine, tmp_path: Path, store: Store) -> None:
    of, site = feed(engine), Site(saved(scene(640, 480)))
    with serving(site):
        bring_file(engine, tmp_path, of, features([feature(1, photo_url=site.url)]))
        site.behaviour = answers(404)
        waits = [1, 2, 4, 8]
        for tries, hours in enumerate([*waits, 16], start=1):
            assert photos.bring_due(engine, settings(tmp_path), store) == {"fetched": 0, "failed": 1}
            assert (photo(engine).tries, photo(engine).problem) == (tries, "answers 404")
            age(engine, hours - 0.1)
            assert photos.bring_due(engine, settings(tmp_path), store)["failed"] == 0, "too soon"
            age(engine, 0.2)
        assert photos.bring_due(engine, settings(tmp_path), store) == {"fetched": 0, "failed": 0}
        with transaction(engine) as session:
            session.execute(update(OfferPhoto).values(tries=1))
            ferme = service.partner(session, "ferme").id
            assert photos.problems(session, ferme) == [("n1", site.url, "answers 404")]
        site.behaviour = None
        assert photos.bring_due(engine, settings(tmp_path), store)["fetched"] == 1
    assert photo(engine).problem is None
    with Session(engine) as session:
        assert photos.problems(session, ferme) == []


def test_hostile_photos_are_refused(engine: Engine, tmp_path: Path, store: Store) -> None:
    of, site = feed(engine), Site()
    with serving(site):
        for number, (behaviour, reason) in enumerate(
            (
                (
                    answers(200, b"<html><script>alert(1)</script>", Content_Type="image/jpeg"),
                    "ne peut pas être lue",
                ),
                (answers(200, b"\xff\xd8" + b"\0" * MOST_BYTES), "trop lourde"),
                (answers(302, Location="https://10.0.0.1/photo.jpg"), "inner address"),
                (answers(302, Location="http://169.254.169.254/latest"), "only https"),
                (answers(302, Location="file:///etc/passwd"), "only https"),
                (answers(200, saved(scene(9000, 5000), "PNG")), "trop grande"),
                (answers(200, saved(scene(64, 64))[:300]), "ne peut pas être lue"),
                (answers(200, b""), "ne peut pas être lue"),
            )
        ):
            site.behaviour = behaviour
            bring_file(engine, tmp_path, of, features([feature(1, photo_url=f"{site.url}?{number}")]))
            assert photos.bring_due(engine, settings(tmp_path), store)["failed"] == 1
            assert reason in (photo(engine).problem or ""), photo(engine).problem
            assert files(store) == []
        bring_file(engine, tmp_path, of, features([feature(1, photo_url="https://localhost/photo.jpg")]))
        photos.bring_due(engine, settings(tmp_path), store)
        assert "inner address" in (photo(engine).problem or "")


def test_a_photo_goes_with_its_offer_and_each_sweep_keeps_to_its_own(
    engine: Engine, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoneighbour.storage.LEFT_BEHIND", -photos.FIRST_WAIT)
    of, site = feed(engine), Site(saved(scene(640, 480)))
    with serving(site):
        rows = [feature(number, photo_url=site.url) for number in (1, 2, 3)]
        bring_file(engine, tmp_path, of, features(rows))
        assert photos.bring_due(engine, settings(tmp_path), store)["fetched"] == 3
        store.put("f" * 32 + ".webp", b"of a post that a crash undid")
        with transaction(engine) as session:
            assert photos.sweep(session, store) == 0
        bring_file(engine, tmp_path, of, features(rows[:2]))
        with transaction(engine) as session:
            assert photos.sweep(session, store) == 2
            assert photos_of_posts.sweep(session, store) == 1
            assert len(photos.of(session, session.scalars(select(Offer.id)))) == 2
        assert len(files(store)) == 4
        # A partner that is paused is not asked.
        with transaction(engine) as session:
            session.execute(text("DELETE FROM offer_photo"))
            service.pause(session, "ferme")
        assert photos.bring_due(engine, settings(tmp_path), store)["fetched"] == 0
