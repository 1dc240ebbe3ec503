"""Which browsers are logged in: each login is a row, which its owner can close, at once.

The cookies of a browser (that of the session and "stay logged in" alike) name a row by a random word instead of the account.
Without the row they open nothing.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import Flask, g, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security.signals import password_changed, password_reset
from flask_security.utils import set_request_attr
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from geoneighbour.accounts.models import Account, LoginSession, OpenidIdentity, Passkey
from geoneighbour.database.http import db
from geoneighbour.errors import NotFound

UNUSED = timedelta(days=30)
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox|FxiOS": "Firefox",
    "Chrome|CriOS|Chromium": "Chrome",
    "Safari": "Safari",
}
"""The first that is found: several call themselves Chrome or Safari as well."""
_DEVICES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def init_app(app: Flask) -> None:
    """After Flask-Security, whose ways to say who is logged in this replaces."""
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined]
    # No tokens: what they open could not be closed.
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined]
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    password_changed.connect(_close_others, app)
    password_reset.connect(_close_others, app)
    password_reset.connect(_close_to_strangers, app)


def listed(of: Session, account_id: int) -> list[LoginSession]:
    """The latest first."""
    mine = select(LoginSession).where(
        LoginSession.account_id == account_id, LoginSession.seen_on >= _oldest()
    )
    return list(of.scalars(mine.order_by(LoginSession.seen_on.desc(), LoginSession.id.desc())))


def close(of: Session, account_id: int, session_id: int) -> None:
    """Logs one browser of this account out; NotFound for anybody else's."""
    found = of.get(LoginSession, session_id)
    if found is None or found.account_id != account_id:
        raise NotFound("Cette session n'existe plus.")
    of.delete(found)


def close_others(of: Session, account_id: int, kept: int | None) -> None:
    others = delete(LoginSession).where(LoginSession.account_id == account_id)
    of.execute(others if kept is None else others.where(LoginSession.id != kept))


def present() -> int | None:
    """The session of this request's browser."""
    return g.get("login_session")


def forget(of: Session) -> int:
    """Deletes what was not used for 30 days; returns how much."""
    old = delete(LoginSession).where(LoginSession.seen_on < _oldest())
    return len(of.scalars(old.returning(LoginSession.id)).all())


def named(agent: str) -> tuple[str, str]:
    """Browser and device as coarse as a person would say it; empty for what is not known."""
    return _first(_BROWSERS, agent), _first(_DEVICES, agent)


def _first(known: dict[str, str], agent: str) -> str:
    return next((name for pattern, name in known.items() if re.search(rf"\b({pattern})", agent)), "")


def _load(word: str) -> Account | None:
    """Who is logged in, for Flask-Login: one question, by the hash of the cookie's word."""
    found = (
        db()
        .execute(
            select(Account, LoginSession)
            .join(LoginSession, LoginSession.account_id == Account.id)
            .where(LoginSession.word_hash == _hash(word), LoginSession.seen_on >= _oldest(), Account.active)
            # Here alone: elsewhere accounts are asked for without them, and a list of them needs `unique()`.
            .options(joinedload(Account.roles))
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        return None
    account, login = found
    if login.seen_on < _today():
        login.seen_on = _today()
    g.login_session = login.id
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return account


def add(user: Account) -> tuple[int, str]:
    """A login of this browser: its number, and the word that its cookies will hold."""
    word = secrets.token_urlsafe(32)
    browser, device = named(request.user_agent.string)
    login = LoginSession(account_id=user.id, word_hash=_hash(word), browser=browser, device=device)
    login.seen_on = _today()
    db().add(login)
    db().flush()
    return login.id, word


def _begin(_: Flask, user: Account, **__: Any) -> None:
    # Flask-Login keeps the word in both cookies, and gives it to `_load`.
    g.login_session, session["_user_id"] = add(user)


def _end(_: Flask, **__: Any) -> None:
    if (ended := g.pop("login_session", None)) is not None:
        db().execute(delete(LoginSession).where(LoginSession.id == ended))


def _close_others(_: Flask, user: Account, **__: Any) -> None:
    """A new password: whoever knew the old one is out. After a change this browser has just begun a session of its own."""
    close_others(db(), user.id, present())


def _close_to_strangers(_: Flask, user: Account, **__: Any) -> None:
    """Whoever follows a reset reads the address's mail. Where nobody had shown that before, the account may have been made by
    another, in wait for its owner: what else opens it goes."""
    if user.confirmed_at is None:
        for other in (Passkey, OpenidIdentity):
            db().execute(delete(other).where(other.account_id == user.id))
        user.confirmed_at = datetime.now(UTC)


def _hash(word: str) -> bytes:
    return sha256(word.encode()).digest()


def _today() -> date:
    return datetime.now(UTC).date()


def _oldest() -> date:
    return _today() - UNUSED
