"""`geoneighbour photos`: what is kept beside the database."""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.database.engine import database_in_use, make_engine, transaction
from geoneighbour.posts import photos as service
from geoneighbour.storage import open_photos


@click.group()
def photos() -> None:
    """Photos of posts (PHOTO_DIR, or the bucket of S3_BUCKET)."""


@photos.command()
def sweep() -> None:
    """Delete the files that no post names any more. The worker does it every night."""
    settings = environment.load()
    with database_in_use(settings) as url, transaction(make_engine(url)) as session:
        click.echo(f"{service.sweep(session, open_photos(settings))} files deleted.")
