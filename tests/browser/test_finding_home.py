"""Other ways to say where one lives: an address, the device's own position."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.maps import until
from tests.browser.site import Site
from tests.geocoder import serving

pytestmark = pytest.mark.browser

SILLON = (-2.012, 48.6565)


@pytest.fixture
def geocoder_url() -> Iterator[str]:
    with serving() as url:
        yield url


def test_by_address(visit: Visit) -> None:
    page = visit("/")
    page.get_by_label("Mon adresse").fill("12 chaussée du sillon")
    page.get_by_role("button", name="12 Chaussée du Sillon").click()
    expect(page.locator("#answers h2")).to_have_text("Le Sillon")


def test_by_the_devices_position(visit: Visit) -> None:
    lon, lat = SILLON
    page = visit("/", geolocation={"longitude": lon, "latitude": lat}, permissions=["geolocation"])
    page.get_by_role("button", name="Me localiser").click()
    expect(page.locator("#answers h2")).to_have_text("Le Sillon")


def test_a_position_that_is_refused_is_said(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("button", name="Me localiser").click()
    expect(page.locator("#place-status")).to_contain_text("Touchez plutôt la carte")


def test_writing_ones_address_and_moving_house(visit: Visit, site: Site) -> None:
    """Candidates of the geocoder, one chosen; then a new home whose point is corrected on the map."""
    email = site.newcomer("Zoé", *SILLON)
    page = visit("/compte/adresse", email=email, desk=True)
    page.get_by_label("L’écrire").fill("12 sillon")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_label("12 Chaussée du Sillon").check()
    page.get_by_role("button", name="C’est mon adresse").click()
    expect(page.locator("main")).to_contain_text("Elle se trouve bien à votre point")
    expect(page.locator(".house")).to_be_visible()

    site.moved_long_ago(email)
    page.goto("/compte/demenager")
    page.get_by_label("Ma nouvelle adresse").fill("rue des lices")
    page.get_by_role("button", name="Chercher").click()
    wait_for_map(page)
    until(page, "document.querySelector('[name=lon]').value === '-2.0500000'")
    page.locator("#map canvas").click(position={"x": 200, "y": 160})
    until(page, "document.querySelector('[name=lon]').value !== '-2.0500000'")
    page.get_by_role("button", name="J’habite ici maintenant").click()
    page.wait_for_url("**/verification")
    page.goto("/compte/adresse")
    expect(page.locator("main")).to_contain_text("3 Rue des Lices")
