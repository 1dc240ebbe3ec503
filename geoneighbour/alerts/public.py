"""Authorities' alerts as machines read them: CAP 1.2 messages, and what an Atom feed says of each. Members' are for members."""

from __future__ import annotations

from datetime import datetime

import shapely
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from geoneighbour.alerts.models import AlertWord
from geoneighbour.cap import Area, Info, Notice, Ring
from geoneighbour.cap.writing import Told
from geoneighbour.errors import NotFound

MOST = 50
CATEGORIES = {
    "theft": "Security",
    "accident": "Transport",
    "outage": "Infra",
    "works": "Infra",
    "help": "Rescue",
}
"""Of CAP, by kind; all others: Safety."""
GEOCODES = {"FR": "INSEE", "BE": "NIS"}
KINDS = {"alert": "Alert", "update": "Update", "all_clear": "Cancel", "cancel": "Cancel"}
LONGEST_TITLE = 140

_ONE = text("SELECT * FROM nearness.public_alert(:post)")
_OF = text("SELECT * FROM nearness.public_alerts_of(:commune, :most)")


def notice(session: Session, post_id: int, site: str) -> Notice:
    """The latest word, which names those before it. `site`: the service's address. NotFound for what is not an authority's."""
    alert, words = _found(session, post_id)
    host, last = site.partition("://")[2], words[-1]
    before = tuple(_bare(host, word).reference for word in words[:-1])
    kind = KINDS[last.what]
    info = Info(
        language="fr",
        category=CATEGORIES.get(alert.kind, "Safety"),
        event=alert.names["fr"],
        urgency="Past" if kind == "Cancel" else "Immediate" if alert.urgent else "Expected",
        severity="Unknown",
        certainty="Observed",
        expires=alert.ended_at or alert.ends_at,
        sender_name=alert.official_source or alert.commune or "",
        headline=last.body[:LONGEST_TITLE],
        description=last.body,
        web=f"{site}/alertes/{post_id}",
        areas=(_area(alert),),
    )
    bare = _bare(host, last)
    return Notice(bare.identifier, bare.sender, bare.sent, "Actual", kind, "Public", before, (info,))


def told(session: Session, commune_id: int, site: str) -> list[Told]:
    """What a feed says of a commune's, newest first."""
    entries = []
    for post_id in session.scalars(_OF, {"commune": commune_id, "most": MOST}):
        alert, words = _found(session, post_id)
        last = words[-1]
        entries.append(
            Told(
                identifier=f"{site}/alertes/{post_id}",
                title=f"{alert.names['fr']} : {last.body[:LONGEST_TITLE]}",
                text=last.body,
                updated=last.created_at,
                page=f"{site}/alertes/{post_id}",
                document=f"{site}/alertes/{post_id}.cap",
            )
        )
    return entries


def _found(session: Session, post_id: int) -> tuple[Row[*tuple[object, ...]], list[AlertWord]]:
    alert = session.execute(_ONE, {"post": post_id}).one_or_none()
    said = select(AlertWord).where(AlertWord.post_id == post_id, AlertWord.fanned_out_at.is_not(None))
    words = list(session.scalars(said.order_by(AlertWord.id)))
    if alert is None or not words:
        raise NotFound
    return alert, words


def _bare(host: str, word: AlertWord) -> Notice:
    sent: datetime = word.created_at.replace(microsecond=0)
    return Notice(f"{host}.{word.post_id}.{word.id}", host, sent, "Actual", "Alert", "Public")


def _area(alert: Row[*tuple[object, ...]]) -> Area:
    """What was drawn, else the commune by its code."""
    words = alert.commune or alert.official_source or "-"
    codes = ((GEOCODES.get(alert.country, alert.country), alert.code),) if alert.code else ()
    if alert.ground is None:
        return Area(words, geocodes=codes)
    ground = shapely.from_wkb(bytes(alert.ground))
    rings: list[Ring] = [[(x, y) for x, y in part.exterior.coords] for part in shapely.get_parts(ground)]
    return Area(words, tuple(rings))
