"""How many statements the answers that are asked most send to the database: as many for many rows as for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from geoneighbour.nearness import review, service
from geoneighbour.posts import queries
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import PostPhoto
from tests.world import box, communes, opened, settled

SIDES = {"Le Sillon": -2.06, "Rochebonne": -2.055, "Paramé": -2.05, "Rothéneuf": -2.045}
MOST = {"feed": 3, "contacts": 3, "preview": 6}
"""Two of them say who asks, and in which language."""


@pytest.fixture
def street(world):
    """Eleven people in each of four open neighbourhoods side by side, and one in surroundings; seven posts, two with photos."""
    communes(world, ["AB"])
    people = {
        name: [settled(world, f"Voisine {n}", west + 0.0005 * (n % 4 + 1), 48.5451) for n in range(11)]
        for name, west in SIDES.items()
    }
    people["none"] = [settled(world, "Au loin", -2.03, 48.545)]
    review.run(world)
    for name, west in SIDES.items():
        opened(world, name, box(west, 48.54, west + 0.005, 48.55), people[name])
    review.run(world)
    for number, (name, of) in enumerate(people.items()):
        for reach in ("wider", "commune")[: 1 if name == "none" else 2]:
            post = posts.write(world, of[1 if len(of) > 1 else 0], "offer", f"Essai {number} {reach}", reach)
            if number % 2:
                photo = {"width": 800, "height": 600, "bytes": 9, "alt": f"Photo {number}"}
                world.add(PostPhoto(post_id=post.id, number=1, key=f"{post.id:032x}", **photo))
    world.commit()
    return people


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    engine = app.extensions["geoneighbour.engine"]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def asked(app: Flask, ask: Callable[[], object], most: int):
    with counted(app) as seen:
        answer = ask()
    assert answer.status_code == 200, answer.text
    assert len(seen) <= most, "\n".join(seen)
    return answer.json


def test_each_answer_is_one_question_however_many_rows(app, logged_in, street, world):
    me, stranger = street["Le Sillon"][0], street["none"][0]
    client, beside = logged_in(me), logged_in(stranger)

    feed = asked(app, lambda: client.get("/api/v1/feed"), MOST["feed"])
    assert [item["id"] for item in feed["items"]] == [row.id for row in queries.feed(world, me)]
    assert len(feed["items"]) == 9
    assert len({item["why"] for item in feed["items"]}) > 3
    with_photos = [item for item in feed["items"] if item["photos"]]
    assert len(with_photos) == 4
    assert all(item["photos"][0]["small"]["width"] == 480 for item in with_photos)
    assert all(client.get(f"/api/v1/posts/{item['id']}").json == item for item in feed["items"])

    contacts = asked(app, lambda: client.get("/api/v1/contacts"), MOST["contacts"])
    assert [one["id"] for one in contacts["neighbours"]] == [row.id for row in service.roll(world, me)]
    assert contacts["count"] == 10
    wider = service.wider_neighbourhoods(world, me)
    assert [(one["id"], one["rings"]) for one in contacts["wider"]] == [(row.id, row.rings) for row in wider]
    assert {one["name"] for one in contacts["wider"]} == SIDES.keys() - {"Le Sillon"}
    for one, row in zip(contacts["wider"], wider, strict=True):
        assert one["people"] == {"about": row.people}
    assert contacts["about"] == {"about": service.preview(world, me, "neighbourhood").people}

    drawn = asked(app, lambda: client.post("/api/v1/reach", json={"reach": "wider"}), MOST["preview"])
    again = asked(app, lambda: client.post("/api/v1/reach", json={"reach": "wider"}), MOST["preview"])
    assert drawn == again
    assert drawn["people"] == {"about": service.preview(world, me, "wider").people}

    # Surroundings are counted by their hexagon, which is not stored.
    around = asked(app, lambda: beside.get("/api/v1/contacts"), MOST["contacts"] + 1)
    assert around["neighbours"] is None
    assert around["about"] in (
        {"fewer_than": 11},
        {"about": service.preview(world, stranger, "neighbourhood").people},
    )
    assert {one["name"] for one in around["wider"]} == SIDES.keys()


def test_a_ground_that_changed_is_drawn_anew(app, logged_in, street, world):
    """What is kept is made of the ground itself: another outline is another ground, for everybody at once."""
    client = logged_in(street["Le Sillon"][0])
    ask = {"reach": "wider"}
    before = client.post("/api/v1/reach", json=ask).json["area"]
    world.connection().exec_driver_sql(
        "UPDATE neighbourhood SET geom = ST_Multi(ST_Buffer(geom, 0.1)) WHERE name = 'Rothéneuf'"
    )
    world.commit()
    assert client.post("/api/v1/reach", json=ask).json["area"] != before
