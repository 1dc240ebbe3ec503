"""What is new since the last visit, known to the machine alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.neighbourhoods.models import Neighbourhood, Residence
from geoneighbour.posts import service as posts
from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser

AN_HOUR_LATER = """() => {
  const [key] = Object.keys(localStorage).filter((one) => one.includes("visit"));
  const known = JSON.parse(localStorage.getItem(key));
  localStorage.setItem(key, JSON.stringify({ ...known, at: known.at - 3600e3 }));
}"""


def test_new_posts_are_marked_for_one_visit_whatever_the_switch(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"), webgl=False)
    me = int(page.locator('meta[name="member"]').get_attribute("content") or 0)
    news = page.locator("#news")
    expect(news).to_be_empty()
    with Session(site.engine) as session:
        zone = session.scalars(select(Neighbourhood.id).where(Neighbourhood.name == "Le Sillon")).one()
        neighbour = session.scalars(
            select(Residence.member_id).where(Residence.zone == zone, Residence.member_id != me).limit(1)
        ).one()
        posts.write(session, neighbour, "news", "Un chat roux se promène seul.", "neighbourhood")
        posts.write(session, me, "request", "Ma propre demande", "neighbourhood")
        posts.write(session, neighbour, "offer", "Je donne des boutures.", "commune")
        session.commit()
    # A whole visit under a switch that shows one of the two does not make the other old.
    page.evaluate(AN_HOUR_LATER)
    page.goto("/accueil?niveau=commune")
    expect(news).to_contain_text("Nouveau depuis votre dernière visite : 1 publication.")
    page.evaluate(AN_HOUR_LATER)
    page.goto("/accueil")
    expect(news).to_contain_text("Nouveau depuis votre dernière visite : 2 publications.")
    expect(page.locator(".post .new")).to_have_count(2)
    expect(page.locator(".post").filter(has=page.locator(".new")).first).to_contain_text("boutures")
    news.get_by_role("link", name="Voir").click()
    expect(page.locator(".post-body:target")).to_contain_text("boutures")
    page.goto("/accueil?nature=news")
    expect(page.locator(".post .new")).to_have_count(1)
    page.evaluate(AN_HOUR_LATER)
    page.goto("/accueil")
    expect(page.locator(".post").first).to_be_visible()
    expect(news).to_be_empty()
    expect(page.locator(".post .new")).to_have_count(0)
