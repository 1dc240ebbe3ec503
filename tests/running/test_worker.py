"""The worker does the weekly review, also one that fell due while it was off."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select

from geoneighbour.errors import InvalidInput
from geoneighbour.nearness.models import Review
from geoneighbour.running.worker import make_app
from geoneighbour.settings import Settings


def reviews(database: Engine) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Review)) or 0


async def work(url: str, seconds: float) -> None:
    app = make_app(url, Settings())
    async with app.open_async():
        worker = asyncio.create_task(app.run_worker_async(install_signal_handlers=False))
        await asyncio.wait({worker}, timeout=seconds)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def test_the_review_that_fell_due_is_made_up_for_once(database_url: str, database: Engine) -> None:
    # A thread of its own: the browser tests leave an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        for _ in range(2):
            thread.submit(lambda: asyncio.run(work(database_url, seconds=2))).result()
    assert reviews(database) == 1


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="REVIEW_CRON"):
        make_app("postgresql://nowhere/", Settings(review_cron="on Mondays"))
