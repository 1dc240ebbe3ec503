"""Two vintages of one region, people on it, and what should become of them, reckoned with shapely alone.

python -m tests.communes.two_vintages      prints before and after as a table in Markdown
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.boundaries.reader import Request
from geoneighbour.communes import report, service
from geoneighbour.database import scratch, upgrade
from geoneighbour.database.engine import database_url, make_engine
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.nearness import review
from geoneighbour.nearness.models import CellOutline, NearnessSetting
from geoneighbour.posts import service as posts
from geoneighbour.settings import Settings
from tests.communes.files import Feature, write
from tests.grid import Grid, as_multipolygon
from tests.world import box, opened, settled

SIDE_M = 700.0
BEFORE = Grid(
    """
    A A B B C C D D . . X
    A A B B C C D D . . X
    E E E F F G G H H . X
    E E E F F G G H H . X
    I I I J J K K K K . X
    L L L M M U U U U . .
    L L L M M U U U U . .
    """,
    side_m=SIDE_M,
)
AFTER = Grid(
    """
    A A A A N N N N . S .
    A A A A N N N N . S .
    E E O P Q G G R R . .
    E E O P Q G G R R . .
    I I J J J K K K K . .
    L L L M M U U U . . .
    L L L M M U U U . . .
    """,
    side_m=SIDE_M,
)
WHAT = {
    "A": "takes B in, new name", "B": "goes into A", "C": "into N with D", "D": "into N with C", "E": "gives birth to O, keeps its code",
    "F": "divided into P and Q", "G": "renamed", "H": "R now, same ground", "I": "one of three squares to J", "J": "grows",
    "K": "the very same", "L": "its border redrawn, 1 %", "M": "its border redrawn, 1 %", "U": "loses a column to the sea", "X": "not in the second file",
}  # fmt: skip
NAMES = {"A": "Val d'A", "G": "Nouveau G"}
LEAST, HALF = 0.05, 0.5


def code(letter: str) -> str:
    return f"35{ord(letter) - 64:03}"


@dataclass(frozen=True)
class Place:
    name: str
    shape: shapely.MultiPolygon


Places = Mapping[str, Place]
"""Communes by code."""


def drawn(grid: Grid, names: Mapping[str, str] = {}) -> dict[str, Place]:
    return {
        code(letter): Place(names.get(letter, f"Commune {letter}"), shape)
        for letter, shape in grid.areas().items()
    }


def redrawn(places: dict[str, Place]) -> dict[str, Place]:
    """The border between L and M a fiftieth of a square further east: what another source might draw."""
    low, high = AFTER.at(3, 0), AFTER.at(3.04, 2)
    strip = shapely.box(low.lon, low.lat, high.lon, high.lat)
    l, m = places[code("L")], places[code("M")]  # noqa: E741
    return places | {
        code("L"): Place(l.name, as_multipolygon(l.shape.union(strip))),
        code("M"): Place(m.name, as_multipolygon(m.shape.difference(strip))),
    }


def before() -> dict[str, Place]:
    return drawn(BEFORE)


def file_after() -> dict[str, Place]:
    return redrawn(drawn(AFTER, NAMES))


def held_after() -> dict[str, Place]:
    """What is current once the second file is in: X, which it does not name, stays."""
    return {code("X"): before()[code("X")]} | file_after()


def files(folder: Path) -> tuple[Path, Path]:
    def rows(places: Places) -> list[Feature]:
        return [
            Feature(place.shape, {"code": code, "nom": place.name}) for code, place in sorted(places.items())
        ]

    return (
        write(folder / "before.gpkg", rows(before())),
        write(folder / "after.gpkg", rows(file_after())),
    )


# The oracle: the sentences, without a database.


def at(places: Places, place: shapely.Point) -> str | None:
    return min((code for code, known in places.items() if known.shape.covers(place)), default=None)


def heirs(old: str) -> dict[str, float]:
    """Who has an old commune's ground, with shares: docs/decisions/007."""
    ground, then = before()[old].shape, file_after()
    shares = {
        new: round(place.shape.intersection(ground).area / ground.area, 6) for new, place in then.items()
    }
    own = {new: place.shape.intersection(ground).area / place.shape.area for new, place in then.items()}
    chief = max(sorted(shares), key=lambda new: shares[new])
    return {
        new: share
        for new, share in shares.items()
        if new == chief or share >= LEAST or (new not in before() and own[new] >= HALF)
    }


def post_after(old: str, cell: int | None) -> str:
    """The commune in which a post goes on: docs/decisions/008."""
    if old not in held_after() or not held_after()[old].shape.equals(before()[old].shape):
        found = heirs(old)
        chief = max(sorted(found), key=lambda new: found[new])
        if cell is not None:
            centre = cells.outline(cell).centroid
            if before()[old].shape.covers(centre):
                return at({new: file_after()[new] for new in found}, centre) or chief
        return chief
    return old


# People.


def homes() -> dict[str, Point]:
    """The middle of each square, and places on, just inside and just outside of borders, by name."""
    found = {
        f"square {column} {row}": BEFORE.at(column + 0.5, row + 0.5)
        for column in range(11)
        for row in range(7)
    }
    for grid, when in ((BEFORE, "before"), (AFTER, "after")):
        for column, row in (
            (2, 5.5),
            (3, 4.5),
            (4, 3.5),
            (1, 2.5),
            (3, 1.5),
            (8, 1.5),
            (6, 6.2),
            (4, 5.0),
            (3, 3.0),
        ):
            corner = grid.at(column, row)
            for east, side in ((-1e-7, "west"), (0.0, "on"), (1e-7, "east")):
                found[f"{when} {column} {row} {side}"] = Point(corner.lon + east, corner.lat)
    strip = AFTER.at(3.02, 1.5)
    return found | {"in the strip": strip, "at sea": BEFORE.at(20, 20)}


def populate(session: Session) -> dict[str, int]:
    """Two members in each home (so that every cell may be published), a neighbourhood over a border, posts. Ids by home.

    Posts bear a fine published cell, a coarser one whose centre may be elsewhere, one that certainly is, or none.
    """
    session.execute(update(NearnessSetting).values(k=1, spread_members=4))
    people = {
        name: settled(session, name, home.lon, home.lat) for name, home in homes().items() for _ in range(2)
    }
    south, north = BEFORE.at(1, 5.2), BEFORE.at(3, 6.8)
    inside = people["square 1 5"]
    opened(session, "Sur la limite", box(south.lon, south.lat, north.lon, north.lat), [inside])
    review.run(session)
    for number, (name, member) in enumerate(people.items()):
        written = posts.write(session, member, "request", f"Une échelle, {name} ?", "wider")
        resolution, east = ((9, 0), (8, 0), (7, 0), (None, 0), (9, 1))[(number + 3) % 5]
        home = homes()[name]
        centre = Point(home.lon + east * (BEFORE.at(1, 0).lon - BEFORE.lon), home.lat)
        cell = cells.cell_at(centre, resolution) if resolution else None
        if cell is not None:
            hexagon = from_shape(cells.outline(cell), 4326)
            session.execute(insert(CellOutline).values(cell=cell, geom=hexagon).on_conflict_do_nothing())
        written.origin_cell = cell
    session.flush()
    return people


STORED = text("""
    SELECT member.name, commune.code, commune.valid_to FROM residence
    JOIN member ON member.id = residence.member_id LEFT JOIN commune ON commune.id = residence.commune_id
""")
POSTS = text("""
    SELECT post.id, commune.code, commune.valid_to, post.origin_cell FROM post
    LEFT JOIN commune ON commune.id = post.origin_commune_id
""")
TOLD = text("""
    SELECT member.name, notice.about FROM notice JOIN member ON member.id = notice.member_id WHERE kind = 'commune_changed'
""")


def living(session: Session) -> dict[str, str | None]:
    """The code of the commune of each home, as stored; fails where it is a closed one, or where two of one home differ."""
    rows = session.execute(STORED).all()
    assert all(closed is None for _, _, closed in rows)
    pairs = {(name, code) for name, code, _ in rows}
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


def writing(session: Session) -> dict[int, tuple[str | None, int | None]]:
    """Code and cell of each post's origin; fails where the commune is a closed one."""
    rows = session.execute(POSTS).all()
    assert all(closed is None for _, _, closed, _ in rows)
    return {post: (code, cell) for post, code, _, cell in rows}


class _Quiet:
    def to_read(self, count: int) -> None: ...
    def has_read(self, count: int) -> None: ...
    def stage(self, doing: str) -> None: ...


def table(run: Callable[[Path, int], str], session: Session, folder: Path) -> str:
    """Before and after in Markdown, and what the second import printed."""
    first, second = files(folder)
    run(first, 2020)
    populate(session)
    session.commit()
    lived, wrote = living(session), writing(session)
    said = run(second, 2021)
    session.rollback()
    live, write_ = living(session), writing(session)
    told = {name for name, _ in session.execute(TOLD)}
    lines = [
        "| Before | What happens | Homes before | Homes after, by commune | Told | Posts after |",
        "|---|---|---|---|---|---|",
    ]
    for old in [*sorted(before()), None]:
        names = [name for name, where in lived.items() if where == old]
        goes = _counted(live[name] for name in names)
        posted = _counted(write_[post][0] for post, (where, _) in wrote.items() if where == old)
        what = WHAT.get(chr(64 + int(old[2:])), "") if old else "in no commune"
        lines.append(
            f"| {old or '–'} | {what} | {len(names)} | {goes} | {len(told & set(names))} | {posted} |"
        )
    return "\n".join([*lines, "", "```", said, "```"])


def _counted(values) -> str:
    found = [value or "none" for value in values]
    return ", ".join(f"{value}: {found.count(value)}" for value in sorted(set(found)))


def main() -> None:
    settings = Settings()
    with scratch.database(database_url(settings)) as url, tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url)
        upgrade.upgrade(engine, settings)

        def run(path: Path, vintage: int) -> str:
            with Session(engine) as session, session.begin():
                summary = service.import_communes(session, Request((str(path),)), vintage, progress=_Quiet())
            return report.as_text(summary)

        with Session(engine) as session:
            print(table(run, session, Path(folder)))  # noqa: T201
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
