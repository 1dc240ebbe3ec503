"""Without a network: what was seen stays readable, what is written waits, and nothing private outlives the login."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.maps import until
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def under_the_worker(page: Page) -> None:
    """Until the service worker serves this page, and what comes ahead of need is there."""
    until(page, "() => navigator.serviceWorker?.controller !== null")
    page.reload()
    until(page, "async () => Boolean(await caches.match('/publications/nouvelle'))")


def test_home_and_map_are_readable_and_a_post_waits(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"))
    under_the_worker(page)
    wait_for_map(page)
    first = page.locator("[data-post] .post-body").first.inner_text()
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-post] .post-body").first).to_have_text(first)
    expect(page.locator("#map")).to_have_attribute("data-ready", "yes")
    expect(page.locator("#offline")).to_contain_text("Hors ligne : ce que vous voyez date du")
    # The form is the one that was kept; the choice made on the home page holds.
    page.get_by_role("link", name="Proposer").click()
    expect(page.get_by_role("radio", name="Proposer")).to_be_checked()
    page.locator("#body").fill("Je prête une échelle pour la tempête.")
    page.get_by_role("button", name="Envoyer mon offre").click()
    expect(page.locator("#offline")).to_contain_text("cela partira au retour du réseau")
    page.context.set_offline(False)
    page.wait_for_url("**/accueil")
    sent = page.locator("[data-post]").filter(has_text="pour la tempête")
    expect(sent).to_have_count(1)
    expect(sent).to_contain_text("Offre")
    expect(page.locator("#offline")).to_be_hidden()


def test_a_server_out_of_reach_is_told_though_the_browser_believes_in_its_network(
    site: Site, visit: Visit
) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"))
    under_the_worker(page)
    site.server.shutdown()
    site.server.server_close()
    page.reload()
    assert page.evaluate("navigator.onLine")
    expect(page.locator("#offline")).to_contain_text("Hors ligne")


def test_the_start_page_is_kept_for_anybody(site: Site, visit: Visit) -> None:
    page = visit("/")
    until(page, "() => navigator.serviceWorker?.controller !== null")
    page.reload()
    until(page, "async () => Boolean(await caches.match('/'))")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Où habitez-vous ?")


def test_a_page_never_seen_says_so(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"))
    under_the_worker(page)
    page.context.set_offline(True)
    # The second holds a home and is never kept.
    for path in ("/quartiers/nouveau", "/compte"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("Pas de réseau ici")


def test_logging_out_forgets_what_is_private(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"))
    under_the_worker(page)
    kept = page.evaluate(
        "async () => Promise.all((await (await caches.open('private-1')).keys()).map((one) => new URL(one.url).pathname))"
    )
    assert "/accueil" in kept
    assert "/api/v1/me" not in kept, "the answer that holds a home"
    page.goto("/compte")
    # The map asks for the home: the answer to somebody just logged out would be an error of the page.
    expect(page.locator(".maplibregl-marker")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    until(page, "async () => !(await caches.has('private-1'))")
    page.context.set_offline(True)
    page.goto("/accueil")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pas de réseau ici")


def test_it_can_be_installed(site: Site, visit: Visit) -> None:
    page = visit("/")
    manifest = page.request.get(page.locator("link[rel=manifest]").get_attribute("href") or "").json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok
