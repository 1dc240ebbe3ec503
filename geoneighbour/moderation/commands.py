"""`geoneighbour moderation ...`: what waits, and what was done."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from geoneighbour import settings
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.moderation.models import Act, Case, Report


@click.group()
def moderation() -> None:
    """Look at what members reported and what became of it."""


@moderation.command("list")
def list_() -> None:
    """List the open cases, the oldest first: number, thing, how many reports, their reasons."""
    with transaction(make_engine(database_url(settings.load()))) as session:
        rows = session.execute(
            select(Case, func.count(Report.id), func.string_agg(Report.reason.distinct(), ", "))
            .join(Report, Report.case_id == Case.id)
            .where(Case.closed_at.is_(None))
            .group_by(Case.id)
            .order_by(Case.id)
        )
        for case, reports, reasons in rows:
            click.echo(f"{case.id}  {case.opened_at:%Y-%m-%d}  {case.thing}  {reports} reports: {reasons}")


@moderation.command()
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many acts.")
def log(last: int) -> None:
    """List what was done, the latest first: when, which case, what, by which member, why."""
    with transaction(make_engine(database_url(settings.load()))) as session:
        rows = session.execute(
            select(Act, Case.thing).join(Case, Case.id == Act.case_id).order_by(Act.id.desc()).limit(last)
        )
        for act, thing in rows:
            what = f"{act.kind} of act {act.of_act_id}" if act.of_act_id else act.kind
            length = f" {act.days} days" if act.days else ""
            waits = " (needs a second person)" if act.needs_second else ""
            by = f"member {act.actor_id}" if act.actor_id else "somebody who has left"
            why = " ".join(act.why.split()) if act.why else "(forgotten)"
            click.echo(
                f"{act.id}  {act.made_at:%Y-%m-%d %H:%M}  {thing}  {what}{length}{waits}, by {by}: {why}"
            )
