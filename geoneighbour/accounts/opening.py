"""Opening an account without the sign-up form: for members whom a command brought."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from geoneighbour.accounts import security
from geoneighbour.accounts.models import Account
from geoneighbour.settings import Settings


def open_account(session: Session, settings: Settings, member_id: int, email: str, password: str) -> Account:
    """An account that speaks for an existing member; its password is hashed as the web application will check it."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = secrets.token_hex()
    security.init_app(app, settings)
    with app.app_context():
        account = Account(
            email=email,
            password=hash_password(password),
            active=True,
            confirmed_at=datetime.now(UTC),
            fs_uniquifier=secrets.token_hex(),
            member_id=member_id,
        )
    session.add(account)
    session.flush()
    return account
