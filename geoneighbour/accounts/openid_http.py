"""/connexion/openid: there and back. Known here: logged in. Logged in here: linked. Neither: on to the sign-up."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext
from flask_security import current_user
from flask_security.utils import check_and_update_authn_fresh, login_user
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from geoneighbour.accounts.models import Account, OpenidIdentity
from geoneighbour.accounts.openid import Flow, Person, Provider, Unfit, kept
from geoneighbour.database.http import db
from geoneighbour.errors import GeoneighbourError, NotFound

openid = Blueprint("openid", __name__)
FLOW, PERSON = "openid_flow", "openid_person"
PATIENCE_SECONDS = 3600
"""How long a new person may take to say where they live."""

log = logging.getLogger(__name__)


def provider() -> Provider | None:
    return Provider.of(current_app.config["SETTINGS"])


@openid.get("/connexion/openid")
def begin() -> Response:
    if current_user.is_authenticated and not _fresh():
        return redirect(url_for("security.verify", next=url_for("openid.begin")))
    try:
        flow, address = _required().begin(_back())
    except GeoneighbourError as error:
        return _failed(error)
    session[FLOW] = kept(flow)
    return redirect(address)


@openid.get("/connexion/openid/retour")
def finish() -> Response:
    try:
        if (flow := session.pop(FLOW, None)) is None:
            raise Unfit("no flow was begun here")
        person = _required().finish(Flow(**flow), request.args, _back())
    except NotFound:
        raise
    except GeoneighbourError as error:
        return _failed(error)
    account = _account(db(), person)
    if current_user.is_authenticated:
        return _link(person, account) if _fresh() else redirect(url_for("security.verify"))
    if account is None:
        session[PERSON] = {**asdict(person), "since": time.time()}
        flash(gettext("Il reste à dire où vous habitez, sur la carte."), "done")
        return redirect(url_for("pages.start"))
    if not account.active:
        return _failed(Unfit("the account is closed"))
    login_user(account, remember=False, authn_via=["openid"])
    return redirect(url_for("pages.home"))


@openid.post("/compte/acces/openid/<int:identity_id>/delier")
def unlink(identity_id: int) -> Response:
    found = db().get(OpenidIdentity, identity_id)
    if found is None or found.account_id != current_user.id:
        raise NotFound
    db().delete(found)
    flash(gettext("Le lien est défait."), "done")
    return redirect(url_for("pages.access"))


def waiting() -> Person | None:
    """A new person whom the provider sent, and who has not signed up yet."""
    held: dict[str, Any] | None = session.get(PERSON)
    if held is None or time.time() - held["since"] > PATIENCE_SECONDS:
        return None
    return Person(**{name: held[name] for name in ("issuer", "subject", "email", "name")})


def link(of: Session, account: Account, person: Person) -> None:
    """From now on this subject is this account, unless it is another's already."""
    of.flush()
    new = insert(OpenidIdentity).values(account_id=account.id, issuer=person.issuer, subject=person.subject)
    of.execute(new.on_conflict_do_nothing(constraint="uq_openid_identity_issuer_subject"))


def signed_up(account: Account) -> None:
    """A new account: whoever the provider sent is its owner, unless they write another e-mail address.

    Then it may be the next one at a browser that many use, and who was there before would hold a key to the account.
    """
    if (person := waiting()) and (not person.email or person.email.strip().lower() == account.email.lower()):
        link(db(), account, person)
    session.pop(PERSON, None)


def linked(of: Session, account_id: int) -> list[OpenidIdentity]:
    mine = select(OpenidIdentity).where(OpenidIdentity.account_id == account_id)
    return list(of.scalars(mine.order_by(OpenidIdentity.id)))


def _link(person: Person, account: Account | None) -> Response:
    if account is not None and account.id != current_user.id:
        flash(gettext("Cette identité est déjà liée à un autre compte."), "error")
    else:
        link(db(), current_user, person)
        flash(gettext("C’est lié : vous pouvez vous connecter ainsi."), "done")
    return redirect(url_for("pages.access"))


def _account(of: Session, person: Person) -> Account | None:
    same = (OpenidIdentity.issuer == person.issuer) & (OpenidIdentity.subject == person.subject)
    return of.scalars(select(Account).join(OpenidIdentity).where(same)).unique().one_or_none()


def _required() -> Provider:
    if (found := provider()) is None:
        raise NotFound
    return found


def _failed(error: GeoneighbourError) -> Response:
    if isinstance(error, NotFound):
        raise error
    log.warning("openid: %s", error.why if isinstance(error, Unfit) else type(error).__name__)
    flash(gettext("La connexion n’a pas abouti. Recommencez, ou prenez votre mot de passe."), "error")
    return redirect(url_for("pages.access" if current_user.is_authenticated else "security.login"))


def _fresh() -> bool:
    """Whether who is logged in proved it lately: as for a passkey, another way in takes more than a browser left open."""
    config = current_app.config
    return check_and_update_authn_fresh(
        config["SECURITY_FRESHNESS"], config["SECURITY_FRESHNESS_GRACE_PERIOD"]
    )


def _back() -> str:
    return url_for("openid.finish", _external=True)
