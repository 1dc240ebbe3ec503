"""The worker does the weekly review and the nightly sweep, also those that fell due while it was off."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from geoneighbour import mailing
from geoneighbour.alerts.models import AlertChannelShare
from geoneighbour.database.engine import as_service, transaction
from geoneighbour.errors import InvalidInput
from geoneighbour.nearness.models import Review
from geoneighbour.running.worker import make_app
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from tests.world import communes, settled


def reviews(database: Engine) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Review)) or 0


async def work(url: str, settings: Settings, seconds: float) -> None:
    app = make_app(as_service(url), settings)
    async with app.open_async():
        worker = asyncio.create_task(app.run_worker_async(install_signal_handlers=False))
        await asyncio.wait({worker}, timeout=seconds)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def test_what_fell_due_is_made_up_for_once(database_url: str, database: Engine, tmp_path: Path) -> None:
    # Photos of its own: the sweep deletes what this database does not name.
    photos = tmp_path / "photos"
    photos.mkdir()
    settings = Settings(photo_dir=photos, state_dir=tmp_path / "state")
    left, young = photos / "left.webp", photos / "young.webp"
    for file in (left, young):
        file.touch()
    os.utime(left, (1_000_000_000, 1_000_000_000))
    with transaction(database) as session:
        mailing.queue(session, Sealer(settings), "anne@exemple.fr", "Bonjour", "Un mot.")
        communes(session, ["A"])
        settled(session, "Anne", -2.05, 48.55)
    # A thread of its own: the browser tests leave an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        for _ in range(2):
            thread.submit(lambda: asyncio.run(work(database_url, settings, seconds=2))).result()
    assert reviews(database) == 1
    with database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(AlertChannelShare)), "counted by no request"
    assert [path.name for path in photos.iterdir()] == ["young.webp"]
    (sent,) = (tmp_path / "state/mail").glob("*.eml")
    assert "anne@exemple.fr" in sent.read_text()


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="REVIEW_CRON"):
        make_app("postgresql://nowhere/", Settings(review_cron="on Mondays"))
