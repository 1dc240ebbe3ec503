"""One session and one transaction a web request: committed when the answer is no error, else rolled back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, g
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session


def init_app(app: Flask, engine: Engine, language: Callable[[], str]) -> None:
    """`language` says in which one the database names communes to whoever asks (nearness.said_name)."""
    app.extensions["geoneighbour.engine"] = engine
    app.extensions["geoneighbour.language"] = language
    app.after_request(_finish)
    app.teardown_appcontext(_close)


def db() -> Session:
    """The session of this request."""
    if "db" not in g:
        g.db = Session(current_app.extensions["geoneighbour.engine"])
        language = current_app.extensions["geoneighbour.language"]()
        g.db.execute(select(func.set_config("geoneighbour.language", language, True)))
    return g.db


def engine() -> Engine:
    """For what must stand whether the request succeeds or not."""
    found: Engine = current_app.extensions["geoneighbour.engine"]
    return found


def _finish(response: Response) -> Response:
    if "db" in g:
        if response.status_code < 400:
            g.db.commit()
        else:
            g.db.rollback()
    return response


def _close(_: BaseException | None) -> None:
    if "db" in g:
        g.pop("db").close()
