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


def test_new_requests_are_marked_once(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"))
    me = int(page.locator('meta[name="member"]').get_attribute("content") or 0)
    expect(page.locator("#news")).to_be_hidden()
    with Session(site.engine) as session:
        zone = session.scalars(select(Neighbourhood.id).where(Neighbourhood.name == "Le Sillon")).one()
        neighbour = session.scalars(
            select(Residence.member_id).where(Residence.zone == zone, Residence.member_id != me).limit(1)
        ).one()
        posts.write(session, neighbour, "request", "Qui a vu mon chat roux ?", "neighbourhood")
        posts.write(session, me, "request", "Ma propre demande", "neighbourhood")
        session.commit()
    page.reload()
    expect(page.locator("#news")).to_contain_text("1 nouvelle demande depuis votre dernière visite")
    expect(page.locator(".post .new")).to_have_count(1)
    expect(page.locator(".post").filter(has=page.locator(".new"))).to_contain_text("chat roux")
    page.reload()
    expect(page.locator(".post").first).to_be_visible()
    expect(page.locator("#news")).to_be_hidden()
    expect(page.locator(".post .new")).to_have_count(0)
