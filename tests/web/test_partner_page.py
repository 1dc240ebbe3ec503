"""/partenaires/<code>: a partner's own figures; for its accounts and operators, and as if it were not there for all others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geoneighbour.affiliation import accounts, service
from geoneighbour.offers import service as offers
from geoneighbour.offers.models import Offer
from geoneighbour.roles import service as roles
from tests.offers.made import bring_file, feature, features, feed
from tests.world import communes, settled

BROWSER = {"User-Agent": "Mozilla/5.0"}


def test_its_accounts_read_it_and_nobody_else(
    world: Session,
    database: Engine,
    tmp_path: Path,
    visitor: FlaskClient,
    logged_in: Callable[[int], FlaskClient],
) -> None:
    communes(world, ["AB"])
    anne, alan, berthe = (settled(world, name, -1.95, 48.55) for name in ("Anne", "Alan", "Berthe"))
    roles.grant(world, berthe, "operator")
    world.commit()
    rows = [
        feature(1, url="https://ferme.example/p", title="Panier <b>1</b>"),
        feature(2, opening_hours="soir"),
    ]
    bring_file(database, tmp_path, feed(database), features(rows))
    ferme = offers.partner(world, "ferme").id
    offers.add_partner(world, "autre", "Autre", None)
    accounts.add(world, ferme, anne)
    accounts.add(world, offers.partner(world, "autre").id, alan)
    world.commit()
    hers, his, operator = logged_in(anne), logged_in(alan), logged_in(berthe)

    assert "/partenaires/ferme" in hers.get("/compte").text
    assert "/partenaires" not in operator.get("/compte").text
    page = hers.get("/partenaires/ferme")
    assert page.status_code == 200
    for words in (
        "Rien n’est convenu",
        "Personne n’a suivi vos offres",
        "1 offre affichée",
        "Refusées",
        "n2",
    ):
        assert words in page.text, words

    service.set_terms(world, ferme, 5, 25)
    world.commit()
    offer_id = world.scalars(select(Offer.id)).one()
    for _ in range(3):
        visitor.get(f"/offres/{offer_id}/vers", headers=BROWSER)
    page = hers.get("/partenaires/ferme").text
    for words in ("0,05\xa0€ par clic", "2,5\xa0%", "0,15\xa0€", "Panier &lt;b&gt;1"):
        assert words in page, words
    month = f"/partenaires/ferme/releve-{service.today():%Y-%m}.csv"
    statement = hers.get(month)
    assert statement.mimetype == "text/csv"
    assert statement.headers["Cache-Control"] == "private, no-store"
    assert statement.text.count("click") == 3
    assert operator.get(month).data == statement.data
    assert hers.get("/partenaires/ferme/releve-2026-13.csv").status_code == 422

    for other in (his, logged_in(settled(world, "Nadine", -1.95, 48.55))):
        for path in ("/partenaires/ferme", month, "/partenaires/nobody"):
            assert other.get(path).status_code == 404, path
    assert (
        visitor.get("/partenaires/ferme").status_code == visitor.get("/partenaires/nobody").status_code != 200
    )
    accounts.remove(world, ferme, anne)
    world.commit()
    assert hers.get("/partenaires/ferme").status_code == 404


def test_a_partner_that_has_nothing_yet(world: Session, logged_in: Callable[[int], FlaskClient]) -> None:
    communes(world, ["AB"])
    anne = settled(world, "Anne", -1.95, 48.55)
    offers.add_partner(world, "ferme", "La Ferme", None)
    offers.pause(world, "ferme")
    accounts.add(world, offers.partner(world, "ferme").id, anne)
    world.commit()
    page = logged_in(anne).get("/partenaires/ferme").text
    assert "Aucune source n’est branchée" in page
    assert "En pause depuis" in page
