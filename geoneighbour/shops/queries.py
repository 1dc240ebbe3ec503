"""Which shops, bons plans and figures there are, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from geoneighbour.communes.models import Commune
from geoneighbour.errors import NotFound
from geoneighbour.offers.models import Offer, OfferFeed, Partner
from geoneighbour.shops.models import Shop, ShopCommission, ShopSubscription, ShopView, ShopVisit

DAYS_SHOWN = 30


@dataclass(frozen=True)
class Figures:
    """Views by day, the newest first, and their sum."""

    days: Sequence[tuple[date, int]]
    total: int


def one(session: Session, shop_id: int) -> Shop:
    """NotFound for what is closed, or hidden by an operator."""
    found = session.scalar(_open().where(Shop.id == shop_id))
    if found is None:
        raise NotFound
    return found


def of_member(session: Session, member_id: int) -> Sequence[Shop]:
    """Those a member holds, hidden ones too."""
    mine = select(Shop).where(Shop.member_id == member_id, Shop.closed_at.is_(None))
    return session.scalars(mine.order_by(Shop.id)).all()


def subscription(session: Session, shop_id: int) -> ShopSubscription | None:
    """The one that runs."""
    running = select(ShopSubscription).where(ShopSubscription.shop_id == shop_id)
    return session.scalar(running.where(ShopSubscription.ended.is_(None)))


def deals(session: Session, shop_id: int) -> Sequence[Offer]:
    """A shop's bons plans that are not over, for its owner; those to come too."""
    return session.scalars(
        _deals()
        .where(Shop.id == shop_id, Offer.gone_at.is_(None), Offer.valid_to > func.now())
        .order_by(Offer.valid_from, Offer.id)
    ).all()


def deals_for(session: Session, member_id: int, shop_id: int | None = None) -> Sequence[Any]:
    """(Offer, Shop) of the bons plans that serve a member's home now, of one shop or of all: sql/50_offers.sql decides."""
    served = func.nearness.serving_home(member_id).table_valued("offer_id", "by")
    found = _deals().add_columns(Shop).join(served, served.c.offer_id == Offer.id)
    if shop_id is not None:
        found = found.where(Shop.id == shop_id)
    return session.execute(found.order_by(Offer.valid_to, Offer.id).limit(100)).all()


def figures(session: Session, shop_id: int) -> Figures:
    """Of the last 30 days."""
    rows = session.execute(
        select(ShopView.day, ShopView.views)
        .where(ShopView.shop_id == shop_id, ShopView.day > func.current_date() - DAYS_SHOWN)
        .order_by(ShopView.day.desc())
    ).all()
    return Figures([(row.day, row.views) for row in rows], sum(row.views for row in rows))


def communes_of_ambassador(session: Session, member_id: int) -> Sequence[Any]:
    """Id, country, code, name and names of the communes in which a member is an ambassador."""
    held = select(func.nearness.communes_of_role(member_id, "ambassador"))
    columns = Commune.id, Commune.country, Commune.code, Commune.name, Commune.names
    return session.execute(select(*columns).where(Commune.id.in_(held)).order_by(Commune.name)).all()


def shops_of_ambassador(session: Session, member_id: int) -> set[int]:
    """The shops that stand in a member's communes as an ambassador."""
    held = select(func.nearness.communes_of_role(member_id, "ambassador"))
    standing = _open().with_only_columns(Shop.id).where(func.nearness.commune_at(Shop.point).in_(held))
    return set(session.scalars(standing))


def to_visit(session: Session, member_id: int) -> Sequence[Any]:
    """(Shop, subscribed, visited_at, note): not subscribed and never visited first."""
    last = aliased(
        ShopVisit,
        select(ShopVisit)
        .ext(distinct_on(ShopVisit.shop_id))
        .order_by(ShopVisit.shop_id, ShopVisit.id.desc())
        .subquery(),
    )
    subscribed = exists().where(ShopSubscription.shop_id == Shop.id, ShopSubscription.ended.is_(None))
    rows = (
        select(Shop, subscribed.label("subscribed"), last.made_at.label("visited_at"), last.note)
        .outerjoin(last, last.shop_id == Shop.id)
        .where(Shop.id.in_(shops_of_ambassador(session, member_id)))
        .order_by(subscribed, last.made_at.nulls_first(), Shop.name)
    )
    return session.execute(rows).all()


def earned(session: Session, member_id: int) -> Sequence[Any]:
    """Month, subscriptions and cents of an ambassador, the newest month first."""
    return session.execute(
        select(
            ShopCommission.month,
            func.count().label("subscriptions"),
            func.sum(ShopCommission.cents).label("cents"),
        )
        .where(ShopCommission.ambassador_id == member_id)
        .group_by(ShopCommission.month)
        .order_by(ShopCommission.month.desc())
    ).all()


def _open() -> Select[Any]:
    shown = select(Shop).join(Partner, Partner.id == Shop.partner_id)
    return shown.where(Shop.closed_at.is_(None), Partner.paused_at.is_(None))


def _deals() -> Select[Any]:
    feeds = select(Offer).join(OfferFeed, OfferFeed.id == Offer.feed_id)
    return feeds.join(Shop, Shop.partner_id == OfferFeed.partner_id).where(Offer.reach_only)
