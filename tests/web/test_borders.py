"""What guards the doors: who may ask what without an account, CSRF, headers, the errors' shape, the geocoder's server."""

from __future__ import annotations

import gzip
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import brotli
import pytest
from sqlalchemy import select

from geoneighbour.accounts.models import Account
from geoneighbour.members.models import Home
from geoneighbour.settings import Settings
from geoneighbour.web.app import create_app
from tests.mails import posted, words
from tests.web.conftest import PASSWORD
from tests.world import communes, settled

OPEN_TO_ALL = {
    "GET /api/v1/openapi.json",
    "POST /api/v1/place",
    "POST /api/v1/geocode",
    "GET /api/v1/communes",
    "GET /api/v1/communes/<code>",
    "GET /api/v1/communes/<code>/neighbours",
    "GET /api/v1/neighbourhoods",
    "GET /api/v1/neighbourhoods/<int:neighbourhood_id>",
    "GET /api/v1/neighbourhoods/<int:neighbourhood_id>/outlines",
    "GET /api/v1/offers",
    "GET /api/v1/offers/<int:offer_id>",
    "GET /api/v1/offers/categories",
    "GET /api/v1/offers/serving",
}


def endpoints(app):
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield method, rule.rule


def test_every_other_endpoint_asks_for_a_login(app, visitor):
    asked = 0
    bodies = {
        "/api/v1/neighbourhoods": {"name": "x", "geometry": {}},
        "/api/v1/neighbourhoods/coach": {"geometry": {}},
        "/api/v1/neighbourhoods/<int:neighbourhood_id>": {"story": "x"},
        "/api/v1/neighbourhoods/<int:neighbourhood_id>/changes": {"kind": "archive", "why": "x"},
        "/api/v1/neighbourhoods/<int:neighbourhood_id>/moderators": {"member": 1},
        "/api/v1/neighbourhoods/<int:neighbourhood_id>/moderators/me/answer": {"yes": True},
        "/api/v1/neighbourhoods/<int:neighbourhood_id>/moderators/<int:member_id>/voice": {"wish": "end"},
        "/api/v1/changes/<int:change_id>/remarks": {"body": "x"},
        "/api/v1/posts": {"kind": "request", "body": "x", "reach": "wider"},
        "/api/v1/posts/<int:post_id>/replies": {"body": "x"},
        "/api/v1/posts/<int:post_id>/photos/<int:number>": {"alt": "x"},
        "/api/v1/threads/<int:thread_id>/messages": {"body": "x"},
    }
    for method, rule in endpoints(app):
        if f"{method} {rule}" in OPEN_TO_ALL:
            continue
        path = rule
        for variable in re.findall("<int:[a-z_]+>", rule):
            path = path.replace(variable, "1")
        answer = visitor.open(
            path + ("?reach=wider" if "reach" in path else ""), method=method, json=bodies.get(rule, {})
        )
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), f"{method} {rule}"
        asked += 1
    assert asked > 15


def test_a_change_without_the_csrf_token_is_refused(app, logged_in, world):
    communes(world, ["A"])
    client = logged_in(settled(world, "Anne", -2.05, 48.55))
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/api/v1/posts", json={"kind": "request", "body": "Bonjour", "reach": "wider"})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_sign_up_makes_a_member_with_a_home_that_only_its_owner_reads(visitor, world, app):
    communes(world, ["A"])
    world.commit()
    form = {
        "email": "anne@exemple.fr",
        "password": PASSWORD,
        "name": "Anne L.",
        "lon": "-2.0512345",
        "lat": "48.5512345",
    }
    answer = visitor.post("/inscription", data=form)
    assert answer.status_code == 302, answer.text
    me = visitor.get("/api/v1/me").json
    assert (me["name"], me["verified"], me["commune"]["code"]) == ("Anne L.", False, "35001")
    assert me["home"] == {"lon": -2.0512345, "lat": 48.5512345}
    assert world.scalar(select(Account.password)).startswith("$argon2id$")
    (mail,) = posted(app)
    assert mail["To"] == "anne@exemple.fr"
    assert "Bonjour Anne L." in words(mail)
    assert "48.55" not in mail.as_string()


@pytest.mark.parametrize(
    "wrong",
    [{"lon": "500"}, {"lat": ""}, {"lon": "nan"}, {"name": ""}, {"password": "court"}, {"email": "anne"}],
)
def test_a_wrong_sign_up_leaves_nothing(visitor, world, wrong):
    communes(world, ["A"])
    world.commit()
    form = {
        "email": "anne@exemple.fr",
        "password": PASSWORD,
        "name": "Anne",
        "lon": "-2.05",
        "lat": "48.55",
    } | wrong
    answer = visitor.post("/inscription", data=form)
    assert answer.status_code == 200
    assert world.scalar(select(Account.id)) is None
    assert world.scalar(select(Home.member_id)) is None


def test_tiles_hold_communes_and_are_cached_by_their_content(visitor, world):
    communes(world, ["A"])
    world.commit()
    tile = visitor.get("/tiles/11/1012/707.mvt")
    assert tile.status_code == 200
    assert b"communes" in tile.data
    assert b"Commune A" in tile.data
    assert (
        visitor.get("/tiles/11/1012/707.mvt", headers={"If-None-Match": tile.headers["ETag"]}).status_code
        == 304
    )
    assert visitor.get("/tiles/11/0/0.mvt").data == b""
    assert visitor.get("/tiles/2/4/0.mvt").status_code == 404


def test_libraries_come_packed_to_browsers_that_take_it(visitor):
    [library] = (Path(__file__).parents[2] / "geoneighbour/web/static/vendor").glob(
        "maplibre-gl-*/maplibre-gl.mjs"
    )
    path = f"/static/vendor/{library.parent.name}/{library.name}"
    packed = visitor.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == "text/javascript"
    assert gzip.decompress(packed.data) == visitor.get(path).data == library.read_bytes()
    smallest = visitor.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert smallest.headers["Content-Encoding"] == "br"
    assert brotli.decompress(smallest.data) == library.read_bytes()
    assert visitor.get("/static/vendor/../../app.py").status_code == 404


def test_pages_may_load_nothing_from_elsewhere(visitor):
    policy = visitor.get("/connexion").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_the_api_describes_itself(visitor):
    described = visitor.get("/api/v1/openapi.json").json
    assert described["openapi"].startswith("3.1")
    assert described["paths"].keys() >= {"/api/v1/place", "/api/v1/feed", "/api/v1/neighbourhoods"}


class Geocoder(BaseHTTPRequestHandler):
    """A local server of the BAN's protocol."""

    body = b""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        """Nothing: the test reads answers, not logs."""


@pytest.fixture
def geocoder():
    server = HTTPServer(("127.0.0.1", 0), Geocoder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/search"
    server.shutdown()
    thread.join()
    server.server_close()


def feature(lon, lat):
    return {
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"label": "12 Rue de Dinan"},
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (json.dumps({"features": [feature(-2.01, 48.64)]}), 200),
        (json.dumps({"features": [feature(-200, 48.64)]}), 503),
        (json.dumps({"features": [feature("NaN", 48.64)]}), 503),
        (json.dumps([1]), 503),
        ("<html>", 503),
        ("", 503),
    ],
)
def test_addresses_come_from_the_geocoder_that_is_set(database, tmp_path, geocoder, body, status):
    Geocoder.body = body.encode()
    settings = Settings(
        state_dir=tmp_path, database_url="postgresql://unused", secret_key="x", geocoder_url=geocoder
    )
    app = create_app(settings, database)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/api/v1/geocode", json={"q": "12 rue de Dinan"})
    assert answer.status_code == status
    if status == 200:
        assert answer.json == {"results": [{"label": "12 Rue de Dinan", "lon": -2.01, "lat": 48.64}]}


def test_without_a_geocoder_there_is_no_address_search(visitor):
    assert visitor.post("/api/v1/geocode", json={"q": "12 rue de Dinan"}).status_code == 404


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/quartiers/{}"),
        ("GET", "/publications/{}"),
        ("GET", "/messages/{}"),
        ("GET", "/voisins/{}"),
        ("GET", "/api/v1/members/{}"),
        ("POST", "/compte/bloquer/{}"),
        ("POST", "/api/v1/notices/{}/read"),
        ("GET", "/api/v1/posts/{}"),
        ("POST", "/api/v1/neighbourhoods/{}/support"),
    ],
)
def test_a_number_beyond_all_identifiers_is_not_found(method, path, number, logged_in, world):
    communes(world, ["A"])
    client = logged_in(settled(world, "Moi", -2.05, 48.55))
    assert client.open(path.format(number), method=method).status_code == 404
