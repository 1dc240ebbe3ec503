"""Brings in what rings walk around, and relates anew the zones around it (docs/decisions/021)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from geoneighbour.boundaries.reader import Found, Progress, Request, reading
from geoneighbour.database.engine import copying
from geoneighbour.errors import NotFound
from geoneighbour.ground import cells
from geoneighbour.neighbourhoods import batches, walking, zones

_COPY_STAGED = """
    COPY pg_temp.barrier_staged (file, position, kind, name, refusal, cells, others, regions, geom)
    FROM STDIN (FORMAT BINARY)
"""
_LISTED = text("""
    SELECT barrier.source, string_agg(DISTINCT barrier.kind, ', ') AS kinds, count(*) AS lines,
      sum(ST_Length(barrier.geom::geography)) / 1000 AS km,
      (SELECT count(*) FROM crossing WHERE crossing.source = barrier.source) AS crossings,
      (SELECT count(*) / 2 FROM cell_barrier WHERE cell_barrier.source = barrier.source) AS steps
    FROM barrier
    GROUP BY barrier.source
    ORDER BY barrier.source
""")
Batches = Sequence[Sequence[int]]
Each = Callable[[Batches], Iterable[Sequence[int]]]


@dataclass(frozen=True)
class Detail:
    """What is to be said of a row of a file, whose place there counts from 0."""

    file: str
    position: int
    reason: str


@dataclass(frozen=True)
class Summary:
    """`read` and `rejected` count rows; added, changed (the name was there), gone and unchanged are lines; `zones` were related anew."""

    read: int
    added: int
    changed: int
    gone: int
    unchanged: int
    crossings: int
    crossings_added: int
    crossings_gone: int
    rejected: int
    zones: int
    files: Sequence[Found] = ()
    details: Sequence[Detail] = field(default=(), repr=False)


def import_barriers(
    session: Session,
    request: Request,
    source: str,
    kind: str,
    *,
    dry_run: bool = False,
    progress: Progress,
    each: Each = iter,
) -> Summary:
    """Brings the barriers of a source to what the files say, in the session's transaction, which the caller commits.

    A dry run does the same and goes back to where it began. `each` may wrap the loop over batches of zones, as tqdm does.
    UnusableFile when the files cannot serve.
    """
    session.execute(select(func.nearness.stage_barriers()))
    with reading(request, progress) as files, copying(session, _COPY_STAGED) as copy:
        for chunk in files.rows():
            copy.write(chunk)
    progress.stage("comparing and storing")
    # One at a time, and no zone comes meanwhile that would not know.
    zones.lock(session)
    with session.begin_nested() as attempt:
        counts = session.execute(
            text("SELECT * FROM nearness.store_barriers(:source, :kind)"), {"source": source, "kind": kind}
        ).one()
        told = counts._asdict()
        related = _relate(session, told.pop("touched"), each)
        details = [
            Detail(*row) for row in session.execute(text("SELECT * FROM nearness.list_barrier_changes()"))
        ]
        if dry_run:
            attempt.rollback()
    return Summary(**told, zones=related, files=files.layers, details=details)


def listed(session: Session) -> list[Row[Any]]:
    """Each source: kinds, lines, km, crossings, steps (barred, each once)."""
    return list(session.execute(_LISTED))


def remove(session: Session, source: str, each: Each = iter) -> int:
    """Takes away all that a source brought; returns how many zones were related anew. NotFound: there is no such source."""
    zones.lock(session)
    touched = session.scalar(select(func.nearness.remove_barriers(source)))
    if touched is None:
        raise NotFound(f"there are no barriers of {source}: geoneighbour barriers list")
    return _relate(session, touched, each)


def _relate(session: Session, touched: list[int], each: Each) -> int:
    """Wider areas anew of the zones within 20 rings of what changed, or a little further."""
    around = list(cells.regions_around(touched))
    concerned = session.scalars(select(func.nearness.zones_near(around))).all()
    parts = [concerned[at : at + batches.SIZE] for at in range(0, len(concerned), batches.SIZE)]
    # First all starts: a distance has two ends.
    for batch in parts:
        zones.place_all(session, walking.covers(session, batch))
    for batch in each(parts):
        batches.relate(session, batch)
    return len(concerned)
