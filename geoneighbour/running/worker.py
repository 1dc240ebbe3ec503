"""What runs by itself: mails, the weekly review, the nightly sweep of photos and of what is old. Jobs are procrastinate's, in the PostgreSQL schema `jobs`."""

from __future__ import annotations

from croniter import croniter
from procrastinate import App, PsycopgConnector
from sqlalchemy import Engine

from geoneighbour.accounts import limits
from geoneighbour.database.engine import make_engine, transaction
from geoneighbour.database.upgrade import JOBS
from geoneighbour.database.urls import with_option
from geoneighbour.errors import InvalidInput
from geoneighbour.mailing.sending import send_due
from geoneighbour.inviting import service as inviting
from geoneighbour.nearness import review
from geoneighbour.posts import photos
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.storage import open_photos
from geoneighbour.verification import documents, letters

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
        return run_review(engine)

    sealer = Sealer(settings)

    @app.periodic(cron=MAIL_CRON)
    @app.task(name="send_mails", queueing_lock="send_mails")
    def sending(timestamp: int) -> int:
        return send_due(engine, sealer, settings)

    @app.periodic(cron=SWEEP_CRON)
    @app.task(name="sweep_photos", queueing_lock="sweep_photos")
    def nightly_sweep(timestamp: int) -> int:
        with transaction(engine) as session:
            return photos.sweep(session, open_photos(settings))

    @app.periodic(cron=SWEEP_CRON)
    @app.task(name="forget_attempts", queueing_lock="forget_attempts")
    def nightly_forgetting(timestamp: int) -> int:
        return limits.forget(engine)

    @app.periodic(cron=SWEEP_CRON)
    @app.task(name="forget_documents", queueing_lock="forget_documents")
    def forgetting_documents(timestamp: int) -> int:
        with transaction(engine) as session:
            return documents.forget(session)

    @app.periodic(cron=SWEEP_CRON)
    @app.task(name="forget_letters", queueing_lock="forget_letters")
    def forgetting_letters(timestamp: int) -> int:
        with transaction(engine) as session:
            return letters.forget(session)

    @app.periodic(cron=SWEEP_CRON)
    @app.task(name="forget_invitations", queueing_lock="forget_invitations")
    def nightly_ending(timestamp: int) -> int:
        with transaction(engine) as session:
            return inviting.forget(session)

    return app


def run_review(engine: Engine) -> dict[str, int]:
    """The weekly review, in a transaction of its own; returns the counts of what changed."""
    with transaction(engine) as session:
        return review.run(session)
