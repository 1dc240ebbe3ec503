"""/offres: what partners offer, as a list and on a map; one offer; those of a category side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from flask_babel import format_datetime, get_locale, gettext
from flask_security import current_user
from sqlalchemy import Row
from werkzeug.wrappers import Response

from geoneighbour.communes import extents
from geoneighbour.database.http import db
from geoneighbour.ground.points import Point
from geoneighbour.members.models import Member
from geoneighbour.offers import hours, queries
from geoneighbour.offers.searching import LONGEST
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.words import distance

PAGE = 30
SIDE_BY_SIDE = 60
ME = "moi"
EVERYBODY = "tous"


def init_app(app: Flask) -> None:
    for words in (category_name, serves, opening, where):
        app.add_template_filter(words)


@pages.get("/offres")
def offers() -> str | Response:
    """
    Narrowed by `categorie` and `partenaire` (another than those that exist narrows nothing), `mots`: with these words, `ouvert`: open
    now. `pour`: moi, what serves my home; or a place, `lon` and `lat`, what serves there.
    """
    kinds = queries.categories(db())
    partners = queries.partners(db())
    category = _one_of((one.code for one in kinds), request.args.get("categorie"))
    partner = _one_of((one.code for one in partners), request.args.get("partenaire"))
    only_open = "ouvert" in request.args
    said = request.args.get("mots", "").strip()[:LONGEST] or None
    before = request.args.get("avant", type=int)
    if before is not None and not 1 <= before < 2**63:
        return redirect(url_for("pages.offers"))
    resident, place = _resident(), _place()
    mine = request.args.get("pour") == ME and resident is not None
    wanted = queries.Wanted(category, partner, before or 2**63 - 1, PAGE, said)
    ask = _asked(resident if mine else None, place)
    if only_open:
        found, next_before = queries.open_ones(ask, wanted)
    else:
        found = ask(wanted)
        next_before = found[-1].id if len(found) == PAGE else None
    narrowed = {
        "categorie": category,
        "partenaire": partner,
        "mots": said,
        "ouvert": "1" if only_open else None,
        "pour": ME if mine else None,
        "lon": place and place.lon,
        "lat": place and place.lat,
    }
    return render_template(
        "offers/list.html",
        offers=found,
        mine=mine,
        resident=resident,
        place=place,
        kinds={one.code: one for one in kinds},
        partners=partners,
        category=category,
        partner=partner,
        only_open=only_open,
        said=said,
        longest=LONGEST,
        before=before,
        narrowed=narrowed,
        next_before=next_before,
        bounds=_bounds(found) or extents.extent(db()),
    )


@pages.get("/offres/<int:offer_id>")
def offer(offer_id: int) -> str:
    resident = _resident()
    found = queries.one(db(), offer_id, resident.id if resident else None)
    kinds = {one.code: one for one in queries.categories(db())}
    areas = queries.ground(db(), offer_id)
    return render_template(
        "offers/one.html",
        offer=found,
        kinds=kinds,
        areas=areas,
        by=_serving_me(offer_id),
        linked=linked_data(found, areas, category_name(kinds[found.category])),
        link=url_for("pages.offer", offer_id=offer_id, _external=True),
        bounds=_bounds([found], margin=0.02) or extents.extent(db()),
    )


@pages.get("/offres/comparer")
def compare_offers() -> str:
    """All partners' offers of one `categorie` side by side: those that serve my home; the newest for `pour` tous, and who has no home."""
    kinds = queries.categories(db())
    category = _one_of((one.code for one in kinds), request.args.get("categorie"))
    resident = _resident()
    mine = resident is not None and request.args.get("pour") != EVERYBODY
    found: Sequence[Row[Any]] = []
    if category:
        ask = _asked(resident if mine else None, None)
        found = ask(queries.Wanted(category, None, most=SIDE_BY_SIDE))
    return render_template(
        "offers/compare.html",
        kinds={one.code: one for one in kinds},
        category=category,
        resident=resident,
        mine=mine,
        offers=sorted(found, key=lambda one: (one.partner_name.casefold(), one.title.casefold())),
        most=SIDE_BY_SIDE,
    )


def linked_data(offer: Any, areas: Sequence[Any], category: str) -> dict[str, Any]:
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


def _asked(resident: Member | None, place: Point | None) -> Any:
    if resident is not None:
        return partial(queries.serving_home, db(), resident.id)
    if place is not None:
        return partial(queries.serving_place, db(), place)
    return partial(queries.listed, db())


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


def _place() -> Point | None:
    lon, lat = (request.args.get(name, type=float) for name in ("lon", "lat"))
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return Point(round(lon, queries.ROUNDED), round(lat, queries.ROUNDED))


def _bounds(found: Sequence[Any], margin: float = 0.005) -> tuple[float, float, float, float] | None:
    placed = [(one.lon, one.lat) for one in found if one.lon is not None]
    if not placed:
        return None
    lons, lats = zip(*placed, strict=True)
    return min(lons) - margin, min(lats) - margin, max(lons) + margin, max(lats) + margin


def _one_of(known: Any, asked: str | None) -> str | None:
    return asked if asked in set(known) else None
