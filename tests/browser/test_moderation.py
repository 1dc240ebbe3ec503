"""A neighbour reports on a phone, a moderator hides, the author reads why and appeals."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.neighbourhoods.models import Moderator, Residence
from geoneighbour.posts import service as posts
from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser

WORDS = "Je vends des montres de marque, écrivez-moi vite"


def test_what_a_neighbour_reports_is_hidden_and_its_author_appeals(site: Site, visit: Visit, shoot) -> None:
    author, neighbour, moderator = (site.resident_of("Le Sillon") for _ in range(3))
    with Session(site.engine) as session:
        ids = {
            email: session.scalars(select(Account.member_id).where(Account.email == email)).one()
            for email in (author, moderator)
        }
        home = session.get_one(Residence, ids[moderator]).zone
        if session.get(Moderator, (home, ids[moderator])) is None:
            session.add(Moderator(neighbourhood_id=home, member_id=ids[moderator]))
        post = posts.write(session, ids[author], "offer", WORDS, "neighbourhood").id
        session.commit()

    page = visit(f"/publications/{post}", email=neighbour)
    page.get_by_role("link", name="Signaler cette publication").click()
    expect(page.locator("blockquote")).to_contain_text(WORDS)
    shoot(page, "report-phone")
    page.get_by_text("Arnaque ou publicité").click()
    page.get_by_label("En quelques mots").fill("Une arnaque")
    page.get_by_role("button", name="Envoyer le signalement").click()
    expect(page.get_by_text("La personne ne saura pas")).to_be_visible()

    page = visit("/compte", email=moderator, webgl=False)
    page.get_by_role("link", name="Ouvrir la modération").click()
    shoot(page, "moderation-phone")
    page.get_by_role("link", name="Publication ·").click()
    expect(page.locator("article")).to_contain_text(WORDS)
    shoot(page, "case-phone")
    page.get_by_text("Masquer", exact=True).click()
    page.get_by_label("Pourquoi").fill("Les annonces commerciales n’ont pas leur place ici.")
    page.get_by_role("button", name="Décider").click()
    expect(page.get_by_text("C’est fait, et noté.")).to_be_visible()

    page = visit(f"/publications/{post}", email=neighbour)
    expect(page.get_by_text(WORDS)).to_have_count(0)

    page = visit("/accueil", email=author, webgl=False)
    page.locator(".told").get_by_role("link", name="Lire pourquoi").click()
    expect(page.locator("article")).to_contain_text("annonces commerciales")
    page.get_by_text("Faire appel").click()
    page.get_by_label("Pourquoi cette décision").fill("C’était une seule montre, celle de mon père.")
    shoot(page, "decisions-phone")
    page.get_by_role("button", name="Envoyer mon appel").click()
    expect(page.get_by_text("Une autre personne que celle qui a décidé va le lire")).to_be_visible()
