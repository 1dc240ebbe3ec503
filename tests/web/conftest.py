"""The application on a database of its own, and people who are logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.members import addresses
from geoneighbour.settings import Settings
from geoneighbour.web.app import create_app

PASSWORD = "grande-maree-2026"


@pytest.fixture
def app(database_url: str, tmp_path) -> Flask:
    url = database_url
    app = create_app(
        Settings(state_dir=tmp_path, database_url=url, secret_key="for tests only"),
        make_engine(as_service(url)),
    )
    app.testing = True
    # One test turns it on again; the others speak as a page with the token would.
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def world(database: Engine) -> Iterator[Session]:
    """A session whose work the application sees after `commit()`."""
    with Session(database, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def logged_in(app: Flask, world: Session) -> Callable[[int], FlaskClient]:
    """A client logged in as a member (by id), through the login form."""

    def log_in(member_id: int) -> FlaskClient:
        email = f"m{member_id}@exemple.fr"
        with app.app_context():
            world.add(
                Account(
                    email=email,
                    password=hash_password(PASSWORD),
                    active=True,
                    fs_uniquifier=email,
                    member_id=member_id,
                )
            )
            addresses.seal_missing(world, app.extensions["geoneighbour.sealer"])
            world.commit()
        client = app.test_client()
        answer = client.post("/connexion", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return log_in
