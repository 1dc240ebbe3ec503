"""Flask-Security's mails go into the queue, and answers about an address say nothing by their speed.

An address without an account takes the same way as one with it: the same templates are filled in and sealed, for nobody.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask_security import ForgotPasswordForm, MailUtil, SendConfirmationForm
from sqlalchemy import delete
from sqlalchemy.orm import object_session

from geoneighbour import mailing
from geoneighbour.accounts import hosts
from geoneighbour.accounts.models import Account
from geoneighbour.database.http import db
from geoneighbour.errors import Unavailable
from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.members.http import sealer
from geoneighbour.members.models import Member


class QueuedMails(MailUtil):
    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        if template.endswith("reset_instructions") and not hosts.settled():
            # The link opens the account: it must not lead to a host that somebody else has written.
            raise Unavailable(
                "Les liens ne partent pas encore : l'adresse publique du service n'est pas fixée."
            )
        number = mailing.queue(db(), sealer(), str(recipient), str(subject), body or "", html)
        if object_session(kwargs["user"]) is None:
            db().execute(delete(OutgoingMail).where(OutgoingMail.id == number))


class _ForNobodyToo:
    """A form that is fine whether its address has an account or not."""

    user: Any

    def validate(self, **kwargs: Any) -> bool:
        if super().validate(**kwargs):  # type: ignore[misc]
            return True
        email = self.email  # type: ignore[attr-defined]
        if not email.data or set(self.errors) != {"email"}:  # type: ignore[attr-defined]
            return False
        email.errors = []
        self.user = new_nobody(Member(name="Personne"), email.data)
        return True


class ForgotForm(_ForNobodyToo, ForgotPasswordForm):
    user: Any


class AnotherLinkForm(_ForNobodyToo, SendConfirmationForm):
    user: Any


def new_nobody(member: Member, email: str = "") -> Account:
    """Somebody to do the work for who is never stored: an account as long as any other, with no password that fits."""
    salt, hashed = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
    return Account(
        email=email or f"{secrets.token_hex(8)}@invalid",
        password=f"$argon2id$v=19$m=19456,t=2,p=1${salt}${hashed}",
        fs_uniquifier=secrets.token_hex(),
        active=True,
        member=member,
    )
