"""What a partner types as docs/affiliation.md has it, and the clicks of one network."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from geoneighbour.affiliation import service
from geoneighbour.affiliation.models import OfferClick
from geoneighbour.database.engine import transaction
from geoneighbour.offers import service as offers
from geoneighbour.offers.models import Offer
from geoneighbour.settings import ROOT
from tests.browser.site import serve
from tests.offers.made import bring_file, feature, features, feed

BROWSER = {"User-Agent": "Mozilla/5.0"}


@pytest.fixture
def way(database: Engine, tmp_path: Path) -> str:
    """To the partner, from an offer of theirs."""
    bring_file(database, tmp_path, feed(database), features([feature(1, url="https://ferme.example/p")]))
    with Session(database) as session:
        return f"/offres/{session.scalars(select(Offer.id)).one()}/vers"


def token_of(location: str) -> str | None:
    return parse_qs(urlsplit(location).query).get("gn_click", [None])[0]


def test_the_example_of_the_docs_is_taken(app: Flask, database: Engine, way: str) -> None:
    with transaction(database) as session:
        ferme = offers.partner(session, "ferme").id
        secret = service.new_secret(session, app.extensions["geoneighbour.sealer"], ferme)
        service.set_terms(session, ferme, 0, 30)
    token = token_of(app.test_client().get(way, headers=BROWSER).location)
    told = re.search(r"^```\n(BODY=.*?)^```", (ROOT / "docs/affiliation.md").read_text(), re.S | re.M)
    assert told
    assert token
    site = serve(app, database)
    typed = told[1].replace("https://example.org", site.url).replace("<gn_click>", token)

    def run(key: str) -> dict[str, object]:
        words = {"PATH": os.environ["PATH"], "SECRET": key}
        ran = subprocess.run(["sh", "-ec", typed], env=words, capture_output=True, check=True, text=True)
        answer: dict[str, object] = json.loads(ran.stdout)
        return answer

    try:
        taken = {
            "id": "A-1",
            "amount_cents": 4250,
            "commission_cents": 128,
            "day": service.today().isoformat(),
        }
        assert run(secret) == run(secret) == taken
        assert run("another")["status"] == 401
    finally:
        site.server.shutdown()


def test_of_a_network_sixty_clicks_an_hour_count(app: Flask, database: Engine, way: str) -> None:
    def click(address: str) -> str | None:
        answer = app.test_client().get(way, headers=BROWSER, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 303
        return token_of(answer.location)

    assert all(click("192.0.2.7") for _ in range(60))
    assert click("192.0.2.7") is None
    assert click("198.51.100.7") is not None
    with Session(database) as session:
        assert session.scalar(select(func.count()).select_from(OfferClick)) == 61
