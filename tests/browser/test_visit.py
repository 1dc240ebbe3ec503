"""A visit of 48 hours on a phone: its clock, its end, and leaving for good."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.members.models import Member
from tests.browser.conftest import Visit
from tests.browser.site import PASSWORD, Site

pytestmark = pytest.mark.browser

HOME = (-1.87, 48.57)


def test_a_visit_ends_and_what_is_ones_own_stays(site: Site, visit: Visit) -> None:
    email = site.newcomer("Zoé", *HOME, verified=False)
    page = visit("/accueil", email=email, webgl=False)
    expect(page.get_by_text("Votre visite dure encore 48 heures")).to_be_visible()
    with Session(site.engine) as session:
        zoe = session.scalars(select(Account.member_id).where(Account.email == email)).one()
        days = timedelta(hours=49)
        past = {"created_at": Member.created_at - days, "moved_at": Member.moved_at - days}
        session.execute(update(Member).where(Member.id == zoe).values(past))
        session.commit()
    page.get_by_role("link", name="Voisins").click()
    expect(page).to_have_url(re.compile("/verification$"))
    expect(page.get_by_text("Votre visite de 48 heures est terminée")).to_be_visible()
    page.get_by_role("link", name="Mon compte, mes données").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Tout emporter").click()
    assert taken.value.suggested_filename == "geoneighbour.zip"
    page.get_by_text("Supprimer mon compte", exact=True).click()
    page.get_by_label("Votre mot de passe").fill("pas celui-là")
    page.get_by_role("button", name="Supprimer mon compte pour toujours").click()
    expect(page.get_by_text("Ce n'est pas votre mot de passe.")).to_be_visible()
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Supprimer mon compte pour toujours").click()
    expect(page.get_by_text("sont supprimés")).to_be_visible()
    with Session(site.engine) as session:
        assert session.get(Member, zoe) is None
