"""Official quarters (IRIS, QPV, a city's own) as ready-made proposed neighbourhoods (docs/decisions/009)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.boundaries.quarters import SCHEMES
from geoneighbour.boundaries.reader import Progress, Request, reading
from geoneighbour.communes.service import Detail
from geoneighbour.database.engine import copying
from geoneighbour.errors import InvalidInput, UnusableFile
from geoneighbour.neighbourhoods import queries

PUBLISHERS = {"IRIS": "IGN/INSEE", "QPV": "ANCT"}
"""The source of a scheme, where the operator does not say another."""

_COPY_STAGED = """
    COPY pg_temp.quarter_staged
      (position, kind, code, name, commune_code, place, refusal, repair, anchor, cover, geom)
    FROM STDIN (FORMAT BINARY)
"""


@dataclass(frozen=True)
class Summary:
    """`read`, `left_out` (whole communes) and `rejected` count rows of the files, `told` members, the others quarters.

    `left` are those that stay as they are though the file says otherwise: open ones, supported ones that are gone.
    """

    read: int
    added: int
    renamed: int
    redrawn: int
    deleted: int
    unchanged: int
    left: int
    repaired: int
    left_out: int
    rejected: int
    told: int
    details: Sequence[Detail] = field(default=(), repr=False)


def import_quarters(
    session: Session,
    request: Request,
    vintage: int,
    *,
    source: str | None = None,
    dry_run: bool = False,
    progress: Progress,
) -> Summary:
    """Brings the quarters of `request.scheme` to what the files say, in the session's transaction, which the caller commits.

    A dry run does the same, and goes back to where it began. UnusableFile when the files cannot serve.
    """
    if request.scheme not in SCHEMES:
        raise InvalidInput(f"--scheme is one of {', '.join(SCHEMES)}")
    source = source or PUBLISHERS.get(request.scheme)
    if source is None:
        raise InvalidInput(f"say whose quarters these are with --source: {request.scheme} has no publisher")
    largest = queries.largest_km2(session)
    # One import at a time: two would compare with the same state.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("nearness.quarters"))))
    _stage(session, replace(request, largest_km2=largest), progress)
    progress.stage("comparing and storing")
    with session.begin_nested() as attempt:
        summary = _import(session, request.scheme, vintage, source)
        if dry_run:
            attempt.rollback()
    return summary


def _stage(session: Session, request: Request, progress: Progress) -> None:
    session.execute(select(func.nearness.stage_quarters()))
    with reading(request, progress) as files, copying(session, _COPY_STAGED) as copy:
        for chunk in files.rows():
            copy.write(chunk)


def _import(session: Session, scheme: str, vintage: int, source: str) -> Summary:
    session.execute(select(func.nearness.plan_quarters(scheme)))
    refusal = session.scalar(select(func.nearness.quarter_import_refusal(vintage)))
    if refusal:
        raise UnusableFile(refusal)
    told = session.scalar(select(func.nearness.apply_quarters(scheme, vintage, source)))
    counts = session.execute(text("SELECT * FROM nearness.count_quarter_changes()")).one()
    details = session.execute(text("SELECT * FROM nearness.list_quarter_changes()"))
    return Summary(
        **counts._asdict(), told=told or 0, details=[Detail(code, reason) for code, reason in details]
    )
