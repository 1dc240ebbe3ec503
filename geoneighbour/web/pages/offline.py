"""What makes the pages an application of the device: manifest, service worker, and a page for when there is no network."""

from __future__ import annotations

from flask import Response, current_app, jsonify, render_template, url_for
from flask_babel import gettext

from geoneighbour.web.languages import language
from geoneighbour.web.pages.blueprint import pages


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    icon = {"src": url_for("static", filename="icons/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    name = current_app.config["SETTINGS"].site_name
    response = jsonify(
        name=name,
        short_name=name,
        description=gettext("S’entraider entre voisins, d’un quartier à l’autre."),
        lang=language(),
        start_url=url_for("pages.home"),
        scope="/",
        display="standalone",
        background_color="#f8f3ea",
        theme_color="#0b5b68",
        icons=[icon, icon | {"purpose": "maskable"}],
    )
    response.mimetype = "application/manifest+json"
    return response


@pages.get("/sw.js")
def service_worker() -> Response:
    """From the root, because it serves all pages; asked for anew each time."""
    response = current_app.send_static_file("sw.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/hors-ligne")
def offline() -> str:
    return render_template("offline.html")
