"""`geoneighbour demo ...`"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from tqdm import tqdm

from geoneighbour import settings
from geoneighbour.communes.report import Bar
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.demo import EMAIL, NEIGHBOURS, NEIGHBOURS_IN, PASSWORD
from geoneighbour.demo import load as demonstration


@click.group()
def demo() -> None:
    """Try things out on an invented territory."""


@demo.command()
@click.option("--seed", default=1, show_default=True, help="The same seed brings the same people.")
@click.option(
    "--members", default=600, show_default=True, type=click.IntRange(1, 20_000), help="How many people."
)
def load(seed: int, members: int) -> None:
    """Fill an empty database with communes, people, neighbourhoods and posts around Saint-Malo.

    All of it, or nothing. Prints a login to look around with.
    """
    chosen = settings.load()
    with Bar() as bar, transaction(make_engine(database_url(chosen))) as session:
        loaded = demonstration.load(session, chosen, seed, members, _bar, bar)
    click.echo(
        f"Demonstration: {loaded.communes} communes, {loaded.members} members, "
        f"{loaded.neighbourhoods} neighbourhoods and {loaded.proposed} proposed, {loaded.posts} posts, "
        f"{loaded.offers} offers of partners, {loaded.shops} shops."
    )
    click.echo(f"Log in as {EMAIL} with the password {PASSWORD}")
    click.echo(f"or, with the same one, as neighbours in {NEIGHBOURS_IN}: {', '.join(NEIGHBOURS)}")


def _bar(items: Iterable[Any], what: str) -> Iterable[Any]:
    # disable=None: off unless standard error is a terminal.
    return tqdm(items, desc=what, disable=None, leave=False)
