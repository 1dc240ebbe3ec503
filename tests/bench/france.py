"""All of France as members, or as many as fit: Q2 and Q3 at a million and at that many, in one run.

    python -m tests.bench.france [--members 1000000,68000000] [--posts 800000] [--rounds 7] [--communes FOLDER] [--work FOLDER]

Filled by bulk.py: the rows that population.fill() makes. The databases are those of `databases.py`, beside them, and `--drop` of
tests.bench removes them; --work keeps the homes of a run that was broken off. The rivals read views of the same tables, so they cost no disk:
they are there for their answers. As many posts in each database, for the cells of 0.8 a member do not fit 60 GB.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
from click import echo

from geoneighbour.database import scratch, upgrade
from geoneighbour.database.engine import database_in_use, make_engine
from geoneighbour.database.urls import changed
from geoneighbour.settings import Settings, load
from tests.bench import bulk, databases, goals, prepare, questions, report, run
from tests.bench.__main__ import COMMUNES

FRANCE = 68_000_000
QUESTIONS = Path(__file__).parent / "france"
VIEWS = Path(__file__).parent / "france.sql"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", default=f"1000000,{FRANCE}")
    parser.add_argument("--posts", type=int, default=800_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--communes", type=Path, default=COMMUNES)
    parser.add_argument("--work", type=Path, default=Path("build") / "france")
    parser.add_argument("--out", type=Path, default=Path("build") / "france")
    parser.add_argument("--fill-only", action="store_true", help="make the databases, ask nothing")
    options = parser.parse_args(arguments)
    members = sorted(int(number) for number in options.members.split(","))
    with filled(load(), members, options) as urls:
        return 0 if options.fill_only else ask(urls, options.rounds, options.out)


@contextmanager
def filled(
    settings: Settings, members: Sequence[int], options: argparse.Namespace
) -> Iterator[dict[int, str]]:
    with database_in_use(settings) as server:
        land = databases.land(server, settings, options.communes, _say)
        urls = {}
        for number in members:
            name = f"{land.removesuffix('_land')}_france_{number}_{options.posts}"
            if name not in databases.standing(server):
                draft = f"{name}_draft"
                scratch.drop(server, draft)
                url = scratch.create(server, draft, land)
                engine = make_engine(url)
                with engine.begin() as connection:
                    upgrade.apply_file(connection, upgrade.sql_files()[0])
                engine.dispose()
                bulk.fill(
                    url, number, options.work, posts=options.posts, say=partial(_told, time.monotonic())
                )
                databases.rename(server, draft, name)
            urls[number] = changed(server, dbname=name)
        for url in urls.values():
            _ready(url, settings)
        yield urls


def _ready(url: str, settings: Settings) -> None:
    """The rule as it stands in sql/ today, and the views that the rivals read."""
    engine = make_engine(url)
    upgrade.upgrade(engine, settings)
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(VIEWS.read_text(encoding="utf-8"))
        prepare.rings(connection)
        connection.execute("VACUUM")


def ask(urls: dict[int, str], number: int, out: Path) -> int:
    asked_for = questions.load(folder=QUESTIONS)
    with run.databases(urls) as opened:
        everything = [
            run.asked(question, members, connection, None)
            for question in asked_for
            for members, connection in opened.items()
        ]
        for asked in everything:
            _say(f"comparing {asked.question.key} at {asked.members:,} members")
            run.compare(asked)
        for where, who in goals.failed(everything).items():
            echo(f"DIFFERS: {where}: {', '.join(who)}")
        run.rounds(everything, number, _say)
    told = report.text(everything, [], [])
    out.mkdir(parents=True, exist_ok=True)
    (out / "france.txt").write_text(told + "\n", encoding="utf-8")
    (out / "france.md").write_text(report.markdown(everything, [], []), encoding="utf-8")
    echo(told)
    return 1 if goals.failed(everything) else 0


def _told(began: float, what: str) -> None:
    _say(f"{time.monotonic() - began:8.1f} s  load {os.getloadavg()[0]:4.1f}  {what}")


def _say(words: str) -> None:
    echo(words, err=True)


if __name__ == "__main__":
    sys.exit(main())
