"""Files beside the database: in a folder, or in a bucket of any service that speaks S3.

A file is written before the row that names it, and goes when the transaction is rolled back; what is no longer needed goes
when it is committed. What a crash or a commit that fails leaves is nobody's to see, and a sweep removes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from sqlalchemy import event
from sqlalchemy.orm import Session

from geoneighbour.database import state
from geoneighbour.errors import InvalidInput, NotFound, Unavailable
from geoneighbour.settings import Settings

log = logging.getLogger(__name__)
PENDING = "geoneighbour.storage"
OF_OFFERS = "offer-"
"""How names of offers' photos begin; those of posts have no beginning of their own."""
LEFT_BEHIND = timedelta(hours=1)
"""A file that no row names after this time belongs to no transaction that could still be committed."""


class Store:
    """Files by name. Unavailable when the folder or the service does not answer."""

    def __init__(self, files: LocalStore | S3Store) -> None:
        self._files = files

    def put(self, name: str, data: bytes) -> None:
        with _told():
            obstore.put(self._files, name, data)

    def get(self, name: str) -> bytes:
        """NotFound when there is no such file."""
        try:
            with _told():
                return obstore.get(self._files, name).bytes().to_bytes()
        except FileNotFoundError:
            raise NotFound from None

    def delete(self, names: list[str]) -> None:
        """Those that are there."""
        for name in names:
            try:
                with _told():
                    obstore.delete(self._files, name)
            except FileNotFoundError:
                continue

    def pages(self, most: int = 1000) -> Iterator[dict[str, datetime]]:
        """All files: the time each was written, by its name; up to `most` at once."""
        with _told():
            for page in obstore.list(self._files, chunk_size=most):
                yield {one["path"]: one["last_modified"] for one in page}


def open_photos(settings: Settings) -> Store:
    """The bucket of S3_BUCKET, else the folder PHOTO_DIR. InvalidInput when the settings do not go together."""
    if settings.s3_bucket is None:
        folder = settings.photo_dir or state.make(settings) / "photos"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"PHOTO_DIR {folder} cannot be made: {error.strerror}") from None
        return Store(LocalStore(folder))
    if not (settings.s3_endpoint and settings.s3_access_key and settings.s3_secret_key):
        raise InvalidInput("S3_BUCKET needs S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY")
    return Store(
        S3Store(
            settings.s3_bucket,
            endpoint=settings.s3_endpoint,
            access_key_id=settings.s3_access_key,
            secret_access_key=settings.s3_secret_key,
            region=settings.s3_region,
            virtual_hosted_style_request=False,
            # Not every service has it.
            disable_bulk_delete=True,
            client_options={"allow_http": True, "connect_timeout": "3s", "timeout": "15s"},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
        )
    )


@dataclass
class _Pending:
    """What a transaction wrote, and what it no longer needs."""

    store: Store
    written: list[str] = field(default_factory=list)
    unneeded: list[str] = field(default_factory=list)
    committing: bool = False

    def begin_commit(self, _: Session) -> None:
        self.committing = True

    def committed(self, _: Session) -> None:
        self._settle(self.unneeded)

    def rolled_back(self, _: Session) -> None:
        # Of a commit that broke off nobody knows here whether it holds: the sweep asks the database.
        self._settle([] if self.committing else self.written)

    def _settle(self, names: list[str]) -> None:
        try:
            self.store.delete(names)
        except Unavailable as error:
            log.warning("%d files stay for the next sweep: %s", len(names), error.reason)
        self.written, self.unneeded, self.committing = [], [], False


def sweep(
    store: Store,
    of: Callable[[str], bool],
    key_of: Callable[[str], str],
    named: Callable[[set[str]], set[str]],
) -> int:
    """Deletes the files (`of`: those this sweep is about) whose key is not among those that rows name. How many."""
    swept = 0
    for page in store.pages():
        old = [
            name for name, written in page.items() if of(name) and datetime.now(UTC) - written > LEFT_BEHIND
        ]
        kept = named({key_of(name) for name in old})
        left = [name for name in old if key_of(name) not in kept]
        store.delete(left)
        swept += len(left)
    return swept


def put_within(session: Session, store: Store, name: str, data: bytes) -> None:
    """Writes a file now; it goes again if the session's transaction is rolled back."""
    _pending(session, store).written.append(name)
    store.put(name, data)


def drop_within(session: Session, store: Store, name: str) -> None:
    """Deletes a file once the session's transaction is committed."""
    _pending(session, store).unneeded.append(name)


def _pending(session: Session, store: Store) -> _Pending:
    if PENDING not in session.info:
        pending = session.info[PENDING] = _Pending(store)
        event.listen(session, "before_commit", pending.begin_commit)
        event.listen(session, "after_commit", pending.committed)
        event.listen(session, "after_rollback", pending.rolled_back)
    return session.info[PENDING]


@contextmanager
def _told() -> Iterator[None]:
    """A library's error as ours, without what it holds of keys and addresses."""
    try:
        yield
    except (BaseError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        log.warning("storage: %s", type(error).__name__)
        raise Unavailable from error
