"""At the most talkative level, with everything going wrong that can: no line of a log names anybody or any home."""

from __future__ import annotations

import io
import logging
import socket

from gunicorn.config import Config

from geoneighbour.logs import Discreet
from geoneighbour.mailing import sending
from tests.geocoder import serving
from tests.mails import posted, words
from tests.world import communes

PERSON = {
    "name": "Zoémie",
    "email": "zoemie.le-gall@exemple.fr",
    "password": "grande-maree-4711",
    "lon": "-2.0512345",
    "lat": "48.5543215",
}
STREET = "rue du Sillon"


def test_no_line_of_a_log_names_anybody(app, world, visitor, caplog, monkeypatch, tmp_path):
    caplog.set_level(logging.DEBUG)
    communes(world, ["A"])
    world.commit()
    app.testing = False
    with serving() as geocoder:
        told = {
            "geocoder_url": geocoder,
            "oidc_issuer": "http://127.0.0.1:9/x",
            "oidc_client_id": "a",
            "oidc_client_secret": "b",
        }
        app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=told)
        visitor.post("/api/v1/place", json={"lon": float(PERSON["lon"]), "lat": float(PERSON["lat"])})
        visitor.post("/api/v1/geocode", json={"q": STREET})
        assert visitor.post("/inscription", data=PERSON).status_code == 302
        assert visitor.get("/api/v1/me").json["home"]["lon"] == float(PERSON["lon"])
        visitor.post("/compte/adresse/chercher", data={"q": STREET})
        visitor.post("/compte/adresse", data={"words": f"12 {STREET}"})
    visitor.put("/api/v1/me/home", json={"lon": 500, "lat": 48.5543215})
    visitor.get("/compte/mes-donnees.zip")
    visitor.post("/deconnexion")
    for password in ("faux-4711", PERSON["password"]):
        visitor.post("/connexion", data={"email": PERSON["email"], "password": password})
    visitor.get(f"/connexion/openid/retour?code=sesame-4711&state={PERSON['email']}")
    app.test_client().post("/mot-de-passe", data={"email": PERSON["email"]})
    link = next(word for word in words(posted(app)[-1]).split() if word.startswith("http://localhost/"))
    token = link.rpartition("/")[2]
    app.test_client().post(link, data={"password": "x", "password_confirm": "y"})
    # Mail refused, and errors whose words are somebody's.
    refused = {"smtp_host": "127.0.0.1", "smtp_port": closed_port()}
    app.test_client().post("/mot-de-passe", data={"email": PERSON["email"]})
    settings = app.config["SETTINGS"].model_copy(update=refused)
    sending.send_due(app.extensions["geoneighbour.engine"], app.extensions["geoneighbour.sealer"], settings)
    for error in (RuntimeError(PERSON["email"], PERSON["lon"]), ValueError(token)):
        monkeypatch.setattr(
            "geoneighbour.web.pages.account.extents.extent",
            lambda *_, error=error: (_ for _ in ()).throw(error),
        )
        assert visitor.get(f"/compte?q={PERSON['email']}").status_code == 500
    said = "\n".join(f"{line.name} {line.getMessage()} {line.exc_text or ''}" for line in caplog.records)
    assert "RuntimeError" in said
    assert "mail " in said
    for private in (*PERSON.values(), "2.05", "48.55", "4711", "Sillon", "sillon", "sesame", token, "@"):
        assert private not in said, [line for line in said.splitlines() if private in line][:3]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_web_server_writes_no_addresses_either():
    log = Discreet(Config())
    log.error_log.handlers = [logging.StreamHandler(written := io.StringIO())]
    log.error_log.propagate = False
    try:
        raise ValueError(PERSON["email"])
    except ValueError:
        log.exception("Error handling request %s", "/mot-de-passe/sesame?code=4711")
    log.access(None, None, {"RAW_URI": "/mot-de-passe/sesame"}, None)
    assert "ValueError" in written.getvalue()
    for private in ("sesame", "4711", "@"):
        assert private not in written.getvalue()
