"""What an operator can do with boundaries: import them, and link communes that no border joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.boundaries.quality import HARMLESS, Quality
from geoneighbour.boundaries.reader import Found, Progress, Reading, Request, reading
from geoneighbour.communes import land, movements
from geoneighbour.communes.movements import Movement
from geoneighbour.database.engine import copying
from geoneighbour.errors import InvalidInput, UnusableFile

_COPY_STAGED = """
    COPY pg_temp.commune_staged (kind, file, position, parts, code, name, names, within, refusal, repair, geom)
    FROM STDIN (FORMAT BINARY)
"""


@dataclass(frozen=True)
class Detail:
    """One commune or quarter that is not plain; `code` is None where the file has none."""

    code: str | None
    reason: str


@dataclass(frozen=True)
class Summary:
    """`read` and `rejected` count rows of the files, `moved` and `told` members, the others communes.

    One both renamed and reshaped is reshaped. Moved: the commune of the home bears another code, has come or has gone;
    told: those of them who got a notice (docs/decisions/008). `parts` counts what stands inside communes by what became of it;
    `files` says what was found in which file, `notes` what was made of it besides.
    """

    read: int
    added: int
    renamed: int
    reshaped: int
    merged: int
    split: int
    recoded: int
    unchanged: int
    repaired: int
    rejected: int
    moved: int
    told: int
    parts: Mapping[str, int] = field(default_factory=dict)
    files: Sequence[Found] = field(default=(), repr=False)
    notes: Sequence[str] = ()
    details: Sequence[Detail] = field(default=(), repr=False)
    quality: Quality = field(default=Quality((), whole=True), repr=False)


def import_communes(
    session: Session,
    request: Request,
    vintage: int,
    *,
    source: str | None = None,
    said: Sequence[Movement] = (),
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress,
) -> Summary:
    """Brings the current communes to what the files say for a vintage; adjacency, homes and posts follow.

    All in the session's transaction, which the caller commits. A dry run does the same, and goes back to where it began.
    `source` is kept with each row it opens (None: the name of its file); `said` are movements from code to code, which win
    over what the outlines say. UnusableFile when the files cannot serve, or, if
    `strict`, are not wholly sound.
    """
    with reading(request, progress) as files:
        _stage(session, files, progress)
        if strict:
            _require_sound(session, files)
        movements.stage(session, said)
        with session.begin_nested() as attempt:
            summary = _import(session, files.country, vintage, source, progress)
            if dry_run:
                attempt.rollback()
        return replace(summary, files=files.layers, notes=files.notes, quality=files.quality())


def _import(session: Session, country: str, vintage: int, source: str | None, progress: Progress) -> Summary:
    progress.stage("comparing")
    # Writers wait, readers do not: the plan must still hold when it is carried out.
    session.execute(text("LOCK TABLE commune IN SHARE ROW EXCLUSIVE MODE"))
    session.execute(select(func.nearness.plan_communes(country, vintage)))
    refusal = session.scalar(
        text("SELECT nearness.commune_import_refusal(:country, :vintage, :source)"),
        {"country": country, "vintage": vintage, "source": source},
    )
    if refusal:
        raise UnusableFile(refusal)
    moved, told = _apply(session, country, vintage, source, progress)
    counts = session.execute(text("SELECT * FROM nearness.count_commune_changes()")).one()
    details = [
        Detail(code, reason)
        for code, reason in session.execute(text("SELECT * FROM nearness.list_commune_changes()"))
    ]
    parts = _parts(session, country, vintage, source)
    listed = session.execute(text("SELECT * FROM nearness.list_part_changes()"))
    details += [Detail(code, reason) for code, reason in listed]
    return Summary(**counts._asdict(), moved=moved, told=told, parts=parts, details=details)


def _parts(session: Session, country: str, vintage: int, source: str | None) -> dict[str, int]:
    """Stores what stands inside communes, now that these are there."""
    session.execute(select(func.nearness.plan_parts(country)))
    refusal = session.scalar(select(func.nearness.part_import_refusal(vintage)))
    if refusal:
        raise UnusableFile(refusal)
    session.execute(select(func.nearness.apply_parts(country, vintage, source)))
    return session.execute(text("SELECT * FROM nearness.count_part_changes()")).one()._asdict()


def _require_sound(session: Session, files: Reading) -> None:
    counts = session.execute(text("SELECT * FROM nearness.count_staged_faults()")).one()._asdict()
    quality = files.quality()
    counts |= {kind: count for kind, count in quality.counts().items() if kind not in HARMLESS}
    faults = [f"{count:,} {name}" for name, count in counts.items() if count]
    if not quality.whole:
        faults.append("not looked at everywhere")
    if faults:
        raise UnusableFile(f"not sound ({', '.join(faults)}); --dry-run without --strict tells where")


def _stage(session: Session, files: Reading, progress: Progress) -> None:
    """Copies what the files hold into the staging tables, as they are read."""
    session.execute(text("SELECT nearness.stage_communes()"))
    progress.stage("reading")
    with copying(session, _COPY_STAGED) as copy:
        for chunk in files.rows():
            copy.write(chunk)
    session.execute(text("SELECT nearness.set_parts_aside()"))


def _apply(
    session: Session, country: str, vintage: int, source: str | None, progress: Progress
) -> tuple[int, int]:
    """Carries the plan out; returns how many members moved, and how many were told."""
    progress.stage("storing")
    opened = session.scalar(
        text("SELECT nearness.apply_communes(:country, :vintage, :source)"),
        {"country": country, "vintage": vintage, "source": source},
    )
    progress.stage("finding who shares a border")
    session.execute(
        text("SELECT nearness.refresh_commune_adjacency(CAST(:opened AS bigint[]))"), {"opened": opened}
    )
    if opened:
        progress.stage("drawing the land")
        land.refresh(session)
    progress.stage("following homes and posts")
    follow = text("SELECT moved, told FROM nearness.follow_communes(CAST(:opened AS bigint[]))")
    moved, told = session.execute(follow, {"opened": opened}).one()
    return moved, told


def link(session: Session, one: int, two: int) -> None:
    """Makes two current communes (ids) adjacent, both ways, whatever their borders say."""
    if one == two:
        raise InvalidInput("a commune cannot be linked to itself")
    session.execute(text("SELECT nearness.link_communes(:one, :two)"), {"one": one, "two": two})


def unlink(session: Session, one: int, two: int) -> None:
    """Takes a link back; the two stay adjacent only if they share a border."""
    session.execute(text("SELECT nearness.unlink_communes(:one, :two)"), {"one": one, "two": two})
