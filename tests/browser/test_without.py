"""What is left without WebGL, and without JavaScript: reading, asking, picking from lists."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def test_without_webgl_a_place_is_chosen_by_its_coordinates(visit: Visit) -> None:
    page = visit("/", webgl=False)
    expect(page.locator("#map")).to_contain_text("ne peut pas s’afficher")
    page.get_by_label("Aller à une commune").fill("cancale")
    page.get_by_role("button", name="Cancale").click()
    answer = page.locator("#answers article")
    expect(answer).to_contain_text("Cancale")
    # The middle of a commune is nobody's home.
    expect(answer.get_by_role("link", name="C’est chez moi")).to_be_hidden()
    page.get_by_label("Latitude, longitude").fill("48,65")
    page.get_by_role("button", name="Choisir ce point").click()
    expect(page.locator("#place-status")).to_contain_text("Écrivez la latitude")
    page.get_by_label("Latitude, longitude").fill("48,6565 -2,012")
    page.get_by_role("button", name="Choisir ce point").click()
    expect(answer.get_by_role("heading")).to_have_text("Le Sillon")
    answer.get_by_role("link", name="C’est chez moi").click()
    expect(page.locator("#home-label")).to_have_text("Le Sillon, Saint-Malo")


def test_without_webgl_the_lists_serve(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"), webgl=False)
    expect(page.locator(".post").first).to_be_visible()
    page.goto("/publications/nouvelle")
    page.get_by_role("radio", name="Ma commune tous").check()
    expect(page.locator("#reach-status")).to_contain_text("Ma commune")
    page.goto("/voisins")
    expect(page.get_by_role("heading", name="Mon voisinage")).to_be_visible()


def test_without_scripts_people_pick_ask_read_and_answer(site: Site, visit: Visit) -> None:
    asker = visit("/quartiers", email=site.newcomer("Malo", -2.012, 48.6565), scripts=False)
    asker.get_by_role("button", name="Rejoindre Le Sillon").click()
    expect(asker.locator(".badge[data-state]")).to_have_text("Votre quartier")
    asker.goto("/accueil")
    asker.get_by_role("link", name="Demander").click()
    asker.get_by_label("De quoi avez-vous besoin").fill("Qui taille les haies ?")
    # The numbers beside the choices are the preview.
    expect(asker.locator(".choices")).to_contain_text("environ")
    asker.get_by_role("radio", name="Mon quartier les plus proches").check()
    asker.get_by_role("button", name="Envoyer ma demande").click()
    expect(asker.locator(".post").first).to_contain_text("Qui taille les haies ?")

    reader = visit("/accueil", email=site.resident_of("Le Sillon"), scripts=False)
    card = reader.locator(".post", has_text="Qui taille les haies ?")
    card.get_by_text("Pourquoi je vois ceci").click()
    expect(card).to_contain_text("Le Sillon est votre quartier.")
    card.get_by_role("link", name="Répondre").click()
    reader.get_by_label("Votre message à Malo").fill("Moi, le mercredi.")
    reader.get_by_role("button", name="Envoyer").click()
    asker.goto("/messages")
    expect(asker.locator("main")).to_contain_text("Moi, le mercredi.")


def test_without_scripts_a_refusal_stands_beside_its_field(site: Site, visit: Visit) -> None:
    page = visit("/publications/nouvelle", email=site.resident_of("Le Sillon"), scripts=False)
    page.get_by_label("De quoi avez-vous besoin").fill("   é   ")
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.locator("#problem-body")).to_contain_text("3 à 500 caractères")
    expect(page.get_by_label("De quoi avez-vous besoin")).to_have_value("   é   ")


def test_without_scripts_the_start_page_says_what_it_needs(visit: Visit) -> None:
    page = visit("/", scripts=False)
    assert "Choisir un point demande JavaScript" in page.locator("noscript").first.inner_text()
