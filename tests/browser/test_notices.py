"""A notice on a phone: read and put away by keyboard, with scripts or without."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.members.models import Notice
from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser

ABOUT = {"from_code": "35299", "from_name": "Paramé", "to_code": "35288", "to_name": "Saint-Malo", "since": "2026", "why": "merged"}  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_notice_is_put_away(site: Site, visit: Visit, scripts: bool) -> None:
    email = site.resident_of("Le Sillon")
    with Session(site.engine) as session:
        member = session.scalars(select(Account.member_id).where(Account.email == email)).one()
        session.add(Notice(member_id=member, kind="commune_changed", about=ABOUT))
        session.commit()
    page = visit("/accueil", email=email, scripts=scripts, webgl=False)
    note = page.locator(".told")
    expect(note).to_contain_text(
        "votre commune est Saint-Malo : Paramé en fait partie. Rien d’autre ne change"
    )
    button = note.get_by_role("button", name="Compris")
    box, width = button.bounding_box(), page.viewport_size
    assert box is not None
    assert width is not None
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= width["width"]
    if scripts:
        found = Axe().run(page).response["violations"]
        assert not [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")]
    button.press("Enter")
    expect(page.locator(".told")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
