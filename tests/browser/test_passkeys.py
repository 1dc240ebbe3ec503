"""A passkey is added, lets its owner in without a password, and is taken away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, _watch, log_in
from tests.browser.site import Site

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_instead_of_a_password(browser: Browser, site: Site) -> None:
    email = site.newcomer("Zoé", -2.012, 48.6565)
    # Passkeys know names of hosts, not their numbers.
    home = site.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=home, viewport=PHONE, locale="fr-FR")
    wrong: list[str] = []
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    _watch(page, home, wrong)
    phone = context.new_cdp_session(page)
    phone.send("WebAuthn.enable")
    device = phone.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    log_in(page, email)

    page.goto("/compte/acces")
    page.get_by_label("Un nom pour la reconnaître").fill("Mon téléphone")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.locator("#cles li")).to_contain_text("Mon téléphone")
    kept = phone.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert len(kept) == 1

    context.clear_cookies()
    page.goto("/connexion?next=/compte/acces")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.wait_for_url("**/compte/acces")
    expect(page.locator("#sessions li")).to_have_count(2)

    page.get_by_role("button", name="Retirer Mon téléphone").click()
    expect(page.locator("#cles")).to_contain_text("Aucune pour l’instant")
    context.clear_cookies()
    page.goto("/connexion")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.locator("[data-use-passkey] [role=alert]")).to_be_visible()
    context.close()
    assert not [one for one in wrong if " 400 " not in one], wrong
