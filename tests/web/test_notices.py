"""What a member is told, once: on their own pages and to nobody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from geoneighbour.members.models import Notice
from tests.world import communes, settled

MERGED = {"from_code": "35002", "from_name": "Le <b>Sillon</b>", "to_code": "35001", "to_name": "Val d'A 100 %", "since": "2026", "why": "merged"}  # fmt: skip
SAME = "Rien d’autre ne change : votre quartier, vos voisins et vos publications restent les mêmes."


@pytest.fixture
def two(world, logged_in):
    communes(world, ["AB"])
    ids = [settled(world, name, -2.05, 48.55) for name in ("Anne", "Bruno")]
    notices = [Notice(member_id=member, kind="commune_changed", about=MERGED) for member in ids]
    world.add_all(notices)
    world.commit()
    return [logged_in(member) for member in ids], [notice.id for notice in notices]


def unread(world) -> list[int]:
    world.rollback()
    return list(world.scalars(select(Notice.id).where(Notice.read_at.is_(None)).order_by(Notice.id)))


def test_it_stands_on_the_home_page_until_it_is_put_away(app, two, world):
    (anne, _), (hers, his) = two
    app.config["WTF_CSRF_ENABLED"] = True
    page = anne.get("/accueil").text
    assert (
        "Depuis le 1er janvier 2026, votre commune est Val d&#39;A 100 % : Le &lt;b&gt;Sillon&lt;/b&gt; en fait partie. "
        + SAME
        in page
    )
    assert page.count("Compris") == 1
    form = re.search(
        rf'action="(/accueil/compris/{hers})".*?name="csrf_token" value="([^"]+)"', page, re.DOTALL
    )
    assert form
    assert anne.post(form[1]).status_code == 400
    assert unread(world) == [hers, his]
    answer = anne.post(form[1], data={"csrf_token": form[2]})
    assert (answer.status_code, answer.location) == (302, "/accueil")
    assert "Compris" not in anne.get("/accueil").text
    assert unread(world) == [his]


def test_it_is_nobody_elses(two, visitor, world):
    (anne, bruno), (hers, his) = two
    assert [notice["id"] for notice in anne.get("/api/v1/notices").json["notices"]] == [hers]
    for path in (f"/accueil/compris/{his}", f"/api/v1/notices/{his}/read", "/api/v1/notices/999999/read"):
        assert anne.post(path).status_code == 404
        assert visitor.post(path).status_code in (302, 401)
    assert visitor.get("/api/v1/notices").status_code == 401
    assert unread(world) == [hers, his]
    assert bruno.post(f"/api/v1/notices/{his}/read").status_code == 204
    assert bruno.get("/api/v1/notices").json == {"notices": []}
    first = world.scalar(select(Notice.read_at).where(Notice.id == his))
    assert bruno.post(f"/api/v1/notices/{his}/read").status_code == 204
    world.rollback()
    assert world.scalar(select(Notice.read_at).where(Notice.id == his)) == first


def test_as_json_it_has_facts_and_no_home(two):
    (anne, _), (hers, _) = two
    (notice,) = anne.get("/api/v1/notices").json["notices"]
    assert notice.keys() == {"id", "kind", "about", "told_at"}
    assert (notice["id"], notice["kind"], notice["about"]) == (hers, "commune_changed", MERGED)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"why": "split"}, "votre commune est B : A a été partagée."),
        ({"why": "border"}, "votre commune est B et non plus A : la limite entre les communes a changé."),
        ({"why": "found"}, "Votre commune est désormais connue : B."),
        ({"why": "left"}, "Depuis le 1er janvier 2026, votre domicile n’est plus dans A, ni dans une autre commune connue."),
    ],
)  # fmt: skip
def test_each_reason_has_its_sentence(about, said, world, logged_in):
    communes(world, ["A"])
    member = settled(world, "Anne", -2.05, 48.55, verified=False)
    names = {"since": "2026"}
    names |= {"from_code": "1", "from_name": "A"} if about["why"] != "found" else {}
    names |= {"to_code": "2", "to_name": "B"} if about["why"] != "left" else {}
    world.add(Notice(member_id=member, kind="commune_changed", about=names | about, told_at=func.now()))
    world.commit()
    page = logged_in(member).get("/accueil").text
    assert f"{said} {SAME}" in page
