"""What the demonstration's residents warned of: alerts.toml. Nothing of it is sent: the ledger says that it was, long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from geoneighbour.alerts import service
from geoneighbour.alerts.models import AlertWord
from geoneighbour.demo.texts import read
from geoneighbour.posts.models import Post

_DONE = text("UPDATE delivery SET state = 'sent', done_at = created_at WHERE post_id = :post")


@dataclass(frozen=True)
class Later:
    """A later word, so many hours after the alert."""

    what: str
    after: float
    text: str


@dataclass(frozen=True)
class Warned:
    """An alert of the past: who wrote it (where they live, the login, or the commune), when, and what was said later."""

    kind: str
    text: str
    reach: str
    at: datetime
    place: str | None = None
    mine: bool = False
    spot: tuple[float, float] | None = None
    around: tuple[float, float] | None = None
    then: tuple[Later, ...] = ()
    outcome: str | None = None

    @property
    def geometry(self) -> dict[str, Any] | None:
        """Where it happens, as GeoJSON (EPSG:4326)."""
        if self.spot is None:
            return None
        lon, lat = self.spot
        if self.around is None:
            return {"type": "Point", "coordinates": [lon, lat]}
        east, north = self.around
        ring = [
            [lon + x * east / 2, lat + y * north / 2]
            for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
        ]
        return {"type": "Polygon", "coordinates": [ring]}


def warnings(now: datetime) -> list[Warned]:
    """All of alerts.toml, oldest first, counted back from now."""
    return [
        Warned(
            row["kind"],
            row["text"],
            row["reach"],
            now - timedelta(hours=row["ago"]),
            row.get("place"),
            row.get("mine", False),
            tuple(row["at"]) if "at" in row else None,
            tuple(row["around"]) if "around" in row else None,
            tuple(Later(**one) for one in row.get("then", ())),
            row.get("outcome"),
        )
        for row in read("alerts")["alerts"]
    ]


def warn(session: Session, author_id: int, one: Warned) -> None:
    """Writes it as its author would have, with what was said later, and dates all of it back. An area of a commune reaches exact homes."""
    reached: dict[str, Any] = {"area": one.geometry, "on_homes": True} if one.reach == "area" else {}
    alert = service.write(
        session, author_id, one.kind, one.text, one.reach, happens_at=one.geometry, **reached
    )
    lasts = alert.ends_at - alert.created_at
    for later in one.then:
        service.add_word(session, author_id, alert.post_id, later.what, later.text)
    post = session.get_one(Post, alert.post_id)
    post.created_at = alert.created_at = alert.gone_out_at = one.at
    alert.ends_at = one.at + lasts
    if one.outcome:
        alert.outcome, alert.ended_at = one.outcome, alert.ends_at
    elif alert.ended_at is not None:
        alert.ended_at = one.at + timedelta(hours=one.then[-1].after)
    if alert.ended_at is not None:
        post.closed_at = alert.ended_at
    session.flush()
    asked = select(AlertWord).where(AlertWord.post_id == alert.post_id).order_by(AlertWord.id)
    words = session.scalars(asked).all()
    for word, hours in zip(words, (0.0, *(later.after for later in one.then)), strict=True):
        session.execute(
            update(AlertWord)
            .where(AlertWord.id == word.id)
            .values(created_at=one.at + timedelta(hours=hours), fanned_out_at=one.at + timedelta(hours=hours))
        )
    session.execute(_DONE, {"post": alert.post_id})
