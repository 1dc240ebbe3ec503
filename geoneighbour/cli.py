"""The command line: `geoneighbour --help` lists what an operator can do.

Each room brings its own group; here they are put together, and errors become one line and an exit code.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

import click
import psycopg
from sqlalchemy.exc import OperationalError

from geoneighbour.errors import GeoneighbourError

COMMANDS = {
    "addresses": "members.commands",
    "alerts": "alerts.commands",
    "barriers": "barriers.commands",
    "communes": "communes.commands",
    "db": "database.commands",
    "demo": "demo.commands",
    "live": "running.commands",
    "letters": "verification.commands",
    "members": "verification.commands",
    "moderation": "moderation.commands",
    "nearness": "nearness.commands",
    "neighbourhoods": "neighbourhoods.commands",
    "partners": "affiliation.commands",
    "photos": "posts.commands",
    "retention": "running.commands",
    "roles": "accounts.commands",
    "run": "running.commands",
    "serve": "running.commands",
    "shops": "shops.commands",
    "verifications": "verification.review_commands",
    "worker": "running.commands",
}
"""Where each is. It is imported when it is asked for: all of them together take a second longer."""
UNUSABLE = 2
"""Exit code when what was given cannot serve; the database is as it was before."""
INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells have it."""


class Rooms(click.Group):
    """The rooms' commands, by the names they have there."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"geoneighbour.{COMMANDS[cmd_name]}"), cmd_name)
        return command


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="geoneighbour")
def cli() -> None:
    """geoneighbour: who is near whom, and what each of them sees."""


def main() -> None:
    """Entry point: domain errors are one line on standard error and exit code 2; Ctrl+C is 130."""
    try:
        # Click hands back the code of an Exit, and of --help; commands themselves answer nothing.
        if code := cli(standalone_mode=False):
            sys.exit(code)
    except click.ClickException as error:
        error.show()
        sys.exit(UNUSABLE)
    except (KeyboardInterrupt, click.Abort):
        _say_interrupted()
    except GeoneighbourError as error:
        click.echo(f"geoneighbour: {error.reason}", err=True)
        sys.exit(UNUSABLE)
    except (psycopg.OperationalError, OperationalError) as error:
        if _interrupted(error):
            _say_interrupted()
        reason = error.orig if isinstance(error, OperationalError) else error
        click.echo(f"geoneighbour: the database does not answer: {' '.join(str(reason).split())}", err=True)
        sys.exit(UNUSABLE)


def _interrupted(error: BaseException | None) -> bool:
    """Whether this is Ctrl+C in the middle of a statement, which can come out as what it did to the connection."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _say_interrupted() -> NoReturn:
    click.echo("Interrupted; nothing was changed.", err=True)
    sys.exit(INTERRUPTED)
