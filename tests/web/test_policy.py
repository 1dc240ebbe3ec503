"""The matrix: every endpoint × everybody who may ask × how near the owner is of what is asked about. What is not in the table fails."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
from flask import Flask, templating
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from geoneighbour.accounts import limits
from geoneighbour.database import http, scratch, upgrade
from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.settings import Settings
from geoneighbour.web import picture, policy
from geoneighbour.web.app import create_app
from tests.conftest import CHECKED, Template
from tests.web.matrix_table import LEAST, REFUSED, TABLE, TIERS, Line
from tests.web.matrix_world import Town, undone

BODIES = {
    "alerts.add_word": {"what": "update", "body": "Il est rentré."},
    "alerts.correct": {"body": "Il est rentré."},
    "alerts.refuse": {"why": "Ce n'est pas vrai."},
    "posts.reply": {"body": "Bonjour"},
    "posts.add_message": {"body": "Bonjour"},
    "posts.write_to": {"body": "Bonjour"},
    "changes.remark": {"body": "Bonjour"},
    "changes.propose": {"kind": "rename", "name": "Autrement", "why": "Parce que"},
    "changes.tell": {"story": "Bonjour"},
    "changes.name": {"member": 1},
    "changes.answer": {"yes": True},
    "changes.give_voice": {"wish": "moderate"},
    "photos.describe_photo": {"alt": "Une échelle"},
    "verifications.refuse": {"reason": "Illisible"},
    "moderation.report": {"what": "post", "reason": "other"},
}
"""Where the API looks at a body before it looks at the thing."""
FORMS = {
    "pages.give_voice": {"wish": "moderate"},
    "pages.second_act": {"answer": "yes"},
    "pages.decide_appeal": {"answer": "yes"},
}


@pytest.fixture(scope="module")
def town(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    name = next(template.clones)
    url = scratch.create(template.server, name, template.name)
    with make_engine(url).begin() as connection:
        upgrade.apply_file(connection, upgrade.sql_files()[0])
    folder = tmp_path_factory.mktemp("matrix")
    app = create_app(
        Settings(state_dir=folder, database_url=url, secret_key="for tests only"),
        make_engine(as_service(url)),
    )
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    engine = make_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        yield Town(session, app)
    engine.dispose()
    scratch.drop(template.server, name)


def lines() -> dict[str, Line]:
    return {endpoint: one for one in TABLE for endpoint in one.endpoints.split()}


def calls(app: Flask) -> Iterator[tuple[str, str, str, set[str]]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, rule.rule, rule.arguments


def test_every_endpoint_is_in_both_tables_once(town: Town) -> None:
    known = sorted({rule.endpoint for rule in town.app.url_map.iter_rules()})
    listed = [endpoint for endpoints in policy.POLICY.values() for endpoint in endpoints.split()]
    assert sorted(listed) == known
    assert sorted(endpoint for one in TABLE for endpoint in one.endpoints.split()) == known
    assert set(policy.TAKES) <= set(known)


def test_what_is_missing_is_closed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(policy.NEEDED, "pages.start")
    for client in town.clients.values():
        assert client.get("/").status_code == 403


def test_the_town_is_what_the_table_means(town: Town) -> None:
    asked = text("SELECT tier FROM nearness.tier(:a, :b)")
    for who in ("member", "operator"):
        for tier in TIERS[1:]:
            ids = {"a": town.asking[who], "b": town.things[tier]["member"]["member_id"]}
            assert town.session.execute(asked, ids).scalar() == tier


def test_every_endpoint_as_everybody_about_everybodys_things(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is refused is refused for the right reason; who is not meets no error but of what they sent."""
    monkeypatch.setattr(limits, "LIMITS", {})
    monkeypatch.setattr(limits, "attempt", lambda *_: 1)
    # What takes long and asks nobody who they are: drawing, and words but those of a refusal.
    monkeypatch.setattr(picture, "draw", lambda *_: b"")
    monkeypatch.setattr(templating, "_render", lambda app, template, context: context.get("detail", ""))
    expected, wrong, seen = lines(), defaultdict(list), Counter()
    with undone(Session) as kept_nothing, monkeypatch.context() as patch:
        patch.setattr(http, "Session", kept_nothing)
        for endpoint, method, rule, arguments in calls(town.app):
            one = expected.get(endpoint)
            if one is None:
                # The test above names it.
                continue
            for who, client in town.clients.items():
                for tier in tiers_to_ask(one, endpoint, who):
                    answer = ask(town, client, endpoint, method, rule, arguments, who, tier)
                    found, wanted = outcome(answer), wanted_of(one, who, tier)
                    seen[wanted] += 1
                    # What lets people in sends them on from one of its pages to the other.
                    if found != wanted and (one.least, found) != ("anonymous", "login"):
                        wrong[f"{method} {endpoint}: {found}, not {wanted}"].append(f"{who} of {tier}")
    CHECKED["endpoint × role × tier"] += seen.total()
    assert not wrong, "\n".join(f"{what}: {', '.join(where)}" for what, where in wrong.items())
    assert seen.total() > 2500
    assert (
        min(seen[kind] for kind in ("login", "suspended", "visit", "unverified", "forbidden", "none", "in"))
        > 20
    )


def tiers_to_ask(one: Line, endpoint: str, who: str) -> tuple[str, ...]:
    """All. Unless more proof is asked for, one will do of what is refused before anything is looked at, and of a role that
    this line does not name: it is expected to be let in as any member is, whom all tiers are asked about."""
    if not one.thing:
        return TIERS[:1]
    if "GEONEIGHBOUR_PROVE" in os.environ:
        return TIERS
    if {wanted_of(one, who, tier) for tier in TIERS} <= {"login", "suspended", "visit", "unverified"}:
        return TIERS[:1]
    if LEAST[who] == LEAST["member"] and who not in ("member", *one.roles.split(), *one.else_of):
        turn = crc32(f"{endpoint} {who}".encode()) % len(TIERS)
        return TIERS[turn : turn + 1]
    return TIERS


def ask(
    town: Town,
    client: FlaskClient,
    endpoint: str,
    method: str,
    rule: str,
    arguments: set[str],
    who: str,
    tier: str,
) -> TestResponse:
    named = town.thing(who, tier, expected_thing(endpoint))
    path = rule
    for argument in arguments:
        value = str(
            named.get(argument, "35001" if argument == "code" else 1 if f"int:{argument}" in rule else "x")
        )
        for converter in ("", "int:", "path:"):
            path = path.replace(f"<{converter}{argument}>", value)
    sent: dict[str, Any] = {}
    rest = {name: value for name, value in named.items() if name not in arguments}
    if path.startswith("/api/") and method != "GET":
        body = BODIES.get(endpoint, {})
        sent["json"] = body | {name: value for name, value in rest.items() if endpoint == "moderation.report"}
    elif method == "POST":
        sent["data"] = FORMS.get(endpoint, {}) | rest
    elif endpoint == "pages.report":
        sent["query_string"] = {"quoi": rest["what"], "no": rest["number"]}
    # What an answer would change of the cookies is forgotten, as all that it changed.
    fresh = town.app.test_client()
    fresh._cookies = dict(client._cookies or {})
    return fresh.open(path, method=method, **sent)


def expected_thing(endpoint: str) -> str:
    return lines()[endpoint].thing


def wanted_of(one: Line, who: str, tier: str) -> str:
    standing, least = LEAST[who], LEAST[one.least]
    if standing < least:
        if standing == 0:
            return "login"
        return REFUSED[standing] if standing != 2 else ("visit" if least == 3 else "unverified")
    if one.roles and who not in one.roles.split():
        return "forbidden"
    if tier in one.else_of.get(who, one.of).split():
        return "in"
    return "forbidden" if tier in one.apart.split() else one.refused


def outcome(answer: TestResponse) -> str:
    """What the answer says, of reasons to refuse; `in` for all else but errors of ours."""
    api, to = answer.request.path.startswith(("/api/", "/tiles/")), answer.location or ""
    words = (answer.json["detail"] if api else answer.text) if answer.status_code == 403 else ""
    if answer.status_code == 401 or to == "/connexion" or to.startswith("/connexion?next="):
        return "login"
    if (
        to == "/compte/decisions" and answer.request.path != "/compte/decisions"
    ) or "Votre compte est suspendu" in words:
        return "suspended"
    if (to == "/verification" and not api) or "visite de 48 heures" in words:
        return "visit"
    if "pas encore vérifiée" in words:
        return "unverified"
    return {403: "forbidden", 404: "none"}.get(
        answer.status_code, "in" if answer.status_code < 500 else "error"
    )
