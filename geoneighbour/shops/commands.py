"""`geoneighbour shops ...`: plans, subscriptions, what was reported, and what ambassadors are owed (docs/shops.md)."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour import settings
from geoneighbour.accounts.service import by_email
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.errors import NotFound
from geoneighbour.offers.models import Partner
from geoneighbour.shops import ledger, service
from geoneighbour.shops.models import Shop, ShopPlan, ShopReport, ShopSubscription

MONTH = click.DateTime(["%Y-%m"])


@click.group()
def shops() -> None:
    """Shops that registered themselves, their plans and ambassadors."""


@shops.command()
@click.argument("code", required=False)
@click.option("--name", help="As the shop reads it.")
@click.option("--cents", type=click.IntRange(0), help="A month, in cents; invoiced outside.")
@click.option("--commission", type=click.IntRange(0, 100), default=0, help="Per cent for who brought it.")
def plan(code: str | None, name: str | None, cents: int | None, commission: int) -> None:
    """List the plans; with a CODE, add one or change it. What the ledger holds stays."""
    if code and (name is None or cents is None):
        raise click.UsageError("a plan has --name and --cents")
    with _session() as session:
        if code and name is not None and cents is not None:
            service.set_plan(session, code, name, cents, commission)
        for one in session.scalars(select(ShopPlan).order_by(ShopPlan.code)):
            click.echo(f"{one.code:16} {one.month_cents / 100:8.2f} {one.commission_percent:3} % {one.name}")


@shops.command()
@click.argument("shop", type=int)
@click.argument("plan")
@click.option("--brought-by", metavar="EMAIL", help="The ambassador who brought it.")
def subscribe(shop: int, plan: str, brought_by: str | None) -> None:
    """Subscribe the SHOP of this number to a PLAN, from today on."""
    with _session() as session:
        service.subscribe(
            session, shop, plan, by_email(session, brought_by).member_id if brought_by else None
        )


@shops.command()
@click.argument("shop", type=int)
def end(shop: int) -> None:
    """End a SHOP's subscription today: its page is the free one, its bons plans are over."""
    with _session() as session:
        service.end_subscription(session, shop)


@shops.command()
@click.argument("shop", type=int)
def hide(shop: int) -> None:
    """Show nothing of a SHOP, until `geoneighbour shops show`."""
    _hide(shop, hidden=True)


@shops.command()
@click.argument("shop", type=int)
def show(shop: int) -> None:
    """Show a hidden SHOP again."""
    _hide(shop, hidden=False)


@shops.command("list")
@click.option("--reported", is_flag=True, help="Only those that members reported, with what they say.")
def list_(reported: bool) -> None:
    """List the shops: number, name, plan, and whether hidden."""
    with _session() as session:
        rows = session.execute(
            select(Shop, Partner.paused_at, ShopSubscription.plan)
            .join(Partner, Partner.id == Shop.partner_id)
            .outerjoin(
                ShopSubscription, (ShopSubscription.shop_id == Shop.id) & ShopSubscription.ended.is_(None)
            )
            .where(Shop.closed_at.is_(None))
            .order_by(Shop.id)
        )
        for shop, paused_at, plan in rows.all():
            words = session.scalars(select(ShopReport.words).where(ShopReport.shop_id == shop.id)).all()
            if reported and not words:
                continue
            click.echo(f"{shop.id:6} {shop.name}, {plan or 'free'}{', hidden' if paused_at else ''}")
            for one in words if reported else ():
                click.echo(f"       - {' '.join(one.split())}")


@shops.command()
@click.argument("month", type=MONTH)
def commissions(month: datetime) -> None:
    """Write what ambassadors are owed for a MONTH (2026-01) that is over, once, and print it as CSV."""
    first = month.date()
    with _session() as session:
        ledger.close_month(session, first)
        out = csv.writer(sys.stdout)
        out.writerow(["month", "ambassador", "name", "shop", "shop_name", "plan", "cents"])
        for row in ledger.statement(session, first):
            out.writerow([f"{first:%Y-%m}", *map(_cell, row)])


def _cell(value: object) -> object:
    """No name begins a formula in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _hide(shop_id: int, *, hidden: bool) -> None:
    with _session() as session:
        shop = session.get(Shop, shop_id)
        if shop is None:
            raise NotFound(f"there is no shop {shop_id}")
        session.get_one(Partner, shop.partner_id).paused_at = func.now() if hidden else None


@contextmanager
def _session() -> Iterator[Session]:
    with transaction(make_engine(database_url(settings.load()))) as session:
        yield session
