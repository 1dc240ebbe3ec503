"""The databases of a run: one for each number of members, beside each other in the private cluster, kept between runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg

from geoneighbour.database import scratch, upgrade
from geoneighbour.database.engine import database_in_use, make_engine
from geoneighbour.database.urls import changed
from geoneighbour.demo import territory
from geoneighbour.settings import Settings
from tests.bench import population, prepare

PREFIX = f"{scratch.PREFIX}bench_"


@contextmanager
def prepared(
    settings: Settings, members: Sequence[int], communes: Path, say: Callable[[str], None]
) -> Iterator[dict[int, str]]:
    """The URL of each database, ready to be asked. `drop` removes them, and those of earlier tables."""
    with database_in_use(settings) as server:
        made = {number: f"{PREFIX}{_fingerprint(communes)}_{number}" for number in members}
        ground = land(server, settings, communes, say)
        urls = {}
        for number, name in made.items():
            if name not in standing(server):
                _populate(server, name, ground, number, say)
            urls[number] = changed(server, dbname=name)
            _bring_up(urls[number], settings, say)
        yield urls


def drop(settings: Settings) -> None:
    with database_in_use(settings) as server:
        for name in standing(server):
            scratch.drop(server, name)


def land(server: str, settings: Settings, communes: Path, say: Callable[[str], None]) -> str:
    """The name of the database that has the communes and nobody, made where it is missing."""
    name = f"{PREFIX}{_fingerprint(communes)}_land"
    if name not in standing(server):
        say(f"importing communes from {communes if communes.exists() else 'the demonstration'}")
        _build(server, name, settings, communes)
    return name


def _build(server: str, name: str, settings: Settings, communes: Path) -> None:
    draft = f"{name}_draft"
    scratch.drop(server, draft)
    url = scratch.create(server, draft)
    engine = make_engine(url)
    upgrade.upgrade(engine, settings)
    engine.dispose()
    population.import_communes(url, communes if communes.exists() else territory.communes_file())
    rename(server, draft, name)


def _populate(server: str, name: str, land: str, members: int, say: Callable[[str], None]) -> None:
    draft = f"{name}_draft"
    scratch.drop(server, draft)
    url = scratch.create(server, draft, land)
    say(f"making {members:,} members")
    engine = make_engine(url)
    with engine.begin() as connection:
        # A clone lacks what was granted on the database itself.
        upgrade.apply_file(connection, upgrade.sql_files()[0])
    population.fill(
        engine, members, posts=int(members * prepare.POSTS_A_MEMBER), say=lambda what: say(f"  {what}")
    )
    engine.dispose()
    rename(server, draft, name)


def _bring_up(url: str, settings: Settings, say: Callable[[str], None]) -> None:
    """The rule as it stands in sql/ today, and the rivals."""
    engine = make_engine(url)
    upgrade.upgrade(engine, settings)
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        prepare.rivals(connection)
    say(f"ready: {url.rpartition('_')[2].partition('?')[0]} members")


def rename(server: str, draft: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {draft} RENAME TO {name}")


def standing(server: str) -> list[str]:
    with psycopg.connect(server) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        return [name for (name,) in found]


def _fingerprint(communes: Path) -> str:
    """Changes with the ground and the tables; sql/ is applied again at each run. After a change of the population: --drop."""
    read = sha256(str(communes.absolute() if communes.exists() else "").encode())
    versions = Path(upgrade.__file__).parent / "migrations" / "versions"
    for path in sorted(versions.glob("*.py")):
        read.update(path.name.encode() + path.read_bytes())
    return read.hexdigest()[:8]
