"""A database for each test: the upgraded template is built once and cloned; a clone is emptied and serves again.

Without DATABASE_URL the clones live in a cluster of the tests' own, which may lose all when the machine stops and is the
quicker for it. With it they are made beside the named database, which itself is only connected to. Names begin with
``geoneighbour_test_``.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from xdist.scheduler import LoadFileScheduling

from geoneighbour import settings as environment
from geoneighbour.database import cluster, scratch, state, upgrade
from geoneighbour.database.engine import database_url as server_url
from geoneighbour.database.engine import make_engine
from geoneighbour.database.urls import changed
from geoneighbour.demo.commands import demo
from geoneighbour.settings import ROOT, Settings
from tests.quick import quicken

HERE = Path(__file__).parent
PREFIX = f"{scratch.PREFIX}{state.key()}_"
BUILDING = f"{PREFIX}building"
SECRET = "for tests only"
ADDRESS_KEYS = "A" * 43

CHECKED: Counter[str] = Counter()
"""How many cases of each kind the random territories compared with the oracle."""
SHARED = {"browser": "browser", "demo": "browser", "nearness": "nearness"}
"""Rooms whose tests share something dear (a Chromium and the demonstration, random territories): one process runs all of them."""
FIRST = (
    "browser/test_story",
    "browser",
    "demo",
    "nearness",
    "web/test_policy",
    "communes/test_vintages",
    "database",
)
"""What takes longest starts first: no process is left with it at the end while the others wait."""


@dataclass
class Template:
    """An upgraded database to clone, on the server of `server` (a libpq URL)."""

    server: str
    name: str
    clones: Iterator[str]


@dataclass
class Territory:
    """A database that holds the demonstration, to clone, and what loading it said."""

    name: str
    loading: Result


@pytest.fixture(scope="session")
def settings() -> Settings:
    chosen = Settings()
    if chosen.database_url:
        return chosen
    return Settings(state_dir=state.make(chosen) / "tests")


@pytest.fixture(scope="session", autouse=True)
def _quick(tmp_path_factory: pytest.TempPathFactory) -> None:
    quicken(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def template(settings: Settings) -> Iterator[Template]:
    """The template of this state of models, migrations and sql/, kept between runs."""
    was_running = settings.database_url or cluster.running(settings)
    server = server_url(settings)
    if not settings.database_url:
        _waits_for_no_disk(server)
    name, run = f"{PREFIX}{_fingerprint()}", f"{PREFIX}{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        # Advisory locks tell other runs of the tests which databases are in use.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [BUILDING])
        _drop_leftovers(connection, server, keep=name)
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            _build(server, name, settings)
        for used in (name, run):
            connection.execute("SELECT pg_advisory_lock_shared(hashtext(%s))", [used])
        connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [BUILDING])
        yield Template(server, name, (f"{run}_{number}" for number in count()))
    if not was_running:
        cluster.stop_if_last(settings)


@pytest.fixture(scope="session")
def territory(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    """The demonstration, loaded once as an operator does, for all who clone it."""
    name = next(template.clones)
    url = clone(template.server, name, template.name)
    with pytest.MonkeyPatch.context() as patch:
        chosen = Settings(
            state_dir=tmp_path_factory.mktemp("demonstration"),
            database_url=url,
            secret_key=SECRET,
            address_keys=ADDRESS_KEYS,
        )
        patch.setattr(environment, "load", lambda: chosen)
        done = CliRunner().invoke(demo, ["load"], catch_exceptions=False)
    with psycopg.connect(template.server, autocommit=True) as connection:
        # The command ends with its process, and its connection with it; nobody may be in a database that is cloned.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name]
        )
    yield Territory(name, done)
    scratch.drop(template.server, name)


@pytest.fixture(scope="session")
def spare(template: Template) -> Iterator[dict[str, int]]:
    """Clones that a test has left as it found them, for the next one: making one takes a second on a busy machine."""
    names: dict[str, int] = {}
    yield names
    for name in names:
        scratch.drop(template.server, name)


@pytest.fixture
def database_url(template: Template, spare: dict[str, int]) -> Iterator[str]:
    """The libpq URL of an upgraded, otherwise empty database of the test's own."""
    name, state = spare.popitem() if spare else _clone(template)
    url = changed(template.server, dbname=name)
    yield url
    if _emptied(url) == state:
        spare[name] = state
    else:
        scratch.drop(template.server, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    """A session on the test's own database: it may commit."""
    with Session(database) as session:
        yield session


def _clone(template: Template) -> tuple[str, int]:
    """The name and the state (state.sql) of a new one."""
    name = next(template.clones)
    with psycopg.connect(clone(template.server, name, template.name)) as connection:
        return name, _state(connection)


def clone(server: str, name: str, of: str) -> str:
    """Makes a database like another one; returns its libpq URL."""
    url = scratch.create(server, name, of)
    engine = make_engine(url)
    with engine.begin() as connection:
        # A clone lacks what was granted on the database itself.
        upgrade.apply_file(connection, upgrade.sql_files()[0])
    engine.dispose()
    return url


def _emptied(url: str) -> int | None:
    """Empties the tables and ends all connections; returns the state, null where this user may not."""
    try:
        with psycopg.connect(url) as connection:
            connection.execute((HERE / "emptied.sql").read_bytes())
            return _state(connection)
    except psycopg.errors.InsufficientPrivilege:
        return None


def _state(connection: psycopg.Connection) -> int:
    return connection.execute((HERE / "state.sql").read_bytes()).fetchone()[0]


def _waits_for_no_disk(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def _build(server: str, name: str, settings: Settings) -> None:
    draft = f"{BUILDING}_{name.removeprefix(PREFIX)}"
    scratch.drop(server, draft)
    engine = make_engine(scratch.create(server, draft))
    upgrade.upgrade(engine, settings)
    engine.dispose()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {draft} RENAME TO {name}")


def _fingerprint() -> str:
    """Changes with whatever an upgrade reads."""
    package = ROOT / "geoneighbour"
    files = [*package.glob("*/models.py"), *package.glob("database/**/*.py"), package / "settings.py"]
    read = sha256(version("procrastinate").encode())
    for path in sorted([*files, *upgrade.sql_files()], key=Path.as_posix):
        read.update(path.name.encode() + path.read_bytes())
    return read.hexdigest()[:8]


def _drop_leftovers(connection: psycopg.Connection, server: str, keep: str) -> None:
    """Clones of runs that were killed, and templates of an earlier state, unless some run uses them now."""
    names = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    for (name,) in names.fetchall():
        owner = PREFIX + name.removeprefix(PREFIX).split("_")[0]
        lock = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [owner]).fetchone()
        if lock and lock[0]:
            if name != keep:
                scratch.drop(server, name)
            connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [owner])


class ByFile(LoadFileScheduling):
    """Where tests run in several processes, those of one file stay together, and those of a room whose tests share much."""

    def _split_scope(self, nodeid: str) -> str:
        room = nodeid.split("/")[1]
        return SHARED.get(room) or super()._split_scope(nodeid)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long has a shorter sister in each run, and waits for GEONEIGHBOUR_PROVE; the rest begins with the longest."""
    if "GEONEIGHBOUR_PROVE" not in os.environ:
        long = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=long)
        left_out = set(long)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    named = [turn for turn, start in enumerate(FIRST) if item.nodeid.startswith(f"tests/{start}")]
    return named[0] if named else len(FIRST)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["checked"] = dict(CHECKED)


def pytest_testnodedown(node: Any) -> None:
    CHECKED.update(getattr(node, "workeroutput", {}).get("checked", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = [
        words
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, words in getattr(report, "user_properties", ())
        if name == "figure" and report.when == "call"
    ]
    if told:
        terminalreporter.section("attacks: what is left to guess")
        terminalreporter.write_line("\n".join(told))
    if CHECKED:
        terminalreporter.section("random territories against the oracle")
        terminalreporter.write_line(", ".join(f"{number:,} {what}" for what, number in CHECKED.items()))
