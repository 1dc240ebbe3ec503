"""Members' telephones: a number counts once its holder has typed the code that was sent to it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

import phonenumbers
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geoneighbour.alerts.channel_models import Phone
from geoneighbour.channels.calling import hosts as words_of
from geoneighbour.errors import InvalidInput
from geoneighbour.sealing import Sealer
from geoneighbour.settings import Settings
from geoneighbour.verification.codes import Keys

TRIES = 5
VALID = timedelta(minutes=15)
DIGITS = 6


class Outcome(Enum):
    """What came of a code."""

    RIGHT = auto()
    WRONG = auto()
    OVER = auto()
    """Too late, too many tries, or none was asked for."""


@dataclass(frozen=True)
class Mine:
    """A member's telephone as its owner sees it; `waits`: a code is under way."""

    number: str
    confirmed: bool
    waits: bool


def read(settings: Settings, typed: str) -> str:
    """E.164 of a mobile number of SMS_COUNTRIES, the first of which needs no prefix. InvalidInput for any other."""
    countries = [country.upper() for country in words_of(settings.sms_countries)] or ["FR"]
    try:
        number = phonenumbers.parse(typed[:40], countries[0])
    except phonenumbers.NumberParseException:
        raise _no_number() from None
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in mobile:
        raise _no_number()
    if phonenumbers.region_code_for_number(number) not in countries:
        raise InvalidInput("Les numéros de ce pays ne sont pas pris ici.", field="number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _no_number() -> InvalidInput:
    return InvalidInput("Ce n'est pas un numéro de mobile : écrivez-le comme 06 12 34 56 78.", field="number")


def ask(session: Session, sealer: Sealer, keys: Keys, member_id: int, number: str) -> str:
    """Keeps the number (E.164), which counts from the code on; returns the code, which only the telephone is told.

    The same answer whether somebody else has the number: whoever holds the telephone will say.
    """
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    session.execute(delete(Phone).where(Phone.member_id == member_id))
    session.add(
        Phone(
            member_id=member_id,
            box=sealer.seal({"number": number}),
            digest=keys.phone(number),
            code_hash=keys.phone_code(member_id, number, code),
            code_expires_at=datetime.now(UTC) + VALID,
        )
    )
    session.flush()
    return code


def confirm(session: Session, sealer: Sealer, keys: Keys, member_id: int, typed: str) -> Outcome:
    """A code that the member typed. To be committed whatever comes of it: wrong ones count."""
    phone = session.get(Phone, member_id, with_for_update=True, populate_existing=True)
    if phone is None or phone.code_hash is None or phone.code_expires_at is None:
        return Outcome.OVER
    if phone.code_tries >= TRIES or phone.code_expires_at < datetime.now(UTC):
        return Outcome.OVER
    number = sealer.open(phone.box)["number"]
    code = "".join(letter for letter in typed if letter.isdecimal())
    if not hmac.compare_digest(phone.code_hash, keys.phone_code(member_id, number, code)):
        phone.code_tries += 1
        return Outcome.OVER if phone.code_tries == TRIES else Outcome.WRONG
    # A number changes hands: it is whose telephone it is now.
    former = Phone.digest == phone.digest, Phone.confirmed_at.is_not(None), Phone.member_id != member_id
    session.execute(delete(Phone).where(*former))
    phone.confirmed_at, phone.code_hash, phone.code_expires_at = func.now(), None, None
    session.flush()
    return Outcome.RIGHT


def forget(session: Session, member_id: int) -> None:
    session.execute(delete(Phone).where(Phone.member_id == member_id))


def of(session: Session, sealer: Sealer, member_id: int) -> Mine | None:
    phone = session.get(Phone, member_id)
    if phone is None:
        return None
    waits = (
        phone.code_expires_at is not None
        and phone.code_expires_at > datetime.now(UTC)
        and phone.code_tries < TRIES
    )
    return Mine(sealer.open(phone.box)["number"], phone.confirmed_at is not None, waits)


def numbers(session: Session, sealer: Sealer, member_ids: Sequence[int]) -> dict[int, str]:
    """E.164 by member, of confirmed telephones alone."""
    found = select(Phone.member_id, Phone.box).where(
        Phone.member_id.in_(member_ids), Phone.confirmed_at.is_not(None)
    )
    return {member_id: sealer.open(box)["number"] for member_id, box in session.execute(found)}


def forget_unconfirmed(session: Session) -> int:
    """Deletes numbers whose code was not typed within a day; returns how many."""
    old = Phone.confirmed_at.is_(None), Phone.code_expires_at < datetime.now(UTC) - timedelta(days=1)
    return len(session.scalars(delete(Phone).where(*old).returning(Phone.member_id)).all())


def seal_anew(session: Session, sealer: Sealer) -> int:
    """Seals all numbers with the first key; returns how many."""
    phones = session.scalars(select(Phone)).all()
    for phone in phones:
        phone.box = sealer.anew(phone.box)
        phone.sms = phone.sms and sealer.anew(phone.sms)
    session.flush()
    return len(phones)


def shown(number: str) -> str:
    """As people write it: `06 12 34 56 78`, with the prefix of another country."""
    parsed = phonenumbers.parse(number)
    french = parsed.country_code == 33
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if french else form.INTERNATIONAL)
