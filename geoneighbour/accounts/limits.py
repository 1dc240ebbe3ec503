"""How often one may try: logins, sign-ups, forgotten passwords, for each account and for each network address.

Counts stand in one table, so that all processes share them. They are kept whether the request succeeds or not.
"""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from flask import Flask, current_app, request
from flask_security import current_user
from sqlalchemy import Engine, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Attempt
from geoneighbour.database.http import engine
from geoneighbour.errors import InvalidInput, TooOften


@dataclass(frozen=True)
class Limit:
    """So many times within a window, for each account that is named and for each network address."""

    account: int
    address: int
    window: timedelta


LIMITS = {
    "security.login": Limit(10, 100, timedelta(minutes=15)),
    "security.register": Limit(5, 20, timedelta(hours=1)),
    "security.forgot_password": Limit(5, 30, timedelta(hours=1)),
    "security.reset_password": Limit(10, 30, timedelta(hours=1)),
    "security.send_confirmation": Limit(5, 30, timedelta(hours=1)),
    "security.change_password": Limit(10, 100, timedelta(hours=1)),
    "security.verify": Limit(10, 100, timedelta(minutes=15)),
    "security.wan_signin": Limit(100, 100, timedelta(minutes=15)),
    "security.wan_signin_response": Limit(100, 100, timedelta(minutes=15)),
    # Each asks the geocoder.
    "pages.search_address": Limit(60, 300, timedelta(hours=1)),
    "pages.search_home": Limit(60, 300, timedelta(hours=1)),
    "pages.write_address": Limit(60, 300, timedelta(hours=1)),
    "pages.move_house": Limit(60, 300, timedelta(hours=1)),
    "openid.begin": Limit(30, 100, timedelta(minutes=15)),
    "openid.finish": Limit(30, 100, timedelta(minutes=15)),
    "pages.delete_account": Limit(10, 100, timedelta(hours=1)),
    # Each is an SMS that a commune pays for.
    "pages.ask_phone_code": Limit(3, 10, timedelta(days=1)),
    "pages.confirm_phone": Limit(15, 60, timedelta(hours=1)),
    # Beyond it people are sent on, and not counted.
    "pages.visit_offer": Limit(60, 60, timedelta(hours=1)),
    # Partners' systems.
    "affiliation.report": Limit(3000, 3000, timedelta(hours=1)),
    "mydata.leave": Limit(10, 100, timedelta(hours=1)),
}
"""By endpoint; what is not here is not limited. A library or a town hall shares one network address."""
TAKEN_BY_VIEW = frozenset({"pages.ask_phone_code", "pages.visit_offer"})
"""What was mistyped costs nothing here: the view takes its limit once it knows that something would leave."""
KEPT = timedelta(days=1)


def init_app(app: Flask) -> None:
    app.before_request(_objects_alone)
    app.before_request(_count)


def _count() -> None:
    # A form is looked at as often as one likes; going to a provider and back asks others each time.
    counted = request.method in ("POST", "DELETE") or request.blueprint == "openid"
    if counted and request.endpoint in LIMITS.keys() - TAKEN_BY_VIEW:
        take(request.endpoint)


def take(endpoint: str) -> None:
    """Counts one more try of `endpoint` for who asks and for their network; TooOften, with how long it lasts."""
    limit = LIMITS[endpoint]
    tried = {"address": _network(request.remote_addr or "")}
    if current_user.is_authenticated:
        # Whoever found a browser logged in must not guess its password either, whatever address is sent along.
        tried["account"] = current_user.email.lower()
    elif named := _named():
        tried["account"] = named
    for by, who in tried.items():
        if attempt(engine(), f"{endpoint} {by}", who, limit.window) > getattr(limit, by):
            raise _reached(limit.window)


def _reached(window: timedelta) -> TooOften:
    if window < timedelta(days=1):
        return TooOften()
    left = window.total_seconds() - datetime.now(UTC).timestamp() % window.total_seconds()
    return TooOften(
        "C’est trop pour aujourd’hui : réessayez dans %(hours)s h.", hours=max(1, math.ceil(left / 3600))
    )


def _named() -> str:
    """The address that is tried, as a form or as JSON: the library reads both."""
    sent = request.get_json() if request.is_json and request.blueprint == "security" else request.form
    return str(sent.get("email") or "").strip().lower()


def _objects_alone() -> None:
    """The library takes JSON for a form: anything but an object of plain values would be an error of its own."""
    if request.blueprint != "security" or not request.is_json:
        return
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or any(isinstance(value, dict | list) for value in sent.values()):
        raise InvalidInput


def attempt(on: Engine, what: str, who: str, window: timedelta) -> int:
    """Counts one more; returns how many there were within the window that runs."""
    seconds = window.total_seconds()
    begun = datetime.fromtimestamp(datetime.now(UTC).timestamp() // seconds * seconds, UTC)
    key = hmac.digest(current_app.secret_key.encode(), who.encode(), "sha256")  # type: ignore[union-attr]
    counted = insert(Attempt).values(what=what, who=key, since=begun, times=1)
    counted = counted.on_conflict_do_update(
        index_elements=["what", "who", "since"], set_={"times": Attempt.times + 1}
    )
    # A transaction of its own: that of the request is rolled back when it is refused.
    with on.begin() as connection:
        return connection.execute(counted.returning(Attempt.times)).scalar_one()


def forget(session: Session) -> int:
    """Deletes what was counted more than a day ago; returns how much."""
    old = delete(Attempt).where(Attempt.since < datetime.now(UTC) - KEPT)
    return len(session.execute(old.returning(Attempt.since)).all())


def _network(address: str) -> str:
    """An IPv4 address; of IPv6 the first 64 bits, which one household has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped else str(parsed)
