"""Partners, their feeds and the categories, as operators set them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, InvalidInput, LoginNeeded, NotFound
from geoneighbour.offers import clusters
from geoneighbour.offers.models import OfferCategory, OfferFeed, Partner
from geoneighbour.offers.reading import checked_mapping


def partner(session: Session, code: str) -> Partner:
    found = session.scalar(select(Partner).where(Partner.code == code))
    if found is None:
        raise NotFound(f"there is no partner {code}")
    return found


def add_partner(session: Session, code: str, name: str, url: str | None) -> Partner:
    if session.scalar(select(Partner.id).where(Partner.code == code)) is not None:
        raise Conflict(f"there is a partner {code} already")
    added = Partner(code=code, name=name, url=url)
    _store(session, added)
    return added


def pause(session: Session, code: str, *, paused: bool = True) -> None:
    """While paused none of a partner's offers is shown, and none of its feeds asked. Nothing is lost."""
    partner(session, code).paused_at = func.now() if paused else None
    session.flush()
    clusters.count_anew(session)


def feed(session: Session, partner_code: str, name: str) -> OfferFeed:
    found = session.scalar(
        select(OfferFeed).where(OfferFeed.partner.has(code=partner_code), OfferFeed.name == name)
    )
    if found is None:
        raise NotFound(f"there is no feed {partner_code}/{name}")
    return found


def add_feed(
    session: Session,
    partner_code: str,
    name: str,
    format_: str,
    *,
    url: str | None,
    category: str | None,
    mapping: Mapping[str, Any],
    every: timedelta,
) -> tuple[OfferFeed, str | None]:
    """A feed that is asked at `url`; without one it is sent here: its key, told once. UnusableFile for a wrong mapping."""
    of = partner(session, partner_code)
    if session.scalar(select(OfferFeed.id).where(OfferFeed.partner_id == of.id, OfferFeed.name == name)):
        raise Conflict(f"there is a feed {partner_code}/{name} already")
    if url is not None and not url.startswith(("https://", "http://")):
        raise InvalidInput(f"{url[:80]}: a feed has an https address")
    if category is not None and session.get(OfferCategory, category) is None:
        raise NotFound(f"there is no category {category}")
    key = None if url else secrets.token_urlsafe(32)
    added = OfferFeed(
        partner_id=of.id,
        name=name,
        format=format_,
        url=url,
        key_hash=_hash(key) if key else None,
        category=category,
        mapping=checked_mapping(mapping),
        every=every,
    )
    _store(session, added)
    return added, key


def new_key(session: Session, partner_code: str, name: str) -> str:
    """For a feed that is sent here: the former key opens nothing any more."""
    found = feed(session, partner_code, name)
    if found.key_hash is None:
        raise Conflict(f"the feed {partner_code}/{name} is asked at its address, and has no key")
    key = secrets.token_urlsafe(32)
    found.key_hash = _hash(key)
    return key


def of_key(session: Session, key: str) -> OfferFeed:
    """LoginNeeded for a key that is none."""
    found = session.scalar(select(OfferFeed).where(OfferFeed.key_hash == _hash(key)))
    if found is None:
        raise LoginNeeded("Cette clé n'ouvre rien.")
    return found


def set_category(
    session: Session,
    code: str,
    names: Mapping[str, str],
    *,
    icon: str | None = None,
    colour: str | None = None,
    position: int | None = None,
) -> OfferCategory:
    """Adds a category, or changes what is given of one. InvalidInput for a new one without a French name."""
    category = session.get(OfferCategory, code)
    if category is None:
        if "fr" not in names:
            raise InvalidInput(f"{code}: a new category needs a name: --fr")
        category = OfferCategory(code=code, names={}, icon="offer", colour="slate", position=1000)
    category.names = {**category.names, **names}
    for name, value in {"icon": icon, "colour": colour, "position": position}.items():
        if value is not None:
            setattr(category, name, value)
    _store(session, category)
    return category


def _store(session: Session, thing: object) -> None:
    """InvalidInput for a value that the table does not take."""
    session.add(thing)
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidInput(f"this is not taken: {error.orig.diag.constraint_name}") from error  # type: ignore[union-attr]


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
