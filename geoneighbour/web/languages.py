"""The reader's language: chosen in the footer, else the browser's, else French. Catalogues: docs/translating.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import flask_security
from babel.support import Translations
from flask import Flask, Response, current_app, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour.catalogues import catalogue

LANGUAGES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
"""Each by its own name. French is the language of the source."""
ANSWERS = {
    "text/html",
    "application/json",
    "application/problem+json",
    "application/manifest+json",
    "image/png",
}
"""What is written in the reader's language."""
COOKIE, YEAR = "language", 365 * 24 * 3600

_OURS = re.compile(r"/(?![/\\])[^\\\x00-\x1f]*")
"""A path of this host. Browsers read // and \\ as another host, and skip control characters."""
_OF_LIBRARY = {"fr": "fr_FR", "nl": "nl_NL"}
"""Flask-Security's names for the languages it brings."""


def init_app(app: Flask) -> None:
    babel = Babel(app, default_locale="fr", default_timezone="Europe/Paris", locale_selector=chosen)
    with app.app_context():
        own = babel.domain_instance.cache
    own.update({(_locale(name), "messages"): catalogue(name, "messages") for name in LANGUAGES})
    app.add_url_rule("/langue", "language", _choose, methods=["POST"])
    app.after_request(_say_which)
    app.context_processor(lambda: {"language": language(), "LANGUAGES": LANGUAGES, "this_page": _this_page()})


def init_accounts(app: Flask) -> None:
    """Flask-Security's words: those it brings, ours where it has none, and what accounts/words.py says in its place."""
    theirs = Path(flask_security.__file__).parent / "translations"
    domain = app.extensions["security"].i18n_domain
    for name in LANGUAGES:
        words = Translations()
        for more in (
            Translations.load(theirs, [_OF_LIBRARY.get(name, name)], "flask_security"),
            catalogue(name, "flask_security"),
            catalogue(name, "messages"),
        ):
            if isinstance(more, Translations):
                words.merge(more)
        domain.cache[_locale(name), "flask_security"] = words


def chosen() -> str:
    """The locale of this request."""
    cookie = request.cookies.get(COOKIE)
    return _locale(cookie if cookie in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "fr"))


def _locale(language: str) -> str:
    """Dates and numbers as Europe writes them."""
    return "en_GB" if language == "en" else language


def language() -> str:
    """The language in which words are given now, also where no request asks."""
    locale = get_locale()
    return locale.language if locale else "fr"


def docstrings(file: IO[bytes], *_: Any, **__: Any) -> Iterator[tuple[int, None, str, list[str]]]:
    """For babel.cfg: the default messages of the errors, which are their docstrings."""
    for one in ast.walk(ast.parse(file.read())):
        if isinstance(one, ast.ClassDef) and (words := ast.get_docstring(one)):
            yield one.lineno, None, words, []


def _choose() -> BaseResponse:
    """Remembers a language, and goes back to where it was chosen: to a path of ours, never to another host."""
    wanted, back = request.form.get("language", ""), request.form.get("back", "")
    answer = redirect(back if _OURS.fullmatch(back) else "/")
    if wanted in LANGUAGES:
        answer.set_cookie(
            COOKIE, wanted, YEAR, secure=request.is_secure, httponly=True, samesite="Lax", path="/"
        )
    return answer


def _this_page() -> str:
    """This page's path where it can be opened again by its address, else the start page."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return "/"
    return request.path


def _say_which(response: Response) -> Response:
    if response.mimetype in ANSWERS:
        response.content_language.add(language())
        # Only where somebody else may keep it: the service worker, which asks in several ways, would find its pages no more.
        if response.cache_control.public:
            response.vary.update(("Accept-Language", "Cookie"))
    return response
