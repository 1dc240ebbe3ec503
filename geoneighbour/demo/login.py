"""The demonstration's login, for which the password is hashed as the web application will check it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from geoneighbour.accounts import security
from geoneighbour.accounts.models import Account
from geoneighbour.database import state
from geoneighbour.settings import Settings


def open_account(session: Session, settings: Settings, member_id: int, email: str, password: str) -> None:
    """An account that speaks for an existing member."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secrets.token_hex(),
        SECURITY_PASSWORD_SALT=settings.secret_key or state.secret(settings, "password_salt"),
    )
    security.init_app(app)
    with app.app_context():
        session.add(
            Account(
                email=email,
                password=hash_password(password),
                active=True,
                confirmed_at=datetime.now(UTC),
                fs_uniquifier=secrets.token_hex(),
                member_id=member_id,
            )
        )
    session.flush()
