"""A folder and a bucket behave the same; files follow the transaction that wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geoneighbour import storage
from geoneighbour.errors import InvalidInput, NotFound, Unavailable
from geoneighbour.settings import Settings
from geoneighbour.storage import Store
from tests.posts import s3
from tests.posts.s3 import Bucket


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with s3.serving() as bucket:
        yield bucket


def settings(bucket: Bucket, **other: str) -> Settings:
    given = {
        "s3_endpoint": bucket.url,
        "s3_bucket": s3.BUCKET,
        "s3_access_key": s3.KEY,
        "s3_secret_key": s3.SECRET,
        "s3_region": s3.REGION,
    }
    return Settings(**given | other)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> Store:
    folder = Settings(photo_dir=tmp_path / "photos")
    return storage.open_photos(folder if request.param == "folder" else settings(bucket))


def names(store: Store) -> set[str]:
    return {name for page in store.pages() for name in page}


def test_files_are_put_read_listed_and_deleted(store: Store, bucket: Bucket) -> None:
    began = datetime.now(UTC) - timedelta(seconds=2)
    for name, data in (("a.webp", b"\0" * 300_000), ("b-small.webp", b"b")):
        store.put(name, data)
        assert store.get(name) == data
    ((a, b),) = [page.values() for page in store.pages()]
    assert began <= min(a, b) <= max(a, b) <= datetime.now(UTC)
    store.delete(["a.webp", "never-there.webp"])
    assert names(store) == {"b-small.webp"}
    with pytest.raises(NotFound):
        store.get("a.webp")
    assert bucket.refused == 0


def test_files_follow_the_transaction(session: Session, store: Store) -> None:
    storage.put_within(session, store, "kept.webp", b"1")
    session.execute(text("SELECT 1"))
    session.commit()
    storage.put_within(session, store, "undone.webp", b"2")
    storage.drop_within(session, store, "kept.webp")
    session.execute(text("SELECT 1"))
    assert names(store) == {"kept.webp", "undone.webp"}
    session.rollback()
    assert names(store) == {"kept.webp"}
    storage.drop_within(session, store, "kept.webp")
    session.execute(text("SELECT 1"))
    session.commit()
    assert names(store) == set()


def test_a_commit_that_fails_leaves_its_files_to_the_sweep(session: Session, store: Store) -> None:
    """Whether it holds, only the database knows."""
    session.execute(text("CREATE TEMPORARY TABLE late (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    storage.put_within(session, store, "left.webp", b"2")
    session.execute(text("INSERT INTO late VALUES (1), (1)"))
    with pytest.raises(IntegrityError):
        session.commit()
    session.rollback()
    assert names(store) == {"left.webp"}
    # The session goes on as usual.
    storage.put_within(session, store, "undone.webp", b"3")
    session.execute(text("SELECT 1"))
    session.rollback()
    assert names(store) == {"left.webp"}


def test_a_bucket_that_does_not_answer_or_does_not_know_us(session: Session, bucket: Bucket) -> None:
    store = storage.open_photos(settings(bucket))
    storage.put_within(session, store, "left.webp", b"1")
    session.execute(text("SELECT 1"))
    bucket.away = True
    with pytest.raises(Unavailable):
        store.get("left.webp")
    # The transaction ends as it should; the file waits for the sweep.
    session.rollback()
    assert set(bucket.files) == {"left.webp"}
    bucket.away = False
    stranger = storage.open_photos(settings(bucket, s3_secret_key="a wrong one"))
    with pytest.raises(Unavailable) as refusal:
        stranger.put("a.webp", b"1")
    assert bucket.refused
    assert "a wrong one" not in str(refusal.value)
    assert set(bucket.files) == {"left.webp"}


def test_settings_that_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        storage.open_photos(Settings(s3_bucket="photos", s3_endpoint="https://s3.example"))
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        storage.open_photos(Settings(photo_dir=tmp_path / "file" / "photos"))
