"""Picking, asking and reading with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.maps import go_to, until
from tests.browser.site import Site

pytestmark = pytest.mark.browser

MOST_TABS = 60


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until an element that fits has the focus, and shows it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} was not reached with {MOST_TABS} Tabs")


def test_choosing_a_place(visit: Visit) -> None:
    """A commune by its name, the cross-hair by arrows, the point by Enter, the sign-up form by Tab."""
    page = visit("/", desk=True)
    tab_to(page, "#other-ways summary")
    page.keyboard.press("Enter")
    tab_to(page, "#commune")
    page.keyboard.type("saint malo")
    page.keyboard.press("Enter")
    expect(page.locator("#map canvas")).to_be_focused()
    expect(page.locator(".crosshair")).to_be_visible()
    before = page.evaluate("document.getElementById('map').map.getCenter().toArray()")
    page.keyboard.press("ArrowUp")
    until(page, "before => document.getElementById('map').map.getCenter().lat > before[1]", before)
    go_to(page, (-2.012, 48.6565), 14)
    page.keyboard.press("Enter")
    expect(page.locator("#answers h2")).to_have_text("Le Sillon")
    tab_to(page, "a[data-slot=sign-up]")
    page.keyboard.press("Enter")
    expect(page.locator("#home-label")).to_have_text("Le Sillon, Saint-Malo")


def test_picking_asking_and_reading(site: Site, visit: Visit) -> None:
    email = site.newcomer("Soizic", -2.012, 48.6565)
    page = visit("/quartiers", email=email)
    tab_to(page, "form[action$=rejoindre] button")
    page.keyboard.press("Enter")
    expect(page.locator(".badge[data-state]")).to_have_text("Votre quartier")

    page.goto("/accueil")
    tab_to(page, ".write a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/publications/nouvelle*")
    wait_for_map(page)
    tab_to(page, "#body")
    page.keyboard.type("Qui aurait une scie à métaux ?")
    tab_to(page, "input[name=reach]")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="Mon quartier les plus proches")).to_be_checked()
    tab_to(page, "form[data-preview] button:not([type])")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accueil")
    expect(page.locator(".post").first).to_contain_text("scie à métaux")

    tab_to(page, "details.why summary")
    page.keyboard.press("Enter")
    expect(page.locator("details.why[open]")).to_be_visible()
