"""Registering a shop, changing and closing it; its bons plans; plans and subscriptions; visits of ambassadors.

A shop is a partner with one feed that nobody sends: its listing and each bon plan are offers (docs/decisions/035).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta

from geoalchemy2.shape import from_shape
from opening_hours import validate
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound, NotVerified, TooOften
from geoneighbour.ground.points import Point
from geoneighbour.members.models import Member
from geoneighbour.offers.hours import HOME_ZONE
from geoneighbour.offers.models import Offer, OfferCategory, OfferFeed, Partner, ServiceArea
from geoneighbour.shops import queries
from geoneighbour.shops.models import (
    LONGEST,
    LONGEST_NOTE,
    Shop,
    ShopPlan,
    ShopReport,
    ShopSubscription,
    ShopView,
    ShopVisit,
)

MOST_SHOPS = 3
MOST_DEALS = 5
LONGEST_DEAL_DAYS = 92
LONGEST_LISTING = 300
"""Characters of its words that a free listing shows."""
REACHES = ("neighbourhood", "wider", "commune", "commune_adjacent", "radius")
LISTING = "listing"


@dataclass(frozen=True)
class About:
    """What a shop says of itself; its place in degrees."""

    category: str
    name: str
    place: Point
    words: str = ""
    address: str = ""
    opening_hours: str = ""
    phone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Deal:
    """A bon plan: from the first day to the last, both whole; `radius_m` of the reach `radius` alone."""

    title: str
    words: str
    first: date
    last: date
    reach: str
    radius_m: float | None = None


def today() -> date:
    return datetime.now(HOME_ZONE).date()


def register(session: Session, member_id: int, about: About) -> Shop:
    """At once in the lists. NotVerified; TooOften for a fourth; InvalidInput."""
    member = session.get_one(Member, member_id, with_for_update=True)
    if member.verified_at is None:
        raise NotVerified
    if len(queries.of_member(session, member_id)) >= MOST_SHOPS:
        raise TooOften("Vous tenez déjà trois commerces ici : fermez-en un avant d’en inscrire un autre.")
    told = _checked(session, about)
    # Its code is its number, which is known afterwards.
    partner = Partner(code=f"shop_{secrets.token_hex(8)}", name=about.name)
    session.add(partner)
    session.flush()
    feed = OfferFeed(
        partner_id=partner.id,
        name="own",
        format="json",
        # Of a key that nobody has: nothing is sent here.
        key_hash=secrets.token_bytes(32),
        every=timedelta(days=31),
        last_success_at=func.now(),
    )
    shop = Shop(member_id=member_id, partner_id=partner.id, **told)
    session.add_all([feed, shop])
    session.flush()
    partner.code = f"shop_{shop.id}"
    show(session, shop)
    return shop


def change(session: Session, member_id: int, shop_id: int, about: About) -> Shop:
    """NotFound for another's. Saving it confirms it, too."""
    shop = own(session, member_id, shop_id)
    for name, value in _checked(session, about).items():
        setattr(shop, name, value)
    session.flush()
    show(session, shop)
    return shop


def close(session: Session, member_id: int, shop_id: int) -> None:
    """Its listing and bons plans end, and its subscription. NotFound for another's."""
    shop = own(session, member_id, shop_id)
    shop.closed_at = func.now()
    session.execute(
        update(ShopSubscription)
        .where(ShopSubscription.shop_id == shop.id, ShopSubscription.ended.is_(None))
        .values(ended=func.current_date())
    )
    _end_offers(session, shop)


def show(session: Session, shop: Shop) -> None:
    """Brings the shop's listing to what is known of it, as its subscription lets it say."""
    partner = session.get_one(Partner, shop.partner_id)
    partner.name, partner.url = shop.name, shop.url
    full = queries.subscription(session, shop.id) is not None
    feed = _feed(session, shop)
    feed.last_success_at = func.now()
    told = {
        "category": shop.category,
        "title": shop.name,
        "words": shop.words if full else shop.words[:LONGEST_LISTING],
        "conditions": "\n".join(filter(None, (shop.address, shop.phone))),
        "url": shop.url if full else None,
        "point": shop.point,
        "opening_hours": shop.opening_hours,
    }
    listing = session.scalar(select(Offer).where(Offer.feed_id == feed.id, Offer.external_id == LISTING))
    if listing is None:
        session.add(_offer(feed, LISTING, told))
    else:
        for name, value in told.items():
            setattr(listing, name, value)
        listing.changed_at = func.now()
    session.flush()


def publish(session: Session, member_id: int, shop_id: int, deal: Deal) -> int:
    """A bon plan of a subscribed shop: the number of its offer. Forbidden without a subscription; TooOften; InvalidInput."""
    shop = own(session, member_id, shop_id, lock=True)
    if queries.subscription(session, shop.id) is None:
        raise Forbidden("Les bons plans sont ouverts aux commerces abonnés.")
    _check_deal(deal)
    if len(queries.deals(session, shop.id)) >= MOST_DEALS:
        raise TooOften("Cinq bons plans à la fois : retirez-en un d’abord.")
    offer = _offer(
        _feed(session, shop),
        f"deal-{secrets.token_hex(8)}",
        {
            "category": shop.category,
            "title": deal.title,
            "words": deal.words,
            "conditions": "",
            "url": shop.url,
            "point": shop.point,
            "opening_hours": shop.opening_hours,
            "reach_only": True,
            "valid_from": datetime.combine(deal.first, time(), HOME_ZONE),
            "valid_to": datetime.combine(deal.last + timedelta(days=1), time(), HOME_ZONE),
        },
    )
    session.add(offer)
    session.flush()
    # A vintage that ends a commune waits for this, or sees it.
    session.execute(select(func.nearness.hold_communes()))
    if not session.scalar(select(func.nearness.store_reach(offer.id, deal.reach, deal.radius_m))):
        raise InvalidInput(
            "Il n’y a rien de tel autour de votre commerce : choisissez une autre portée.", field="reach"
        )
    return offer.id


def days(deal: Offer) -> tuple[date, date]:
    """The first and the last day of a bon plan."""
    if deal.valid_from is None or deal.valid_to is None:
        raise ValueError("a bon plan has both")
    first, after = (moment.astimezone(HOME_ZONE).date() for moment in (deal.valid_from, deal.valid_to))
    return first, after - timedelta(days=1)


def withdraw(session: Session, member_id: int, shop_id: int, offer_id: int) -> None:
    """NotFound unless it is a bon plan of one's own."""
    shop = own(session, member_id, shop_id)
    if offer_id not in {one.id for one in queries.deals(session, shop.id)}:
        raise NotFound
    _end_offers(session, shop, offer_id)


def own(session: Session, member_id: int, shop_id: int, *, lock: bool = False) -> Shop:
    """NotFound for another's, and for what is closed."""
    shop = session.get(Shop, shop_id, with_for_update=lock or None)
    if shop is None or shop.member_id != member_id or shop.closed_at is not None:
        raise NotFound
    return shop


def set_plan(session: Session, code: str, name: str, month_cents: int, commission_percent: int) -> None:
    """Adds a plan or changes one: from then on, not in what the ledger holds."""
    told = {"name": name, "month_cents": month_cents, "commission_percent": commission_percent}
    session.execute(
        insert(ShopPlan).values(code=code, **told).on_conflict_do_update(index_elements=["code"], set_=told)
    )


def subscribe(session: Session, shop_id: int, plan: str, brought_by: int | None = None) -> None:
    """From today on. NotFound; Conflict where one runs already; Forbidden for an ambassador of another commune."""
    shop = queries.one(session, shop_id)
    if session.get(ShopPlan, plan) is None:
        raise NotFound(f"there is no plan {plan}")
    if queries.subscription(session, shop_id) is not None:
        raise Conflict(f"the shop {shop_id} is subscribed already")
    if brought_by is not None and shop_id not in queries.shops_of_ambassador(session, brought_by):
        raise Forbidden(f"the shop {shop_id} stands in no commune of this ambassador")
    session.add(ShopSubscription(shop_id=shop_id, plan=plan, brought_by=brought_by))
    session.flush()
    show(session, shop)


def end_subscription(session: Session, shop_id: int) -> None:
    """From today on its page is the free one, and its bons plans are over. Conflict where none runs."""
    running = queries.subscription(session, shop_id)
    if running is None:
        raise Conflict(f"the shop {shop_id} is not subscribed")
    running.ended = func.current_date()
    session.flush()
    shop = queries.one(session, shop_id)
    for deal in queries.deals(session, shop_id):
        _end_offers(session, shop, deal.id)
    show(session, shop)


def count_view(session: Session, shop_id: int) -> None:
    """One more today: of nobody in particular."""
    seen = insert(ShopView).values(shop_id=shop_id, day=func.current_date(), views=1)
    session.execute(
        seen.on_conflict_do_update(index_elements=["shop_id", "day"], set_={"views": ShopView.views + 1})
    )


def visit(session: Session, ambassador_id: int, shop_id: int, note: str) -> None:
    """NotFound for a shop that stands in none of the ambassador's communes."""
    if shop_id not in queries.shops_of_ambassador(session, ambassador_id):
        raise NotFound
    if len(note) > LONGEST_NOTE:
        raise InvalidInput("%(most)s caractères au plus.", field="note", most=LONGEST_NOTE)
    session.add(ShopVisit(shop_id=shop_id, ambassador_id=ambassador_id, note=note.strip()))
    session.flush()


def report(session: Session, member_id: int, shop_id: int, words: str) -> None:
    """Told to operators, once a member and shop."""
    queries.one(session, shop_id)
    if len(words.strip()) < 3 or len(words) > LONGEST_NOTE:
        raise InvalidInput("Dites en quelques mots ce qui ne va pas.", field="words")
    told = insert(ShopReport).values(shop_id=shop_id, member_id=member_id, words=words.strip())
    session.execute(told.on_conflict_do_nothing())


def _checked(session: Session, about: About) -> dict[str, object]:
    told: dict[str, object] = {
        one.name: getattr(about, one.name) for one in fields(about) if one.name != "place"
    }
    for name, most in LONGEST.items():
        if len(str(told[name])) > most:
            raise InvalidInput("%(most)s caractères au plus.", field=name, most=most)
    if len(about.name) < 2:
        raise InvalidInput("Le nom de votre commerce, en deux lettres au moins.", field="name")
    if session.get(OfferCategory, about.category) is None:
        raise InvalidInput("Choisissez ce que vous proposez.", field="category")
    if about.url and not about.url.startswith(("https://", "http://")):
        raise InvalidInput("Une adresse qui commence par https://.", field="url")
    if about.opening_hours and not validate(about.opening_hours):
        raise InvalidInput(
            "Écrivez-les ainsi : Mo-Fr 09:00-12:30,14:00-19:00; Sa 09:00-13:00", field="opening_hours"
        )
    point = about.place.require_habitable()
    return {
        **told,
        "url": about.url or None,
        "opening_hours": about.opening_hours or None,
        "point": from_shape(point.shape, 4326),
    }


def _check_deal(deal: Deal) -> None:
    if not 3 <= len(deal.title) <= 160:
        raise InvalidInput("Un titre de 3 à 160 caractères.", field="title")
    if len(deal.words) > 1000:
        raise InvalidInput("%(most)s caractères au plus.", field="words", most=1000)
    if deal.last < deal.first or deal.last < today():
        raise InvalidInput("Le dernier jour vient avant le premier, ou est passé.", field="last")
    if (deal.last - deal.first).days >= LONGEST_DEAL_DAYS or deal.first > today() + timedelta(365):
        raise InvalidInput("Trois mois au plus.", field="last")
    if deal.reach not in REACHES:
        raise InvalidInput("Choisissez jusqu’où.", field="reach")
    if (deal.reach == "radius") != (deal.radius_m is not None):
        raise InvalidInput("Un rayon de 100 à 10 000 mètres.", field="radius_m")
    if deal.radius_m is not None and not 100 <= deal.radius_m <= 10_000:
        raise InvalidInput("Un rayon de 100 à 10 000 mètres.", field="radius_m")


def _feed(session: Session, shop: Shop) -> OfferFeed:
    return session.scalars(select(OfferFeed).where(OfferFeed.partner_id == shop.partner_id)).one()


def _offer(feed: OfferFeed, external_id: str, told: Mapping[str, object]) -> Offer:
    return Offer(
        feed_id=feed.id,
        external_id=external_id,
        price_words="",
        delivers=False,
        click_and_collect=False,
        content_hash=b"",
        **told,
    )


def _end_offers(session: Session, shop: Shop, offer_id: int | None = None) -> None:
    ended = (
        update(Offer)
        .where(Offer.feed_id == _feed(session, shop).id, Offer.gone_at.is_(None))
        .values(gone_at=func.now())
    )
    if offer_id is not None:
        ended = ended.where(Offer.id == offer_id)
    gone = session.scalars(ended.returning(Offer.id)).all()
    session.execute(delete(ServiceArea).where(ServiceArea.offer_id.in_(gone)))
    session.flush()
