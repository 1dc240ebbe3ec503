"""/partenaires/<code>: a partner's own figures, feeds and statements (docs/decisions/036)."""

from __future__ import annotations

from flask import render_template
from flask_babel import format_currency, format_decimal
from werkzeug.wrappers import Response

from geoneighbour.affiliation import accounts, figures, service
from geoneighbour.affiliation.statement import csv_of, month_of
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.offers import feed_states, photos
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.words import month


@pages.get("/partenaires/<code>")
def partner(code: str) -> str:
    shown = accounts.opened(db(), current_member().id, code)
    today = service.today()
    return render_template(
        "partners/one.html",
        partner=shown,
        months=figures.months(db(), shown.id, today),
        clicked=figures.offers_clicked(db(), shown.id, today),
        feeds=feed_states.states(db(), shown.id),
        photo_problems=photos.problems(db(), shown.id),
        terms=service.terms(db(), shown.id),
        month=month,
        number=format_decimal,
        euros=lambda cents: format_currency(cents / 100, "EUR"),
    )


@pages.get("/partenaires/<code>/releve-<word>.csv")
def partner_statement(code: str, word: str) -> Response:
    """A month, as `geoneighbour partners statement` writes it."""
    shown = accounts.opened(db(), current_member().id, code)
    first = month_of(word)
    answer = Response(csv_of(db(), shown.id, first), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{shown.code}-{first:%Y-%m}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
