"""The rows of population.fill(), many at once: for all of France. tests/bench/test_bulk.py holds both to the same rows.

What fill() asks the database point by point is worked out here for whole communes, on all processors: homes and cells, the
commune (its outline among those that begin with it), the chosen neighbourhood, who is known. Homes are kept in files by batches of
communes, so that a run that was broken off goes on after them; everything else is loaded in the order of the members' ids,
into emptied tables without their indexes, as binary COPY.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geoneighbour.database.engine import copying, make_engine
from geoneighbour.ground import cells
from geoneighbour.neighbourhoods import batches
from tests.bench import ground, loading, made_zones, population
from tests.bench.lots import lots

HOME = np.dtype(
    [("lon", "f8"), ("lat", "f8"), ("surroundings", "i8"), ("home_cell", "i8"), ("commune_id", "i8")]
)
AT_ONCE = 250_000
"""Members of a batch of communes."""
CHOOSING = 85
"""Of a hundred whom neighbourhoods cover; as in population.sql."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Batch:
    """Communes one after the other (their places among all), and the members before them."""

    number: int
    communes: range
    first: int


def fill(
    url: str,
    members: int,
    folder: Path,
    seed: int = 1,
    posts: int | None = None,
    say: Say = print,
    now: datetime | None = None,
) -> None:
    """What population.fill() makes of an empty database. `folder` keeps the homes."""
    engine = make_engine(url)
    folder.mkdir(parents=True, exist_ok=True)
    posts, now = members // 5 if posts is None else posts, now or datetime.now(UTC)
    with population.filling(engine) as session:
        towns = population.towns_of(session)
        outlines = outlines_of(session, towns)
    values = {"seed": seed, "members": members, "posts": posts, "now": now}
    homes = np.concatenate(list(made_homes(towns, outlines, members, seed, folder)))
    say("homes, cells and communes")
    by_id = np.argsort(lots(np.arange(members), seed), kind="stable")
    ids = np.empty(members, np.int64)
    ids[by_id] = np.arange(1, members + 1)
    with population.filling(engine) as session, population.without_indexes(session, *loading.GROUND):
        seats = homes[by_id[: population.neighbourhoods_for(members)]]
        drawn = made_zones.draw(
            session, list(zip(seats["lon"].tolist(), seats["lat"].tolist(), strict=True)), seed
        )
        say(f"{drawn} neighbourhoods")
        around = np.unique(homes["surroundings"])
        say(f"{made_zones.surroundings(session, around.tolist())} surroundings")
        quarters = np.array(
            [
                shapely.from_wkb(bytes(wkb))
                for wkb in session.scalars(text("SELECT ST_AsBinary(geom) FROM neighbourhood ORDER BY id"))
            ]
        )
    engine.dispose()
    zones = np.concatenate(list(chosen(homes, ids, quarters, seed)))
    say("choices")
    standing = loading.Standing.of(members, seed, now)
    loading.load(url, standing, homes[by_id], zones[by_id], values, say)
    say("members, homes, residences and their indexes")
    review(engine, url, standing, homes["home_cell"][by_id], say)
    with population.filling(engine) as session:
        population.run(session, "posts", values)
        say("posts")
        with population.without_indexes(session, "post_cell"):
            population.run(session, "placed_at_once", values)
        say("cells of posts")
    engine.dispose()


def outlines_of(session: Session, towns: Sequence[ground.Town]) -> list[shapely.MultiPolygon]:
    """In the order of the towns, which is that in which a place on a border belongs to the first."""
    found: dict[int, shapely.MultiPolygon] = {}
    for start in range(0, len(towns), 1000):
        found |= population.outlines_of(session, [town.id for town in towns[start : start + 1000]])
    return [found[town.id] for town in towns]


def made_homes(
    towns: Sequence[ground.Town],
    outlines: Sequence[shapely.MultiPolygon],
    members: int,
    seed: int,
    folder: Path,
) -> Iterator[NDArray[Any]]:
    """The homes of batch after batch, in the order of communes."""
    inhabitants = ground.people(towns, seed)
    counts = population.shares(inhabitants, members)
    tree = shapely.STRtree(outlines)
    town_ids = np.array([town.id for town in towns])

    def make(batch: Batch) -> Path:
        path = folder / f"homes-{members}-{seed}-{batch.number}.npy"
        if path.exists():
            return path
        made = [np.empty(0, HOME)]
        for index in batch.communes:
            if not counts[index]:
                continue
            rng = np.random.default_rng([seed, 2, index])
            lons, lats = ground.homes(
                outlines[index], towns[index], inhabitants[index], int(counts[index]), rng
            )
            some = np.empty(lons.size, HOME)
            some["lon"], some["lat"] = lons, lats
            some["surroundings"], some["home_cell"] = (
                cells.cells_at(lons, lats, level) for level in (cells.SURROUNDINGS, cells.COVER)
            )
            found = first_covering(tree, outlines, lons, lats)
            some["commune_id"] = np.where(found >= 0, town_ids[found], -1)
            made.append(some)
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            np.save(file, np.concatenate(made))
        draft.rename(path)
        return path

    for path in on_all_processors(make, batches_of(counts), "homes"):
        yield np.load(path)


def batches_of(counts: NDArray[np.int64]) -> list[Batch]:
    upto = np.cumsum(counts)
    ends = np.flatnonzero(np.diff(upto // AT_ONCE, append=upto[-1] // AT_ONCE + 1)) + 1
    starts = [0, *ends.tolist()[:-1]]
    return [
        Batch(number, range(start, end), int(upto[start] - counts[start]))
        for number, (start, end) in enumerate(zip(starts, ends.tolist(), strict=True))
    ]


def first_covering(
    tree: shapely.STRtree,
    outlines: Sequence[shapely.MultiPolygon],
    lons: ground.Numbers,
    lats: ground.Numbers,
) -> NDArray[np.int64]:
    """The first outline that covers each place, border included; -1: none."""
    found = np.full(lons.size, -1)
    for near in np.sort(tree.query(shapely.box(lons.min(), lats.min(), lons.max(), lats.max()))):
        west, south, east, north = outlines[near].bounds
        asked = np.flatnonzero(
            (found < 0) & (lons >= west) & (lons <= east) & (lats >= south) & (lats <= north)
        )
        if asked.size:
            shapely.prepare(outlines[near])
            found[asked[shapely.intersects_xy(outlines[near], lons[asked], lats[asked])]] = near
    return found


def chosen(
    homes: NDArray[Any], ids: NDArray[np.int64], quarters: NDArray[Any], seed: int
) -> Iterator[NDArray[np.int64]]:
    """The zone of each home, batch after batch: of the neighbourhoods that cover it the one with the least lot, else its surroundings."""
    tree, bounds = shapely.STRtree(quarters), shapely.bounds(quarters)

    def choose(start: int) -> NDArray[np.int64]:
        some = homes[start : start + AT_ONCE]
        of_member = ids[start : start + AT_ONCE]
        zones, least = some["surroundings"].copy(), np.full(some.size, np.iinfo(np.int64).max)
        choosing = np.abs(lots(of_member, seed + 2)) % 100 < CHOOSING
        order = np.flatnonzero(choosing)[np.argsort(some["lon"][choosing], kind="stable")]
        lons, lats = some["lon"][order], some["lat"][order]
        if not order.size:
            return zones
        for near in tree.query(shapely.box(lons[0], lats.min(), lons[-1], lats.max())):
            west, south, east, north = bounds[near]
            low, high = np.searchsorted(lons, west), np.searchsorted(lons, east, "right")
            at = low + np.flatnonzero((lats[low:high] >= south) & (lats[low:high] <= north))
            if not at.size:
                continue
            shapely.prepare(quarters[near])
            inside = order[at[shapely.intersects_xy(quarters[near], lons[at], lats[at])]]
            lot = lots(np.full(inside.size, near + 1), of_member[inside])
            better = lot < least[inside]
            zones[inside[better]], least[inside[better]] = near + 1, lot[better]
        return zones

    yield from on_all_processors(choose, range(0, homes.size, AT_ONCE), "choices")


def review(
    engine: Engine, url: str, standing: loading.Standing, home_cells: NDArray[np.int64], say: Say
) -> None:
    """Spreads, wider areas and published cells as a first review leaves them; its own step for spreads would change nothing."""
    with population.filling(engine) as session:
        loading.census(session, home_cells[standing.verified])
        population.run(session, "all_look_far", {})
        anchors = session.scalars(text(population.BLOCKS["anchors"])).all()
    say("census")
    engine.dispose()

    def spread(start: int) -> int:
        with loading.own(url) as session:
            return len(batches.review_spreads(session, anchors[start : start + batches.SIZE]))

    sum(on_all_processors(spread, range(0, len(anchors), batches.SIZE), "spreads"))
    say("spreads")
    with population.filling(engine) as session:
        ids, spreads = population.spreads_of_zones(session)
        indexes = loading.drop_indexes(session, "wider_area")
        session.execute(text("ALTER TABLE wider_area DROP CONSTRAINT pk_wider_area"))
    engine.dispose()

    def relate(start: int) -> int:
        with loading.own(url) as session:
            return copy_pairs(session, slice(start, start + batches.SIZE), ids, spreads)

    pairs = sum(on_all_processors(relate, range(0, ids.size, batches.SIZE), "wider areas"))
    loading.make_all(
        url, ["ALTER TABLE wider_area ADD CONSTRAINT pk_wider_area PRIMARY KEY (zone, other)"], indexes
    )
    say(f"{pairs} pairs of zones")
    with population.filling(engine) as session:
        population.run(session, "related", {})
        say(f"{loading.publish(session)} cells published")
        population.run(session, "reviewed", {})


def copy_pairs(session: Session, some: slice, ids: cells.Cells, spreads: cells.Cells) -> int:
    """The pairs whose larger spread is that of some zones, both ways: no zone looks further than its own spread."""
    most = dict(zip(ids[some].tolist(), spreads[some].tolist(), strict=True))
    zone, other, rings = batches.pairs(session, list(most), most)
    mine, its = (spreads[np.searchsorted(ids, side)] for side in (zone, other))
    found = (rings <= mine) & ((mine > its) | (mine == its) & (zone < other))
    columns = [column[found].tolist() for column in (zone, other, rings)]
    with copying(session, population.COPY_WIDER_AREAS) as copy:
        copy.write(
            "".join(
                f"{one}\t{two}\t{steps}\n{two}\t{one}\t{steps}\n"
                for one, two, steps in zip(*columns, strict=True)
            )
        )
    return len(columns[0])


_doing: Callable[[Any], Any]


def _do(what: Any) -> Any:
    return _doing(what)


def on_all_processors(work: Any, pieces: Iterable[Any], saying: str) -> Iterator[Any]:
    """What `work` makes of each piece, in their order, in processes forked here: they know all that this one knows."""
    global _doing
    _doing = work
    pieces = list(pieces)
    with get_context("fork").Pool(os.cpu_count()) as pool:
        yield from population.tqdm(pool.imap(_do, pieces), total=len(pieces), desc=saying, disable=None)
