"""/api/v1/watches, and what comes by them; an authority's flood, asked by the role that reads no home."""

from __future__ import annotations

from geoneighbour.roles import service as roles
from tests.world import box, communes, settled


def test_an_area_that_i_follow_and_a_flood(world, logged_in):
    communes(world, ["AB"])
    anne, bruno = settled(world, "Anne", -2.05, 48.55), settled(world, "Bruno", -1.95, 48.55)
    roles.grant(world, bruno, "commune_agent", "35001")
    world.commit()
    reader, agent = logged_in(anne), logged_in(bruno)

    assert reader.post("/api/v1/watches", json={"commune": "35002"}).status_code == 201
    again = reader.post("/api/v1/watches", json={"commune": "35002"}).json
    assert reader.get("/api/v1/watches").json["watches"] == [again]
    assert (again["name"], again["what"], again["area"]) == ("Commune B", "commune", None)
    for asked, status, field in (
        ({"neighbourhood": 99}, 404, None),
        ({"commune": "99999"}, 404, None),
        ({}, 422, "area"),
        ({"name": "", "area": box(-2, 48.5, -1.98, 48.52)}, 422, "name"),
        ({"name": "Un jardin", "area": box(-2, 48.5, -1.999, 48.501)}, 422, "area"),
    ):
        refused = reader.post("/api/v1/watches", json=asked)
        assert (refused.status_code, refused.json.get("field")) == (status, field), asked
        assert refused.mimetype == "application/problem+json"

    news = {"kind": "news", "body": "Le marché reprend samedi."}
    post = agent.post("/api/v1/posts", json={**news, "reach": "commune"}).json
    seen = reader.get("/api/v1/feed").json["items"]
    assert [(item["id"], item["watched"]) for item in seen] == [(post["id"], "Commune B")]
    assert seen[0]["why"] == "Vous suivez « Commune B »."
    assert reader.delete(f"/api/v1/watches/{again['id']}").status_code == 204
    assert reader.get("/api/v1/feed").json["items"] == []

    flood = {"kind": "news", "body": "La mer monte ce soir.", "reach": "area", "on_homes": True}
    area = box(-2.05, 48.54, -1.94, 48.56)
    sent = agent.post("/api/v1/posts", json={**flood, "area": area})
    assert sent.status_code == 201, sent.text
    told = reader.get("/api/v1/feed").json["items"][0]
    assert (told["id"], told["cell"], told["tier"]) == (sent.json["id"], None, "commune")
    assert told["why"] == "Vous habitez dans la zone dessinée par la commune : Commune A."
