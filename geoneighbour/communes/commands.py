"""`geoneighbour communes ...`"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy.orm import Session

from geoneighbour import settings
from geoneighbour.boundaries.reader import Request
from geoneighbour.communes import movements, queries, report, service
from geoneighbour.communes.movements import Movement
from geoneighbour.database.engine import database_url, make_engine, transaction
from geoneighbour.errors import InvalidInput
from geoneighbour.sources import fetch, official

NOWHERE = 1
"""Exit code of `at` for a place in no commune, as grep has one for no line."""

own_sources = click.option(
    "--sources",
    "own",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file of your own sources beside the official ones; default: COMMUNE_SOURCES.",
)
in_country = click.option("--country", metavar="CC", help="Where several countries use the same code.")


@click.group()
def communes() -> None:
    """Import and look up commune boundaries."""


@communes.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--vintage", required=True, type=click.IntRange(1900, 2100), help="The year the boundaries are of."
)
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@click.option("--strict", is_flag=True, help="Refuse boundaries that are not wholly sound.")
@click.option(
    "--movements",
    "movements_file",
    type=click.Path(path_type=Path),
    help="INSEE's file of the communes' movements (CSV): who succeeds whom.",
)
@click.option("--layer", help="The layer of communes, where a file has several.")
@click.option("--code-field", help="The field of the code.")
@click.option("--name-field", help="The field of the name.")
@click.option("--srid", type=click.IntRange(1), help="The EPSG code of the file's coordinates.")
@click.option("--country", metavar="CC", help="Two letters; default: as the source tells, else FR.")
@click.option("--source", help="Kept with each commune; default: the name of its file.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object, the last line.")
def import_(
    paths: tuple[Path, ...],
    vintage: int,
    dry_run: bool,
    movements_file: Path | None,
    strict: bool,
    layer: str | None,
    code_field: str | None,
    name_field: str | None,
    srid: int | None,
    country: str | None,
    source: str | None,
    as_json: bool,
) -> None:
    """Import boundaries from GeoJSON, TopoJSON, GeoPackage, Shapefile or FlatGeobuf, also packed (.zip, .7z, .gz).

    Several PATHS, a folder or an archive are one import.

    All of it goes in, or nothing. Fields and coordinate system are found by themselves for the sources of docs/boundaries.md.
    """
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise InvalidInput("--country is two letters, such as FR or BE")
    request = Request(
        tuple(str(path) for path in paths),
        layer,
        code_field,
        name_field,
        srid,
        country.upper() if country else None,
    )
    said = movements.read(movements_file) if movements_file else []
    _import(request, vintage, source, dry_run, as_json, strict, said)


@communes.command()
@own_sources
@click.option("--json", "as_json", is_flag=True, help="As one JSON object, by name.")
def sources(own: Path | None, as_json: bool) -> None:
    """List where official boundaries can be fetched from, with licence and vintage."""
    known = official.sources(own or settings.load().commune_sources)
    if as_json:
        click.echo(json.dumps({name: asdict(source) for name, source in known.items()}, ensure_ascii=False))
        return
    for name, source in known.items():
        year = source.vintage or "current"
        click.echo(f"{name}  {source.title}")
        click.echo(
            f"    {source.country}, {year}, {source.holds}; {source.publisher}; {source.licence}"
            f"{'' if source.checked else '; address not tried yet'}"
        )


@communes.command("fetch")
@click.argument("name", metavar="SOURCE")
@click.option("--vintage", type=click.IntRange(1900, 2100), help="Default: the one that the source names.")
@click.option("--part", help="Which part, where a source has several: a département.")
@own_sources
@click.option("--again", is_flag=True, help="Download anew, whatever is kept from before.")
@click.option("--download-only", is_flag=True, help="Print the path of the file; import nothing.")
@click.option("--dry-run", is_flag=True, help="Download; print what an import would change.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object, the last line.")
def fetch_(
    name: str,
    vintage: int | None,
    part: str | None,
    own: Path | None,
    again: bool,
    download_only: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Download an official source and import it: `communes sources` lists them.

    What broke off goes on where it was, in the next run too; what is here already is downloaded only if it has changed.
    """
    chosen = official.source(name, own or settings.load().commune_sources)
    year = chosen.year(vintage)
    address = chosen.address(year, part)
    checksum = chosen.sha256 if year == chosen.vintage else None
    with report.Bar() as bar:
        rules = fetch.Rules.of(settings.load())
        path = fetch.fetch(address, chosen.file_name(address), rules, bar, sha256=checksum, again=again)
    if download_only:
        click.echo(path)
    elif chosen.holds == "quarters":
        click.echo(
            f"{chosen.title}: {chosen.licence} ({chosen.licence_url})\nNow import what you want of it:"
        )
        click.echo(
            f"  geoneighbour neighbourhoods import '{path}' --scheme {chosen.scheme} --vintage {year} --commune CODE"
        )
    else:
        if not as_json:
            click.echo(f"{chosen.title}: {chosen.licence} ({chosen.licence_url})")
        fields = (chosen.layer, chosen.code_field, chosen.name_field, chosen.srid, chosen.country)
        _import(Request((str(path),), *fields), year, chosen.title, dry_run, as_json)


def _import(
    request: Request,
    vintage: int,
    source: str | None,
    dry_run: bool,
    as_json: bool,
    strict: bool = False,
    said: Sequence[Movement] = (),
) -> None:
    with report.Bar() as bar, _session() as session:
        summary = service.import_communes(
            session,
            request,
            vintage,
            source=source,
            said=said,
            dry_run=dry_run,
            strict=strict,
            progress=bar,
        )
    if dry_run and not as_json:
        click.echo("Dry run, nothing was changed.")
    click.echo(report.as_json(summary) if as_json else report.as_text(summary))


@communes.command(context_settings={"ignore_unknown_options": True})  # -1.99 is a longitude, no option
@click.argument("lon", type=float)
@click.argument("lat", type=float)
def at(lon: float, lat: float) -> None:
    """Print code and name of the commune at a place, in degrees. In none (sea, lake, abroad) the exit code is 1."""
    for value, bound, what in ((lon, 180, "longitude"), (lat, 90, "latitude")):
        if not abs(value) <= bound:
            raise InvalidInput(f"{value:g} is no {what}: it must lie between -{bound} and {bound}")
    with _session() as session:
        found = queries.at(session, lon, lat)
        parts = [f"{part.code} {part.name}" for part in queries.parts_at(session, lon, lat)]
    if found is None:
        click.echo("No commune here.")
        sys.exit(NOWHERE)
    inside = f" ({', '.join(parts)})" if parts else ""
    click.echo(f"{found.code} {found.name}{inside}")


@communes.command()
@click.argument("code")
@in_country
def show(code: str, country: str | None) -> None:
    """Print name, country, vintage, area, neighbours and history of a commune."""
    with _session() as session:
        versions = queries.history(session, code, country)
        commune = next((version for version in versions if version.valid_to is None), versions[-1])
        click.echo(f"{commune.code} {commune.name} ({commune.country})")
        if commune.valid_to is None:
            around = queries.neighbours(session, commune.id)
            click.echo(f"vintage     {commune.vintage}")
            click.echo(f"area        {queries.area_km2(session, commune.id):.2f} km²")
            click.echo(f"neighbours  {len(around)}")
            click.echo(f"source      {commune.source}")
            for part in queries.parts(session, commune):
                click.echo(f"part        {part.code} {part.name} ({part.kind})")
        click.echo("history")
        for version in versions:
            until = "today" if version.valid_to is None else str(version.valid_to)
            heirs = " -> ".join(f"{heir.code} {heir.name}" for heir in queries.successors(session, version))
            click.echo(f"  {version.valid_from} to {until}  {version.name}{' -> ' + heirs if heirs else ''}")
            for gone in queries.predecessors(session, version):
                if gone.code != version.code:
                    click.echo(f"    took in {gone.code} {gone.name}")


@communes.command("history")
@click.argument("code")
@in_country
def history_(code: str, country: str | None) -> None:
    """Print the line of descent of a code: the communes it came from, and what became of them, with shares of ground."""
    with _session() as session:
        for generation in queries.descent(session, queries.history(session, code, country)):
            click.echo(report.as_line(generation))


@communes.command()
@click.argument("code")
@in_country
def neighbours(code: str, country: str | None) -> None:
    """Print code and name of the communes adjacent to one, one a line."""
    with _session() as session:
        for other, by_operator in queries.neighbours(session, queries.by_code(session, code, country).id):
            click.echo(f"{other.code} {other.name}{'  (linked by an operator)' if by_operator else ''}")


@communes.command()
@click.argument("codes", nargs=2, metavar="CODE CODE")
@in_country
@click.option("--remove", is_flag=True, help="Take such a link back.")
def link(codes: tuple[str, str], country: str | None, remove: bool) -> None:
    """Make two communes adjacent, both ways, that no border joins: an island and its port."""
    with _session() as session:
        one, two = (queries.by_code(session, code, country) for code in codes)
        (service.unlink if remove else service.link)(session, one.id, two.id)
    done = "no longer linked" if remove else "linked"
    click.echo(f"{one.code} {one.name} and {two.code} {two.name} are {done}.")


def _session() -> AbstractContextManager[Session]:
    return transaction(make_engine(database_url(settings.load())))
