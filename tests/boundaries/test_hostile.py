"""Hostile files through the real processes: one line, in time, within memory, nothing left behind. None reaches a database."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from geoneighbour.boundaries.reader import Request, reading
from geoneighbour.errors import UnusableFile
from geoneighbour.geofiles.frames import plain
from tests.boundaries.hostile import HOSTILE, Watch, family
from tests.boundaries.sources import Silent

SECONDS = 20
MEGABYTES = 512 - 150
"""For what an import starts; the command itself takes less than the rest."""

SAID = {
    "cut lines": "c.geojsonl: is cut short or broken: 3 of 4 lines can be read",
    "cut .dbf": "c.dbf: is cut short",
    "cut .gz": "c.geojson.gz: cannot be unpacked (Compressed file ended before",
    "a question without end": "the file takes too long to read for its size",
    "zip bomb, 10 GB in 10 MB": "c.zip: unpacks to far more than boundaries do (10 times its size): refused",
    "gzip bomb, 10 GB in 10 MB": "c.geojson.gz: unpacks to far more than boundaries do (10 times its size): refused",
    "7z bomb": "c.7z: unpacks to far more",
    "7z bomb beside a good file": "c.7z: unpacks to far more",
    "zip bomb that lies": "c.zip: cannot be unpacked",
    "zips in zips in zips": "is an archive in an archive in an archive; unpack it first",
    "20,000 members": "c.zip: holds more than 10,000 files: refused",
    "a member that climbs out": "c.zip: ../../c.geojson would be written outside of its folder: refused",
    "an absolute member": "would be written outside of its folder: refused",
    "a climbing member of .7z": "c.7z: ../de.geojson would be written outside of its folder: refused",
    "a member that is a link": "c.zip: communes.geojson is a link: refused",
    "a code that clears the screen": "X?[2J Y",
}
"""Where it matters which answer it is."""


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(unpacked))
    (tmp_path / "given").mkdir()
    path = HOSTILE[kind](tmp_path / "given")
    before, began = sorted(tmp_path.rglob("*")), time.monotonic()
    with (
        Watch(os.getpid(), with_itself=False) as watch,
        pytest.raises(UnusableFile) as refusal,
        reading(Request((str(path),)), Silent()) as files,
    ):
        for _ in files.rows():
            pass
    assert time.monotonic() - began < SECONDS
    assert 1 < watch.most >> 20 < MEGABYTES
    assert refusal.value.reason == plain(refusal.value.reason)
    assert SAID.get(kind, "") in refusal.value.reason
    assert sorted(tmp_path.rglob("*")) == before
    # The one that a killed process had started for repairs ends by itself.
    assert all(process == os.getpid() for process in family(os.getpid()))
