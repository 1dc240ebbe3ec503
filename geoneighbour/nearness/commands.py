"""`geoneighbour nearness ...`"""

from __future__ import annotations

import sys

import click
from tqdm import tqdm

from geoneighbour import settings
from geoneighbour.database.engine import database_url, make_engine
from geoneighbour.nearness import review as weekly

INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells have it."""


@click.group()
def nearness() -> None:
    """The rule: who is near whom."""


@nearness.command()
def review() -> None:
    """The weekly review: take the census, carry out what was decided, publish cells, set spreads and wider areas anew.

    Step by step: one that was broken off goes on where it stood.
    """
    engine = make_engine(database_url(settings.load()))
    steps: list[str] = []
    with tqdm(disable=None, leave=False) as bar:

        def tell(step: str, left: int) -> None:
            if steps[-1:] != [step]:
                bar.reset()
                bar.set_description_str(step)
            steps.append(step)
            bar.total = bar.n + 1 + left
            bar.update()

        try:
            changes = weekly.carry_out(engine, tell)
        except KeyboardInterrupt:
            if not steps:
                raise
            click.echo(
                "\nInterrupted; what was done stands, and the next review goes on from there.", err=True
            )
            sys.exit(INTERRUPTED)
    for what, number in changes.items():
        click.echo(f"{what.replace('_', ' ')}: {number}")
