"""One's own data: all of it to take away, nothing of others; and nothing left after leaving."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import func, select, text

from geoneighbour.database.base import Base
from geoneighbour.members.models import Block, Home, Notice
from geoneighbour.mydata.export import OTHERS
from geoneighbour.neighbourhoods import changes
from geoneighbour.posts import service as posts
from tests.posts.pictures import saved, scene
from tests.web.conftest import PASSWORD
from tests.world import box, communes, opened, settled

HERE = (-2.0501234, 48.5501234)


@pytest.fixture
def life(world, logged_in):
    """Anne, with something in every table that can hold something of hers; Bruno, who answered and blocked her. Their clients, Anne's id."""
    communes(world, ["A"])
    anne, bruno, *others = [settled(world, name, *HERE) for name in ("Anne", "Bruno", *"CDEFGHIJK")]
    home = opened(world, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), [anne, bruno, *others])
    post = posts.write(world, anne, "request", "Une échelle ?", "wider")
    theirs = posts.write(world, bruno, "request", "Un vélo ?", "wider")
    posts.reply(world, bruno, post.id, "Oui, samedi.")
    posts.reply(world, anne, theirs.id, "J'en ai un.")
    change = changes.rename(world, anne, home, "Le Grand Sillon", "C'est plus grand.")
    changes.remark(world, anne, change.id, "Qu'en dites-vous ?")
    world.add_all(
        [Block(blocker_id=anne, blocked_id=others[0]), Block(blocker_id=others[1], blocked_id=anne)]
    )
    world.add(Notice(member_id=anne, kind="archived", about={"name": "Le Port"}))
    world.commit()
    clients = [logged_in(member) for member in (anne, bruno)]
    sent = {"photos": (BytesIO(saved(scene())), "a.jpg"), "alt": "Une échelle"}
    assert clients[0].post(f"/api/v1/posts/{post.id}/photos", data=sent).status_code == 201
    return *clients, anne


def taken(client) -> tuple[dict, dict, zipfile.ZipFile]:
    answer = client.get("/api/v1/me/export")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "application/zip",
        "private, no-store",
    )
    files = zipfile.ZipFile(BytesIO(answer.data))
    return json.loads(files.read("data.json")), json.loads(files.read("places.geojson")), files


def test_all_of_it_comes_along(life):
    anne, _, me = life
    data, places, files = taken(anne)
    assert data["home"] == {"lon": HERE[0], "lat": HERE[1], "address": None}
    assert data["member"][0]["name"] == "Anne"
    assert data["account"][0]["email"] == f"m{me}@exemple.fr"
    assert [post["body"] for post in data["post"]] == ["Une échelle ?"]
    assert [(one["body"], one["mine"]) for one in data["conversation"]] == [
        ("Oui, samedi.", False),
        ("J'en ai un.", True),
    ]
    assert [one["body"] for one in data["change_remark"]] == ["Qu'en dites-vous ?"]
    assert data["residence"][0]["surroundings"].startswith("88")
    whats = [feature["properties"]["what"] for feature in places["features"]]
    assert whats == ["home", "neighbourhood"]
    assert places["features"][0]["geometry"]["coordinates"] == list(HERE)
    photo = next(name for name in files.namelist() if name.startswith("photos/"))
    assert files.read(photo)[8:12] == b"WEBP"


def test_nothing_of_others_and_nothing_that_opens_doors(life):
    anne, _, _ = life
    data, _, _ = taken(anne)
    assert [row["blocked_id"] for row in data["block"]] == [data["member"][0]["id"] + 2]
    said = json.dumps(data)
    for secret in ("$argon2", "fs_uniquifier", '"password"', '"box"', '"key"'):
        assert secret not in said


def test_every_table_that_names_members_is_taken_or_said_to_be_others(life):
    """A new table is in the export by its foreign key; which ones are left out is written down."""
    anne, _, _ = life
    data, _, _ = taken(anne)
    naming = {
        (table.name, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "member"
    }
    missing = {table for table, column in naming - OTHERS if table not in data} - {"address", "home"}
    assert missing == set()
    assert naming >= OTHERS


def test_leaving_asks_for_the_password(life, world):
    anne, _, me = life
    wrong = anne.delete("/api/v1/me", json={"password": "faux"})
    assert (wrong.status_code, wrong.json["field"]) == (422, "password")
    world.rollback()
    assert world.get(Home, me) is not None


def test_nothing_is_left_but_what_is_said_to_be(life, world, tmp_path):
    anne, bruno, me = life
    assert list(tmp_path.rglob("*.webp"))
    assert anne.delete("/api/v1/me", json={"password": PASSWORD}).status_code == 204
    assert anne.get("/api/v1/me").status_code == 401
    world.rollback()
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "member":
                count = select(func.count()).select_from(table).where(key.parent == me)
                assert world.scalar(count) == 0, f"{table.name}.{key.parent.name}"
    assert world.scalar(text("SELECT count(*) FROM member WHERE id = :me"), {"me": me}) == 0
    assert not list(tmp_path.rglob("*.webp"))
    # The neighbourhood stays, and whoever lives there.
    assert bruno.get("/api/v1/me").json["home_neighbourhood"]["name"] == "Le Sillon"
    assert [post["body"] for post in bruno.get("/api/v1/feed").json["items"]] == ["Un vélo ?"]


def test_the_page_offers_both(life, world):
    anne, _, me = life
    assert "/compte/mes-donnees.zip" in anne.get("/compte").text
    assert anne.get("/compte/mes-donnees.zip").data[:2] == b"PK"
    refused = anne.post("/compte/supprimer", data={"password": "faux"})
    assert refused.status_code == 422
    assert "pas votre mot de passe" in refused.text
    gone = anne.post("/compte/supprimer", data={"password": PASSWORD})
    assert (gone.status_code, gone.location) == (302, "/")
    assert "supprimés" in anne.get("/").text
    world.rollback()
    assert world.get(Home, me) is None
