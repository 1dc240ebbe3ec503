"""`geoneighbour communes ...`"""

from __future__ import annotations

import click


@click.group()
def communes() -> None:
    """Import and look up commune boundaries."""
