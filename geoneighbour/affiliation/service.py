"""Counting clicks, taking what partners report, keeping the ledger."""

from __future__ import annotations

import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.affiliation.models import (
    ClickCount,
    CommissionEntry,
    Conversion,
    OfferClick,
    PartnerSecret,
    PartnerTerms,
)
from geoneighbour.affiliation.tokens import Click, Tokens, signature
from geoneighbour.errors import Conflict, InvalidInput, LoginNeeded, NotFound
from geoneighbour.offers.models import Partner
from geoneighbour.sealing import Sealer

OF_PARTNERS = ZoneInfo("Europe/Paris")
"""Days and months are those of Paris."""
TOKEN_DAYS = 90
CLICK_MONTHS = timedelta(days=396)
SKEW_SECONDS = 300


@dataclass(frozen=True)
class Report:
    """What a partner says that it sold."""

    external_id: str
    token: str
    amount_cents: int


def today() -> date:
    return datetime.now(OF_PARTNERS).date()


def terms(session: Session, partner_id: int) -> PartnerTerms | None:
    """Those in force; null: nothing was agreed, and nothing is owed."""
    last = select(PartnerTerms).where(PartnerTerms.partner_id == partner_id)
    return session.scalar(last.order_by(PartnerTerms.id.desc()).limit(1))


def set_terms(session: Session, partner_id: int, click_cents: int, conversion_permille: int) -> None:
    session.add(
        PartnerTerms(partner_id=partner_id, click_cents=click_cents, conversion_permille=conversion_permille)
    )
    session.flush()


def click(session: Session, partner_code: str, offer_id: int) -> Click:
    """Counts one more. NotFound: no such partner."""
    partner_id = session.scalar(select(Partner.id).where(Partner.code == partner_code))
    if partner_id is None:
        raise NotFound
    made = Click(uuid.uuid4(), offer_id, today())
    session.add(OfferClick(id=made.id, partner_id=partner_id, offer_id=offer_id, day=made.day))
    agreed = terms(session, partner_id)
    if agreed and agreed.click_cents:
        session.add(
            CommissionEntry(partner_id=partner_id, day=made.day, kind="click", cents=agreed.click_cents)
        )
    session.flush()
    return made


def new_secret(session: Session, sealer: Sealer, partner_id: int) -> str:
    """Told only now; the former signs nothing any more."""
    word = secrets.token_urlsafe(32)
    sealed = sealer.seal_file(word.encode())
    put = insert(PartnerSecret).values(partner_id=partner_id, sealed=sealed)
    session.execute(
        put.on_conflict_do_update(index_elements=["partner_id"], set_={"sealed": put.excluded.sealed})
    )
    return word


def signed_by(session: Session, sealer: Sealer, code: str, timestamp: str, told: str, body: bytes) -> Partner:
    """The partner who signed this. LoginNeeded: nobody did, or not within five minutes of now."""
    asked = select(Partner, PartnerSecret.sealed).join(PartnerSecret).where(Partner.code == code)
    found = session.execute(asked).one_or_none()
    if found is None or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise LoginNeeded("La signature ne convient pas.")
    secret = sealer.open_file(found.sealed).decode()
    if not hmac.compare_digest(signature(secret, timestamp, body).encode(), told.encode()):
        raise LoginNeeded("La signature ne convient pas.")
    if abs(datetime.now(UTC).timestamp() - int(timestamp)) > SKEW_SECONDS:
        raise LoginNeeded("L’heure de la signature est à plus de cinq minutes de la nôtre.")
    return found.Partner


def report(session: Session, tokens: Tokens, partner_id: int, sold: Report) -> Conversion:
    """Takes a conversion, once. Conflict: the same number with other content; InvalidInput: the token is not for it."""
    known = _known(session, partner_id, sold.external_id)
    click = tokens.read(sold.token)
    if known:
        return _same(known, sold, click)
    theirs = click and session.scalar(
        select(OfferClick.id).where(OfferClick.id == click.id, OfferClick.partner_id == partner_id)
    )
    if click is None or theirs is None:
        raise InvalidInput("Ce jeton n’a pas été donné pour une de vos offres.", field="token")
    if today() - click.day > timedelta(days=TOKEN_DAYS):
        raise InvalidInput("Ce jeton est trop ancien.", field="token")
    agreed = terms(session, partner_id)
    commission = (sold.amount_cents * (agreed.conversion_permille if agreed else 0) + 500) // 1000
    put = insert(Conversion).values(
        partner_id=partner_id,
        external_id=sold.external_id,
        click_id=click.id,
        amount_cents=sold.amount_cents,
        commission_cents=commission,
        day=today(),
    )
    # Who comes at the same moment waits here until the other has committed.
    made = session.scalar(put.on_conflict_do_nothing().returning(Conversion))
    if made is None:
        first = _known(session, partner_id, sold.external_id)
        if first is None:
            raise Conflict
        return _same(first, sold, click)
    session.add(
        CommissionEntry(
            partner_id=partner_id, day=made.day, kind="conversion", cents=commission, conversion_id=made.id
        )
    )
    session.flush()
    return made


def reverse(session: Session, entry_id: int, note: str) -> CommissionEntry:
    """Takes an entry of the ledger back. NotFound; Conflict: it is one that takes back, or was taken back already."""
    entry = session.get(CommissionEntry, entry_id)
    if entry is None:
        raise NotFound(f"no entry {entry_id}")
    if entry.kind == "reversal":
        raise Conflict(f"entry {entry_id} is a reversal itself")
    put = insert(CommissionEntry).values(
        partner_id=entry.partner_id,
        day=today(),
        kind="reversal",
        cents=-entry.cents,
        reverses=entry.id,
        note=note,
    )
    made = session.scalar(put.on_conflict_do_nothing(index_elements=["reverses"]).returning(CommissionEntry))
    if made is None:
        raise Conflict(f"entry {entry_id} was taken back already")
    return made


def forget(session: Session) -> int:
    """Makes counts of clicks that are older than 13 months; returns of how many."""
    gone = (
        delete(OfferClick)
        .where(OfferClick.day < today() - CLICK_MONTHS)
        .returning(OfferClick.partner_id, OfferClick.day)
        .cte("gone")
    )
    counted = select(gone.c.partner_id, gone.c.day, func.count()).group_by(gone.c.partner_id, gone.c.day)
    put = insert(ClickCount).from_select(["partner_id", "day", "clicks"], counted)
    put = put.on_conflict_do_update(
        index_elements=["partner_id", "day"], set_={"clicks": ClickCount.clicks + put.excluded.clicks}
    )
    of_each = put.returning(ClickCount.day).cte("counted")
    return session.scalar(select(func.count()).select_from(gone).add_cte(of_each)) or 0


def _known(session: Session, partner_id: int, external_id: str) -> Conversion | None:
    return session.scalar(
        select(Conversion).where(Conversion.partner_id == partner_id, Conversion.external_id == external_id)
    )


def _same(known: Conversion, sold: Report, click: Click | None) -> Conversion:
    if click is None or (known.click_id, known.amount_cents) != (click.id, sold.amount_cents):
        raise Conflict("Ce numéro a déjà été annoncé, avec un autre contenu.")
    return known
