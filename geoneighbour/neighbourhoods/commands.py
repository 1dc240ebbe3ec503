"""`geoneighbour neighbourhoods ...`"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from geoneighbour import settings
from geoneighbour.boundaries.quarters import SCHEMES
from geoneighbour.boundaries.reader import Request
from geoneighbour.communes.report import Bar
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.neighbourhoods import official
from geoneighbour.neighbourhoods.official import Summary


@click.group()
def neighbourhoods() -> None:
    """Official quarters as ready-made neighbourhoods to pick."""


@neighbourhoods.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--scheme", required=True, type=click.Choice(list(SCHEMES)), help="What kind of quarters.")
@click.option(
    "--vintage", required=True, type=click.IntRange(1900, 2100), help="The year the outlines are of."
)
@click.option(
    "--commune", "communes", metavar="CODE", multiple=True, help="Only those of this commune; again for more."
)
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@click.option("--layer", help="The layer of quarters, where a file has several.")
@click.option("--code-field", help="The field of the code.")
@click.option("--name-field", help="The field of the name.")
@click.option("--srid", type=click.IntRange(1), help="The EPSG code of the file's coordinates.")
@click.option(
    "--source", help="Whose they are, shown to residents; default: IGN/INSEE for IRIS, ANCT for QPV."
)
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object, the last line.")
def import_(
    paths: tuple[Path, ...],
    scheme: str,
    vintage: int,
    communes: tuple[str, ...],
    dry_run: bool,
    layer: str | None,
    code_field: str | None,
    name_field: str | None,
    srid: int | None,
    source: str | None,
    as_json: bool,
) -> None:
    """Import official quarters as proposed neighbourhoods, which residents support instead of drawing their own.

    The same files as for communes. All of it goes in, or nothing. Open neighbourhoods are never changed.
    """
    request = Request(
        tuple(str(path) for path in paths),
        layer,
        code_field,
        name_field,
        srid,
        scheme=scheme,
        communes=tuple(code.strip().upper() for code in communes),
    )
    with Bar() as bar, transaction(make_engine(database_url(settings.load()))) as session:
        summary = official.import_quarters(
            session, request, vintage, source=source, dry_run=dry_run, progress=bar
        )
    if dry_run and not as_json:
        click.echo("Dry run, nothing was changed.")
    click.echo(json.dumps(asdict(summary), ensure_ascii=False) if as_json else as_text(summary))


def as_text(summary: Summary) -> str:
    """The counts on one line, a line for each quarter that is not plain, and who was told."""
    counts = {name: count for name, count in asdict(summary).items() if name not in ("details", "told")}
    words = [
        f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count or name == "read"
    ]
    lines = [f"  {detail.code or '-'}  {detail.reason}" for detail in summary.details]
    told = [f"{summary.told:,} supporters are outside now and were told"] if summary.told else []
    return "\n".join([", ".join(words), *lines, *told])
