"""`geoneighbour nearness ...`"""

from __future__ import annotations

import click
from tqdm import tqdm

from geoneighbour import settings
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.nearness import review as weekly


@click.group()
def nearness() -> None:
    """The rule: who is near whom."""


@nearness.command()
def review() -> None:
    """The weekly review: take the census, publish cells, set spreads and wider areas anew. One transaction."""
    with transaction(make_engine(database_url(settings.load()))) as session:
        for what, number in weekly.run(session, _bar).items():
            click.echo(f"{what.replace('_', ' ')}: {number}")


def _bar(items: weekly.Batches, what: str) -> weekly.Batches:
    return tqdm(items, desc=what, disable=None, leave=False)
