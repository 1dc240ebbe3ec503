"""The whole story, by people in browsers: a place, an account, a neighbourhood, another one drawn and opened, a request."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.neighbourhoods.models import Neighbourhood
from tests.browser.conftest import MOVING, Visit, wait_for_map
from tests.browser.maps import click, go_to, tap
from tests.browser.site import PASSWORD, Site

pytestmark = pytest.mark.browser

AT_THE_SILLON = (-2.012, 48.6565)
# In the country, where nobody has drawn anything.
LILLEMER = (-1.87, 48.57)
CORNERS = [(-1.88, 48.564), (-1.86, 48.564), (-1.858, 48.576), (-1.87, 48.58), (-1.882, 48.575)]


def test_whole_story(site: Site, visit: Visit, shoot) -> None:
    anne = arrives(site, visit, shoot)
    picks(anne, shoot)
    another_draws(site, visit, shoot)
    near, far = asks(anne, shoot)
    neighbour_sees_why(visit, site, near, far, shoot)
    wider_contact_sees_the_wider_one(visit, site, near, far)
    member_beyond_sees_nothing(visit, site, near, far)
    answers_come_back(visit, site, anne, near, shoot)


def arrives(site: Site, visit: Visit, shoot) -> Page:
    """Map first, account later: she taps where she lives, is told who is there, signs up, is verified."""
    page = visit("/")
    shoot(page, "start-phone")
    go_to(page, AT_THE_SILLON, 13.5)
    tap(page, AT_THE_SILLON)
    answer = page.locator("#answers article")
    expect(answer.get_by_role("heading")).to_have_text("Le Sillon")
    expect(answer).to_contain_text("Saint-Malo")
    assert page.locator('[data-slot="wider"]').inner_text().startswith("environ ")
    shoot(page, "place-phone")
    page.route("**/sign-up.js*", slowly)
    page.remove_locator_handler(page.locator(MOVING))
    page.get_by_role("link", name="C’est chez moi").click()
    assert "lon" not in page.url
    page.get_by_label("Prénom").fill("Anne")
    page.get_by_label("Adresse e-mail").fill("anne@exemple.fr")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    shoot(page, "sign-up-phone")
    page.get_by_role("button", name="M’inscrire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Anne")
    expect(page.get_by_text("geoneighbour members verify anne@exemple.fr")).to_be_visible()
    site.verify("anne@exemple.fr")
    page.reload()
    expect(page.get_by_role("link", name="Demander")).to_be_visible()
    return page


def slowly(route: Route) -> None:
    """The point comes with this script: who is quicker than a slow line must not be told that there is none."""
    time.sleep(1)
    route.continue_()


def picks(page: Page, shoot) -> None:
    """She joins the open neighbourhood around her home, and finds her neighbours there."""
    page.get_by_role("link", name="Quartiers").click()
    shoot(page, "neighbourhoods-phone")
    page.get_by_role("button", name="Rejoindre Le Sillon").click()
    expect(page.get_by_role("status")).to_contain_text("C’est votre quartier")
    page.get_by_role("link", name="Mes voisins").click()
    expect(page.get_by_text("voisins se présentent")).to_be_visible()
    roll = page.locator("#roll ~ ul li")
    skill = roll.locator(".soft").last.inner_text()
    page.get_by_role("searchbox").fill(skill.upper())
    page.get_by_role("button", name="Chercher").click()
    expect(roll).to_have_count(1)
    name = roll.get_by_role("link").inner_text()
    roll.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".profile")).to_contain_text(skill)
    expect(page.locator(".badge").first).to_have_text("Mon quartier")
    shoot(page, "profile-phone")


def another_draws(site: Site, visit: Visit, shoot) -> None:
    """Bertrand draws the first neighbourhood around Lillemer; it opens with its eleventh supporter."""
    lon, lat = LILLEMER
    drawer = site.newcomer("Bertrand", lon, lat)
    others = [site.newcomer(f"Voisine {n}", lon + 0.001 * (n % 4), lat + 0.001 * (n // 4)) for n in range(10)]
    page = visit("/quartiers/nouveau", email=drawer, desk=True)
    expect(page.locator("#map-hint")).to_have_text("Posez un premier coin.")
    go_to(page, LILLEMER, 13)
    for corner in CORNERS:
        click(page, corner)
    shoot(page, "draw-desk")
    page.get_by_role("button", name="Terminer").click()
    page.get_by_label("Son nom").fill("La butte de Lillemer")
    page.get_by_label("Son histoire").fill("La seule butte du marais : on y monte pour voir venir la pluie.")
    page.get_by_role("button", name="Proposer ce quartier").click()
    page.wait_for_url(re.compile(r"/quartiers/\d+$"))
    expect(page.locator(".badge[data-state]")).to_have_text("Lancé")
    support_quietly(site, others[:9])
    page.reload()
    expect(page.locator(".badge[data-state]")).to_have_text("Bientôt ouvert")
    last = visit("/quartiers", email=others[9])
    shoot(last, "proposed-phone")
    last.get_by_role("button", name="Soutenir La butte de Lillemer").click()
    expect(last.locator(".badge[data-state]")).to_have_text("Votre quartier")
    page.reload()
    expect(page.locator(".badge[data-state]")).to_have_text("Votre quartier")


def support_quietly(site: Site, emails: list[str]) -> None:
    with Session(site.engine) as session:
        drawn = session.scalars(
            select(Neighbourhood.id).where(Neighbourhood.name == "La butte de Lillemer")
        ).one()
        for email in emails:
            member_id = session.scalars(select(Account.member_id).where(Account.email == email)).one()
            neighbourhoods.support(session, member_id, drawn)
        session.commit()


def asks(page: Page, shoot) -> tuple[str, str]:
    """Anne asks twice, seeing each time whom it reaches before it is sent."""
    near, far = "Qui me prête une échelle samedi matin ?", "Qui connaît un bon accordeur de piano ?"
    page.goto("/accueil")
    page.get_by_role("link", name="Demander").click()
    # A tap that misses the button costs no words.
    page.get_by_label("De quoi avez-vous besoin").fill(near)
    wait_for_map(page)
    page.get_by_role("link", name="Messages").click()
    page.wait_for_url("**/messages")
    page.goto("/publications/nouvelle?nature=request")
    expect(page.get_by_label("De quoi avez-vous besoin")).to_have_value(near)
    page.get_by_role("radio", name="Mon quartier les plus proches").check()
    expect(page.locator("#reach-status")).to_contain_text("Mon quartier")
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_text("C’est envoyé : ")).to_be_visible()
    expect(page.get_by_text(near)).to_be_visible()

    page.goto("/publications/nouvelle")
    expect(page.get_by_label("De quoi avez-vous besoin")).to_have_value("")
    page.get_by_label("De quoi avez-vous besoin").fill(far)
    page.get_by_role("radio", name="Mon voisinage").check()
    expect(page.locator("#reach-status")).to_contain_text("personnes")
    shoot(page, "ask-phone")
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.wait_for_url("**/accueil")
    return near, far


def neighbour_sees_why(visit: Visit, site: Site, near: str, far: str, shoot) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"), desk=True)
    expect(page.get_by_text(far)).to_be_visible()
    card = page.locator(".post", has_text=near)
    card.get_by_text("Pourquoi je vois ceci").click()
    expect(card).to_contain_text("Le Sillon est votre quartier.")
    shoot(page, "home-desk")


def wider_contact_sees_the_wider_one(visit: Visit, site: Site, near: str, far: str) -> None:
    page = visit("/accueil", email=site.resident_of("Rocabey"), webgl=False)
    expect(page.get_by_text(near)).to_have_count(0)
    card = page.locator(".post", has_text=far)
    card.get_by_text("Pourquoi je vois ceci").click()
    expect(card).to_contain_text("Le Sillon est dans le voisinage de Rocabey")


def member_beyond_sees_nothing(visit: Visit, site: Site, near: str, far: str) -> None:
    page = visit("/accueil", email=site.resident_of("Léhon"), webgl=False)
    expect(page.locator(".post").first).to_be_visible()
    for words in (near, far):
        expect(page.get_by_text(words)).to_have_count(0)


def answers_come_back(visit: Visit, site: Site, anne: Page, near: str, shoot) -> None:
    """A neighbour answers privately; Anne reads it, says thanks, and closes her request."""
    # Words alone, as above: their maps are in test_maps.
    neighbour = visit("/accueil", email=site.resident_of("Le Sillon"), webgl=False)
    neighbour.locator(".post", has_text=near).get_by_role("link", name="Répondre").click()
    neighbour.get_by_label("Votre message à Anne").fill("J’en ai une de trois mètres, elle est à vous.")
    neighbour.get_by_role("button", name="Envoyer").click()
    expect(neighbour.locator(".talk")).to_contain_text("trois mètres")

    anne.goto("/messages")
    anne.locator("main li a").first.click()
    anne.get_by_label("Votre message").fill("Merci ! Je passe samedi à neuf heures.")
    anne.get_by_role("button", name="Envoyer").click()
    expect(anne.locator(".talk .mine")).to_contain_text("neuf heures")
    shoot(anne, "conversation-phone")

    anne.goto("/accueil")
    anne.locator(".post", has_text=near).get_by_role("button", name="Clore").click()
    expect(anne.locator(".post", has_text=near)).to_have_count(0)
