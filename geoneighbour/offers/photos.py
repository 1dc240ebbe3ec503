"""Photos of offers: fetched from where the partner has them, made anew, and shown from here. No page asks a partner's server."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Engine, Row, Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from geoneighbour import outgoing, storage
from geoneighbour.channels.calling import hosts
from geoneighbour.database.engine import transaction
from geoneighbour.errors import GeoneighbourError, NotFound, Unavailable
from geoneighbour.offers.models import Offer, OfferFeed, Partner
from geoneighbour.offers.photo_models import OfferPhoto
from geoneighbour.outgoing import Limits
from geoneighbour.posts.pictures import Picture, read
from geoneighbour.posts.sizes import MOST_BYTES
from geoneighbour.settings import Settings
from geoneighbour.storage import Store

LIMITS = Limits(seconds=20, idle_seconds=5, least_bytes=4096)
LOT = 200
LONGEST_RUN_SECONDS = 240
MOST_TRIES = 5
FIRST_WAIT = timedelta(hours=1)
"""Before a second try; then twice as long each time."""


def bring_due(engine: Engine, settings: Settings, store: Store) -> dict[str, int]:
    """Fetches the photos of standing offers that are new, or have another address, or failed some time ago; how many came, how many did not."""
    until = time.monotonic() + LONGEST_RUN_SECONDS
    became = {"fetched": 0, "failed": 0}
    with transaction(engine) as session:
        due = session.execute(_due()).all()
    for offer_id, url in due:
        # One partner's slow server takes this run, not the next ones.
        if time.monotonic() > until:
            break
        try:
            found: Picture | str = read(_fetched(settings, str(url)))
        except (GeoneighbourError, OSError) as error:
            found = error.reason if isinstance(error, GeoneighbourError) else type(error).__name__
        with transaction(engine) as session:
            _keep(session, store, offer_id, str(url), found)
        became["failed" if isinstance(found, str) else "fetched"] += 1
    return became


def of(session: Session, offer_ids: Iterable[int]) -> dict[int, OfferPhoto]:
    """Those that there are, by their offers; who may see the offers has been asked before."""
    there = select(OfferPhoto).where(OfferPhoto.offer_id.in_(list(offer_ids)), OfferPhoto.key.is_not(None))
    return {photo.offer_id: photo for photo in session.scalars(there)}


def key_of(session: Session, offer_id: int) -> str:
    """By which its files are named. NotFound where there is none."""
    key = session.scalar(select(OfferPhoto.key).where(OfferPhoto.offer_id == offer_id))
    if key is None:
        raise NotFound
    return key


def problems(session: Session, partner_id: int, most: int = 20) -> Sequence[Row[str, str, str | None]]:
    """The partner's number, address and reason, of standing offers whose photo is not shown; the last tried first."""
    asked = (
        select(Offer.external_id, OfferPhoto.url, OfferPhoto.problem)
        .join(OfferPhoto, OfferPhoto.offer_id == Offer.id)
        .join(OfferFeed, OfferFeed.id == Offer.feed_id)
        .where(OfferFeed.partner_id == partner_id, Offer.gone_at.is_(None), OfferPhoto.problem.is_not(None))
        .order_by(OfferPhoto.tried_at.desc(), Offer.id)
    )
    return session.execute(asked.limit(most)).all()


def sweep(session: Session, store: Store) -> int:
    """Forgets photos of offers that are gone or name none any more, and deletes the files that no offer names. How many files."""
    left = select(Offer.id).where(or_(Offer.gone_at.is_not(None), Offer.photo_url.is_(None)))
    session.execute(delete(OfferPhoto).where(OfferPhoto.offer_id.in_(left)))

    def named(keys: set[str]) -> set[str]:
        return {key for key in session.scalars(select(OfferPhoto.key).where(OfferPhoto.key.in_(keys))) if key}

    return storage.sweep(store, is_of_offer, _key_of, named)


def is_of_offer(name: str) -> bool:
    return name.startswith(storage.OF_OFFERS)


def large_file(key: str) -> str:
    return f"{storage.OF_OFFERS}{key}.webp"


def small_file(key: str) -> str:
    return f"{storage.OF_OFFERS}{key}-small.webp"


def _key_of(name: str) -> str:
    return name.removeprefix(storage.OF_OFFERS).removesuffix(".webp").removesuffix("-small")


def _due() -> Select[int, str | None]:
    again = FIRST_WAIT * func.power(2, OfferPhoto.tries - 1)
    return (
        select(Offer.id, Offer.photo_url)
        .join(OfferFeed, OfferFeed.id == Offer.feed_id)
        .join(Partner, Partner.id == OfferFeed.partner_id)
        .outerjoin(OfferPhoto, OfferPhoto.offer_id == Offer.id)
        .where(Offer.photo_url.is_not(None), Offer.gone_at.is_(None), Partner.paused_at.is_(None))
        .where(
            or_(
                OfferPhoto.offer_id.is_(None),
                OfferPhoto.url != Offer.photo_url,
                and_(
                    OfferPhoto.key.is_(None),
                    OfferPhoto.tries < MOST_TRIES,
                    OfferPhoto.tried_at + again <= func.now(),
                ),
            )
        )
        .order_by(OfferPhoto.tries.nulls_first(), Offer.id.desc())
        .limit(LOT)
    )


def _fetched(settings: Settings, url: str) -> bytes:
    allowed = hosts(settings.fetch_allowed_hosts)
    with outgoing.get(url, allowed_hosts=allowed, limits=LIMITS) as answer:
        if answer.status != 200:
            raise Unavailable(f"answers {answer.status}")
        body = bytearray()
        for chunk in answer.chunks:
            body += chunk
            # One more than is read: that says that it is too heavy.
            if len(body) > MOST_BYTES:
                break
    return bytes(body)


def _keep(session: Session, store: Store, offer_id: int, url: str, found: Picture | str) -> None:
    """Puts what came in place of what was; what is for another address by now is asked again."""
    if session.get(Offer, offer_id) is None:
        return
    photo = session.get(OfferPhoto, offer_id, with_for_update=True)
    if photo is None:
        photo = OfferPhoto(offer_id=offer_id, url=url, tries=0)
        session.add(photo)
    elif photo.key:
        for name in (large_file(photo.key), small_file(photo.key)):
            storage.drop_within(session, store, name)
    photo.tries = photo.tries + 1 if photo.url == url else 1
    photo.url, photo.tried_at = url, func.now()
    photo.key = photo.width = photo.height = photo.problem = None
    if isinstance(found, str):
        photo.problem = found
        return
    photo.key, photo.width, photo.height = secrets.token_hex(16), found.width, found.height
    storage.put_within(session, store, large_file(photo.key), found.large)
    storage.put_within(session, store, small_file(photo.key), found.small)
