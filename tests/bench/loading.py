"""Loads made rows as they lie in memory: binary COPY into emptied tables, their indexes made afterwards, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.database.engine import copying, make_engine
from geoneighbour.ground import cells
from tests.bench import population
from tests.bench.lots import lots

GROUND = ("zone", "zone_cell", "neighbourhood")
AT_ONCE = 500_000
MICROSECONDS = 730 * 86_400 * 1_000_000
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
ALWAYS = np.iinfo(np.int64).min
"""-infinity, as PostgreSQL sends it."""
COPY_HOMES = "COPY private.home (member_id, geom) FROM STDIN (FORMAT binary, FREEZE)"
COPY_RESIDENCES = (
    "COPY residence (member_id, zone, surroundings, home_cell, since, hidden_from_wider, commune_id, known_from)"
    " FROM STDIN (FORMAT binary, FREEZE)"
)
_FIELDS = ("fields", ">i2")
HOME = np.dtype(
    [
        *(_FIELDS, ("l1", ">i4"), ("id", ">i4")),
        *(("l2", ">i4"), ("endian", "u1"), ("type", "<u4"), ("srid", "<u4"), ("lon", "<f8"), ("lat", "<f8")),
    ]
)
RESIDENCE = np.dtype(
    [
        *(_FIELDS, ("l1", ">i4"), ("id", ">i4"), ("l2", ">i4"), ("zone", ">i8")),
        *(("l3", ">i4"), ("surroundings", ">i8"), ("l4", ">i4"), ("home_cell", ">i8")),
        *(("l5", ">i4"), ("since", ">i8"), ("l6", ">i4"), ("hidden", "u1")),
        *(("l7", ">i4"), ("commune_id", ">i8"), ("l8", ">i4"), ("known_from", ">i8")),
    ]
)


@dataclass(frozen=True)
class Standing:
    """Of the members in the order of their ids, as population.sql draws it."""

    verified: NDArray[np.bool_]
    known: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    came: NDArray[np.int64]
    """Microseconds since 2000."""

    @staticmethod
    def of(members: int, seed: int, now: datetime) -> Standing:
        ids = np.arange(1, members + 1)
        lot = np.abs(lots(ids, seed + 1))
        verified = lot // 12 % 100 < 93
        since = now - EPOCH
        moment = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        return Standing(
            verified,
            verified & (lot // 1200 % 100 != 0),
            lot // 120_000 % 100 < 3,
            moment - (members - ids) * (MICROSECONDS // members),
        )


def load(
    url: str,
    standing: Standing,
    homes: NDArray[Any],
    zones: NDArray[np.int64],
    values: Mapping[str, Any],
    say: Callable[[str], None],
) -> None:
    """Members, homes and residences, each by a connection of its own, and then their indexes."""

    def members() -> None:
        # Of a million at a time; nothing but their ids says what they are.
        step = max(1, -(-homes.size // max(1, homes.size // 1_000_000)))
        for first in range(1, homes.size + 1, step):
            last = min(homes.size, first + step - 1)
            with own(url) as session:
                population.run(session, "members", {**values, "first": first, "last": last})
        say("  members")

    def places() -> None:
        with own(url) as session:
            session.execute(text("TRUNCATE private.home"))
            _copy(session, COPY_HOMES, (home_rows(homes[some], some.start) for some in _slices(homes.size)))
        say("  homes")

    def residences() -> None:
        with own(url) as session:
            session.execute(text("TRUNCATE residence"))
            rows = (residence_rows(homes[some], zones[some], standing, some) for some in _slices(homes.size))
            _copy(session, COPY_RESIDENCES, rows)
        say("  residences")

    with own(url) as session:
        made = drop_indexes(session, "private.home", "member", "residence")
    _all_at_once(members, places, residences)
    make_all(url, made, ["VACUUM (FREEZE, ANALYZE) member"], ["ANALYZE private.home, residence"])


def home_rows(homes: NDArray[Any], before: int) -> bytes:
    rows = np.zeros(homes.size, HOME)
    rows["fields"], rows["l1"], rows["l2"] = 2, 4, 25
    rows["id"] = np.arange(before + 1, before + 1 + homes.size)
    # EWKB: a point that says its SRID.
    rows["endian"], rows["type"], rows["srid"] = 1, 0x20000001, 4326
    rows["lon"], rows["lat"] = homes["lon"], homes["lat"]
    return rows.tobytes()


def residence_rows(homes: NDArray[Any], zones: NDArray[np.int64], standing: Standing, some: slice) -> bytes:
    rows = np.zeros(homes.size, RESIDENCE)
    rows["fields"], rows["l1"], rows["l6"] = 8, 4, 1
    rows["id"] = np.arange(some.start + 1, some.start + 1 + homes.size)
    for length in ("l2", "l3", "l4", "l5"):
        rows[length] = 8
    rows["zone"], rows["surroundings"], rows["home_cell"] = zones, homes["surroundings"], homes["home_cell"]
    rows["since"], rows["hidden"] = standing.came[some], standing.hidden[some]
    placed, known = homes["commune_id"] >= 0, standing.known[some]
    rows["commune_id"], rows["l7"] = homes["commune_id"], np.where(placed, 8, -1)
    rows["known_from"], rows["l8"] = ALWAYS, np.where(known, 8, -1)
    # What is null has a length of -1, and no value.
    sent = np.ones((homes.size, RESIDENCE.itemsize), np.bool_)
    for column, there in (("commune_id", placed), ("known_from", known)):
        at = RESIDENCE.fields[column][1]  # type: ignore[index]
        sent[:, at : at + 8] = there[:, None]
    return bytes(rows.view(np.uint8).reshape(sent.shape)[sent].data)


def census(session: Session, home_cells: NDArray[np.int64]) -> None:
    """What nearness.take_census() counts, of the verified."""
    found, members = np.unique(home_cells, return_counts=True)
    with copying(session, "COPY census (cell, members) FROM STDIN") as copy:
        for some in _slices(found.size):
            pairs = zip(found[some].tolist(), members[some].tolist(), strict=True)
            copy.write("".join(f"{cell}\t{number}\n" for cell, number in pairs))


def publish(session: Session) -> int:
    """The cells that the census lets us publish, with their outlines."""
    found = session.execute(text("SELECT cell, members FROM nearness.cells_to_publish()")).all()
    with population.without_indexes(session, "cell_outline"):
        with copying(session, "COPY cell_outline (cell, geom) FROM STDIN") as copy:
            for cell, _ in population.tqdm(found, desc="outlines", disable=None):
                shape = shapely.set_srid(cells.outline(cell), 4326)
                copy.write(f"{cell}\t{shapely.to_wkb(shape, hex=True, include_srid=True)}\n")
        with copying(session, "COPY published_cell (cell, members) FROM STDIN") as copy:
            copy.write("".join(f"{cell}\t{members}\n" for cell, members in found))
    return len(found)


def _copy(session: Session, statement: str, parts: Iterator[bytes]) -> None:
    with copying(session, statement) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for part in parts:
            copy.write(part)
        copy.write(b"\xff\xff")


def _slices(size: int) -> Iterator[slice]:
    for start in range(0, size, AT_ONCE):
        yield slice(start, min(start + AT_ONCE, size))


def drop_indexes(session: Session, *tables: str) -> list[str]:
    """Indexes that no constraint stands on; returns the statements that make them anew."""
    found = session.execute(text(population.BLOCKS["indexes"]), {"tables": list(tables)}).all()
    for name, _ in found:
        session.execute(text(f"DROP INDEX {name}"))
    return [made for _, made in found]


def make_all(url: str, *statements: Sequence[str]) -> None:
    """Carries statements out, as many at a time as there are processors."""

    def make(statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '1GB'")
            connection.execute("SET max_parallel_maintenance_workers = 1")
            connection.execute(statement.encode())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, [one for some in statements for one in some]))


@contextmanager
def own(url: str) -> Iterator[Session]:
    """One transaction on a connection of its own, which ends with it."""
    engine = make_engine(url)
    try:
        with population.filling(engine) as session:
            yield session
    finally:
        engine.dispose()


def _all_at_once(*tasks: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()
