"""The pages people look at: parse, call one service or query, render. No rule and no SQL here."""

from __future__ import annotations

from flask import Flask

from geoneighbour.web.pages import (  # noqa: F401  (each module hangs its routes on the blueprint)
    access,
    account,
    addresses,
    alert_feeds,
    alert_settings,
    alert_words,
    alert_writing,
    alerts,
    change_words,
    changes,
    clicking,
    contacts,
    home,
    inviting,
    kit,
    leaving,
    messages,
    moderating,
    moderators,
    neighbourhoods,
    notices,
    offer_photos,
    offers,
    offline,
    partners,
    phone,
    photos,
    places,
    postcard,
    posts,
    reporting,
    shops,
    start,
    suggesting,
    verification,
    verifications,
    vouching,
    watches,
    words,
)
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.vendor import init_app as init_vendor


def init_app(app: Flask) -> None:
    """Registers the pages, and what their templates call: vendor(), about, ago, why …"""
    init_vendor(app)
    for module in (words, alert_words, change_words, moderating, notices, offers, vouching):
        module.init_app(app)
    app.register_blueprint(pages)
