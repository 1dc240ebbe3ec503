"""One session and one transaction a web request: committed when the answer is no error, else rolled back."""

from __future__ import annotations

from flask import Flask, Response, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session


def init_app(app: Flask, engine: Engine) -> None:
    app.extensions["geoneighbour.engine"] = engine
    app.after_request(_finish)
    app.teardown_appcontext(_close)


def db() -> Session:
    """The session of this request."""
    if "db" not in g:
        g.db = Session(current_app.extensions["geoneighbour.engine"])
    return g.db


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
