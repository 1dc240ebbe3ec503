"""The life of a neighbourhood on a phone: somebody redraws it, another speaks, the moderator accepts, the review comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from shapely.geometry import Point, shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import moderators, service
from geoneighbour.neighbourhoods.models import Change, Neighbourhood
from tests.browser.conftest import Visit, wait_for_map
from tests.browser.maps import Place, go_to, tap, until, until_drawn
from tests.browser.site import Site

pytestmark = pytest.mark.browser

CENTRE, CORNER = (-2.012, 48.6565), (-2.0015, 48.6537)
"""Within Le Sillon: where Rozenn lives, and where Paul does."""


def joins(site: Site, name: str, place: Place) -> str:
    """Somebody moves into Le Sillon."""
    email = site.newcomer(name, *place)
    with Session(site.engine) as session:
        service.choose(session, member_of(session, email), sillon(session).id)
        session.commit()
    return email


def member_of(session: Session, email: str) -> int:
    return session.scalars(select(Account.member_id).where(Account.email == email)).one()


def sillon(session: Session) -> Neighbourhood:
    return session.scalars(select(Neighbourhood).where(Neighbourhood.name == "Le Sillon")).one()


def seen(page: Page, layer: str, place: Place) -> str:
    """A question for until(): does the map show this layer there?"""
    until_drawn(page, layer)
    return (
        "([layer, place]) => { const map = document.getElementById('map').map;"
        " return map.queryRenderedFeatures(map.project(place), {layers: [layer]}).length > 0; }"
    )


def test_a_redraw_from_the_first_stroke_to_the_review(site: Site, visit: Visit, shoot) -> None:
    rozenn, paul = joins(site, "Rozenn", CENTRE), joins(site, "Paul", CORNER)
    moderator = site.resident_of("Le Sillon")
    with Session(site.engine) as session:
        here = sillon(session).id
        moderating, wanted = moderators.of(session, here), member_of(session, moderator)
        if wanted not in moderating:
            moderators.name(session, moderating[0], here, wanted)
            moderators.answer(session, wanted, here, True)
        session.commit()
    address = redraws(visit, rozenn, here, shoot)
    another_speaks(visit, site.resident_of("Le Sillon"), address)
    three_days_go_by(site)
    page = the_moderator_accepts(visit, moderator, address)
    with Session(site.engine) as session:
        assert review.run(session)["redraws"] == 1
        session.commit()
    the_page_shows_both_outlines(page, here, shoot)
    page = visit("/accueil", email=paul)
    expect(page.locator(".told", has_text="votre domicile n’y est plus")).to_be_visible()
    page.locator(".told").get_by_role("link", name="Voir les quartiers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quartiers")


def redraws(visit: Visit, email: str, here: int, shoot) -> str:
    """By finger, with the brush: the corner where Paul lives goes. Returns where it is discussed."""
    page = visit(f"/quartiers/{here}", email=email)
    page.get_by_role("link", name="Redessiner").click()
    wait_for_map(page)
    expect(page.locator("#map-hint")).to_contain_text("déplacer les coins")
    until_drawn(page, "before-line")
    shoot(page, "redraw-phone")
    found = Axe().run(page).response["violations"]
    assert not [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")]
    page.locator(".switch").get_by_text("Peindre").first.click()
    page.locator(".brushes").get_by_text("Gommer").click()
    page.get_by_label("Pinceau").fill("4")
    go_to(page, CORNER, 15)
    tap(page, CORNER)
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dedans")
    # Not what it overlaps: that is the same one.
    expect(page.locator("#coach")).not_to_contain_text("Le Sillon")
    assert page.evaluate("Object.keys(sessionStorage)") == [f"geoneighbour.draft.{here}"]
    page.get_by_role("button", name="Proposer ce contour").click()
    expect(page.locator("#problem-why")).to_contain_text("Dites pourquoi")
    page.get_by_label("Pourquoi ?").fill("Au-delà du carrefour, on dit Courtoisville.")
    page.get_by_role("button", name="Proposer ce contour").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Un nouveau contour pour Le Sillon")
    assert page.evaluate("Object.keys(sessionStorage)") == []
    wait_for_map(page)
    expect(page.locator(".lead")).to_contain_text("et ne gagne rien")
    until(page, seen(page, "lost-fill", CORNER), ["lost-fill", CORNER])
    shoot(page, "change-phone")
    page.locator(".switch").get_by_text("Après").click()
    until(
        page,
        "([layer, place]) => { const map = document.getElementById('map').map;"
        " return !map.queryRenderedFeatures(map.project(place), {layers: [layer]}).length; }",
        ["lost-fill", CORNER],
    )
    until(page, seen(page, "after-fill", CENTRE), ["after-fill", CENTRE])
    return page.url


def another_speaks(visit: Visit, email: str, address: str) -> None:
    page = visit("/accueil", email=email)
    page.locator(".told").get_by_role("link", name="Lire et en parler").click()
    assert page.url == address
    expect(page.get_by_text("Proposé par Rozenn")).to_be_visible()
    page.get_by_label("Qu’en pensez-vous").fill("Et ceux qui y habitent ?")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".talk li")).to_contain_text("Et ceux qui y habitent ?")
    expect(page.get_by_role("button", name="Accepter")).to_have_count(0)


def three_days_go_by(site: Site) -> None:
    with Session(site.engine) as session:
        change = session.scalars(select(Change).where(Change.neighbourhood_id == sillon(session).id)).one()
        change.proposed_at -= timedelta(days=3)
        session.commit()


def the_moderator_accepts(visit: Visit, email: str, address: str) -> Page:
    page = visit(address, email=email)
    expect(page.locator(".talk li")).to_contain_text("Et ceux qui y habitent ?")
    page.get_by_role("button", name="Accepter").click()
    expect(page.locator("main")).to_contain_text("prend effet à la prochaine revue hebdomadaire")
    return page


def the_page_shows_both_outlines(page: Page, here: int, shoot) -> None:
    page.goto(f"/quartiers/{here}")
    wait_for_map(page)
    # Nobody is moved, and nobody else is told.
    expect(page.locator("#people ~ p").first).to_contain_text("Paul")
    until_drawn(page, "home-fill")
    page.get_by_role("radio", name="Jusqu’au").check()
    until_drawn(page, "before-line")
    expect(page.locator("#outlines .legend")).to_be_visible()
    shoot(page, "neighbourhood-phone")
    today = page.request.get(f"/api/v1/neighbourhoods/{here}").json()["geometry"]
    (earlier,) = page.request.get(f"/api/v1/neighbourhoods/{here}/outlines").json()["outlines"]
    lost = shape(earlier["geometry"]).difference(shape(today))
    assert lost.covers(Point(CORNER))
    # Where nothing was erased the border is the same to the last corner.
    assert Point(CORNER).buffer(0.008).covers(lost)
    assert shape(today).difference(shape(earlier["geometry"])).area < 1e-9
