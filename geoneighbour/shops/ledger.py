"""What ambassadors are owed, a month at a time: rows that are added, and never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidInput
from geoneighbour.members.models import Member
from geoneighbour.offers.hours import HOME_ZONE
from geoneighbour.shops.models import Shop, ShopCommission, ShopPlan, ShopSubscription


def close_month(session: Session, month: date) -> int:
    """Writes what is owed for a month that is over: each brought subscription that it touched, once; returns how many are new.

    `month` is its first day. InvalidInput for one that is not over.
    """
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    if month.day != 1 or after > datetime.now(HOME_ZONE).date():
        raise InvalidInput(f"{month:%Y-%m} is not over")
    owed = (
        select(
            ShopSubscription.id,
            ShopSubscription.brought_by,
            cast(month, Date),
            ShopPlan.month_cents * ShopPlan.commission_percent // 100,
        )
        .join(ShopPlan, ShopPlan.code == ShopSubscription.plan)
        .where(
            ShopSubscription.brought_by.is_not(None),
            ShopSubscription.begins < after,
            func.coalesce(ShopSubscription.ended, after) >= month,
        )
    )
    columns = ["subscription_id", "ambassador_id", "month", "cents"]
    written = insert(ShopCommission).from_select(columns, owed).on_conflict_do_nothing()
    return len(session.scalars(written.returning(ShopCommission.id)).all())


def statement(session: Session, month: date) -> Sequence[Any]:
    """Ambassador (number, name), shop, plan and cents of a month, by ambassador."""
    return session.execute(
        select(
            ShopCommission.ambassador_id,
            Member.name,
            Shop.id.label("shop_id"),
            Shop.name.label("shop"),
            ShopSubscription.plan,
            ShopCommission.cents,
        )
        .outerjoin(Member, Member.id == ShopCommission.ambassador_id)
        .outerjoin(ShopSubscription, ShopSubscription.id == ShopCommission.subscription_id)
        .outerjoin(Shop, Shop.id == ShopSubscription.shop_id)
        .where(ShopCommission.month == month)
        .order_by(ShopCommission.ambassador_id, ShopCommission.id)
    ).all()
