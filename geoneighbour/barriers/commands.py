"""`geoneighbour barriers ...`"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy.orm import Session
from tqdm import tqdm

from geoneighbour import settings
from geoneighbour.barriers import service
from geoneighbour.barriers.models import KINDS
from geoneighbour.barriers.service import Batches, Summary
from geoneighbour.boundaries.reader import Request
from geoneighbour.communes.report import Bar
from geoneighbour.database.engine import database_url, make_engine, transaction

MOST_LINES = 20


@click.group()
def barriers() -> None:
    """Rivers, motorways and railways that wider areas walk around."""


@barriers.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--kind", type=click.Choice(KINDS), default="other", help="What the lines are; default: other.")
@click.option(
    "--crossings",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of points where one gets across: bridges, tunnels, ferries; again for more.",
)
@click.option("--source", help="What the import is called, and replaces; default: the name of FILE.")
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@click.option("--layer", help="The layer of lines, where a file has several.")
@click.option("--crossings-layer", help="The layer of points, where a file has several.")
@click.option("--name-field", help="The field of the name.")
@click.option("--srid", type=click.IntRange(1), help="The EPSG code of the files' coordinates.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object, the last line.")
def import_(
    paths: tuple[Path, ...],
    kind: str,
    crossings: tuple[Path, ...],
    source: str | None,
    dry_run: bool,
    layer: str | None,
    crossings_layer: str | None,
    name_field: str | None,
    srid: int | None,
    as_json: bool,
) -> None:
    """Import lines that the rings of wider areas walk around, and points where they get across.

    The same files as for communes. What was imported before under the same --source is replaced. All of it goes in, or nothing.
    """
    request = Request(
        tuple(str(path) for path in paths),
        layer,
        name_field=name_field,
        srid=srid,
        lines=True,
        crossings=tuple(str(path) for path in crossings),
        crossings_layer=crossings_layer,
    )
    called = source or paths[0].name.split(".")[0]
    with Bar() as bar, _session() as session:
        summary = service.import_barriers(
            session, request, called, kind, dry_run=dry_run, progress=bar, each=_each
        )
    if dry_run and not as_json:
        click.echo("Dry run, nothing was changed.")
    click.echo(json.dumps(asdict(summary), ensure_ascii=False) if as_json else as_text(called, summary))


@barriers.command("list")
def list_() -> None:
    """Print what was imported, a source a line."""
    with _session() as session:
        for row in service.listed(session):
            click.echo(
                f"{row.source}  {row.kinds}: {row.lines:,} lines, {row.km:,.1f} km, "
                f"{row.crossings:,} crossings, {row.steps:,} steps barred"
            )


@barriers.command()
@click.argument("source")
def remove(source: str) -> None:
    """Take away all that was imported under a source."""
    with _session() as session:
        related = service.remove(session, source, _each)
    click.echo(f"{source} is gone; the wider areas of {related:,} zones were found anew.")


def as_text(source: str, summary: Summary) -> str:
    """What was read, the counts on one line, a line for each row that is not plain."""
    files = [
        f"{layer.file} {layer.layer}: "
        + (layer.ignored or f"{layer.rows:,} rows, {layer.holds}, {layer.crs}")
        for layer in summary.files
    ]
    counts = {
        name: count
        for name, count in asdict(summary).items()
        if name not in ("files", "details", "zones") and (count or name == "read")
    }
    words = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    lines = [f"  {detail.file} row {detail.position + 1}: {detail.reason}" for detail in summary.details]
    more = len(lines) - MOST_LINES
    shown = [*lines[:MOST_LINES], *([f"  and {more:,} more"] if more > 0 else [])]
    zones = f"the wider areas of {summary.zones:,} zones were found anew"
    return "\n".join([*files, f"{source}: {words}; {zones}", *shown])


def _each(found: Batches) -> Iterable[Sequence[int]]:
    return tqdm(found, desc="wider areas", disable=None, leave=False)


def _session() -> AbstractContextManager[Session]:
    return transaction(make_engine(database_url(settings.load())))
