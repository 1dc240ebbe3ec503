"""`geoneighbour addresses ...`"""

from __future__ import annotations

import click
from tqdm import tqdm

from geoneighbour import settings
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.mailing.sending import seal_anew
from geoneighbour.members import addresses as kept
from geoneighbour.sealing import Sealer


@click.group()
def addresses() -> None:
    """Look after what members' own pages show of their homes."""


@addresses.command()
def seal() -> None:
    """Seal every address and every waiting mail anew with the first of ADDRESS_KEYS, and every home that is not sealed yet.

    All of them, or none. Afterwards, and after `verifications seal`, the other keys can go.
    """
    chosen = settings.load()
    sealer = Sealer(chosen)
    with transaction(make_engine(database_url(chosen))) as session:
        missing = kept.seal_missing(session, sealer)
        # disable=None: off unless standard error is a terminal.
        anew = sum(
            1 for _ in tqdm(kept.seal_anew(session, sealer), desc="addresses", disable=None, leave=False)
        )
        seal_anew(session, sealer)
    click.echo(f"{anew} addresses are sealed with the first key; {missing} were not sealed before.")
