"""What can be no words: refused at the door (400), before it reaches a database that cannot hold it.

PostgreSQL's text has no NUL, and no half of a character; lists a thousand deep end Python's reading of JSON.
"""

from __future__ import annotations

import json

from flask import Flask, request
from werkzeug.exceptions import BadRequest

NUL = "\x00"
DEEP = 500
"""So many brackets may be nested: only then is the body looked at."""


def init_app(app: Flask) -> None:
    app.before_request(_refuse)


def _refuse() -> None:
    words = [request.path, *request.args.values()]
    if request.is_json:
        body = request.get_data()
        if b"\\u" in body or body.count(b"[") + body.count(b"{") > DEEP:
            words.append(_words_of(body))
    else:
        words += request.form.values()
    if any(NUL in said for said in words):
        raise BadRequest


def _words_of(body: bytes) -> str:
    """All that a JSON body says, with its escapes resolved; what is no JSON is refused later, by who reads it."""
    said: list[str] = []
    try:
        json.loads(body, object_pairs_hook=lambda pairs: said.extend(_strings(pairs)))
        whole = "".join(said)
        whole.encode()
    except (RecursionError, UnicodeEncodeError) as error:
        raise BadRequest from error
    except ValueError:
        return ""
    return whole


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [said for one in value for said in _strings(one)] if isinstance(value, list | tuple) else []
