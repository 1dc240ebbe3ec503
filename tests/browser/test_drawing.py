"""Drawing with a finger: corners, undo, a crossing refused at once, the server's reason with the shape kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.maps import go_to, tap
from tests.browser.site import Site

pytestmark = pytest.mark.browser

HOME = (-1.87, 48.57)
AROUND = [(-1.875, 48.566), (-1.865, 48.566), (-1.865, 48.574), (-1.875, 48.574)]
BESIDE = [(-1.868, 48.566), (-1.862, 48.566), (-1.862, 48.574), (-1.868, 48.574)]
CROSSED = [AROUND[0], AROUND[2], AROUND[1], AROUND[3]]


@pytest.fixture
def page(site: Site, visit: Visit) -> Page:
    page = visit("/quartiers/nouveau", email=site.newcomer("Rozenn", *HOME))
    expect(page.locator("#map-hint")).to_have_text("Posez un premier coin.")
    go_to(page, HOME, 13.5)
    return page


def draw(page: Page, corners: list[tuple[float, float]]) -> None:
    for corner in corners:
        tap(page, corner)


def propose(page: Page, name: str = "Le marais") -> None:
    page.get_by_label("Son nom").fill(name)
    page.get_by_role("button", name="Proposer ce quartier").click()


def test_undo_takes_back_the_last_corner(page: Page) -> None:
    hint = page.locator("#map-hint")
    draw(page, AROUND[:3])
    expect(page.get_by_role("button", name="Terminer")).to_be_enabled()
    page.get_by_role("button", name="Annuler le dernier coin").click()
    expect(page.get_by_role("button", name="Terminer")).to_be_disabled()
    page.get_by_role("button", name="Effacer").click()
    expect(hint).to_have_text("Posez un premier coin.")


def test_a_finished_shape_is_taken_back_and_brought_back(page: Page) -> None:
    hint = page.locator("#map-hint")
    undo, redo = (
        page.get_by_role("button", name="Annuler le dernier coin"),
        page.get_by_role("button", name="Rétablir"),
    )
    draw(page, AROUND)
    page.get_by_role("button", name="Terminer").click()
    expect(hint).to_contain_text("déplacer les coins")
    undo.click()
    expect(hint).to_have_text("Posez un premier coin.")
    redo.click()
    expect(hint).to_contain_text("déplacer les coins")
    propose(page)
    expect(page).to_have_url(re.compile(r"/quartiers/\d+$"))


def test_a_corner_that_crosses_the_border_is_refused_at_once(page: Page) -> None:
    draw(page, CROSSED)
    expect(page.locator("#map-hint")).to_contain_text("Ce coin ferait croiser les bords")
    page.get_by_role("button", name="Terminer").click()
    expect(page.locator("#map-hint")).to_contain_text("déplacer les coins")
    corners = page.evaluate(
        "JSON.parse(sessionStorage['geoneighbour.draft']).geometry.coordinates[0].length - 1"
    )
    assert corners == 3


def test_the_servers_reason_stands_beside_the_form_and_the_shape_is_kept(page: Page) -> None:
    draw(page, BESIDE)
    page.get_by_role("button", name="Terminer").click()
    propose(page)
    expect(page.locator('[data-problem="geometry"]')).to_contain_text(
        "Votre domicile n'est pas dans ce quartier"
    )
    expect(page.get_by_label("Son nom")).to_have_value("Le marais")
    expect(page.locator("#map-hint")).to_contain_text("déplacer les coins")
    # It survives a reload too.
    page.reload()
    wait_for_map(page)
    expect(page.locator("#map-hint")).to_contain_text("déplacer les coins")


def test_a_name_that_is_missing_is_asked_for(page: Page) -> None:
    draw(page, AROUND)
    page.get_by_role("button", name="Terminer").click()
    propose(page, " ")
    expect(page.locator('[data-problem="name"]')).to_contain_text("2 à 80 caractères")
    expect(page.get_by_label("Son nom")).to_be_focused()
    propose(page)
    expect(page.locator(".badge")).to_have_text("Lancé")


def test_nothing_is_sent_before_a_shape_is_drawn(page: Page) -> None:
    propose(page)
    expect(page.locator('[data-problem="geometry"]')).to_contain_text("Dessinez d’abord")
