"""`geoneighbour db ...`"""

from __future__ import annotations

import click

from geoneighbour import settings as environment
from geoneighbour.database import analysts, cluster, revisions
from geoneighbour.database.engine import database_url, make_engine
from geoneighbour.database.status import report
from geoneighbour.database.upgrade import upgrade as bring_up
from geoneighbour.errors import Conflict


@click.group()
def db() -> None:
    """Create, upgrade and inspect the database."""


@db.command()
def init() -> None:
    """Make the private database (or fill an empty DATABASE_URL): the same as `upgrade`, for a first time."""
    _upgrade()


@db.command()
def upgrade() -> None:
    """Apply the migrations and the SQL of this version. Safe to repeat; all of it happens, or nothing."""
    _upgrade()


def _upgrade() -> None:
    settings = environment.load()
    engine = make_engine(database_url(settings))
    bring_up(engine, settings)
    with engine.connect() as connection:
        click.echo("\n".join(report(connection)))


@db.command()
def status() -> None:
    """Versions, what an upgrade would bring, and how much the database holds."""
    with make_engine(database_url(environment.load())).connect() as connection:
        click.echo("\n".join(report(connection)))


@db.command()
@click.option("--role", type=click.Choice(["owner", "analyst"]), default="owner", show_default=True)
def url(role: str) -> None:
    """Print a libpq URL for psql, QGIS or ogr2ogr: the service's own, or a read-only one for analysts."""
    settings = environment.load()
    owner = database_url(settings)
    click.echo(analysts.url(owner, settings) if role == "analyst" else owner)


@db.command()
def stop() -> None:
    """Stop the private database. Any command that needs it starts it again."""
    click.echo("Stopped." if cluster.stop(environment.load()) else "It was not running.")


@db.command()
@click.option("--yes", is_flag=True, help="do not ask")
def destroy(yes: bool) -> None:
    """Remove the private database with all it holds. A database of your own (DATABASE_URL) is not touched."""
    if not yes:
        click.confirm("Remove the private database and all that is in it?", abort=True)
    cluster.destroy(environment.load())


@db.command()
@click.option("-m", "--message", help="what changes; without it the one initial migration is written anew")
def revision(message: str | None) -> None:
    """For developers: write the migration that takes the database to what the models say."""
    server = database_url(environment.load())
    path = revisions.add(server, message) if message else revisions.initial(server)
    if path is None:
        raise Conflict("The models say what the migrations say: there is nothing to write.")
    click.echo(path)
