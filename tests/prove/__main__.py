"""The rule against its oracle, at length: `make prove`, or `python -m tests.prove --help`.

A million points at random and a hundred thousand on and beside edges, then random territories of members, neighbourhoods
and posts. The first mismatch ends the run with its seed and exit code 1; Ctrl+C tells what was compared until then. Works in
databases of its own beside the one of the tests, and drops them.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session
from tqdm import tqdm

from geoneighbour.boundaries.reader import Request
from geoneighbour.communes.report import Bar
from geoneighbour.communes.service import import_communes
from geoneighbour.database import cluster, scratch, state, upgrade
from geoneighbour.database.engine import database_url, make_engine
from geoneighbour.settings import Settings
from tests.communes.test_france import FOLDER
from tests.prove import points, territories
from tests.prove.ground import Ground, add_demonstration, lay
from tests.prove.points import Mismatch

AT_ONCE = 20_000
POINTS_SEED = 1_000_000
"""Seeds below are those of territories."""


def prove(wanted: argparse.Namespace, counts: Counter[str]) -> None:
    """All that is wanted; Mismatch at the first difference."""
    with template() as (server, name):
        if wanted.points or wanted.edges:
            with database(server, name) as session:
                prove_points(session, wanted, counts)
        for seed in told(range(wanted.first, wanted.first + wanted.territories), "territories"):
            with database(server, name) as session:
                territories.live(session, seed, wanted.pairs, counts)


def prove_points(session: Session, wanted: argparse.Namespace, counts: Counter[str]) -> None:
    ground = laid(session, wanted)
    rounds = max(1, -(-max(wanted.points, wanted.edges) // AT_ONCE))
    for number in told(range(rounds), "rounds of points"):
        rnd = np.random.default_rng([POINTS_SEED, wanted.seed, number])
        for kind, how_many, made in (
            ("at random", wanted.points, points.at_random),
            ("on and beside edges", wanted.edges, points.on_edges),
        ):
            share = how_many * (number + 1) // rounds - how_many * number // rounds
            if share:
                points.compare(session, ground, made(rnd, ground, share), counts, kind)
        counts["points exactly on a border"] = ground.borders


def laid(session: Session, wanted: argparse.Namespace) -> Ground:
    """Real communes where the machine has them (tests/communes/test_france.py), else the demonstration's; and made-up ones."""
    if wanted.real and FOLDER.is_dir():
        say(f"Communes: {FOLDER}")
        request = Request((str(FOLDER),), None, None, None, None, None)
        with Bar() as bar:
            import_communes(session, request, 2018, progress=bar)
    else:
        say("Communes: the demonstration's; name a folder of real ones by GEONEIGHBOUR_COMMUNES.")
        add_demonstration(session)
    ground = lay(session, random.Random(wanted.seed), wanted.neighbourhoods)
    session.commit()
    session.execute(text("ANALYZE"))
    say(f"{len(ground.communes):,} communes, {len(ground.neighbourhoods):,} neighbourhoods")
    return ground


@contextmanager
def template() -> Iterator[tuple[str, str]]:
    """(URL of the server, name of an upgraded database), dropped at the end."""
    chosen = Settings()
    settings = chosen if chosen.database_url else Settings(state_dir=state.make(chosen) / "tests")
    was_running = settings.database_url or cluster.running(settings)
    server, name = database_url(settings), f"{scratch.PREFIX}prove_{secrets.token_hex(4)}"
    try:
        engine = make_engine(scratch.create(server, name))
        upgrade.upgrade(engine, settings)
        engine.dispose()
        yield server, name
    finally:
        scratch.drop(server, name)
        if not was_running:
            cluster.stop_if_last(settings)


@contextmanager
def database(server: str, like: str) -> Iterator[Session]:
    """A copy of the template, for one proof."""
    name = f"{like}_{secrets.token_hex(2)}"
    try:
        engine = make_engine(scratch.create(server, name, like))
        with engine.begin() as connection:
            upgrade.apply_file(connection, upgrade.sql_files()[0])
        with Session(engine) as session:
            yield session
        engine.dispose()
    finally:
        # Whoever is connected still, and made half when it was interrupted.
        scratch.drop(server, name)


def told(steps: range, what: str) -> Iterable[int]:
    """The steps, with a bar; in a log a line each minute."""
    return tqdm(steps, what, mininterval=0.1 if sys.stderr.isatty() else 60)


def say(words: str) -> None:
    tqdm.write(words, file=sys.stdout)
    sys.stdout.flush()


def table(counts: Counter[str]) -> str:
    return "\n".join(
        f"  {number:>14,}  {what}" for what, number in sorted(counts.items(), key=lambda row: -row[1])
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = int(os.environ.get("GEONEIGHBOUR_PROVE", "25"))
    parser.add_argument("--points", type=int, default=1_000_000, help="points at random")
    parser.add_argument("--edges", type=int, default=100_000, help="points on and beside edges")
    parser.add_argument("--neighbourhoods", type=int, default=5_000, help="drawn for the points")
    parser.add_argument(
        "--demonstration", dest="real", action="store_false", help="leave real communes aside"
    )
    parser.add_argument(
        "--territories", type=int, default=default, help="random territories (GEONEIGHBOUR_PROVE)"
    )
    parser.add_argument("--first", type=int, default=0, help="the seed of the first territory")
    parser.add_argument(
        "--pairs", type=int, default=10_000, help="of post and viewer in each territory, at least"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the points")
    wanted, counts, began = parser.parse_args(), Counter[str](), time.monotonic()
    try:
        prove(wanted, counts)
        ended = "0 mismatches"
    except Mismatch as mismatch:
        again = " ".join(["python -m tests.prove", *sys.argv[1:]])
        ended = (
            f"MISMATCH: {mismatch}\nThe same again: {again}"
            "\nA territory alone: --points 0 --edges 0 --first NUMBER --territories 1"
        )
    except KeyboardInterrupt:
        ended = "Interrupted: 0 mismatches until here"
    say(f"\nCompared in {time.monotonic() - began:,.0f} s:\n{table(counts)}\n{ended}.")
    return 0 if ended == "0 mismatches" else 130 if ended.startswith("Interrupted") else 1


if __name__ == "__main__":
    sys.exit(main())
