"""Which offers there are, and which serve a place or a member's home. Who is served is decided in sql/50_offers.sql."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, TableClause, column, func, not_, null, or_, select, table
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import Function

from geoneighbour.errors import InvalidInput, NotFound
from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.offers import hours, searching
from geoneighbour.offers.models import OfferCategory, Partner

MOST = 200
LOOKED_THROUGH = 10
"""Lots of MOST offers that a page of open ones is looked for in."""
_COLUMNS = (
    *("id", "category", "title", "words", "price_words", "conditions", "url", "photo_url", "point"),
    *("opening_hours", "delivers", "click_and_collect", "valid_from", "valid_to"),
    *("partner", "partner_name", "stale", "confirmed_at"),
)
_STANDING = table("offer_standing", *map(column, (*_COLUMNS, "searched")), schema="nearness")
_REACHING = table("offer_reaching", *map(column, (*_COLUMNS, "reach_only", "searched")), schema="nearness")
"""With what is shown only to the homes that it serves."""
ROUNDED = 3
"""Decimals of the degrees of a place that is asked about: some 100 m."""


@dataclass(frozen=True)
class Wanted:
    """Which offers, the newest first: of a category or partner, those before a number, at most so many; `q`: with these words."""

    category: str | None = None
    partner: str | None = None
    before: int = 2**63 - 1
    most: int = 50
    q: str | None = None

    def of(self, session: Session, offers: Select[Any], view: TableClause = _STANDING) -> Select[Any]:
        """Those of `offers`. InvalidInput for too many."""
        if not 1 <= self.most <= MOST:
            raise InvalidInput(
                "Doit être un nombre entre %(least)s et %(most)s.", field="limit", least=1, most=MOST
            )
        offers = self.narrow(session, offers, view)
        return offers.where(view.c.id < self.before).order_by(view.c.id.desc()).limit(self.most)

    def asked(
        self, session: Session, offers: Select[Any], view: TableClause = _STANDING
    ) -> Sequence[Row[Any]]:
        """InvalidInput for too many, and for words that too many offers are like."""
        with searching.bounded(session, self.q):
            return session.execute(self.of(session, offers, view)).all()

    def narrow(self, session: Session, offers: Select[Any], view: TableClause) -> Select[Any]:
        """All of them, in no order."""
        for name in ("category", "partner"):
            if (value := getattr(self, name)) is not None:
                offers = offers.where(view.c[name] == value)
        return offers if self.q is None else offers.where(*searching.said(session, self.q, view))


Ask = Callable[[Wanted], Sequence[Row[Any]]]


def categories(session: Session) -> Sequence[OfferCategory]:
    return session.scalars(select(OfferCategory).order_by(OfferCategory.position, OfferCategory.code)).all()


def listed(
    session: Session, wanted: Wanted, box: tuple[float, float, float, float] | None = None
) -> Sequence[Row[Any]]:
    """With `box` (west, south, east, north; degrees) those that stand inside."""
    offers = _shown(null())
    if box:
        offers = offers.where(_STANDING.c.point.op("&&")(func.ST_MakeEnvelope(*box, 4326)))
    return wanted.asked(session, offers)


def count(session: Session, wanted: Wanted, box: tuple[float, float, float, float], most: int) -> int:
    """How many are wanted that stand in a box, whatever the page; one more than `most` where there are more."""
    inside = select(_STANDING.c.id).where(_STANDING.c.point.op("&&")(func.ST_MakeEnvelope(*box, 4326)))
    some = wanted.narrow(session, inside, _STANDING).limit(most + 1).subquery()
    with searching.bounded(session, wanted.q):
        return session.scalar(select(func.count()).select_from(some)) or 0


def serving_home(session: Session, member_id: int, wanted: Wanted) -> Sequence[Row[Any]]:
    """Those that serve the member's home, with the kinds of areas `by` which: for that member's eyes alone."""
    return _serving(session, func.nearness.serving_home(member_id), wanted, _REACHING)


def serving_place(session: Session, place: Point, wanted: Wanted) -> Sequence[Row[Any]]:
    """The same for a place that somebody taps, rounded to 0.001 degrees."""
    at = func.ST_SetSRID(func.ST_MakePoint(round(place.lon, ROUNDED), round(place.lat, ROUNDED)), 4326)
    return _serving(session, func.nearness.serving_place(at), wanted)


def near_home(
    session: Session, member_id: int, wanted: Wanted, within_m: int | None = None
) -> Sequence[Row[Any]]:
    """Offers that stand at a place, all or those within a band (500, 2000, 5000 or 10000 m) of the member's home: for that member."""
    offers = _shown(null()).where(_STANDING.c.point.is_not(None))
    if within_m is not None:
        near = func.nearness.offers_within(member_id, within_m).table_valued("offer_id")
        offers = offers.where(_STANDING.c.id.in_(select(near.c.offer_id)))
    return wanted.asked(session, offers)


def nearness_of(
    session: Session, member_id: int, offers: Sequence[Mapping[str, Any]]
) -> dict[int, dict[str, Any]]:
    """By number, the band `within_m` and the `tier` of offers (id, lon, lat) as seen from the member's home: for that member alone."""
    placed = [one for one in offers if one["lon"] is not None]
    around = [cells.cell_at(Point(one["lon"], one["lat"]), cells.SURROUNDINGS) for one in placed]
    near = func.nearness.offer_near(member_id, [one["id"] for one in placed], around)
    columns = near.table_valued("offer_id", "within_m", "tier")
    return {
        row.offer_id: {"within_m": row.within_m, "tier": row.tier} for row in session.execute(select(columns))
    }


def tile(session: Session, z: int, x: int, y: int, category: str | None) -> bytes | None:
    """The map of what anybody may be shown (sql/53_offer_tiles.sql). NotFound for a category that there is not."""
    known_category(session, category)
    return session.scalar(select(func.nearness.offer_tile(z, x, y, category)))


def known_category(session: Session, category: str | None) -> None:
    """NotFound where there is none."""
    if category is not None and session.get(OfferCategory, category) is None:
        raise NotFound


def as_asked(ask: Ask, wanted: Wanted) -> tuple[Sequence[Row[Any]], int | None]:
    """The page that is wanted, and where the next one begins (None: there is none)."""
    found = ask(wanted)
    return found, found[-1].id if len(found) == wanted.most else None


def open_ones(ask: Ask, wanted: Wanted) -> tuple[Sequence[Row[Any]], int | None]:
    """As `ask` answers, those that are open now, and where the next page begins (None: there is none). Hours are not the database's."""
    found: list[Row[Any]] = []
    lot = replace(wanted, most=MOST)
    for _ in range(LOOKED_THROUGH):
        rows = ask(lot)
        for row in rows:
            if hours.open_now(row):
                found.append(row)
            if len(found) == wanted.most:
                return found, row.id
        if len(rows) < MOST:
            return found, None
        lot = replace(lot, before=rows[-1].id)
    return found, lot.before


def partners(session: Session) -> Sequence[Row[str, str]]:
    """Code and name of those whose offers may be shown, by name. Shops (shop_1, …) have a list of their own."""
    shown = select(Partner.code, Partner.name).where(
        Partner.paused_at.is_(None), ~Partner.code.startswith("shop_", autoescape=True)
    )
    return session.execute(shown.order_by(func.lower(Partner.name), Partner.code)).all()


def ground(session: Session, offer_id: int) -> Sequence[Row[Any]]:
    """Where an offer is good: kind, radius_m, names of commune and neighbourhood, outline (GeoJSON, EPSG:4326)."""
    columns = ("kind", "radius_m", "commune", "neighbourhood_id", "neighbourhood", "outline")
    return session.execute(select(func.nearness.offer_ground(offer_id).table_valued(*columns))).all()


def one(session: Session, offer_id: int, member_id: int | None = None) -> Row[Any]:
    """NotFound for what is gone, over, paused, or none; and for what is shown to homes that it serves, to all but such a member."""
    asked = _shown(null(), _REACHING).where(_REACHING.c.id == offer_id)
    home = func.nearness.serving_home(member_id).table_valued("offer_id", "by")
    served = select(home.c.offer_id).where(home.c.offer_id == _REACHING.c.id).exists()
    found = session.execute(asked.where(or_(not_(_REACHING.c.reach_only), served))).one_or_none()
    if found is None:
        raise NotFound
    return found


def _shown(by: ColumnElement[Any], view: TableClause = _STANDING) -> Select[Any]:
    place = func.ST_X(view.c.point).label("lon"), func.ST_Y(view.c.point).label("lat")
    return select(*(view.c[name] for name in _COLUMNS if name != "point"), *place, by.label("by"))


def _serving(
    session: Session, asked: Function[Any], wanted: Wanted, view: TableClause = _STANDING
) -> Sequence[Row[Any]]:
    serving = asked.table_valued("offer_id", "by")
    offers = _shown(serving.c.by, view).join_from(view, serving, serving.c.offer_id == view.c.id)
    return wanted.asked(session, offers, view)
