"""`geoneighbour partners`: whose offers are shown, where they come from, and what each import did."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import select

from geoneighbour import settings as environment
from geoneighbour.database.engine import database_url, make_engine, service_url, transaction
from geoneighbour.errors import Conflict, UnusableFile
from geoneighbour.offers import feed_states, importing, photos, queries, service
from geoneighbour.offers.models import FORMATS, OfferFeed, OfferImport, OfferRejection, Partner
from geoneighbour.offers.suggestion_commands import suggestions


@click.group()
def partners() -> None:
    """Partners whose offers are shown, and their feeds."""


@partners.command()
@click.argument("code")
@click.argument("name")
@click.option("--url", help="Their own site.")
def add(code: str, name: str, url: str | None) -> None:
    """Add a partner: CODE is a short word, NAME what people read."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        service.add_partner(session, code, name, url)


@partners.command()
@click.argument("code")
@click.argument("name")
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True)
@click.option("--url", help="Asked each --every hours. Without it a key is made, to send with.")
@click.option("--category", help="Of rows that name none.")
@click.option(
    "--mapping", type=click.Path(dir_okay=False, path_type=Path), help="JSON: what they call things."
)
@click.option("--every", type=float, default=24, show_default=True, help="Hours.")
def feed(
    code: str,
    name: str,
    format_: str,
    url: str | None,
    category: str | None,
    mapping: Path | None,
    every: float,
) -> None:
    """Let a feed of a partner in, under a NAME."""
    try:
        told = json.loads(mapping.read_text()) if mapping else {}
    except (OSError, ValueError) as error:
        raise UnusableFile(f"{mapping}: cannot be read: {error}") from error
    rhythm = timedelta(hours=every)
    with transaction(make_engine(database_url(environment.load()))) as session:
        _, key = service.add_feed(
            session, code, name, format_, url=url, category=category, mapping=told, every=rhythm
        )
    if key:
        _tell(key)


@partners.command("new-key")
@click.argument("code")
@click.argument("name")
def new_key(code: str, name: str) -> None:
    """Another key for a feed that is sent here; the former opens nothing any more."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        _tell(service.new_key(session, code, name))


@partners.command("import")
@click.argument("code")
@click.argument("name", required=False)
@click.option("--file", type=click.File("rb"), help="Instead of what its address answers; names a feed.")
@click.option("--accept", is_flag=True, help="Also if most of what stood goes, or most rows are rejected.")
def import_(code: str, name: str | None, file: click.File | None, accept: bool) -> None:
    """Bring the feeds of a partner, or the one NAMEd, now."""
    settings = environment.load()
    engine = make_engine(service_url(settings, database_url(settings)))
    with transaction(engine) as session:
        service.partner(session, code)
        asked = select(OfferFeed.id, OfferFeed.name, OfferFeed.url).where(OfferFeed.partner.has(code=code))
        feeds = session.execute(asked.where(OfferFeed.name == name) if name else asked).all()
    if file and len(feeds) != 1:
        raise Conflict("name the feed that the file is of")
    failed = False
    for feed_id, feed_name, url in feeds:
        if not file and not url:
            click.echo(f"{code}/{feed_name}: is sent here, or give --file")
            continue
        content = file.read() if file else None  # type: ignore[attr-defined]
        report = importing.bring(engine, settings, feed_id, content, accept=accept)
        failed |= report.problem is not None
        click.echo(f"{code}/{feed_name}: {importing.summary(report)}")
        for one in report.rejections[:20]:
            click.echo(f"  row {one['row']} {one['external_id'] or ''}: {one['field']} {one['reason']}")
    if failed:
        raise click.exceptions.Exit(1)


@partners.command("list")
def list_() -> None:
    """Partners, their feeds, how many offers stand, and what is stale."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        for partner in session.scalars(select(Partner).order_by(Partner.code)):
            click.echo(f"{partner.code}  {partner.name}{'  paused' if partner.paused_at else ''}")
            for one in feed_states.states(session, partner.id):
                last = f"{one.feed.last_success_at:%Y-%m-%d %H:%M}" if one.feed.last_success_at else "never"
                state = f"  stale: {one.feed.problem or 'nothing came'}" if one.stale else ""
                click.echo(
                    f"  {one.feed.name}  {one.feed.format}  {one.feed.url or 'sent here'}  {one.standing:,} offers  {last}{state}"
                )


@partners.command()
@click.argument("code")
@click.argument("name")
def report(code: str, name: str) -> None:
    """The last imports of a feed, and the rows that the very last one rejected."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        of = service.feed(session, code, name)
        made = select(OfferImport).where(OfferImport.feed_id == of.id).order_by(OfferImport.id.desc())
        last = session.scalars(made.limit(20)).all()
        for one in last:
            counts = importing.Report(
                one.added, one.changed, one.unchanged, one.gone, one.rejected, one.problem
            )
            seconds = (one.ended_at - one.begun_at).total_seconds()
            click.echo(f"{one.begun_at:%Y-%m-%d %H:%M}  {seconds:,.1f} s  {importing.summary(counts)}")
        if last:
            rejected = select(OfferRejection).where(OfferRejection.import_id == last[0].id)
            for row in session.scalars(rejected.order_by(OfferRejection.row)):
                click.echo(f"  row {row.row} {row.external_id or ''}: {row.field} {row.reason}")


@partners.command("photos")
@click.argument("code")
def photos_(code: str) -> None:
    """The last photos of a partner's offers that could not be had, and why."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        for number, url, problem in photos.problems(session, service.partner(session, code).id):
            click.echo(f"{number}  {url}  {problem}")


@partners.command()
@click.argument("code")
def pause(code: str) -> None:
    """Show none of a partner's offers, and ask for no feed, until it is resumed."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        service.pause(session, code)


@partners.command()
@click.argument("code")
def resume(code: str) -> None:
    """Show a paused partner's offers again."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        service.pause(session, code, paused=False)


@partners.command()
@click.argument("code", required=False)
@click.option("--fr", help="Its name in French; needed for a new one.")
@click.option("--nl")
@click.option("--en")
@click.option("--icon", help="A symbol of the sprite.")
@click.option("--colour", type=click.Choice(["sail", "sun", "moss", "sea", "slate"]))
@click.option("--position", type=int)
def categories(
    code: str | None, icon: str | None, colour: str | None, position: int | None, **names: str | None
) -> None:
    """List the categories; with a CODE, add one or change what is given of it."""
    with transaction(make_engine(database_url(environment.load()))) as session:
        if code:
            given = {language: name for language, name in names.items() if name}
            service.set_category(session, code, given, icon=icon, colour=colour, position=position)
        for one in queries.categories(session):
            click.echo(f"{one.code:16} {one.position:5} {one.names['fr']}")


partners.add_command(suggestions)


def _tell(key: str) -> None:
    click.echo(
        f"POST /api/v1/offers/push with the header 'Authorization: Bearer {key}'. It is told only now."
    )
