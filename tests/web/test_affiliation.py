"""Click-outs, what partners report, and the ledger beside sums by hand."""

from __future__ import annotations

import csv
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geoneighbour.affiliation import service
from geoneighbour.affiliation.http import TOKENS
from geoneighbour.affiliation.models import ClickCount, CommissionEntry, OfferClick
from geoneighbour.affiliation.statement import csv_of, harmless
from geoneighbour.affiliation.tokens import signature
from geoneighbour.database.engine import transaction
from geoneighbour.errors import Conflict
from geoneighbour.offers import service as offers
from geoneighbour.offers.models import Offer
from tests.offers.made import bring_file, feature, features, feed

BROWSER = {"User-Agent": "Mozilla/5.0"}
URL = "https://ferme.example/panier?a=1#prix"


def test_a_click_out_and_what_becomes_of_it(app: Flask, database: Engine, tmp_path: Path) -> None:
    bring_file(database, tmp_path, feed(database), features([feature(1, url=URL)]))
    sealer = app.extensions["geoneighbour.sealer"]
    with transaction(database) as session:
        offer_id = session.scalars(select(Offer.id)).one()
        ferme = offers.partner(session, "ferme").id
        secrets = {"ferme": service.new_secret(session, sealer, ferme)}
        service.set_terms(session, ferme, 5, 30)
        offers.add_partner(session, "autre", "Autre", None)
        secrets["autre"] = service.new_secret(session, sealer, offers.partner(session, "autre").id)
    client = app.test_client()
    page = f"/offres/{offer_id}/vers"

    for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"User-Agent": "Googlebot/2.1"}):
        assert client.get(page, headers=BROWSER | headers).location == URL
    client.head(page, headers=BROWSER)
    with Session(database) as session:
        assert session.scalar(select(func.count()).select_from(OfferClick)) == 0

    answer = client.get(page + "?to=https://evil.example", headers=BROWSER)
    to = urlsplit(answer.location)
    asked = parse_qs(to.query)
    token = asked.pop("gn_click")[0]
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (303, "no-referrer")
    assert (to.netloc, to.path, to.fragment, asked) == ("ferme.example", "/panier", "prix", {"a": ["1"]})
    assert client.get("/offres/999999/vers", headers=BROWSER).status_code == 404

    def report(by: str = "ferme", late: int = 0, key: str = "", **more: Any) -> Any:
        sold = {"id": "=A-1", "token": token, "amount_cents": 4250, "currency": "EUR"} | more
        body, at = json.dumps(sold).encode(), str(int(time.time()) - late)
        headers = {
            "Geoneighbour-Partner": by,
            "Geoneighbour-Timestamp": at,
            "Geoneighbour-Signature": signature(key or secrets[by], at, body),
        }
        return app.test_client().post("/api/v1/conversions", data=body, headers=headers)

    assert report(key="wrong").status_code == report(late=400).status_code == 401
    for wrong in ({"by": "autre"}, {"token": token + "x"}, {"amount_cents": 1.5}, {"currency": "USD"}):
        assert report(**wrong).status_code == 422, wrong
    tokens = app.extensions[TOKENS]
    clicked = tokens.read(token)
    for days, status in ((91, 422), (90, 200)):
        aged = tokens.make(clicked._replace(day=clicked.day - timedelta(days=days)))
        assert report(id=f"aged-{days}", token=aged, amount_cents=0).status_code == status
    with ThreadPoolExecutor(2) as both:
        first, again = both.map(lambda _: report(), range(2))
    assert first.status_code == again.status_code == 200, first.text + again.text
    assert first.json == again.json == report().json
    assert first.json["commission_cents"] == 128
    assert report(amount_cents=4251).status_code == 409

    with transaction(database) as session:
        service.set_terms(session, ferme, 500, 1000)
        sold = session.scalars(select(CommissionEntry).filter_by(kind="conversion", cents=128)).one()
        assert sold.cents == 128
        service.reverse(session, sold.id, "@test")
        with pytest.raises(Conflict):
            service.reverse(session, sold.id, "twice")
        rows = list(csv.reader(io.StringIO(csv_of(session, ferme, service.today().replace(day=1)))))
    assert [row[2:4] + row[6:] for row in rows[1:-1]] == [
        ["click", "", "0.05", ""],
        ["conversion", "aged-90", "0.00", ""],
        ["conversion", "'=A-1", "1.28", ""],
        ["reversal", "", "-1.28", "'@test"],
    ]
    assert rows[-1][6] == "0.05"
    assert harmless("+1") == "'+1"
    for change in ("UPDATE commission_entry SET cents = 1", "DELETE FROM commission_entry"):
        with pytest.raises(DBAPIError, match="not changed"), transaction(database) as session:
            session.execute(text(change))

    with transaction(database) as session:
        old = service.today() - timedelta(days=400)
        session.execute(update(OfferClick).values(day=old))
        assert service.forget(session) == 1
        counted = session.scalars(select(ClickCount)).one()
        assert (counted.day, counted.clicks) == (old, 1)
        assert session.scalar(select(func.count()).select_from(OfferClick)) == 0
