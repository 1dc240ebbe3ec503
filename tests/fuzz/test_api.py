"""The whole API as everybody: whatever is sent, answered without an error of ours (no 5xx). More with GEONEIGHBOUR_FUZZ=200.

schemathesis makes the requests, from what the API says of itself; hostile bodies come on top.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case
from schemathesis.core import NOT_SET
from sqlalchemy.orm import Session

from geoneighbour.accounts import limits
from geoneighbour.database import http
from tests.conftest import CHECKED
from tests.web.matrix_world import Town, undone
from tests.web.test_policy import town  # noqa: F401  (fixture)

EXAMPLES = int(os.environ.get("GEONEIGHBOUR_FUZZ", "1"))
"""Requests for each operation, sent by each of these."""
ASKING = (
    "anonymous",
    "suspended",
    "visit over",
    "visitor",
    "member",
    "moderator",
    "commune_agent",
    "operator",
)
DEEP = "[" * 100_000 + "]" * 100_000
HOSTILE: list[bytes] = [
    DEEP.encode(),
    b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    b'{"geometry": {"type": "Polygon", "coordinates": '
    + DEEP[:100_000].encode()
    + DEEP[-100_000:].encode()
    + b"}}",
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe\x00",
    b'"\\ud800"',
    b'{"lon": NaN, "lat": Infinity}',
    b'{"lon": 1e400, "lat": -1e400}',
    b'{"lon": ' + b"9" * 5000 + b', "lat": 1}',
]
WORDS = ["\x00", "a\x00b", "\ud800", "\u202e" * 50, "%", "'; DROP TABLE member; --", "9" * 400, "é" * 70_000]


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch, town: Town) -> Any:  # noqa: F811
    """Collects what was answered with an error of ours. Nothing that is asked stays, and nothing is limited."""
    monkeypatch.setattr(limits, "LIMITS", {})
    monkeypatch.setattr(limits, "attempt", lambda *_: 1)
    monkeypatch.setattr(town.app, "testing", False)
    monkeypatch.setitem(town.app.config, "PROPAGATE_EXCEPTIONS", False)
    found: Counter[str] = Counter()
    with undone(Session) as kept_nothing:
        monkeypatch.setattr(http, "Session", kept_nothing)
        yield found
    CHECKED["fuzzed requests"] += found.pop("sent", 0)
    assert not found, "\n".join(f"{count} times {what}" for what, count in found.items())


def send(wrong: Counter[str], who: str, client: FlaskClient, method: str, path: str, **more: Any) -> None:
    wrong["sent"] += 1
    status = client.open(path, method=method, **more).status_code
    if status >= 500:
        wrong[f"{status} {method} {path[:120]} as {who}: {str(more)[:200]}"] += 1


def test_what_the_api_says_it_takes(town: Town, wrong: Counter[str]) -> None:  # noqa: F811
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", town.app)
    operations = [result.ok() for result in schema.get_all_operations()]
    clients = {who: town.clients[who] for who in ASKING}
    for operation in operations:

        @seed(5)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def as_everybody(case: Case) -> None:
            for who, client in clients.items():
                send(wrong, who, client, case.method, path_of(case, wrong["sent"]), **parts_of(case))

        as_everybody()
    assert len(operations) > 40
    assert wrong["sent"] >= len(operations) * len(clients)


def path_of(case: Case, turn: int) -> str:
    """Every other time with a number that exists."""
    numbers = {
        name: turn % 40 + 1 if turn % 2 and isinstance(value, int) else value
        for name, value in (case.path_parameters or {}).items()
    }
    path = case.path
    for name, value in numbers.items():
        path = path.replace("{" + name + "}", str(value).replace("?", "").replace("#", ""))
    return path


def parts_of(case: Case) -> dict[str, Any]:
    parts: dict[str, Any] = {"query_string": {k: str(v) for k, v in (case.query or {}).items()}}
    if case.body is not NOT_SET:
        parts |= {"data": json.dumps(case.body, default=str), "content_type": "application/json"}
    return parts


def test_hostile_bodies(town: Town, wrong: Counter[str]) -> None:  # noqa: F811
    for who in ("anonymous", "operator"):
        for rule in town.app.url_map.iter_rules():
            methods = (rule.methods or set()) & {"POST", "PUT", "PATCH"}
            if not rule.rule.startswith("/api/") or not methods:
                continue
            path = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
            for method in methods:
                for body in HOSTILE:
                    send(
                        wrong,
                        who,
                        town.clients[who],
                        method,
                        path[1],
                        data=body,
                        content_type="application/json",
                    )


def test_hostile_words(town: Town, wrong: Counter[str]) -> None:  # noqa: F811
    """In each field that takes words, and in each query."""
    client = town.clients["member"]
    home = town.neighbourhoods["neighbour"]
    bodies: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/api/v1/posts", {"kind": "request", "reach": "wider", "body": "W"}),
        ("POST", "/api/v1/posts", {"kind": "request", "reach": "W", "body": "a"}),
        ("POST", "/api/v1/posts/1/replies", {"body": "W"}),
        ("POST", f"/api/v1/neighbourhoods/{home}/changes", {"kind": "rename", "why": "W", "name": "Autre"}),
        (
            "POST",
            f"/api/v1/neighbourhoods/{home}/changes",
            {"kind": "rename", "why": "Parce que", "name": "W"},
        ),
        ("POST", "/api/v1/changes/1/remarks", {"body": "W"}),
        ("PATCH", f"/api/v1/neighbourhoods/{home}", {"story": "W"}),
        ("PATCH", "/api/v1/me", {"name": "W"}),
        ("PATCH", "/api/v1/me", {"about": "W"}),
        ("PATCH", "/api/v1/me", {"can_help": "W"}),
        ("PATCH", "/api/v1/posts/1/photos/1", {"alt": "W"}),
        ("POST", "/api/v1/neighbourhoods/coach", {"cells": ["W"]}),
        ("PUT", "/api/v1/me/home", {"lon": 2, "lat": 48, "address": "W"}),
        ("POST", "/api/v1/geocode", {"q": "W"}),
        ("POST", "/api/v1/reports", {"what": "W", "reason": "W", "words": "W", "number": "W"}),
    ]
    for words in WORDS:
        for method, path, body in bodies:
            filled = json.loads(json.dumps(body).replace('"W"', json.dumps(words)))
            send(wrong, "member", client, method, path, json=filled)
        for path in ("/api/v1/communes", "/api/v1/neighbourhoods", "/localites", "/voisins"):
            for name in ("q", "nom"):
                send(
                    wrong,
                    "anonymous",
                    town.clients["anonymous"],
                    "GET",
                    path,
                    query_string={name: words.encode("utf-8", "replace")},
                )
        for form in ("/inscription", "/connexion", "/mot-de-passe"):
            data = {
                "email": words.encode("utf-8", "replace"),
                "password": words.encode("utf-8", "replace"),
                "name": words.encode("utf-8", "replace"),
                "lon": "1",
                "lat": "48",
            }
            send(wrong, "anonymous", town.app.test_client(), "POST", form, data=data)
            named = {**data, "email": "zoe@exemple.fr", "password": "grande-maree-2026"}
            send(wrong, "anonymous", town.app.test_client(), "POST", form, data=named)
