"""What runs by itself: mails, the weekly review, and each night what is kept no longer. Jobs are procrastinate's, in the PostgreSQL schema `jobs`."""

from __future__ import annotations

from collections.abc import Callable

from croniter import croniter
from procrastinate import App, PsycopgConnector
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geoneighbour.alerts import keeping, official, preview
from geoneighbour.database.engine import make_engine, transaction
from geoneighbour.database.upgrade import JOBS
from geoneighbour.database.urls import with_option
from geoneighbour.errors import InvalidInput
from geoneighbour.logs import keep_quiet
from geoneighbour.mailing.sending import send_due
from geoneighbour.nearness import review
from geoneighbour.offers import clusters, importing
from geoneighbour.offers import photos as offer_photos
from geoneighbour.running import retention
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.storage import open_photos

WEEK_SECONDS = 7 * 24 * 3600
SWEEP_CRON = "30 3 * * *"
MAIL_CRON = "* * * * * */10"
"""Each ten seconds: the sixth field is of seconds."""
AT_ONCE = 3
"""Jobs at a time: a mail server that drips does not hold up the others."""


def make_app(url: str, settings: Settings) -> App:
    """The job queue on a database (libpq URL, of the service), with the tasks it runs on time."""
    if not croniter.is_valid(settings.review_cron):
        raise InvalidInput(f"REVIEW_CRON is not a cron expression: {settings.review_cron}")
    keep_quiet()
    # A review that was due while the machine was off is made up for when the worker starts.
    app = App(
        connector=PsycopgConnector(conninfo=with_option(url, f"-c search_path={JOBS}")),
        worker_defaults={"delete_jobs": "successful", "concurrency": AT_ONCE},
        periodic_defaults={"max_delay": WEEK_SECONDS},
    )
    engine = make_engine(url)

    @app.periodic(cron=settings.review_cron)
    @app.task(name="review", queueing_lock="review")
    def weekly_review(timestamp: int) -> dict[str, int]:
        return review.carry_out(engine)

    sealer = Sealer(settings)

    @app.periodic(cron=MAIL_CRON)
    @app.task(name="send_mails", queueing_lock="send_mails")
    def sending(timestamp: int) -> int:
        return send_due(engine, sealer, settings)

    @app.periodic(cron="* * * * *")
    @app.task(name="poll_alert_feeds", queueing_lock="poll_alert_feeds")
    def polling(timestamp: int) -> dict[str, list[str]]:
        return official.poll(engine, settings)

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="bring_offers", queueing_lock="bring_offers")
    def bringing(timestamp: int) -> dict[str, str]:
        return importing.bring_due(engine, settings)

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="bring_offer_photos", queueing_lock="bring_offer_photos")
    def bringing_photos(timestamp: int) -> dict[str, int]:
        return offer_photos.bring_due(engine, settings, open_photos(settings))

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="count_offers", queueing_lock="count_offers")
    def counting_offers(timestamp: int) -> None:
        with transaction(engine) as session:
            clusters.count_anew(session)

    @app.periodic(cron="*/10 * * * *")
    @app.task(name="sweep_alerts", queueing_lock="sweep_alerts")
    def sweeping(timestamp: int) -> int:
        return keeping.sweep(engine)

    @app.periodic(cron="*/10 * * * *")
    @app.task(name="count_alert_channels", queueing_lock="count_alert_channels")
    def counting(timestamp: int) -> None:
        with transaction(engine) as session:
            preview.count_channels(session)

    for name, step in retention.steps(settings).items():
        _each_night(app, engine, name, step)
    return app


def _each_night(app: App, engine: Engine, name: str, step: Callable[[Session], int]) -> None:
    """A job of its own for each: one that fails keeps no other from its turn."""

    @app.periodic(cron=SWEEP_CRON)
    @app.task(name=f"forget_{name}", queueing_lock=f"forget_{name}")
    def forget(timestamp: int) -> int:
        with transaction(engine) as session:
            return step(session)
