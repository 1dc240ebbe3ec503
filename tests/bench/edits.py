"""What an edit costs in a database full of made members, beside the floor of assigning them all.

    python -m tests.bench.edits --year 2019

DATABASE_URL names a database that tests/bench/population.py has filled. One neighbourhood is redrawn, two are merged, two
communes are merged, and two vintages of all communes are imported: one in which every 100th has merged, one that draws all
anew. Each as the product does it, and right afterwards each answer is compared with what is asked anew. It changes that
database for good: --year is later than its communes' vintage.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import shapely
from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import Engine, func, text
from sqlalchemy.orm import Session

from geoneighbour import settings
from geoneighbour.boundaries.reader import Request
from geoneighbour.communes import service as communes
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.neighbourhoods import batches, effects
from geoneighbour.neighbourhoods.models import Change, Neighbourhood
from tests.bench.population import blocks

BLOCKS = blocks(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True)
class Edit:
    """`moved`: whose neighbourhood or commune is another one, or who was asked to leave; `wrong`: who is not where the rule says."""

    what: str
    seconds: float
    moved: int
    wrong: int


class Watch:
    """Told how an import gets on: when each of its stages began."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}

    def stage(self, doing: str) -> None:
        self.begun[doing] = time.monotonic()

    def to_read(self, count: int) -> None:
        """Nothing is shown."""

    def has_read(self, count: int) -> None:
        """Nothing is shown."""


@click.command(help=__doc__)
@click.option("--year", type=click.IntRange(1901, 2100), required=True)
def main(year: int) -> None:
    engine = make_engine(database_url(settings.load()))
    floor = timed(lambda: asked(engine, "floor_communes"))
    pairs = asked(engine, "largest")
    click.echo(f"Floor, all members to their communes: {floor:.2f} s")
    apart = [(pair.id, pair.beside) for pair in pairs[1:] if pair.beside != pairs[0].id]
    for edits in (
        lambda: [redraw(engine, pairs[0].id)],
        lambda: [merge(engine, apart)],
        lambda: merge_communes(engine, year),
        lambda: vintage(
            engine, "A vintage in which every 100th commune merged", "every_100th_merged", year + 1
        ),
        lambda: vintage(engine, "A vintage that draws all communes anew", "all_anew", year + 2),
    ):
        tell(edits(), floor)


def tell(edits: list[Edit], floor: float) -> None:
    for edit in edits:
        click.echo(
            f"{edit.what}: {edit.seconds:.2f} s ({edit.seconds / floor:.1f} x the floor), {edit.moved:,} moved, {edit.wrong} wrong"
        )


def redraw(engine: Engine, neighbourhood: int) -> Edit:
    """The largest loses the third of its ground that lies furthest west."""
    with transaction(engine) as session:
        outline = to_shape(session.get_one(Neighbourhood, neighbourhood).geom)
        west, south, east, north = outline.bounds
        kept = shapely.intersection(outline, shapely.box(west + (east - west) / 3, south, east, north))
        parts = [part for part in shapely.get_parts(kept) if part.geom_type == "Polygon"]
        accept(session, neighbourhood, "redraw", geom=from_shape(shapely.MultiPolygon(parts), 4326))
    seconds = carried_out(engine)
    outside, told = asked(engine, "outside", zone=neighbourhood)[0]
    return Edit(
        "One neighbourhood redrawn", seconds, told, abs(outside - told) + pairs_wrong(engine, [neighbourhood])
    )


def merge(engine: Engine, pairs: list[tuple[int, int]]) -> Edit:
    """The first that are not too large together; the larger one goes into the other."""
    with transaction(engine) as session:
        gone, heir = next(
            pair
            for pair in pairs
            if effects.merger(session, *(session.get_one(Neighbourhood, side) for side in pair)) is not None
        )
        accept(session, gone, "merge", into_id=heir)
        moved = session.scalar(text("SELECT count(*) FROM residence WHERE zone = :gone"), {"gone": gone}) or 0
    seconds = carried_out(engine)
    with Session(engine) as session:
        left = session.scalar(text("SELECT count(*) FROM residence WHERE zone = :gone"), {"gone": gone}) or 0
    return Edit("Two neighbourhoods merged", seconds, moved, left + pairs_wrong(engine, [heir]))


def merge_communes(engine: Engine, year: int) -> list[Edit]:
    """The two that border on each other with the most members; the file holds what they make together."""
    ((heir, gone),) = asked(engine, "touching")
    ((merged,),) = asked(engine, "merged", heir=heir, gone=gone)
    return imported(engine, "Two communes merged", [merged], year, ".geojson")


def vintage(engine: Engine, what: str, block: str, year: int) -> list[Edit]:
    """All communes in one file."""
    features = [feature for (feature,) in asked(engine, block)]
    return imported(engine, what, features, year, ".geojsonl")


def imported(engine: Engine, what: str, lines: list[str], year: int, suffix: str) -> list[Edit]:
    """The whole import but for its reading, and of it what follows homes and posts."""
    watch = Watch()
    with TemporaryDirectory() as folder:
        file = Path(folder, f"communes{suffix}")
        file.write_text("\n".join(lines), encoding="utf-8")
        with transaction(engine) as session:
            request = Request((str(file),), code_field="code", name_field="nom")
            summary = communes.import_communes(session, request, year, source="made", progress=watch)
            following = time.monotonic() - watch.begun["following homes and posts"]
        whole = time.monotonic() - watch.begun["comparing"]
    wrong = asked(engine, "wrong_communes")[0][0]
    return [
        Edit(what, whole, summary.moved, wrong),
        Edit("  of this: homes and posts follow", following, summary.moved, wrong),
    ]


def accept(session: Session, neighbourhood: int, kind: str, **drawn: Any) -> None:
    session.add(
        Change(
            neighbourhood_id=neighbourhood,
            kind=kind,
            state="accepted",
            why="Pour mesurer.",
            accepted_at=func.now(),
            **drawn,
        )
    )


def carried_out(engine: Engine) -> float:
    def once() -> None:
        with transaction(engine) as session:
            if not effects.take_effect(session):
                raise RuntimeError("no change took effect")

    return timed(once)


def pairs_wrong(engine: Engine, zones: list[int]) -> int:
    """How many pairs of the wider area would be others if they were found anew."""
    with Session(engine) as session:
        return batches.relate(session, zones)


def asked(engine: Engine, block: str, **values: Any) -> Sequence[Any]:
    with engine.connect() as connection:
        return connection.execute(text(BLOCKS[block].strip().removesuffix(";")), values).all()


def timed(does: Callable[[], object]) -> float:
    began = time.monotonic()
    does()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
