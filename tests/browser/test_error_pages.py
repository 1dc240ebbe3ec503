"""Errors look like the rest, and say in French what happened."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def test_a_page_that_does_not_exist(visit: Visit) -> None:
    page = visit("/")
    assert page.goto("/rien-ici").status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Il n’y a rien ici")
    page.get_by_role("link", name="Revenir à l’accueil").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Où habitez-vous")


def test_a_request_that_is_for_others_is_not_there(site: Site, visit: Visit) -> None:
    page = visit("/accueil?niveau=neighbour", email=site.resident_of("Le Sillon"), webgl=False)
    post = page.locator(".post-body a").first.get_attribute("href")
    page = visit("/accueil", email=site.newcomer("Loin", -1.83, 48.5), webgl=False)
    assert page.goto(post).status == 404
    expect(page.locator("main")).to_contain_text("ne vous est pas adressée")


def test_a_form_without_its_token_is_refused(site: Site, visit: Visit) -> None:
    page = visit("/publications/nouvelle", email=site.resident_of("Le Sillon"), scripts=False)
    answer = page.request.post(
        "/publications/nouvelle", form={"kind": "request", "body": "Une échelle ?", "reach": "wider"}
    )
    assert answer.status == 400
    assert "rechargez la page" in answer.text()
