"""The drill in small: 2,000 recipients, five kills. `make drill` has 100,000, and kills the database itself.

Here the database is the other tests' too: in place of its death all connections of the workers are cut.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from geoneighbour import settings as environment
from geoneighbour.alerts.crew import Crew
from geoneighbour.database.engine import as_service, make_engine
from tests.drill import ground, outage
from tests.drill.drill import survive, working
from tests.drill.mail_server import WAYS, mail_server
from tests.drill.sink import sink

CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_nothing_is_lost_and_hardly_anything_sent_twice(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    author, _ = ground.people(database, 2000)

    def cut() -> None:
        with database.connect() as connection:
            connection.execute(CUT)

    with sink() as counting, working(database_url, counting.port, lease_seconds=4) as workers:
        result = survive(
            database, workers, counting, author, 4, 1, cut, seed=int(os.environ.get("DRILL_SEED", "7"))
        )
    assert result.rows == result.recipients == result.marked_sent == 2000
    assert result.duplicate_rows == 0
    assert result.lost == 0
    # Twenty at most for each of the two threads of a process that was killed. What a cut connection left unwritten is kept.
    assert result.twice <= 4 * 2 * 20


def test_a_mail_server_that_is_away_holds_up_nothing_else_and_gets_all_when_it_is_back(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes in two seconds (tests/drill/outage.py), of which a conversation takes as long. `make drill` has a minute for them."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    environment.load.cache_clear()
    _, hamlet = ground.people(database, 0, 10)
    outage.reachable(database, tmp_path, hamlet)
    with mail_server() as server:
        settings = outage.settings_for(server.port)
        environment.load.cache_clear()
        url = as_service(database_url)
        crew = Crew(make_engine(url, ping=False), settings, outage.ways(settings, 2), url)
        running = threading.Thread(target=crew.run)
        running.start()
        try:
            told = outage.suffer(database, server, hamlet, WAYS, 600, 300, 6)
        finally:
            crew.ring_off()
            running.join()
    assert (told.lost, told.twice, told.others_open) == (0, 0, 0)
    assert told.turned_away > 1
    assert told.p99 < told.p99_before + 1
