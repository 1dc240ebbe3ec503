"""Pages of shops: registering one, its bons plans for who is served, views of nobody in particular, the ambassador's page."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from geoneighbour.roles import service as roles
from geoneighbour.shops import service
from tests.world import communes, settled

FORM = {
    "name": "Le Fournil",
    "category": "shop",
    "words": "Pain au levain",
    "opening_hours": "Tu-Sa 07:00-13:00",
    "lon": "-2.05",
    "lat": "48.55",
}
TODAY = service.today().isoformat()
DEAL = {"title": "Deux baguettes", "first": TODAY, "last": TODAY, "reach": "radius", "radius_m": "500"}


def test_a_shop_publishes_for_who_lives_near_and_for_nobody_else(
    world: Session, visitor: FlaskClient, logged_in: Callable[[int], FlaskClient]
) -> None:
    communes(world, ["AB"])
    anne, near, far, alan, berthe = (
        settled(world, name, lon, 48.55)
        for name, lon in (
            ("Anne", -1.95),
            ("Near", -2.05 + 0.00677),
            ("Far", -2.05 + 0.00678),
            ("Alan", -2.05),
            ("Berthe", -2.05),
        )
    )
    roles.grant(world, alan, "ambassador", "35001")
    roles.grant(world, berthe, "ambassador", "35002")
    world.commit()
    owner = logged_in(anne)
    for wrong, words in (
        ({"lon": ""}, "Montrez sur la carte"),
        ({"lon": "nan"}, "Montrez sur la carte"),
        ({"opening_hours": "souvent"}, "Mo-Fr"),
    ):
        refused = owner.post("/commerces/inscrire", data=FORM | wrong)
        assert (refused.status_code, words in refused.text, "Pain au levain" in refused.text) == (
            422,
            True,
            True,
        )
    page = owner.post("/commerces/inscrire", data=FORM).location
    assert "Le Fournil" in visitor.get(page).text
    assert "Anne" not in visitor.get(page).text
    assert "Le Fournil" in visitor.get("/offres").text
    publish = f"{page}/bons-plans"
    assert owner.post(publish, data=DEAL).status_code == 403
    shop = int(page.rsplit("/", 1)[1])
    service.set_plan(world, "full", "Vitrine", 1500, 20)
    service.subscribe(world, shop, "full")
    world.commit()
    assert owner.post(publish, data=DEAL | {"last": ""}).status_code == 422
    assert owner.post(publish, data=DEAL).status_code == 302

    served, other = logged_in(near), logged_in(far)
    assert other.post(publish, data=DEAL).status_code == 404
    assert other.get(f"{page}/modifier").status_code == 404
    for asking, sees in ((served, True), (other, False), (visitor, False), (owner, True)):
        assert ("Deux baguettes" in asking.get(page).text) is sees
        assert ("Deux baguettes" in asking.get("/offres?pour=moi").text) is (sees and asking is served)
        assert "Deux baguettes" not in asking.get("/offres?lon=-2.05&lat=48.55&pour=ici").text
    assert "Deux baguettes" in served.get("/commerces").text
    assert "Deux baguettes" not in other.get("/commerces").text
    number = served.get("/api/v1/offers/serving-me").get_json()["offers"][0]["id"]
    assert [asking.get(f"/offres/{number}").status_code for asking in (served, other, visitor)] == [
        200,
        404,
        404,
    ]
    # The visitor came twice before, and these three once; the owner does not count.
    assert "5 vues en trente jours" in owner.get(page).text
    assert "vues" not in served.get(page).text

    assert other.post(f"{page}/signaler", data={"words": "C'est une blague"}).status_code == 302
    here, there = logged_in(alan), logged_in(berthe)
    assert "Le Fournil" in here.get("/ambassadeur").text
    assert "Le Fournil" not in there.get("/ambassadeur").text
    assert served.get("/ambassadeur").status_code == 403
    visit = f"/ambassadeur{page}"
    assert there.post(visit, data={"note": "Vu"}).status_code == 404
    assert here.post(visit, data={"note": "Rappeler"}).status_code == 302
    assert "Rappeler" in here.get("/ambassadeur").text
    service.end_subscription(world, shop)
    world.commit()
    assert "Deux baguettes" not in served.get(page).text
    assert owner.post(f"{page}/fermer").status_code == 302
    assert visitor.get(page).status_code == 404
