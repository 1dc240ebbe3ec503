"""axe-core finds nothing serious on any page, by day and by night, on the phone and at the desk."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.site import Site

pytestmark = pytest.mark.browser

PUBLIC = ["/", "/connexion", "/inscription", "/mot-de-passe", "/confidentialite", "/rien-ici"]
MEMBERS = [
    "/accueil",
    "/quartiers",
    "/quartiers/2",
    "/quartiers/nouveau",
    "/demandes/nouvelle",
    "/voisins",
    "/messages",
    "/compte",
    "/mot-de-passe/changer",
]
NOWHERE = (-2.15, 48.43)
GRAVE = {"serious", "critical"}


@pytest.mark.parametrize("look", [{}, {"dark": True, "desk": True}], ids=["phone, light", "desk, dark"])
def test_no_page_has_a_serious_fault(site: Site, visit: Visit, look: dict[str, bool]) -> None:
    faults = []
    page = visit("/", **look)
    for path in PUBLIC:
        faults += _faults(page, path)
    page = visit("/accueil", email=site.resident_of("Le Sillon"), **look)
    own = page.locator(".post-body a").first.get_attribute("href")
    for path in [*MEMBERS, own]:
        faults += _faults(page, path)
    page = visit("/accueil", email=site.newcomer("Malo", *NOWHERE, verified=False), **look)
    for path in ("/accueil", "/quartiers", "/demandes/nouvelle", "/voisins"):
        faults += _faults(page, path)
    assert not faults, "\n".join(faults)


def test_answer_card_and_refusals_are_accessible_too(site: Site, visit: Visit) -> None:
    page = visit("/")
    page.locator("#other-ways summary").click()
    page.get_by_label("Latitude, longitude").fill("48,6565, -2,012")
    page.get_by_role("button", name="Choisir ce point").click()
    expect(page.locator("#answers article")).to_be_visible()
    faults = _grave(page)
    page.goto("/connexion")
    page.get_by_label("Adresse e-mail").fill("personne@exemple.fr")
    page.get_by_label("Mot de passe").fill("rien de bon")
    page.get_by_role("button", name="Se connecter").click()
    faults += _grave(page)
    assert not faults, "\n".join(faults)


def _faults(page: Page, path: str) -> list[str]:
    page.goto(path)
    if page.locator("#map").count():
        wait_for_map(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return _grave(page)


def _grave(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {fault['id']} ({fault['help']}) at {node['target']}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]
