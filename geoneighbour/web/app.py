"""The web application: the rooms' blueprints, accounts, pages and errors, put together."""

from __future__ import annotations

import mimetypes
import secrets
from datetime import timedelta
from pathlib import Path

from apiflask import APIFlask
from flask import Flask, Response, current_app, g, request, send_from_directory
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from geoneighbour import settings as environment
from geoneighbour.accounts import hosts, security
from geoneighbour.accounts.http import api as accounts
from geoneighbour.affiliation import http as affiliation
from geoneighbour.alerts.http import api as alerts
from geoneighbour.alerts.official_http import api as official
from geoneighbour.alerts.preferences_http import api as chosen
from geoneighbour.alerts.push_http import api as pushes
from geoneighbour.communes.http import api as communes
from geoneighbour.database import http as database
from geoneighbour.database import state
from geoneighbour.database.engine import database_url, make_engine, service_url
from geoneighbour.inviting.http import api as inviting
from geoneighbour.live import http as live
from geoneighbour.logs import keep_quiet
from geoneighbour.members import http as members_http
from geoneighbour.members.http import api as members
from geoneighbour.moderation.http import api as moderation
from geoneighbour.mydata.http import api as mydata
from geoneighbour.nearness.http import api as nearness
from geoneighbour.nearness.http import tiles
from geoneighbour.neighbourhoods.change_http import api as changes
from geoneighbour.neighbourhoods.http import api as neighbourhoods
from geoneighbour.offers.http import api as offers
from geoneighbour.offers.http import take_feeds
from geoneighbour.offers.http import tiles as offer_tiles
from geoneighbour.posts.http import api as posts
from geoneighbour.posts.photo_http import api as photos
from geoneighbour.posts.photo_http import take_photos
from geoneighbour.posts.watching_http import api as watching
from geoneighbour.settings import Settings
from geoneighbour.verification import http as verification_http
from geoneighbour.verification.http import api as verification
from geoneighbour.verification.review_http import api as verifications
from geoneighbour.verification.review_http import take_documents
from geoneighbour.verification.vouching_http import api as vouching
from geoneighbour.web import languages, pages, policy, problems, sent, theme
from geoneighbour.web.geocoder import api as geocoder

PACKINGS = {"br": ".br", "gzip": ".gz"}
"""How answers are made smaller, the best first, and what setup calls the files it packed. Browsers take br from HTTPS and localhost."""
PRIVATE = ("/api/", "/compte", "/verification", "/moderation", "/garants")
"""Kept by no browser, for whoever sits down at it next: one's address, codes, documents and cases."""
TEXTS = {
    "application/json",
    "application/manifest+json",
    "application/problem+json",
    "application/vnd.mapbox-vector-tile",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
}


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> Flask:
    """The WSGI application on the database of `settings` (the environment's when not given)."""
    settings = settings or environment.load()
    keep_quiet()
    app = APIFlask(
        __name__,
        title="geoneighbour",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    mimetypes.add_type("text/javascript", ".mjs")
    app.url_map.converters["int"] = Identifier
    if proxies := settings.trusted_proxies:
        # Else anybody could say which address they come from, and try as often as they like.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.config.update(_config(settings))
    # One for each thread: a new connection plans anew what the rule's functions ask, a hundred times what an answer takes.
    engine = engine or make_engine(service_url(settings, database_url(settings)), kept=settings.web_threads)
    database.init_app(app, engine, languages.language)
    members_http.init_app(app, settings)
    verification_http.init_app(app, settings)
    languages.init_app(app)
    # Before the protection of forms, which reads them.
    take_photos(
        app, settings, ("pages.send_post", "pages.send_alert", "pages.add_photos", "photos.add_photos")
    )
    take_documents(app, ("pages.send_proof", "verifications.send"))
    take_feeds(app)
    affiliation.init_app(app, settings)
    sent.init_app(app)
    csrf = CSRFProtect(app)
    # Mail programs post there; the word in the address is signed.
    csrf.exempt(pages.leaving.really_leave_alerts)
    # Authorities' systems: a key in a header, which no page sends.
    csrf.exempt(official)
    # Partners' systems, likewise.
    csrf.exempt("geoneighbour.offers.http.push")
    csrf.exempt(affiliation.api)
    security.init_app(app, settings)
    policy.init_app(app)
    languages.init_accounts(app)
    for blueprint in (
        communes,
        accounts,
        members,
        neighbourhoods,
        changes,
        nearness,
        tiles,
        moderation,
        mydata,
        inviting,
        posts,
        photos,
        watching,
        alerts,
        chosen,
        pushes,
        live.api,
        official,
        offers,
        offer_tiles,
        affiliation.api,
        verification,
        vouching,
        verifications,
        geocoder,
    ):
        app.register_blueprint(blueprint)
    pages.init_app(app)
    theme.init_app(app, settings.site_colour)
    app.jinja_env.globals["site_name"] = settings.site_name
    problems.init_app(app)
    app.add_url_rule("/static/vendor/<path:file>", view_func=_vendored)
    # Cookies are SameSite=Lax: no other site gets answers for a member packed around words that it chose.
    Compress(app)
    app.after_request(_protect)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})
    return app


class Identifier(IntegerConverter):
    """A number in an address: what PostgreSQL's bigint holds. Any other names nothing."""

    def __init__(self, rules: Map) -> None:
        super().__init__(rules, max=2**63 - 1)


def csp_nonce() -> str:
    """The word that lets this page's one inline script, the import map, run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key or state.secret(settings, "secret_key"),
        "SECURITY_EMAIL_SENDER": settings.mail_from,
        "TRUSTED_HOSTS": hosts.trusted(settings),
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "REMEMBER_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_TIME_LIMIT": None,
        "OPENAPI_VERSION": "3.1.0",
        "COMPRESS_ALGORITHM": PACKINGS,
        "COMPRESS_ALGORITHM_STREAMING": PACKINGS,
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_MIMETYPES": sorted(TEXTS),
    }


def _vendored(file: str) -> Response:
    """A browser library, as it was packed at setup when the browser takes that: a third of its size."""
    folder = Path(__file__).parent / "static/vendor"
    taken = (
        one
        for one in PACKINGS
        if one in request.accept_encodings and (folder / f"{file}{PACKINGS[one]}").is_file()
    )
    packing = next(taken, None)
    response = send_from_directory(
        folder, f"{file}{PACKINGS.get(packing or '', '')}", mimetype=mimetypes.guess_type(file)[0]
    )
    if packing:
        response.headers["Content-Encoding"] = packing
    return response


def _protect(response: Response) -> Response:
    # What a stranger made comes with a closer one.
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self' 'nonce-{csp_nonce()}'; style-src 'self'; font-src 'self';"
        f" img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'{live.origin(current_app.config['SETTINGS'])}; manifest-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    response.headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.path.startswith("/static/vendor/"):
        # The version is in the path.
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.path.startswith(PRIVATE):
        response.headers["Cache-Control"] = "private, no-store"
    return response
