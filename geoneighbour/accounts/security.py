"""Sign-up, login, password reset: Flask-Security, set up for accounts that speak for members with a home."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, request
from flask_babel import lazy_gettext
from flask_security import RegisterFormV2, Security, SQLAlchemySessionUserDatastore
from werkzeug.local import LocalProxy
from wtforms import FloatField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from geoneighbour.accounts import limits, openid_http, passkeys, service, sessions, words
from geoneighbour.accounts.mails import AnotherLinkForm, ForgotForm, QueuedMails, new_nobody
from geoneighbour.accounts.models import Account, Passkey, Role
from geoneighbour.database import state
from geoneighbour.database.http import db
from geoneighbour.ground.points import Point
from geoneighbour.members.http import sealer
from geoneighbour.settings import Settings

HASHING = {"argon2__memory_cost": 19_456, "argon2__time_cost": 2, "argon2__parallelism": 1}
"""26 ms a login instead of 185: a burst of logins must not starve two cores."""
_NO_HOME = lazy_gettext("Indiquez votre domicile sur la carte.")


class SignUpForm(RegisterFormV2):
    """E-mail, password, first name, and the home as hidden degrees that the start page filled in."""

    name = StringField(
        lazy_gettext("Prénom"),
        validators=[InputRequired(lazy_gettext("Indiquez votre prénom.")), Length(1, 80)],
    )
    lon = FloatField(
        widget=HiddenField.widget, validators=[InputRequired(_NO_HOME), NumberRange(-180, 180, _NO_HOME)]
    )
    lat = FloatField(
        widget=HiddenField.widget, validators=[InputRequired(_NO_HOME), NumberRange(-90, 90, _NO_HOME)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request.method == "GET" and (person := openid_http.waiting()):
            # Their provider's words, to be changed at will.
            self.name.data, self.email.data = person.name[:80], person.email

    def validate(self, **kwargs: Any) -> bool:
        if super().validate(**kwargs):
            return True
        if self.existing_email_user and set(self.errors) == {"email"}:
            self._for_nobody()
        return False

    def _for_nobody(self) -> None:
        """An address with an account is answered like one without; the work for a new one is done, and undone."""
        home = Point(self.lon.data, self.lat.data)
        with db().begin_nested() as undone:
            nobody = new_nobody(service.new_member(db(), sealer(), self.name.data, home))
            db().add(nobody)
            db().flush()
            sessions.add(nobody)
            undone.rollback()

    def to_dict(self, only_user: bool) -> dict[str, Any]:
        home = {"name": self.name.data, "lon": self.lon.data, "lat": self.lat.data}
        # The home goes to create_user alone, never into a signal or a mail.
        return super().to_dict(only_user) | (home if only_user else {})


class Accounts(SQLAlchemySessionUserDatastore):
    """The accounts, in the request's session; a new one comes with its member and home."""

    def create_user(self, **kwargs: Any) -> Account:
        home = Point(kwargs.pop("lon"), kwargs.pop("lat"))
        member = service.new_member(db(), sealer(), kwargs.pop("name"), home)
        account: Account = super().create_user(member=member, **kwargs)  # type: ignore[assignment]
        openid_http.signed_up(account)
        return account


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.secret_key or state.secret(settings, "password_salt"),
        SECURITY_REGISTERABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        # A link in the welcome mail; nothing waits for it but mails that are sent later.
        SECURITY_CONFIRMABLE=True,
        SECURITY_LOGIN_WITHOUT_CONFIRMATION=True,
        SECURITY_CONFIRM_EMAIL_WITHIN=timedelta(days=7),
        SECURITY_CONFIRM_URL="/confirmation",
        SECURITY_POST_CONFIRM_VIEW="/compte",
        SECURITY_POST_LOGIN_VIEW="/accueil",
        SECURITY_POST_REGISTER_VIEW="/accueil",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_REGISTER_URL="/inscription",
        SECURITY_LOGIN_URL="/connexion",
        SECURITY_LOGOUT_URL="/deconnexion",
        SECURITY_RESET_URL="/mot-de-passe",
        SECURITY_CHANGE_URL="/mot-de-passe/changer",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_VERIFY_URL="/connexion/mot-de-passe",
        SECURITY_API_ENABLED_METHODS=["session"],
        REMEMBER_COOKIE_DURATION=sessions.UNUSED,
        SECURITY_DATETIME_FACTORY=lambda: datetime.now(UTC),
        SECURITY_WEBAUTHN=True,
        SECURITY_WAN_ALLOW_AS_FIRST_FACTOR=True,
        # A name typed before would say who has a passkey.
        SECURITY_WAN_ALLOW_USER_HINTS=False,
        SECURITY_INPUT_NORMALIZE_FORM="NFC",
        SECURITY_WAN_RP_NAME=settings.site_name,
        SECURITY_WAN_REGISTER_URL="/compte/acces/cle",
        SECURITY_WAN_DELETE_URL="/compte/acces/cle/supprimer",
        SECURITY_WAN_SIGNIN_URL="/connexion/cle",
        SECURITY_WAN_VERIFY_URL="/connexion/mot-de-passe/cle",
        # Whether a mail server answers is asked by sending, not by DNS while somebody waits.
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 (the name of a scheme)
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=HASHING,
        # In links: of an address, and of a password's hash, which nobody can guess. The library's own choice, 200 ms of
        # work, is for what can be guessed; and it takes longer for what is longer.
        SECURITY_HASHING_SCHEMES=["hex_sha256", "sha256_crypt"],
        # The same words, and the same time, whether an address has an account or not.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_PASSWORD_CONFIRM_REQUIRED=False,
        SECURITY_PASSWORD_LENGTH_MIN=10,
        **words.MESSAGES,
    )
    accounts = Accounts(LocalProxy(db), Account, Role, Passkey)  # type: ignore[arg-type]
    Security(
        app,
        accounts,
        register_form=SignUpForm,
        forgot_password_form=ForgotForm,
        send_confirmation_form=AnotherLinkForm,
        mail_util_cls=QueuedMails,
        webauthn_util_cls=passkeys.AloneEnough,
    )
    sessions.init_app(app)
    passkeys.init_app(app)
    limits.init_app(app)
    app.register_blueprint(openid_http.openid)
    app.jinja_env.globals["openid_provider"] = openid_http.provider
