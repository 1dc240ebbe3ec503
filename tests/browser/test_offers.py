"""Offers as residents meet them: an Amap that serves her home, car-sharers side by side, out to one of them; a shop's bon plan."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from geoneighbour.accounts.models import Account
from geoneighbour.affiliation import service as affiliation
from geoneighbour.affiliation.models import CommissionEntry, OfferClick
from geoneighbour.ground.points import Point
from geoneighbour.offers import queries
from geoneighbour.offers.models import Offer, Partner
from geoneighbour.shops import service as shops
from tests.browser.conftest import Visit, wait_for_picture
from tests.browser.maps import until
from tests.browser.site import Silent, Site

pytestmark = pytest.mark.browser
SILLON = (-2.012, 48.6565)


@pytest.fixture
def arrivals(site: Site) -> Iterator[list[Request]]:
    """Who came to the partners' site; every offer leads to one on this machine."""
    came = list[Request]()

    @Request.application
    def partner(request: Request) -> Response:
        came.append(request)
        return Response("<!doctype html><title>Partenaire</title><p>Bienvenue", mimetype="text/html")

    server = make_server("127.0.0.1", 0, partner, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # By another name: cookies know no ports.
    there = f"http://localhost:{server.server_port}"
    site.also = (there,)
    with Session(site.engine) as session:
        for offer in session.scalars(select(Offer).where(Offer.url.is_not(None))):
            offer.url = f"{there}/{offer.id}"
        for partner_id in session.scalars(select(Partner.id)):
            affiliation.set_terms(session, partner_id, 5, 30)
        session.commit()
    yield came
    server.shutdown()


def chip(page: Page, name: str) -> None:
    page.locator(".chips").get_by_role("link", name=name, exact=True).click()


def test_an_amap_two_car_sharers_and_out_to_one(
    site: Site, visit: Visit, arrivals: list[Request], shoot
) -> None:
    email = site.resident_of("Le Sillon")
    page = visit("/offres", email=email)
    chip(page, "Me dessert")
    chip(page, "Amap")
    expect(page.locator("#offers article")).not_to_have_count(0)
    with Session(site.engine) as session:
        member = session.scalars(select(Account.member_id).where(Account.email == email)).one()
        serving = queries.serving_home(session, member, queries.Wanted(category="amap"))
        titles = [offer.title for offer in serving]
    assert titles, "no Amap of the demonstration serves Le Sillon"
    expect(page.locator("#offers h3")).to_have_text(titles)
    page.locator("#offers h3 a").first.click()
    expect(page.locator("h1")).to_have_text(titles[0])
    expect(page.locator("main")).to_contain_text("desservi")

    page.goto("/offres/comparer?categorie=car_sharing&pour=tous")
    partners = page.locator("td[data-label=Partenaire]")
    assert len(set(partners.all_inner_texts())) >= 2
    shoot(page, "compare-phone")
    page.locator("tbody th a").first.click()
    out = page.get_by_role("link", name="Chez le partenaire")
    number = int(urlsplit(page.url).path.rsplit("/", 1)[1])
    out.click()
    expect(page.locator("p")).to_have_text("Bienvenue")
    [came] = [one for one in arrivals if one.path != "/favicon.ico"]
    assert came.path == f"/{number}"
    assert parse_qs(came.query_string.decode())["gn_click"]
    assert "Referer" not in came.headers
    assert "Cookie" not in came.headers
    with Session(site.engine) as session:
        assert session.scalars(select(OfferClick.offer_id)).all() == [number]
        assert session.execute(select(CommissionEntry.kind, CommissionEntry.cents)).all() == [("click", 5)]
        assert session.scalar(select(func.count()).select_from(OfferClick)) == 1


def test_the_list_of_what_the_map_shows(visit: Visit, shoot) -> None:
    page = visit("/offres", desk=True)
    wait_for_picture(page)
    shoot(page, "offers-map-desk")
    # From afar numbers, near by offers: into a place where there are some.
    page.evaluate(
        "([lng, lat]) => document.getElementById('map').map.jumpTo({ center: [lng, lat], zoom: 13 })", SILLON
    )
    wait_for_picture(page)
    find = page.get_by_role("link", name="Chercher dans cette zone")
    expect(find).to_be_visible()
    find.click()
    expect(page.locator("#liste strong")).to_contain_text("dans cette zone")
    wait_for_picture(page)
    listed = {int(one.get_attribute("data-offer") or 0) for one in page.locator("[data-lon]").all()}
    assert 0 < len(listed) < 30, "one page of the list, or this says nothing"
    west, south, east, north = map(float, parse_qs(urlsplit(page.url).query)["zone"][0].split(","))
    shown = page.evaluate(
        "() => document.getElementById('map').map.querySourceFeatures('offers', { sourceLayer: 'offers' })"
        ".map(({ id, geometry }) => [Number(id), ...geometry.coordinates])"
    )
    assert {number for number, lon, lat in shown if west < lon < east and south < lat < north} == listed
    # A tap on one of them leads to its card.
    first = page.locator("[data-lon]").first
    lon, lat = float(first.get_attribute("data-lon") or 0), float(first.get_attribute("data-lat") or 0)
    page.evaluate(
        "([lng, lat]) => document.getElementById('map').map.jumpTo({ center: [lng, lat], zoom: 17 })",
        [lon, lat],
    )
    wait_for_picture(page)
    page.locator("#map canvas").click()
    until(page, "() => document.activeElement.closest('[data-offer]') !== null")


def test_a_bon_plan_is_for_who_lives_within_its_reach(site: Site, visit: Visit) -> None:
    lon, lat = SILLON
    owner, near, beyond = (
        site.newcomer(name, lon, lat + north)
        for name, north in (("Odile", 0.0), ("Proche", 0.0044), ("Loin", 0.0046))
    )
    with Session(site.engine) as session:
        member = session.scalars(select(Account.member_id).where(Account.email == owner)).one()
        about = shops.About("shop", "Le Fournil du Sillon", Point(lon, lat))
        shop = shops.register(session, member, about).id
        shops.set_plan(session, "full", "Vitrine", 1500, 20)
        shops.subscribe(session, shop, "full")
        session.commit()
    page = visit(f"/commerces/{shop}", email=owner)
    page.get_by_text("Publier un bon plan").click()
    page.get_by_label("Titre").fill("Une brioche pour deux")
    page.get_by_label("dans un rayon").check()
    page.get_by_label("Rayon, en mètres").fill("500")
    page.get_by_role("button", name="Publier").click()
    expect(page.locator("#bons-plans")).to_contain_text("Une brioche pour deux")
    served, other = visit("/commerces", email=near), visit("/commerces", email=beyond)
    expect(served.locator("main")).to_contain_text("Une brioche pour deux")
    expect(other.locator("h1")).to_be_visible()
    expect(other.locator("main")).not_to_contain_text("Une brioche pour deux")
