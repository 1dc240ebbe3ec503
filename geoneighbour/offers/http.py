"""Offers of partners: /api/v1/offers; where partners send theirs: POST /api/v1/offers/push."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, request
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import Row

from geoneighbour.database.http import db, engine
from geoneighbour.errors import InvalidInput
from geoneighbour.ground.points import Point
from geoneighbour.members.http import current_member
from geoneighbour.nearness.http import exists, vector_tile
from geoneighbour.offers import hours, importing, queries, searching, service

api = APIBlueprint("offers", __name__, url_prefix="/api/v1/offers", tag="offers")

tiles = APIBlueprint("offer_tiles", __name__, enable_openapi=False)

MOST_PUSHED = 16 << 20


class Which(BaseModel):
    """
    Of a category, of a partner, with words (`q`; accents do not count, a letter may be wrong), open now. `before` is the last
    number of the page before; of open ones the `before` of its answer.
    """

    q: str | None = Field(None, max_length=searching.LONGEST)
    open_now: bool = False
    category: str | None = None
    partner: str | None = None
    before: int = Field(2**63 - 1, ge=1, le=2**63 - 1)
    limit: int = Field(50, ge=1, le=queries.MOST)

    @property
    def wanted(self) -> queries.Wanted:
        return queries.Wanted(self.category, self.partner, self.before, self.limit, self.q)

    def page(self, ask: Callable[[queries.Wanted], Sequence[Row[Any]]]) -> dict[str, Any]:
        if not self.open_now:
            return _page(ask(self.wanted))
        found, before = queries.open_ones(ask, self.wanted)
        return _page(found) | {"before": before}


class Somewhere(Which):
    """Those that stand in a box: `bbox` is west,south,east,north in degrees."""

    bbox: str | None = None


class Serving(Which):
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class Near(Which):
    within: Annotated[Literal[500, 2000, 5000, 10000], BeforeValidator(int)] | None = None


class Tile(BaseModel):
    """Of one category, or of all."""

    category: str | None = None


def take_feeds(app: Flask) -> None:
    """What partners send may be heavier than the rest."""

    def allow() -> None:
        if request.endpoint == "offers.push":
            request.max_content_length = MOST_PUSHED
            # Read before anything takes it for a form, which is what curl calls it.
            request.get_data()

    app.before_request(allow)


@api.get("/categories")
def categories() -> dict[str, Any]:
    """What offers are, in their order; names by language."""
    return {
        "categories": [
            {"code": one.code, "names": one.names, "icon": one.icon, "colour": one.colour}
            for one in queries.categories(db())
        ]
    }


@api.get("")
@api.input(Somewhere, location="query")
def listed(query_data: Somewhere) -> dict[str, Any]:
    """Offers that stand now, the newest first. Stale ones say so, with the day they were last confirmed."""
    box = _box(query_data.bbox) if query_data.bbox else None
    return query_data.page(lambda wanted: queries.listed(db(), wanted, box))


@api.get("/serving")
@api.input(Serving, location="query")
def serving_place(query_data: Serving) -> dict[str, Any]:
    """What serves a place that somebody taps, rounded to 0.001 degrees; `by`: which kinds of service areas."""
    place = Point(query_data.lon, query_data.lat)
    return query_data.page(lambda wanted: queries.serving_place(db(), place, wanted))


@api.get("/serving-me")
@api.input(Which, location="query")
def serving_me(query_data: Which) -> dict[str, Any]:
    """What serves my home, exactly. Nobody can ask for another's."""
    me = current_member().id
    return query_data.page(lambda wanted: queries.serving_home(db(), me, wanted))


@api.get("/<int:offer_id>")
def one(offer_id: int) -> dict[str, Any]:
    """An offer that stands now."""
    return offer_json(queries.one(db(), offer_id))


@api.get("/near-me")
@api.input(Near, location="query")
def near_me(query_data: Near) -> dict[str, Any]:
    """
    Offers that stand at a place, as seen from my home: `within_m` 500, 2000, 5000, 10000 or null (beyond), and `tier`: neighbour,
    wider, commune, adjacent_commune or beyond. `within`: those within such a band. Nobody can ask for another's.
    """
    me = current_member().id
    asked = query_data.page(lambda wanted: queries.near_home(db(), me, wanted, query_data.within))
    near = queries.nearness_of(db(), me, asked["offers"])
    return asked | {"offers": [one | near.get(one["id"], {}) for one in asked["offers"]]}


@tiles.get("/tiles/offers/<int:z>/<int:x>/<int:y>.mvt")
@tiles.input(Tile, location="query")
def tile(z: int, x: int, y: int, query_data: Tile) -> Response:
    """Offers on the map: clusters from afar, single ones from zoom 9."""
    exists(z, x, y)
    return vector_tile(queries.tile(db(), z, x, y, query_data.category))


@tiles.get("/tiles/offers.json")
@tiles.input(Tile, location="query")
def tilejson(query_data: Tile) -> dict[str, Any]:
    """What the tiles hold (TileJSON 3.0.0)."""
    queries.known_category(db(), query_data.category)
    at = f"{request.url_root}tiles/offers/{{z}}/{{x}}/{{y}}.mvt"
    return {
        "tilejson": "3.0.0",
        "tiles": [at + f"?category={query_data.category}" if query_data.category else at],
        "minzoom": 0,
        "maxzoom": 14,
        "vector_layers": [
            {"id": "clusters", "fields": {"cell": "H3 cell", "n": "how many offers"}},
            {
                "id": "offers",
                "minzoom": 9,
                "fields": {
                    "category": "code",
                    "title": "as its partner writes it",
                    "partner": "code",
                    "stale": "whether its feed is",
                },
            },
        ],
    }


@api.post("/push")
def push() -> dict[str, Any]:
    """`Authorization: Bearer <key>` and the whole feed, in the format agreed on: what became of it. `problem`: nothing was changed."""
    key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    feed = service.of_key(db(), key)
    # The import keeps its report whether it succeeds or not: transactions of its own.
    db().rollback()
    report = importing.bring(engine(), current_app.config["SETTINGS"], feed.id, request.get_data())
    return vars(report)


def offer_json(offer: Row[Any]) -> dict[str, Any]:
    told = {
        name: getattr(offer, name)
        for name in (
            *("id", "category", "title", "words", "price_words", "conditions", "url", "lon", "lat"),
            *("opening_hours", "delivers", "click_and_collect", "stale"),
        )
    }
    moments = {name: getattr(offer, name) for name in ("valid_from", "valid_to", "confirmed_at")}
    told |= {name: value.isoformat() if value else None for name, value in moments.items()}
    told |= {"partner": {"code": offer.partner, "name": offer.partner_name}}
    told |= {"open_now": hours.open_now(offer)}
    return told if offer.by is None else told | {"by": offer.by}


def _page(offers: Sequence[Row[Any]]) -> dict[str, Any]:
    return {"offers": list(map(offer_json, offers))}


def _box(told: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = map(float, told.split(","))
        low, high = Point(west, south), Point(east, north)
    except ValueError as error:
        raise InvalidInput("Doit être ouest,sud,est,nord, en degrés.", field="bbox") from error
    return low.lon, low.lat, high.lon, high.lat
