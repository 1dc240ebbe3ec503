"""The real application on a loopback port, over a database of its own, and what tests may do behind its back."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from geoneighbour.accounts import service as accounts
from geoneighbour.accounts.models import Account
from geoneighbour.ground.points import Point
from geoneighbour.neighbourhoods.models import Neighbourhood, Residence
from geoneighbour.verification import service as verification

PASSWORD = "grande-maree-2026"


class Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 (werkzeug's name)
        """Nothing: pytest shows what matters."""


@dataclass
class Site:
    """Where it is served, and its database."""

    app: Flask
    engine: Engine
    server: BaseWSGIServer
    also: tuple[str, ...] = ()
    """Where else its pages may call."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def newcomer(self, name: str, lon: float, lat: float, verified: bool = True) -> str:
        """A member with a home and an account; returns the e-mail address to log in with."""
        with Session(self.engine) as session:
            member = accounts.new_member(
                session, self.app.extensions["geoneighbour.sealer"], name, Point(lon, lat)
            )
            email = self._open_account(session, member.id)
            if verified:
                verification.verify_account(session, email)
            session.commit()
        return email

    def resident_of(self, neighbourhood: str) -> str:
        """One of the demonstration's members who live in this neighbourhood gets an account; returns its address."""
        with Session(self.engine) as session:
            taken = select(Account.member_id)
            member_id = session.scalars(
                select(Residence.member_id)
                .join(Neighbourhood, Neighbourhood.id == Residence.zone)
                .where(Neighbourhood.name == neighbourhood, Residence.member_id.not_in(taken))
                .order_by(Residence.member_id)
                .limit(1)
            ).one()
            email = self._open_account(session, member_id)
            session.commit()
        return email

    def neighbourhood(self, name: str) -> int:
        with Session(self.engine) as session:
            return session.scalars(select(Neighbourhood.id).where(Neighbourhood.name == name)).one()

    def verify(self, email: str) -> None:
        """What `geoneighbour members verify EMAIL` does."""
        with Session(self.engine) as session:
            verification.verify_account(session, email)
            session.commit()

    def moved_long_ago(self, email: str) -> None:
        """They may move house again."""
        with Session(self.engine) as session:
            account = session.scalars(select(Account).where(Account.email == email)).one()
            account.member.moved_at -= accounts.BETWEEN_MOVES
            session.commit()

    def _open_account(self, session: Session, member_id: int) -> str:
        email = f"m{member_id}@exemple.fr"
        with self.app.app_context():
            password = hash_password(PASSWORD)
        session.add(
            Account(email=email, password=password, active=True, fs_uniquifier=email, member_id=member_id)
        )
        session.flush()
        return email


def serve(app: Flask, engine: Engine) -> Site:
    """Starts it in a thread, on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Site(app, engine, server)
