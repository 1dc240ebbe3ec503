"""/offres: what partners offer, as a list and on a map; one offer; those of a category side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Flask, make_response, redirect, render_template, request, url_for
from flask_babel import format_datetime, get_locale, gettext
from flask_security import current_user
from sqlalchemy import Row
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members.models import Member
from geoneighbour.nearness import service as nearness
from geoneighbour.offers import hours, photos, queries
from geoneighbour.offers.searching import LONGEST
from geoneighbour.posts import queries as posts
from geoneighbour.web.pages import offer_filters
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.offer_filters import Filters
from geoneighbour.web.pages.words import distance
from geoneighbour.web.policy import Standing, standing

PAGE = 30
SIDE_BY_SIDE = 60
FROM_NEIGHBOURS = 3
MOST_COUNTED = 500
EVERYBODY = "tous"


def init_app(app: Flask) -> None:
    for words in (category_name, serves, opening, where):
        app.add_template_filter(words)


@pages.get("/offres")
def offers() -> Response:
    """
    Narrowed by `categorie` and `partenaire` (another than those that exist narrows nothing), `mots`: with these words, `ouvert`: open
    now. `pour`: moi, what serves my home; `a`: what stands within so many metres of it; or a place, `lon` and `lat`: what serves there;
    or `zone` (west,south,east,north): what stands there.
    """
    before = request.args.get("avant", type=int)
    if before is not None and not 1 <= before < 2**63:
        return redirect(url_for("pages.offers"))
    kinds = queries.categories(db())
    partners = queries.partners(db())
    resident = _resident()
    chosen = offer_filters.read([one.code for one in kinds], [one.code for one in partners], resident)
    refusal = None
    try:
        found, drawn, next_before = _page(resident, chosen, before)
        count = (
            queries.count(db(), _wanted(chosen), chosen.zone, MOST_COUNTED)
            if chosen.zone and chosen.counted
            else None
        )
    except InvalidInput as error:
        # Words that would take too long to look for.
        refusal, found, drawn, next_before, count = error, [], [], None, None
    shown = render_template(
        "offers/list.html",
        offers=found,
        drawn=None if drawn is None else [one for one in drawn if one.lon is not None],
        cut=drawn is not None and len(drawn) == queries.MOST,
        near=_nearness(resident, found),
        photos=photos.of(db(), [one.id for one in found]),
        count=count,
        refusal=refusal,
        most_counted=MOST_COUNTED,
        chosen=chosen,
        bands=offer_filters.BANDS,
        resident=resident,
        commune=_commune(resident),
        neighbours_offer=_from_neighbours(chosen, before),
        kinds={one.code: one for one in kinds},
        partners=partners,
        longest=LONGEST,
        before=before,
        narrowed=chosen.address,
        next_before=next_before,
        bounds=chosen.zone or _bounds(drawn or found) or extents.extent(db()),
    )
    return _answer(shown, resident)


@pages.get("/offres/<int:offer_id>")
def offer(offer_id: int) -> str:
    resident = _resident()
    found = queries.one(db(), offer_id, resident.id if resident else None)
    kinds = {one.code: one for one in queries.categories(db())}
    areas = queries.ground(db(), offer_id)
    photo = photos.of(db(), [offer_id]).get(offer_id)
    return render_template(
        "offers/one.html",
        offer=found,
        kinds=kinds,
        areas=areas,
        by=_serving_me(offer_id),
        photo=photo,
        linked=linked_data(found, areas, category_name(kinds[found.category]), photo is not None),
        link=url_for("pages.offer", offer_id=offer_id, _external=True),
        bounds=_bounds([found], margin=0.02) or extents.extent(db()),
    )


@pages.get("/offres/comparer")
def compare_offers() -> Response:
    """All partners' offers of one `categorie` side by side: those that serve my home; the newest for `pour` tous, and who has no home."""
    kinds = queries.categories(db())
    category = _one_of((one.code for one in kinds), request.args.get("categorie"))
    resident = _resident()
    mine = resident is not None and request.args.get("pour") != EVERYBODY
    found: Sequence[Row[Any]] = []
    if category:
        wanted = queries.Wanted(category, None, most=SIDE_BY_SIDE)
        found = (
            queries.serving_home(db(), resident.id, wanted)
            if resident and mine
            else queries.listed(db(), wanted)
        )
    shown = render_template(
        "offers/compare.html",
        kinds={one.code: one for one in kinds},
        category=category,
        resident=resident,
        mine=mine,
        near=_nearness(resident, found),
        offers=sorted(found, key=lambda one: (one.partner_name.casefold(), one.title.casefold())),
        most=SIDE_BY_SIDE,
    )
    return _answer(shown, resident)


def linked_data(offer: Any, areas: Sequence[Any], category: str, with_photo: bool) -> dict[str, Any]:
    """The offer as schema.org has it (JSON-LD)."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Offer",
        "name": offer.title,
        "category": category,
        "url": url_for("pages.offer", offer_id=offer.id, _external=True),
        "seller": {"@type": "Organization", "name": offer.partner_name},
    }
    if offer.words or offer.price_words:
        told["description"] = "\n".join(filter(None, (offer.words, offer.price_words)))
    for name, moment in (("validFrom", offer.valid_from), ("validThrough", offer.valid_to)):
        if moment:
            told[name] = moment.isoformat()
    if with_photo:
        told["image"] = url_for("pages.offer_photo", offer_id=offer.id, _external=True)
    if offer.lon is not None:
        spot = {"@type": "GeoCoordinates", "longitude": offer.lon, "latitude": offer.lat}
        told["availableAtOrFrom"] = {"@type": "Place", "geo": spot}
    if served := [where(area) for area in areas if area.commune or area.neighbourhood]:
        told["areaServed"] = [{"@type": "AdministrativeArea", "name": name} for name in served]
    return told


def category_name(kind: Any) -> str:
    """Of a category in the language of the page; French where it has none."""
    locale = get_locale()
    return str(kind.names.get(locale.language if locale else "fr", kind.names["fr"]))


def serves(by: Sequence[str]) -> str:
    """Why an offer serves a home: the first of the kinds of areas that hold it, the narrowest one."""
    said = {
        "neighbourhood": gettext("Votre quartier est desservi"),
        "commune": gettext("Votre commune est desservie"),
        "radius": gettext("Vous êtes dans son rayon"),
        "polygon": gettext("Sa zone passe chez vous"),
    }
    return next(words for kind, words in said.items() if kind in by)


def opening(offer: Any) -> str | None:
    """« Ouvert jusqu’à lundi 18:00 »; null: its hours are not known."""
    is_open = hours.open_now(offer)
    if is_open is None:
        return None
    change = hours.changes_at(offer)
    if change is None:
        return gettext("Toujours ouvert") if is_open else gettext("Fermé")
    # The place's own time, whatever the reader's is.
    when = format_datetime(change.replace(tzinfo=None), gettext("EEEE HH:mm"), rebase=False)
    return (
        gettext("Ouvert jusqu’à %(when)s", when=when)
        if is_open
        else gettext("Fermé jusqu’à %(when)s", when=when)
    )


def where(area: Any) -> str:
    """A service area in words."""
    if area.radius_m is not None:
        return gettext("À %(distance)s au plus", distance=distance(round(area.radius_m)))
    if area.neighbourhood:
        return str(area.neighbourhood)
    if area.commune:
        return str(area.commune)
    return gettext("Une zone sur la carte")


def _page(
    resident: Member | None, chosen: Filters, before: int | None
) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]] | None, int | None]:
    """The list's page; what its map draws (null: tiles do); where the next page begins."""
    ask = _asking(resident, chosen)
    wanted = _wanted(chosen)
    lots = queries.open_ones if chosen.only_open else queries.as_asked
    if chosen.in_tiles or before is not None:
        found, next_before = lots(ask, replace(wanted, before=before or wanted.before))
        drawn = None if chosen.in_tiles else lots(ask, replace(wanted, most=queries.MOST))[0]
        return found, drawn, next_before
    drawn, further = lots(ask, replace(wanted, most=queries.MOST))
    if len(drawn) <= PAGE:
        return drawn, drawn, further
    return drawn[:PAGE], drawn, drawn[PAGE - 1].id


def _wanted(chosen: Filters) -> queries.Wanted:
    return queries.Wanted(chosen.category, chosen.partner, most=PAGE, q=chosen.words)


def _asking(resident: Member | None, chosen: Filters) -> queries.Ask:
    if resident is not None and chosen.mine:
        return partial(queries.serving_home, db(), resident.id)
    if resident is not None and chosen.within:
        return partial(queries.near_home, db(), resident.id, within_m=chosen.within)
    if chosen.place:
        return partial(queries.serving_place, db(), chosen.place)
    return partial(queries.listed, db(), box=chosen.zone)


def _answer(shown: str, resident: Member | None) -> Response:
    answer = make_response(shown)
    if resident is not None:
        # It says how near things are to a home.
        answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _nearness(resident: Member | None, found: Sequence[Row[Any]]) -> dict[int, dict[str, Any]]:
    """How near they stand to the home of who asks; nobody else is told anything."""
    if resident is None:
        return {}
    return queries.nearness_of(db(), resident.id, [dict(one._mapping) for one in found])


def _commune(resident: Member | None) -> int | None:
    """The number of one's own, for its outline."""
    if resident is None or standing() < Standing.VISITOR:
        return None
    return nearness.residence(db(), resident.id).commune_id


def _from_neighbours(chosen: Filters, before: int | None) -> list[Row[Any]] | None:
    """What neighbours offer themselves, as the feed has it; null: not asked beside what is narrowed, or who asks has no feed."""
    narrowed = any(
        (chosen.category, chosen.partner, chosen.words, chosen.only_open, chosen.place, chosen.zone)
    )
    if narrowed or before is not None or standing() < Standing.VISITOR:
        return None
    return posts.feed(db(), current_user.member_id, most=FROM_NEIGHBOURS, kind="offer")


def _resident() -> Member | None:
    """Who is logged in, and may ask what serves their home."""
    return current_user.member if current_user.is_authenticated else None


def _serving_me(offer_id: int) -> Sequence[str]:
    resident = _resident()
    if resident is None:
        return ()
    around = queries.Wanted(before=offer_id + 1, most=1)
    found = queries.serving_home(db(), resident.id, around)
    return found[0].by if found and found[0].id == offer_id else ()


def _bounds(found: Sequence[Any], margin: float = 0.005) -> tuple[float, float, float, float] | None:
    placed = [(one.lon, one.lat) for one in found if one.lon is not None]
    if not placed:
        return None
    lons, lats = zip(*placed, strict=True)
    return min(lons) - margin, min(lats) - margin, max(lons) + margin, max(lats) + margin


def _one_of(known: Any, asked: str | None) -> str | None:
    return asked if asked in set(known) else None
