"""Downloads of boundary files into a folder that keeps them: begun ones go on where they broke off, also in a later run."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from geoneighbour import outgoing
from geoneighbour.boundaries.reader import Progress
from geoneighbour.errors import BrokenOff, Unavailable, UnusableFile
from geoneighbour.guarded import Limits
from geoneighbour.settings import Settings

WAITS = (1, 3, 9)
"""Seconds before each further try, when a connection breaks or the server is busy."""
BUSY = (429, 500, 502, 503, 504)


@dataclass
class Known:
    """What the server said of the file: its validators, and its size in bytes (None: not told)."""

    url: str
    etag: str | None = None
    modified: str | None = None
    size: int | None = None
    sha256: str | None = None
    """Of the whole file, once it is here."""


@dataclass(frozen=True)
class Rules:
    """What the operator's settings say about downloads."""

    folder: Path
    allowed_hosts: frozenset[str] = frozenset()
    largest: int = 2 << 30
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        """Kept in CACHE_DIR, else $XDG_CACHE_HOME/geoneighbour, else ~/.cache/geoneighbour."""
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "geoneighbour"
        hosts = frozenset(filter(None, re.split(r"[,\s]+", settings.fetch_allowed_hosts.lower())))
        limits = Limits(seconds=settings.fetch_seconds)
        return cls(settings.cache_dir or home, hosts, settings.fetch_largest_mb << 20, limits)


def fetch(
    url: str, name: str, rules: Rules, progress: Progress, *, sha256: str | None = None, again: bool = False
) -> Path:
    """The file of an address, called `name`. What is already here is taken if the server says that it has not changed.

    UnusableFile when what comes is not the file, InvalidInput or Unavailable when it cannot be had; `again` forgets what is here.
    """
    folder = rules.folder / hashlib.sha256(url.encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            if again:
                for path in (folder / name, folder / "part", folder / "known.json"):
                    path.unlink(missing_ok=True)
            return _Download(url, folder / name, folder / "part", rules, progress).run(sha256)
    except OSError as error:
        raise Unavailable(f"{folder}: {error.strerror or error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two downloads into one file would mix."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unavailable("this file is being downloaded by another command") from error
        yield


class _Download:
    def __init__(self, url: str, whole: Path, part: Path, rules: Rules, progress: Progress) -> None:
        self._url, self._whole, self._part, self._rules, self._progress = url, whole, part, rules, progress
        self._noted = part.with_name("known.json")
        self._known = self._read_note()

    def run(self, sha256: str | None) -> Path:
        if self._whole.exists() and sha256 and self._known.sha256 == sha256.lower():
            return self._whole
        until = time.monotonic() + self._rules.limits.seconds
        for wait in (*WAITS, None):
            try:
                self._once(replace(self._rules.limits, seconds=until - time.monotonic()))
                break
            except BrokenOff as error:
                if wait is None:
                    kept = f"; {have:,} bytes are kept for the next run" if (have := self._have()) else ""
                    raise Unavailable(f"{error.reason}{kept}") from error
                self._progress.stage(f"waiting {wait:g} s")
                time.sleep(wait)
        self._check(sha256)
        return self._whole

    def _once(self, limits: Limits) -> None:
        """One request; the file is whole when this returns."""
        if 0 < self._have() == self._known.size:
            self._part.replace(self._whole)
            return
        self._progress.stage("downloading")
        headers, allowed = self._conditions(), self._rules.allowed_hosts
        with outgoing.get(self._url, headers, allowed_hosts=allowed, limits=limits) as answer:
            if answer.status == 304 and self._whole.exists():
                return
            if answer.status in BUSY:
                raise BrokenOff(f"{self._url}: answers {answer.status}")
            if answer.status == 416 and "Range" in headers:
                self._forget()
                raise BrokenOff(f"{self._url}: has become shorter")
            self._refuse_page(answer.headers)
            if answer.status == 206 and "Range" in headers:
                self._goes_on(answer.headers)
            elif answer.status == 200:
                self._begins(answer.headers)
            else:
                raise Unavailable(f"{self._url}: answers {answer.status}")
            self._store(answer.chunks)
        have, size = self._have(), self._known.size
        if size is not None and have < size:
            raise BrokenOff(f"{self._url}: ended after {have:,} of {size:,} bytes")
        if size is not None and have > size:
            self._forget()
            raise UnusableFile(f"{self._url}: sent {have:,} bytes where it had said {size:,}")
        self._part.replace(self._whole)

    def _conditions(self) -> dict[str, str]:
        """For the rest of a part, if it can be told that it is the same file; else for the whole, if it has changed."""
        known = self._known
        # A weak tag says that two files mean the same, not that their bytes are.
        same = known.etag if known.etag and not known.etag.startswith("W/") else known.modified
        if self._have() and same:
            return {"Range": f"bytes={self._have()}-", "If-Range": same}
        if self._whole.exists() and known.etag:
            return {"If-None-Match": known.etag}
        if self._whole.exists() and known.modified:
            return {"If-Modified-Since": known.modified}
        return {}

    def _begins(self, headers: Mapping[str, str]) -> None:
        size = headers.get("content-length", "")
        self._known = Known(
            self._url,
            headers.get("etag"),
            headers.get("last-modified"),
            int(size) if size.isdecimal() else None,
        )
        self._refuse_size(self._known.size or 0)
        self._forget()
        # What is here is not what the server has any more.
        self._whole.unlink(missing_ok=True)
        self._note()

    def _goes_on(self, headers: Mapping[str, str]) -> None:
        """The piece must begin exactly at the end of what is here, and be of the very same file."""
        have, known = self._have(), self._known
        said = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", headers.get("content-range", ""))
        etag = headers.get("etag", known.etag)
        total = int(said[3]) if said and said[3] != "*" else known.size
        if (
            not said
            or int(said[1]) != have
            or etag != known.etag
            or (known.size is not None and total != known.size)
        ):
            self._forget()
            raise UnusableFile(f"{self._url}: sent another piece than asked for; nothing of it is kept")
        known.size = total
        self._refuse_size(total or 0)

    def _store(self, chunks: Iterator[bytes]) -> None:
        have = self._have()
        self._progress.to_read(self._known.size or have)
        self._progress.has_read(have)
        with self._part.open("ab") as part:
            for chunk in chunks:
                if have == 0 and chunk.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
                    raise UnusableFile(f"{self._url}: a web page came instead of a boundary file")
                have += len(chunk)
                self._refuse_size(have)
                part.write(chunk)
                self._progress.has_read(len(chunk))

    def _refuse_size(self, size: int) -> None:
        if size > self._rules.largest:
            self._forget()
            raise UnusableFile(
                f"{self._url}: is larger than {self._rules.largest >> 20:,} MB (FETCH_LARGEST_MB)"
            )

    def _refuse_page(self, headers: Mapping[str, str]) -> None:
        if headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml")):
            raise UnusableFile(f"{self._url}: a web page came instead of a boundary file")
        encoding = headers.get("content-encoding", "identity").lower()
        # Some servers call a packed file an encoding of what is in it; its bytes are the file all the same.
        if encoding != "identity" and not (encoding in ("gzip", "x-gzip") and self._whole.suffix == ".gz"):
            raise UnusableFile(f"{self._url}: came in an encoding that was not asked for ({encoding[:20]})")

    def _check(self, sha256: str | None) -> None:
        with self._whole.open("rb") as file:
            self._known.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 and self._known.sha256 != sha256.lower():
            self._whole.unlink()
            self._forget()
            raise UnusableFile(
                f"{self._url}: is not the file that was announced (sha256 {self._known.sha256})"
            )
        self._note()

    def _have(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)

    def _note(self) -> None:
        draft = self._noted.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self._known)))
        draft.replace(self._noted)

    def _read_note(self) -> Known:
        try:
            noted = Known(**json.loads(self._noted.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            # Without it nobody can tell what the bytes here are of.
            self._forget()
            self._whole.unlink(missing_ok=True)
            return Known(self._url)
        return noted
