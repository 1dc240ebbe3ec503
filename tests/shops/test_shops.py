"""Shops and bons plans: who is shown what, until when; who may publish; what ambassadors see and are owed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from geoneighbour.errors import Forbidden, InvalidInput, NotFound, NotVerified, TooOften
from geoneighbour.ground.points import Point
from geoneighbour.nearness import review
from geoneighbour.nearness.models import NearnessSetting
from geoneighbour.offers import queries as offers
from geoneighbour.offers.models import Offer
from geoneighbour.roles import service as roles
from geoneighbour.shops import ledger, queries, service
from geoneighbour.shops.models import ShopCommission, ShopSubscription
from geoneighbour.shops.service import About, Deal
from tests.world import box, communes, opened, settled

HERE = Point(-2.05, 48.55)
TODAY = service.today()
EVERYTHING = offers.Wanted()


def about(name: str = "Le Fournil", place: Point = HERE, **more: str) -> About:
    return About(category="shop", name=name, place=place, **more)


def deal(reach: str = "radius", radius_m: float | None = None, **more: object) -> Deal:
    told = {"title": "Deux baguettes", "words": "", "first": TODAY, "last": TODAY, **more}
    return Deal(reach=reach, radius_m=radius_m, **told)  # type: ignore[arg-type]


def subscribed(session: Session, owner: int, **more: object) -> int:
    """A shop that may publish."""
    shop = service.register(session, owner, about(**more)).id  # type: ignore[arg-type]
    service.set_plan(session, "full", "Vitrine", 1500, 20)
    service.subscribe(session, shop, "full")
    return shop


def seen(session: Session, member: int) -> list[str]:
    return [offer.title for offer, _ in queries.deals_for(session, member)]


def test_a_bon_plan_is_seen_within_its_radius_and_not_just_outside(session: Session) -> None:
    communes(session, ["A"])
    # 500 m of the parallel: 0.006775 degrees of longitude at this latitude.
    inside, outside = (
        settled(session, name, -2.05 + east, 48.55) for name, east in (("In", 0.00677), ("Out", 0.00678))
    )
    shop = subscribed(session, outside)
    number = service.publish(session, outside, shop, deal(radius_m=500))
    assert (seen(session, inside), seen(session, outside)) == (["Deux baguettes"], [])
    assert [one.title for one in offers.serving_home(session, inside, EVERYTHING)] == ["Deux baguettes"]
    # Nobody finds it otherwise: not in the lists of all, not by tapping a place, not by its number.
    assert [one.title for one in offers.listed(session, EVERYTHING)] == ["Le Fournil"]
    assert offers.serving_place(session, HERE, EVERYTHING) == []
    assert offers.one(session, number, inside).title == "Deux baguettes"
    for asking in (None, outside):
        with pytest.raises(NotFound):
            offers.one(session, number, asking)


def test_every_reach_is_seen_on_this_side_and_not_on_the_other(session: Session) -> None:
    communes(session, ["ABC"])
    session.execute(update(NearnessSetting).values(k=2, spread_members=2))
    quarters = {"here": -2.06, "beside": -2.03, "far": -1.93}
    lives = {}
    for name, west in quarters.items():
        pair = [settled(session, name, west + 0.005, 48.55) for _ in range(2)]
        opened(session, name, box(west, 48.54, west + 0.02, 48.56), pair)
        lives[name] = pair[0]
    lives["B"], lives["C"] = settled(session, "B", -1.95, 48.55), settled(session, "C", -1.85, 48.55)
    review.run(session)
    shop = subscribed(session, lives["C"])
    wider = {"here"} | {
        name
        for name in quarters
        if session.scalar(
            select(func.nearness.tier(lives["here"], lives[name]).table_valued("tier", "rings").c.tier)
        )
        == "wider"
    }
    assert wider == {"here", "beside"}
    expected = {
        "neighbourhood": {"here"},
        "wider": wider,
        "commune": {"here", "beside"},
        "commune_adjacent": {*quarters, "B"},
    }
    for reach, who in expected.items():
        number = service.publish(session, lives["C"], shop, deal(reach, title=reach))
        assert {name for name, member in lives.items() if reach in seen(session, member)} == who, reach
        service.withdraw(session, lives["C"], shop, number)
        assert not any(seen(session, member) for member in lives.values())


def test_before_and_after_its_days_nobody_sees_it(session: Session) -> None:
    communes(session, ["A"])
    anne = settled(session, "Anne", HERE.lon, HERE.lat)
    shop = subscribed(session, anne)
    number = service.publish(
        session, anne, shop, deal("commune", first=TODAY + timedelta(2), last=TODAY + timedelta(3))
    )
    assert seen(session, anne) == []
    assert [one.title for one in queries.deals(session, shop)] == ["Deux baguettes"]
    offer = session.get_one(Offer, number)
    assert offer.valid_to - offer.valid_from == timedelta(2)
    for begins, ends, shown in ((-1, 1, True), (1, 2, False), (-2, -1, False)):
        moved = {
            "valid_from": func.now() + timedelta(seconds=begins),
            "valid_to": func.now() + timedelta(seconds=ends),
        }
        session.execute(update(Offer).where(Offer.id == number).values(moved))
        session.expire_all()
        assert seen(session, anne) == ["Deux baguettes"] * shown
    for wrong in (
        deal("commune", last=TODAY - timedelta(1)),
        deal("commune", last=TODAY + timedelta(92)),
        deal("radius", 99),
        deal("radius"),
    ):
        with pytest.raises(InvalidInput):
            service.publish(session, anne, shop, wrong)


def test_only_a_subscribed_shop_publishes_and_its_end_ends_them(session: Session) -> None:
    communes(session, ["A"])
    anne, bruno = (settled(session, name, HERE.lon, HERE.lat) for name in ("Anne", "Bruno"))
    shop = service.register(session, anne, about(words="x" * 400, url="https://fournil.example")).id
    listing = offers.listed(session, EVERYTHING)[0]
    assert (len(listing.words), listing.url) == (service.LONGEST_LISTING, None)
    with pytest.raises(Forbidden):
        service.publish(session, anne, shop, deal("commune"))
    service.set_plan(session, "full", "Vitrine", 1500, 20)
    service.subscribe(session, shop, "full")
    session.expire_all()
    listing = offers.listed(session, EVERYTHING)[0]
    assert (len(listing.words), listing.url) == (400, "https://fournil.example")
    with pytest.raises(NotFound):
        service.publish(session, bruno, shop, deal("commune"))
    with pytest.raises(InvalidInput):
        service.publish(session, anne, shop, deal("neighbourhood"))
    session.execute(text("DELETE FROM offer WHERE reach_only"))
    for _ in range(service.MOST_DEALS):
        service.publish(session, anne, shop, deal("commune"))
    with pytest.raises(TooOften):
        service.publish(session, anne, shop, deal("commune"))
    assert len(seen(session, bruno)) == service.MOST_DEALS
    service.end_subscription(session, shop)
    assert seen(session, bruno) == []
    with pytest.raises(Forbidden):
        service.publish(session, anne, shop, deal("commune"))


def test_how_many_shops_a_member_registers_and_what_is_left_of_them(session: Session) -> None:
    communes(session, ["A"])
    anne = settled(session, "Anne", HERE.lon, HERE.lat)
    with pytest.raises(NotVerified):
        service.register(session, settled(session, "Visiteur", HERE.lon, HERE.lat, verified=False), about())
    for wrong in (
        about("x"),
        about(url="javascript:alert(1)"),
        about(opening_hours="tous les jours"),
        about(phone="0" * 31),
    ):
        with pytest.raises(InvalidInput):
            service.register(session, anne, wrong)
    first, *_ = [
        service.register(session, anne, about(f"Commerce {number}")).id
        for number in range(service.MOST_SHOPS)
    ]
    with pytest.raises(TooOften):
        service.register(session, anne, about())
    service.close(session, anne, first)
    assert [one.title for one in offers.listed(session, EVERYTHING)] == ["Commerce 2", "Commerce 1"]
    service.register(session, anne, about("Commerce 3"))
    session.flush()
    session.execute(text("DELETE FROM member WHERE id = :id"), {"id": anne})
    assert offers.listed(session, EVERYTHING) == []
    left = session.execute(
        text("SELECT string_agg(concat(title, words, conditions, url, point), '') FROM offer")
    ).scalar()
    assert set(left) == {"-"}
    assert set(session.execute(text("SELECT name FROM partner")).scalars()) == {"-"}


def test_an_ambassador_has_their_communes_and_no_other(session: Session) -> None:
    communes(session, ["AB"])
    anne, alan, berthe = (settled(session, name, HERE.lon, HERE.lat) for name in ("Anne", "Alan", "Berthe"))
    roles.grant(session, alan, "ambassador", "35001")
    roles.grant(session, berthe, "ambassador", "35002")
    shop = service.register(session, anne, about()).id
    assert [row.Shop.id for row in queries.to_visit(session, alan)] == [shop]
    assert queries.to_visit(session, berthe) == queries.to_visit(session, anne) == []
    with pytest.raises(NotFound):
        service.visit(session, berthe, shop, "Vu")
    service.visit(session, alan, shop, "Rappeler en mars")
    assert [(row.note, row.subscribed) for row in queries.to_visit(session, alan)] == [
        ("Rappeler en mars", False)
    ]
    service.set_plan(session, "full", "Vitrine", 1500, 20)
    with pytest.raises(Forbidden):
        service.subscribe(session, shop, "full", berthe)
    service.subscribe(session, shop, "full", alan)
    session.execute(update(ShopSubscription).values(begins=date(2026, 1, 31), ended=date(2026, 3, 1)))
    assert [ledger.close_month(session, date(2026, month, 1)) for month in (1, 1, 2, 3, 4)] == [1, 0, 1, 1, 0]
    assert session.scalars(select(ShopCommission.cents)).all() == [300, 300, 300]
    assert [(row.month.month, row.cents) for row in queries.earned(session, alan)] == [
        (3, 300),
        (2, 300),
        (1, 300),
    ]
    assert [(row.name, row.shop) for row in ledger.statement(session, date(2026, 2, 1))] == [
        ("Alan", "Le Fournil")
    ]
    with pytest.raises(InvalidInput):
        ledger.close_month(session, TODAY.replace(day=1))
