"""A feed becomes offers, in one transaction, or changes nothing; a report either way (docs/decisions/032)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
from sqlalchemy import CursorResult, Engine, Row, delete, func, select, text, update
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from geoneighbour.database.engine import copying, transaction
from geoneighbour.errors import Conflict, GeoneighbourError, NotFound, UnusableFile
from geoneighbour.ground.confined import confined
from geoneighbour.offers import clusters
from geoneighbour.offers.confined_feed import answer
from geoneighbour.offers.fetching import Fetched, fetch
from geoneighbour.offers.models import Offer, OfferFeed, OfferImport, OfferRejection
from geoneighbour.offers.rows import STAGED
from geoneighbour.settings import Settings

FEW = 10
"""Of fewer offers than these only the last one that goes makes an import be refused."""
KEPT_REJECTIONS = 200
KEPT = timedelta(days=90)
"""Reports of imports."""
_COLUMNS = ("feed_id", "row", "field", "reason", *STAGED)
_COPY = f"COPY offer_staged ({', '.join(_COLUMNS)}) FROM STDIN"
_AREAS, _HASH = _COLUMNS.index("areas"), _COLUMNS.index("content_hash")
_JUDGE = text("SELECT * FROM nearness.judge_offers(:feed)")
_REJECTED = text(
    "SELECT row, external_id, field, reason FROM offer_staged WHERE feed_id = :feed AND field IS NOT NULL ORDER BY row LIMIT :most"
)


@dataclass(frozen=True)
class Report:
    """What an import did; `problem`: it did nothing, and why. `rejections` are the first ones."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    rejected: int = 0
    problem: str | None = None
    rejections: list[dict[str, Any]] = field(default_factory=list)


class Refused(UnusableFile):
    """This feed is refused whole."""

    def __init__(self, reason: str, rejected: int, rejections: list[dict[str, Any]]) -> None:
        super().__init__(reason)
        self.report = Report(rejected=rejected, problem=self.reason, rejections=rejections)


def bring(
    engine: Engine, settings: Settings, feed_id: int, content: bytes | None = None, *, accept: bool = False
) -> Report:
    """Imports a feed: what was sent, else what its address answers. `accept`: also if most of what stood goes or is rejected.

    What is wrong with the feed is in the report; NotFound where there is no such feed.
    """
    begun = datetime.now(UTC)
    try:
        with transaction(engine) as session:
            feed = _feed(session, feed_id)
            session.expunge(feed)
        fetched = fetch(settings, feed) if content is None else Fetched(content)
        with transaction(engine) as session:
            return _store(session, _feed(session, feed_id), fetched, begun, accept)
    except (NotFound, Conflict):
        raise
    except Refused as refusal:
        report = refusal.report
    except (GeoneighbourError, OSError) as error:
        problem = error.reason if isinstance(error, GeoneighbourError) else type(error).__name__
        report = Report(problem=problem)
    except (DataError, psycopg.DataError):
        report = Report(problem="holds a value that the database does not take")
    with transaction(engine) as session:
        _feed(session, feed_id).problem = report.problem
        _record(session, feed_id, begun, report)
    return report


def bring_due(engine: Engine, settings: Settings) -> dict[str, str]:
    """Asks each feed whose time has come; what became of it, by partner and feed. One that failed is asked again within the hour."""
    wait = text("CASE WHEN problem IS NULL THEN every ELSE least(every, '1 hour'::interval) END")
    with transaction(engine) as session:
        due = session.scalars(
            select(OfferFeed)
            .where(OfferFeed.url.is_not(None), OfferFeed.partner.has(paused_at=None))
            .where((OfferFeed.asked_at + wait <= func.now()) | OfferFeed.asked_at.is_(None))
            .order_by(OfferFeed.asked_at.nulls_first(), OfferFeed.id)
        ).all()
        names = {feed.id: f"{feed.partner.code}/{feed.name}" for feed in due}
    became = {}
    for feed_id, name in names.items():
        try:
            became[name] = summary(bring(engine, settings, feed_id))
        except NotFound:
            became[name] = "was removed"
    return became


def forget(session: Session) -> int:
    """Reports that are three months old."""
    gone = session.execute(delete(OfferImport).where(OfferImport.ended_at < func.now() - KEPT))
    return cast(CursorResult[Any], gone).rowcount


def summary(report: Report) -> str:
    """In one line, for operators."""
    if report.problem:
        return f"nothing was changed: {report.problem}"
    counts = {name: value for name, value in asdict(report).items() if isinstance(value, int)}
    return ", ".join(f"{value:,} {name}" for name, value in counts.items())


def _feed(session: Session, feed_id: int) -> OfferFeed:
    """One import of a feed at a time."""
    feed = session.scalar(
        select(OfferFeed).where(OfferFeed.id == feed_id).with_for_update(key_share=True, of=OfferFeed)
    )
    if feed is None:
        raise NotFound(f"there is no feed {feed_id}")
    return feed


def take(session: Session, feed_id: int, content: bytes) -> Report:
    """Imports a feed of our own making, such as the demonstration's, in the caller's transaction; Refused or UnusableFile as it is."""
    begun = datetime.now(UTC)
    feed = _feed(session, feed_id)
    return _store(session, feed, Fetched(content), begun, accept=False, rows=answer(_head(feed), content))


def _store(
    session: Session,
    feed: OfferFeed,
    fetched: Fetched,
    begun: datetime,
    accept: bool,
    rows: Iterable[list[Any]] | None = None,
) -> Report:
    """`rows`: what the content says, where it need not be read in a confined process."""
    if fetched.content is None:
        standing = select(func.count()).where(Offer.feed_id == feed.id, Offer.gone_at.is_(None))
        report = Report(unchanged=session.scalar(standing) or 0)
    else:
        _stage(session, feed, _confined(feed, fetched.content) if rows is None else rows)
        judged = session.execute(_JUDGE, {"feed": feed.id}).one()
        rejections = _rejections(session, feed.id)
        if not accept and (reason := _refusal(judged)):
            raise Refused(reason, judged.rejected, rejections)
        session.execute(select(func.nearness.merge_offers(feed.id)))
        if judged.added or judged.changed or judged.gone:
            clusters.count_anew(session)
        report = Report(
            judged.added, judged.changed, judged.unchanged, judged.gone, judged.rejected, None, rejections
        )
    feed.problem, feed.last_success_at = None, func.now()
    # What was rejected may be taken next time: a category that the operator adds, a commune of a new vintage.
    feed.etag, feed.last_modified = (None, None) if report.rejected else (fetched.etag, fetched.last_modified)
    _record(session, feed.id, begun, report)
    return report


def _refusal(judged: Row[Any]) -> str | None:
    if judged.rejected * 2 > judged.rows:
        return f"{judged.rejected:,} of {judged.rows:,} rows are rejected, more than half"
    if judged.gone * 2 > judged.standing and (judged.standing >= FEW or judged.gone == judged.standing):
        return f"{judged.gone:,} of {judged.standing:,} offers would go, more than half"
    return None


def _head(feed: OfferFeed) -> dict[str, Any]:
    return {"format": feed.format, "mapping": feed.mapping, "category": feed.category}


def _confined(feed: OfferFeed, content: bytes) -> Iterator[list[Any]]:
    """The rows that a process of its own reads from a stranger's feed. UnusableFile where it cannot be read to its end."""
    broken: str | None = "cannot be read: it takes too long, or too much memory"
    with confined("geoneighbour.offers.confined_feed") as process:
        process.give(json.dumps(_head(feed)).encode() + b"\n" + content)
        for line in process.answer:
            told = json.loads(line)
            if isinstance(told, dict):
                broken = told.get("broken")
                break
            yield told
    if broken:
        raise UnusableFile(broken)


def _stage(session: Session, feed: OfferFeed, rows: Iterable[list[Any]]) -> None:
    """UnusableFile where the feed cannot be read to its end."""
    with copying(session, _COPY) as copy:
        for told in rows:
            row = [feed.id, *told]
            if row[_AREAS] is not None:
                row[_AREAS], row[_HASH] = json.dumps(row[_AREAS]), f"\\x{row[_HASH]}"
            copy.write_row(row)


def _rejections(session: Session, feed_id: int) -> list[dict[str, Any]]:
    found = session.execute(_REJECTED, {"feed": feed_id, "most": KEPT_REJECTIONS})
    return [dict(row._mapping) for row in found]


def _record(session: Session, feed_id: int, begun: datetime, report: Report) -> None:
    counts = {name: value for name, value in asdict(report).items() if name != "rejections"}
    made = OfferImport(feed_id=feed_id, begun_at=begun, **counts)
    session.add(made)
    session.flush()
    session.add_all(OfferRejection(import_id=made.id, **one) for one in report.rejections)
    session.execute(update(OfferFeed).where(OfferFeed.id == feed_id).values(asked_at=begun))
    session.flush()
