"""One session and one transaction a web request: committed when the answer is no error, else rolled back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, g
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session, SessionTransaction

_IN_LANGUAGE = text("SELECT set_config('geoneighbour.language', :language, true)")


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
        event.listen(g.db, "after_begin", _tell_language)
    return g.db


def _tell_language(_: Session, __: SessionTransaction, connection: Connection) -> None:
    # In each transaction: a form that is refused goes on in another one.
    language = current_app.extensions["geoneighbour.language"]()
    # As text: each request begins with it, and putting an expression into words takes longer than asking.
    connection.execute(_IN_LANGUAGE, {"language": language})


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
