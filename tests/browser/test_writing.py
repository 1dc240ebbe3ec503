"""A visitor on a phone finds a neighbour who lets visitors find her, and writes; she answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.members import service as members
from geoneighbour.neighbourhoods import service as neighbourhoods
from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser

SILLON = (-2.012, 48.6565)


def test_a_visitor_writes_to_a_neighbour_who_answers(site: Site, visit: Visit) -> None:
    guest, host = site.newcomer("Zoé", *SILLON, verified=False), site.resident_of("Le Sillon")
    with Session(site.engine) as session:
        ids = {one.email: one.member_id for one in session.scalars(select(Account)).all()}
        neighbourhoods.choose(session, ids[guest], site.neighbourhood("Le Sillon"))
        members.be_findable(session, ids[host], True)
        name = members.get(session, ids[host]).name
        session.commit()
    page = visit("/voisins", email=guest, webgl=False)
    page.get_by_role("link", name=f"Écrire à {name}").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_label(f"Votre message à {name}").fill("Bonjour, j'arrive dans le quartier.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("j'arrive dans le quartier")).to_be_visible()
    page = visit("/messages", email=host)
    page.get_by_role("link", name="Zoé").click()
    expect(page.get_by_text("n’est pas encore vérifiée")).to_be_visible()
    page.get_by_label("Votre message").fill("Bienvenue parmi nous !")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".talk .mine")).to_contain_text("Bienvenue parmi nous !")
