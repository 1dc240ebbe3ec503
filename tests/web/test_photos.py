"""Photos of posts over HTTP: who may add, see and remove them, and what is left of them where."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geoneighbour.members.models import Member
from geoneighbour.posts import photos, pictures, service
from geoneighbour.posts.models import Post, PostPhoto
from geoneighbour.posts.photo_http import photo_store
from geoneighbour.posts.sizes import MOST_BYTES
from tests.posts.pictures import SECRET, saved, scene, told_everything
from tests.world import communes, settled

HOME = (-2.045, 48.55)
SMALL = saved(scene(320, 240))


@pytest.fixture
def people(world: Session) -> dict[str, int]:
    """The author and a neighbour at the same place, one in another commune that no reach comes to."""
    communes(world, ["AAB.C"])
    ids = {"author": settled(world, "Anne", *HOME), "neighbour": settled(world, "Malo", *HOME)}
    ids["far"] = settled(world, "Ailleurs", -1.65, 48.55)
    world.commit()
    return ids


@pytest.fixture
def post(world: Session, people: dict[str, int]) -> int:
    made = service.write(world, people["author"], "request", "Qui a une échelle ?", "neighbourhood").id
    world.commit()
    return made


def form(*files: bytes, alts: tuple[str, ...] = ()) -> dict[str, object]:
    """A form with photos, each under a name of its owner's making."""
    return {"photos": [(BytesIO(file), "../chez-moi.html") for file in files], "alt": list(alts)}


def add(client: FlaskClient, post: int, *files: bytes, **more: tuple[str, ...]):
    return client.post(f"/api/v1/posts/{post}/photos", data=form(*files, **more))


def files_of(app: Flask) -> set[str]:
    folder: Path = app.config["SETTINGS"].state_dir / "photos"
    return {path.name for path in folder.iterdir()}


def test_several_are_sent_with_a_request_and_stand_in_the_pages(app, logged_in, people):
    anne, malo = logged_in(people["author"]), logged_in(people["neighbour"])
    asked = {"kind": "request", "body": "Qui a une échelle ?", "reach": "neighbourhood"}
    sent = form(told_everything("JPEG"), SMALL, alts=("Une échelle contre un mur",)) | asked
    assert anne.post("/publications/nouvelle", data=sent).status_code == 302
    # A second tap: the same request, its photos once.
    again = form(told_everything("JPEG"), SMALL) | asked
    assert anne.post("/publications/nouvelle", data=again).status_code == 302

    (item,) = malo.get("/api/v1/feed").json["items"]
    first, second = item["photos"]
    assert (first["alt"], first["width"], first["height"]) == ("Une échelle contre un mur", 900, 1200)
    assert first["small"] | {"url": ""} == {"url": "", "width": 360, "height": 480}
    assert malo.get(f"/api/v1/posts/{item['id']}").json["photos"] == [first, second]
    feed = malo.get("/accueil").text
    assert re.search(rf'<img src="{first["small"]["url"]}" width="360" height="480" alt="Une échelle', feed)
    assert "Photo sans description" in feed
    assert (
        f'<img src="{first["url"]}" width="900" height="1200"' in malo.get(f"/publications/{item['id']}").text
    )

    answer = malo.get(first["url"])
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "inline"
    assert set(answer.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}
    unchanged = malo.get(first["url"], headers={"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    # What is kept is under random names, made anew, and for nobody else on the machine.
    folder = app.config["SETTINGS"].state_dir / "photos"
    assert folder.stat().st_mode & 0o077 == 0
    assert len(files_of(app)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{32}(-small)?\.webp", name) for name in files_of(app))
    assert all(SECRET not in path.read_bytes() for path in folder.iterdir())


def test_only_who_may_see_the_post_sees_its_photos(app, world, visitor, logged_in, people, post):
    anne, malo, far = (logged_in(people[name]) for name in ("author", "neighbour", "far"))
    (photo,) = add(anne, post, SMALL).json["photos"]
    addresses = (photo["url"], photo["small"]["url"])

    def seen(client: FlaskClient) -> set[int]:
        return {client.get(address).status_code for address in addresses}

    assert seen(anne) == seen(malo) == {200}
    assert seen(far) == seen(visitor) == {404}
    # Malo answers and moves away: the request no longer reaches him, but the two still talk about it.
    assert malo.post(f"/api/v1/posts/{post}/replies", json={"body": "Moi !"}).status_code == 201
    world.execute(
        text(
            "UPDATE residence SET zone = far.zone, commune_id = far.commune_id FROM residence AS far WHERE residence.member_id = :malo AND far.member_id = :far"
        ),
        {"malo": people["neighbour"], "far": people["far"]},
    )
    world.commit()
    assert malo.get(f"/api/v1/posts/{post}").status_code == 404
    assert seen(malo) == {200}
    thread = malo.get("/api/v1/threads").json["threads"][0]["id"]
    other = anne.post(
        "/api/v1/posts", json={"kind": "request", "body": "Et un marteau ?", "reach": "neighbourhood"}
    ).json["id"]
    (of_other,) = add(anne, other, SMALL).json["photos"]
    assert malo.get(of_other["url"]).status_code == 404, "of another request they do not talk"
    assert photo["small"]["url"] in malo.get(f"/messages/{thread}").text
    assert seen(far) == {404}
    # A browser that kept them asks, and is told no as well.
    kept = malo.get(photo["url"]).headers["ETag"]
    anne.post(f"/api/v1/members/{people['neighbour']}/block")
    assert seen(malo) == {404}
    assert malo.get(photo["url"], headers={"If-None-Match": kept}).status_code == 404


def test_only_the_author_of_an_open_request_changes_its_photos(app, logged_in, people, post):
    anne, malo = logged_in(people["author"]), logged_in(people["neighbour"])
    assert add(malo, post, SMALL).status_code == 404
    assert add(anne, post, SMALL, SMALL, SMALL).status_code == 201
    one = f"/api/v1/posts/{post}/photos/2"
    assert malo.delete(one).status_code == malo.patch(one, json={"alt": "Moi"}).status_code == 404
    assert anne.patch(one, json={"alt": "  Une  haie "}).json["alt"] == "Une haie"
    assert anne.patch(one, json={"alt": "x" * 201}).status_code == 422
    refused = add(anne, post, SMALL, SMALL)
    assert (refused.status_code, refused.json["field"]) == (422, "photos")
    assert len(files_of(app)) == 6
    assert anne.delete(one).status_code == 204
    assert len(files_of(app)) == 4
    # The place that became free is taken, and one more.
    assert [photo["number"] for photo in add(anne, post, SMALL, SMALL).json["photos"]] == [2, 4]
    anne.post(f"/api/v1/posts/{post}/close")
    assert anne.delete(one).status_code == add(anne, post, SMALL).status_code == 409
    assert len(anne.get(f"/api/v1/posts/{post}").json["photos"]) == 4, "photos stay with a closed request"


def test_pages_add_describe_and_remove(app, logged_in, people, post):
    anne = logged_in(people["author"])
    page = f"/publications/{post}"
    assert anne.post(f"{page}/photos", data=form(SMALL)).status_code == 302
    assert anne.post(f"{page}/photos/1", data={"alt": "Le mur"}).status_code == 302
    assert 'alt="Le mur"' in anne.get(page).text
    wrong = anne.post(f"{page}/photos", data=form(b"GIF89a"))
    assert wrong.status_code == 422
    assert "envoyez une photo au format JPEG" in wrong.text
    assert anne.post(f"{page}/photos/1/retirer").status_code == 302
    assert "<img src" not in anne.get(page).text
    assert files_of(app) == set()


def test_how_heavy_a_form_may_be(app, visitor, logged_in, people, post):
    anne = logged_in(people["author"])
    filled = SMALL + b"\0" * (MOST_BYTES - len(SMALL))
    assert add(anne, post, filled, filled).status_code == 201
    assert add(anne, post, filled + b"\0").status_code == 422
    assert add(anne, post, filled, filled, filled).status_code == 413
    other = anne.post(f"/publications/{post}/repondre", data=form(filled) | {"body": "Oui"})
    assert other.status_code == 413, "for photos alone"
    # The protection of forms reads all of it, whoever sends it.
    app.config["WTF_CSRF_ENABLED"] = True
    assert add(visitor, post, SMALL).status_code == 400
    assert add(anne, post, filled).status_code == 400
    assert add(visitor, post, filled).status_code == 413, "for members alone"


def test_unverified_people_send_none(app, world, logged_in, people, monkeypatch):
    newcomer = settled(world, "Yann", *HOME, verified=False)
    client = logged_in(newcomer)
    monkeypatch.setattr("geoneighbour.posts.pictures.read", lambda data: pytest.fail("was decoded"))
    sent = form(SMALL) | {"kind": "request", "body": "Bonjour à tous", "reach": "neighbourhood"}
    assert client.post("/publications/nouvelle", data=sent).status_code == 403


def test_a_request_that_fails_leaves_no_file(app, logged_in, people, post, monkeypatch):
    anne = logged_in(people["author"])
    asked = {"kind": "request", "body": "Qui a une échelle ?", "reach": "commune_adjacent"}
    # The second photo's text is refused after the first photo's files were written.
    refused = anne.post("/publications/nouvelle", data=form(SMALL, SMALL, alts=("", "x" * 201)) | asked)
    assert refused.status_code == 422
    assert "Qui a une échelle ?" in refused.text
    assert files_of(app) == set()
    assert len(anne.get("/api/v1/feed").json["items"]) == 1, "nor the request"


def test_the_sweep_takes_what_nobody_names(app, world, logged_in, people, post):
    anne = logged_in(people["author"])
    first, _ = add(anne, post, SMALL, SMALL).json["photos"]
    kept = service.write(world, people["neighbour"], "request", "Et un marteau ?", "wider").id
    with app.app_context():
        store = photo_store()
    photos.add(world, store, people["neighbour"], kept, [(pictures.read(SMALL), "")])
    world.commit()
    world.delete(world.get(Member, people["author"]))
    world.commit()
    assert not world.scalar(select(func.count()).where(PostPhoto.post_id == post))
    assert world.get(Post, post) is None
    assert anne.get(first["url"]).status_code in (302, 404)
    # A file this young may be of a transaction under way.
    assert photos.sweep(world, store) == 0
    assert len(files_of(app)) == 6
    for path in (app.config["SETTINGS"].state_dir / "photos").iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert photos.sweep(world, store) == 4
    assert len(files_of(app)) == 2
