"""Whether somebody has an account is not told by how long an answer takes."""

from __future__ import annotations

import os

import pytest
from flask_security.utils import hash_password

from geoneighbour.accounts import limits, security
from geoneighbour.accounts.models import Account
from tests.attacks.logins import ASKED, compared, measure
from tests.quick import HASHING
from tests.world import communes, settled

TRIES = int(os.environ.get("GEONEIGHBOUR_LOGINS", "24"))
"""1,000 in `make fuzz`."""
PASSWORD = "grande-maree-2026"


@pytest.fixture(autouse=True)
def _passwords_cost_what_they_do_in_the_service(monkeypatch):
    """Elsewhere tests have them for less."""
    for name, value in HASHING.items():
        monkeypatch.setitem(security.HASHING, name, value)


@pytest.fixture
def known(app, world, monkeypatch) -> list[str]:
    """Addresses with an account, as long as those without. Nothing is limited here."""
    monkeypatch.setattr(limits, "LIMITS", {})
    communes(world, ["A"])
    with app.app_context():
        hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    emails = [f"a{n:04}@exemple.fr" for n in range(20)]
    for email in emails:
        member = settled(world, "Anne", -2.05, 48.55)
        world.add(Account(email=email, password=hashed, active=True, fs_uniquifier=email, member_id=member))
    world.commit()
    return emails


@pytest.mark.parametrize("what", ASKED)
def test_answers_take_as_long_with_and_without_an_account(app, known, what, figure):
    # The others fill in letters, and take longer.
    tries = TRIES if what == "login" else TRIES // 4
    found = measure(app, what, known, tries)
    figure(f"{what}, {tries} tries each: {found}")
    assert not found.told


def test_control_an_early_return_is_seen(app, known, figure):
    """Unknown addresses are answered before any password is hashed: the answer comes sooner, and it shows."""

    @app.before_request
    def early():
        from flask import request

        if request.path == "/connexion" and request.form.get("email") not in known:
            return "", 200
        return None

    found = measure(app, "login", known, 20)
    figure(f"  control, an early return: {found}")
    assert found.told


def test_control_a_difference_of_ten_milliseconds_in_thirty():
    still = [0.030 + 0.001 * (n % 7) for n in range(40)]
    assert compared([one + 0.010 for one in still], still).told
    assert not compared(still, list(reversed(still))).told
