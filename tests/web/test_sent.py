"""Bodies and queries that no database could hold are refused with 400, not with an error of ours."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 5000 + b"]" * 5000,
        b'{"lon":' * 5000 + b"1" + b"}" * 5000,
        b'{"lon": 1, "lat": 1, "q": "a\\u0000b"}',
        b'{"lon": 1, "lat": ["\\ud800"]}',
    ],
)
def test_json(visitor, body):
    answer = visitor.post("/api/v1/place", data=body, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_escapes_that_are_words_are_read(visitor):
    body = b'{"lon": 2, "lat": 48, "q": "\\u00e9 \\\\u0000"}'
    answer = visitor.post("/api/v1/place", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["field"]) == (422, "q")


@pytest.mark.parametrize("path", ["/api/v1/communes?q=a%00", "/localites?nom=%00", "/communes/a%00b"])
def test_queries_and_paths(visitor, path):
    assert visitor.get(path).status_code == 400


def test_forms(visitor):
    sent = {
        "email": "zoe@exemple.fr",
        "password": "grande-maree-2026",
        "name": "a\x00",
        "lon": "1",
        "lat": "48",
    }
    assert visitor.post("/inscription", data=sent).status_code == 400
