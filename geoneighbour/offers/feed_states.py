"""How a partner's feeds are: what stands, what the last import did, what it rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.offers.models import Offer, OfferFeed, OfferImport, OfferRejection


@dataclass(frozen=True)
class FeedState:
    feed: OfferFeed
    stale: bool
    standing: int
    """How many offers of it are shown, where its partner is not paused."""
    last: OfferImport | None
    rejections: Sequence[OfferRejection]
    """Of the last import; the first of them."""


def states(session: Session, partner_id: int, most_rejections: int = 20) -> list[FeedState]:
    """By the feeds' names."""
    standing = dict(
        session.execute(
            select(Offer.feed_id, func.count())
            .join(OfferFeed, OfferFeed.id == Offer.feed_id)
            .where(Offer.gone_at.is_(None), OfferFeed.partner_id == partner_id)
            .group_by(Offer.feed_id)
        ).all()
    )
    stale = func.nearness.feed_stale(OfferFeed.problem, OfferFeed.last_success_at, OfferFeed.every)
    asked = select(OfferFeed, stale).where(OfferFeed.partner_id == partner_id).order_by(OfferFeed.name)
    told = []
    for feed, is_stale in session.execute(asked):
        last = session.scalar(
            select(OfferImport).filter_by(feed_id=feed.id).order_by(OfferImport.id.desc()).limit(1)
        )
        rejected = select(OfferRejection).where(OfferRejection.import_id == last.id) if last else None
        rows = (
            []
            if rejected is None
            else session.scalars(rejected.order_by(OfferRejection.row).limit(most_rejections)).all()
        )
        told.append(FeedState(feed, is_stale, standing.get(feed.id, 0), last, rows))
    return told
