"""Everything that somebody may read: each GET address of the application, filled in with what stands in the database; and each reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

REACHES = ("neighbourhood", "wider", "commune", "commune_adjacent")
PASSING = re.compile(r'nonce="[^"]*"|name="csrf_token"[^>]*>|content="[^"]*"|\d\d:\d\d')
"""What differs from one answer to the next without telling anything: tokens, and the time at which a page was made."""
SKIPPED = re.compile(
    r"static|_vendored|security\.|openapi\.|colours|pages\.(fonts|manifest|offline|service_worker)|tiles\."
)
"""Files, forms and the description of the API: the same for everybody. Tiles are read where a test knows which."""
TABLES = {
    "member_id": "member",
    "neighbourhood_id": "neighbourhood",
    "change_id": "neighbourhood_change",
    "post_id": "post",
    "thread_id": "thread",
    "notice_id": "notice",
}


def known(session: Session) -> dict[str, list[object]]:
    """What an address may be filled in with, by the name of its part."""
    ids = {
        name: list(session.scalars(text("SELECT id FROM " + table + " ORDER BY id LIMIT 60")))
        for name, table in TABLES.items()
    }
    return ids | {
        "code": list(session.scalars(text("SELECT code FROM commune"))),
        "key": list(session.scalars(text("SELECT key FROM post_photo"))),
        "number": [1],
    }


def addresses(app: Flask, parts: dict[str, list[object]], most: int = 60) -> Iterator[tuple[Rule, str]]:
    """Each GET rule with its addresses; a part that nothing is known of gets 1 to 3, or x."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if "GET" not in (rule.methods or ()) or SKIPPED.match(rule.endpoint):
            continue
        names = sorted(rule.arguments)
        choices = [parts.get(name) or [1, 2, 3] for name in names]
        for chosen in islice(product(*choices), most):
            path = rule.rule
            for name, value in zip(names, chosen, strict=True):
                path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path)
            yield rule, path


def everything(
    client: FlaskClient, app: Flask, parts: dict[str, list[object]], most: int = 60
) -> Iterator[tuple[str, TestResponse]]:
    """Each address with what the client is answered."""
    for _, path in addresses(app, parts, most):
        yield path, client.get(path)
    for reach in REACHES:
        yield f"reach {reach}", client.post("/api/v1/reach", json={"reach": reach})


def reach(client: FlaskClient, **asked: object) -> object:
    """What is told of a reach before one writes."""
    answer = client.post("/api/v1/reach", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json


def said(answer: TestResponse) -> tuple[int, object]:
    """An answer without what passes: its status, and its JSON, words or bytes."""
    if answer.is_json:
        return answer.status_code, answer.json
    if answer.mimetype.startswith("text/"):
        return answer.status_code, PASSING.sub("", answer.text)
    return answer.status_code, answer.data
