"""Fills a database with made members, in the state that the services would have made.

    python -m tests.bench.population --members 1000000 [--seed 1] [--posts 200000] [--neighbourhoods 19000] [--communes FOLDER]

DATABASE_URL says where (the private cluster of STATE_DIR otherwise); it is upgraded, and holds no member. Its communes are
used; where there are none, those of FOLDER are imported by the project's own command (default: ../shared/data when it is
there, else the demonstration's).

Homes cluster as people live (ground.py), 93 % are verified, 85 % of those whom open neighbourhoods cover chose one. Nothing
is held in memory but a commune's homes, a batch of zones and the list of surroundings (8 bytes each, below a million in all
of France); the rest is COPY and sorting in the database. 68 million members need some 15 GB of disk, and as much again while they are sorted.
The same seed makes the same members on the same communes; times count back from now.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session
from tqdm import tqdm

from geoneighbour import settings
from geoneighbour.database.engine import copying, database_url, make_engine, transaction
from geoneighbour.demo import territory
from geoneighbour.errors import Conflict
from geoneighbour.ground import cells
from geoneighbour.members.models import Member
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import batches
from tests.bench import ground, made_zones

SHARED = Path(__file__).parents[3] / "shared" / "data"
COPY_STAGED = "COPY population_staged (place, lon, lat, surroundings, home_cell) FROM STDIN"
COPY_WIDER_AREAS = "COPY wider_area (zone, other, rings) FROM STDIN"


@click.command(help=__doc__)
@click.option("--members", type=click.IntRange(1), required=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--posts", type=click.IntRange(0), help="Default: one for five members.")
@click.option(
    "--neighbourhoods",
    type=click.IntRange(0),
    help="Default: one for 50 members, at most 19,000 or one for 2,000.",
)
@click.option(
    "--communes", type=click.Path(path_type=Path, exists=True), default=SHARED if SHARED.exists() else None
)
def main(
    members: int, seed: int, posts: int | None, neighbourhoods: int | None, communes: Path | None
) -> None:
    url = database_url(settings.load())
    engine = make_engine(url)
    with Session(engine) as session:
        if not session.scalar(text("SELECT EXISTS (SELECT FROM commune)")):
            import_communes(url, communes or territory.communes_file())
    began = time.monotonic()
    fill(
        engine,
        members,
        seed,
        posts,
        neighbourhoods,
        say=lambda what: tqdm.write(f"{time.monotonic() - began:7.1f} s  {what}"),
    )


def import_communes(url: str, files: Path) -> None:
    """By the project's own command."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "geoneighbour",
            "communes",
            "import",
            str(files),
            "--vintage",
            "2018",
            "--source",
            "made for measuring",
        ],
        env={**os.environ, "DATABASE_URL": url},
        check=True,
    )


def fill(
    engine: Engine,
    members: int,
    seed: int = 1,
    posts: int | None = None,
    neighbourhoods: int | None = None,
    say: Any = lambda what: None,
    now: datetime | None = None,
) -> None:
    """Members, neighbourhoods, a review, posts; Conflict when somebody lives there already."""
    if posts is None:
        posts = members // 5
    if neighbourhoods is None:
        neighbourhoods = neighbourhoods_for(members)
    with filling(engine) as session:
        values: dict[str, Any] = {
            "seed": seed,
            "members": members,
            "posts": posts,
            "first": 1,
            "last": members,
        }
        values["now"] = now or datetime.now(UTC)
        if session.scalar(select(Member.id).limit(1)) is not None:
            raise Conflict("members live in this database already: made members are for an empty one")
        run(session, "stage", values)
        copy_homes(session, members, seed)
        run(session, "arrive", values)
        say("homes")
        with without_indexes(session, "zone", "zone_cell", "neighbourhood"):
            seats = session.execute(text(BLOCKS["seats"]), {"wanted": neighbourhoods}).all()
            drawn = made_zones.draw(session, [tuple(seat) for seat in seats], seed)
            say(f"{drawn} neighbourhoods")
            made = made_zones.surroundings(session, session.scalars(text(BLOCKS["surroundings"])).all())
        say(f"{made} surroundings")
        with without_indexes(session, "private.home", "member"):
            run(session, "members", values)
            run(session, "homes", values)
        say("members")
        with without_indexes(session, "residence"):
            run(session, "residences", values)
        say("residences")
        # As if everybody had come before the first review: all look as far as one looks, and then as the census says.
        run(session, "census", values)
        run(session, "all_look_far", values)
        anchors = session.scalars(text(BLOCKS["anchors"])).all()
        for some in in_batches(anchors, "spreads"):
            batches.review_spreads(session, some)
        say("spreads")
    with filling(engine) as session:
        with without_indexes(session, "wider_area"):
            say(f"{copy_wider_areas(session)} pairs of zones")
        run(session, "related", values)
        say("wider areas")
        say(f"reviewed: {review.run(session)}")
        run(session, "reviewed", values)
    with filling(engine) as session:
        run(session, "posts", values)
        run(session, "placed", values)
        say("posts")


@contextmanager
def without_indexes(session: Session, *tables: str) -> Iterator[None]:
    """Indexes that no constraint stands on are made anew at the end, which is quicker than to keep them meanwhile."""
    indexes = session.execute(text(BLOCKS["indexes"]), {"tables": list(tables)}).all()
    for name, _ in indexes:
        session.execute(text(f"DROP INDEX {name}"))
    yield
    for _, made in indexes:
        session.execute(text(made))


@contextmanager
def filling(engine: Engine) -> Iterator[Session]:
    """One transaction, in which a superuser's rows are not compared one by one with those that they name."""
    with transaction(engine) as session:
        if session.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("SET LOCAL work_mem = '256MB'"))
        session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        yield session


def neighbourhoods_for(members: int) -> int:
    return min(members // 50, max(19_000, members // 2_000))


def copy_homes(session: Session, members: int, seed: int) -> None:
    """Each commune's homes, one commune after the other."""
    towns = towns_of(session)
    inhabitants = ground.people(towns, seed)
    counts = shares(inhabitants, members)
    place = 0
    with transaction(session.get_bind()) as reading, copying(session, COPY_STAGED) as copy:
        for start in tqdm(range(0, len(towns), 500), desc="homes", disable=None):
            some = [index for index in range(start, min(start + 500, len(towns))) if counts[index]]
            outlines = outlines_of(reading, [towns[index].id for index in some])
            for index in some:
                town, count = towns[index], int(counts[index])
                rng = np.random.default_rng([seed, 2, index])
                lons, lats = ground.homes(outlines[town.id], town, inhabitants[index], count, rng)
                eights, nines = (
                    cells.cells_at(lons, lats, level) for level in (cells.SURROUNDINGS, cells.COVER)
                )
                rows = zip(
                    range(place, place + count),
                    lons.tolist(),
                    lats.tolist(),
                    eights.tolist(),
                    nines.tolist(),
                    strict=True,
                )
                copy.write(
                    "".join(f"{n}\t{lon!r}\t{lat!r}\t{eight}\t{nine}\n" for n, lon, lat, eight, nine in rows)
                )
                place += count


def towns_of(session: Session) -> list[ground.Town]:
    return [ground.Town(*row) for row in session.execute(text(BLOCKS["towns"]))]


def shares(inhabitants: ground.Numbers, members: int) -> NDArray[np.int64]:
    """Whole members of each commune, as many as asked: what is left of one goes to the next."""
    upto = np.cumsum(inhabitants)
    return np.diff(np.floor(upto / upto[-1] * members + 0.5).astype(np.int64), prepend=0)


def copy_wider_areas(session: Session) -> int:
    """All pairs, each from both its ends: what relate_zones() would store, where nothing is stored yet."""
    ids, spreads = spreads_of_zones(session)
    stored = sum(copy_pairs(session, some, ids, spreads) for some in in_batches(ids.tolist(), "wider areas"))
    return stored // 2


def spreads_of_zones(session: Session) -> tuple[cells.Cells, cells.Cells]:
    """All zones in order, and the spread of each."""
    rows = np.array([tuple(row) for row in session.execute(text(BLOCKS["spread_of_zones"]))], np.int64)
    ids, spreads = rows.reshape(-1, 2).T
    return ids, spreads


def copy_pairs(session: Session, some: Sequence[int], ids: cells.Cells, spreads: cells.Cells) -> int:
    """The wider areas of some zones, as seen from their side; returns how many rows."""
    zone, other, rings = batches.pairs(session, some)
    furthest = np.maximum(*(spreads[np.searchsorted(ids, side)] for side in (zone, other)))
    near = rings <= furthest
    columns = (column[near].tolist() for column in (zone, other, rings))
    with copying(session, COPY_WIDER_AREAS) as copy:
        copy.write("".join(f"{one}\t{two}\t{steps}\n" for one, two, steps in zip(*columns, strict=True)))
    return int(np.count_nonzero(near))


def in_batches(ids: Sequence[int], doing: str) -> Iterator[Sequence[int]]:
    for start in tqdm(range(0, len(ids), batches.SIZE), desc=doing, disable=None):
        yield ids[start : start + batches.SIZE]


def outlines_of(session: Session, ids: list[int]) -> dict[int, shapely.MultiPolygon]:
    rows = session.execute(
        text("SELECT id, ST_AsBinary(geom) FROM commune WHERE id = ANY (:ids)"), {"ids": ids}
    ).all()
    return {key: shapely.from_wkb(bytes(wkb)) for key, wkb in rows}


def run(session: Session, block: str, values: dict[str, Any]) -> None:
    """The statements of a block of population.sql, one after the other."""
    for statement in BLOCKS[block].split(";\n"):
        if statement.strip():
            session.execute(text(statement), values)


def blocks(file: Path) -> dict[str, str]:
    """The parts of a file of SQL by their names."""
    parts = file.read_text(encoding="utf-8").split("-- name: ")[1:]
    return {name: body for name, _, body in (part.partition("\n") for part in parts)}


BLOCKS = blocks(Path(__file__).with_suffix(".sql"))

if __name__ == "__main__":
    main()
