"""Each way to prove an address, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.members import addresses
from geoneighbour.verification import batch
from tests.browser.conftest import Visit
from tests.browser.site import PASSWORD, Site
from tests.verification.post import codes_in, post_of

pytestmark = pytest.mark.browser

HOME = (-2.012, 48.6565)


def test_by_a_letter_asked_for_on_the_phone(site: Site, visit: Visit) -> None:
    """She asks, the operator prints and posts, she scans the square of the letter on a phone that is not logged in."""
    email = site.newcomer("Zoé", *HOME, verified=False)
    post = post_of(site.app)
    with Session(site.engine) as session:
        zoe = session.scalars(select(Account.member_id).where(Account.email == email)).one()
        home = addresses.home(session, post.sealer, zoe)
        words = "12 Chaussée du Sillon, 35400 Saint-Malo"
        addresses.keep(session, post.sealer, zoe, home, words, checked=True)
        session.commit()
    page = visit("/accueil", email=email)
    page.get_by_role("link", name="Faire vérifier mon adresse").click()
    card = page.locator("#postcard")
    expect(card).to_contain_text("12 Chaussée du Sillon")
    card.get_by_role("button", name="M’envoyer une lettre").click()
    expect(card).to_contain_text("La lettre part au prochain envoi")
    with Session(site.engine) as session:
        [code] = codes_in(batch.print_waiting(session, post).pdf)
        assert batch.mark_sent(session) == 1
        session.commit()
    page.context.clear_cookies()
    page.goto("about:blank")
    page.goto(f"/verification#code={code}")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(card).to_contain_text("Votre carte postale est en route")
    field = card.get_by_label("Le code de la lettre")
    expect(field).to_have_value(re.sub("(...)(?=.)", r"\1-", code))
    assert code not in page.url
    field.fill("000-000-000")
    card.get_by_role("button", name="Vérifier mon adresse").click()
    expect(card).to_contain_text("Essais qui restent : 4")
    field.fill(code.lower())
    card.get_by_role("button", name="Vérifier mon adresse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Zoé")
    expect(page.get_by_role("status").first).to_be_attached()
    expect(page.get_by_text("Votre adresse est vérifiée").first).to_be_visible()
