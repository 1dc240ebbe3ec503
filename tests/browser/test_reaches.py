"""Whom a post is for, by keyboard on a phone and by drawing on the map; who is inside reads it and why, who is outside does not."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from geoneighbour.posts import queries
from tests.browser.conftest import Visit
from tests.browser.maps import go_to, tap
from tests.browser.site import Site

pytestmark = pytest.mark.browser

SAINT_MALO = [(-2.06, 48.61), (-1.94, 48.61), (-1.94, 48.69), (-2.06, 48.69)]


def test_a_radius_by_keyboard_then_a_drawn_area_that_comes_to_who_is_inside(site: Site, visit: Visit) -> None:
    page = visit("/publications/nouvelle", email=site.resident_of("Le Sillon"))
    status = page.locator("#reach-status")
    page.get_by_label("Mon voisinage").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(status).to_contain_text("Autour d’un point : environ")
    before = status.inner_text()
    distance = page.get_by_role("slider", name="Distance")
    distance.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(distance).to_have_attribute("aria-valuetext", "30 km")
    expect(page.get_by_label("Distance en kilomètres")).to_have_value("30")
    expect(status).not_to_have_text(before)
    expect(status).to_contain_text("plus loin")

    page.get_by_label("Une zone que je dessine").check()
    expect(page.locator("#map-hint")).to_have_text("Posez un premier coin.")
    go_to(page, (-2.0, 48.65), 10.6)
    for corner in SAINT_MALO:
        tap(page, corner)
    page.get_by_role("button", name="Terminer").click()
    expect(status).to_contain_text("Une zone que je dessine : environ")
    page.locator("textarea[name=body]").fill("La digue est fermée ce soir.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("C’est envoyé : environ")).to_be_visible()

    page = visit("/accueil", email=site.resident_of("Paramé"))
    post = page.locator("article", has_text="La digue est fermée ce soir.")
    post.get_by_text("Pourquoi je vois ceci").click()
    expect(post).to_contain_text("a dessiné une zone qui tient votre secteur")
    outside = int(re.sub(r"\D", "", site.resident_of("La vieille ville de Dinan").split("@")[0]))
    with Session(site.engine) as session:
        assert "La digue est fermée ce soir." not in {
            row.body for row in queries.feed(session, outside, most=50)
        }
