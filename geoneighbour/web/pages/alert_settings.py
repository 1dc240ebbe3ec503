"""/compte/alertes: by which channels alerts come to a member, when not, and in one message a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import time
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from geoneighbour.alerts import preferences, shown
from geoneighbour.alerts.models import CHANNELS, TIERS
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members.http import current_member
from geoneighbour.web import languages
from geoneighbour.web.pages.alert_words import kind_name
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, done, typed
from geoneighbour.web.problems import status_of

ZONES = {
    "Europe/Paris": lazy_gettext("Paris"),
    "Europe/Brussels": lazy_gettext("Bruxelles"),
    "America/Guadeloupe": lazy_gettext("Guadeloupe"),
    "America/Martinique": lazy_gettext("Martinique"),
    "America/Cayenne": lazy_gettext("Guyane"),
    "Indian/Reunion": lazy_gettext("La Réunion"),
    "Indian/Mayotte": lazy_gettext("Mayotte"),
    "America/Miquelon": lazy_gettext("Saint-Pierre-et-Miquelon"),
    "Pacific/Noumea": lazy_gettext("Nouvelle-Calédonie"),
    "Pacific/Wallis": lazy_gettext("Wallis-et-Futuna"),
    "Pacific/Tahiti": lazy_gettext("Polynésie française"),
}


@pages.get("/compte/alertes")
def alert_settings() -> str:
    return _page(None)


@pages.post("/compte/alertes")
def set_alerts() -> Response | tuple[str, int]:
    member_id = current_member().id

    def choose() -> None:
        preferences.choose(db(), member_id, _ticked())
        preferences.set_hours(
            db(),
            member_id,
            quiet_from=_hour("quiet_from"),
            quiet_until=_hour("quiet_until"),
            time_zone=typed("time_zone"),
            urgent_passes=bool(typed("urgent_passes")),
            digest=bool(typed("digest")),
            language=languages.language(),
        )

    refusal = attempt(choose)
    if refusal:
        return _page(refusal), status_of(refusal)
    flash(gettext("C’est enregistré."), "done")
    return redirect(url_for("pages.alert_settings"))


@pages.post("/compte/alertes/silence")
def mute_alerts() -> Response:
    member_id, hours = current_member().id, request.form.get("hours", 0, type=int)
    words = (
        gettext("Rien ne vous sera envoyé.") if hours else gettext("Les alertes vous arrivent de nouveau.")
    )
    return done(lambda: preferences.mute(db(), member_id, hours), words, url_for("pages.alert_settings"))


def _ticked() -> preferences.Choices:
    """The boxes of the form: those of all alerts, and of the kinds that are to come otherwise."""
    ticked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for box in request.form.getlist("chosen"):
        code, _, rest = box.partition(" ")
        tier, _, channel = rest.partition(" ")
        ticked[code, tier].add(channel)
    kinds = ["", *request.form.getlist("apart")]
    return {(code or None, tier): ticked[code, tier] for code in kinds for tier in TIERS}


def _hour(name: str) -> time | None:
    try:
        return time.fromisoformat(typed(name)) if typed(name) else None
    except ValueError:
        raise InvalidInput("Une heure s'écrit 22:00.", field="quiet") from None


def _page(refusal: Refusal | None) -> str:
    member = current_member()
    stands, kinds = preferences.chosen(db(), member.id), shown.kinds(db())
    often = shown.often(db(), member.id)
    codes: list[str | None] = [None, *(one.code for one in kinds)]
    wanted = _ticked() if refusal else {}
    hours = stands.quiet
    quiet: dict[str, Any] = {
        "quiet_from": f"{hours.quiet_from:%H:%M}" if hours.quiet_from else "",
        "quiet_until": f"{hours.quiet_until:%H:%M}" if hours.quiet_until else "",
        "time_zone": hours.time_zone,
        "urgent_passes": hours.urgent_passes,
        "digest": hours.digest,
    }
    if refusal:
        quiet |= {name: typed(name) for name in quiet}
    return render_template(
        "alerts/settings.html",
        member=member,
        kinds=kinds,
        tiers=TIERS,
        channels=[channel for channel in CHANNELS if channel in stands.usable],
        chosen={
            code or "": {tier: wanted.get((code, tier), stands.of(code, tier)) for tier in TIERS}
            for code in codes
        },
        apart=set(request.form.getlist("apart")) if refusal else stands.apart,
        often={
            code or "": {
                tier: sum(
                    number for (kind, at), number in often.items() if at == tier and code in (None, kind)
                )
                for tier in TIERS
            }
            for code in codes
        },
        quiet=quiet,
        zones=ZONES | {quiet["time_zone"]: ZONES.get(quiet["time_zone"], quiet["time_zone"])},
        urgent=", ".join(kind_name(one) for one in kinds if one.urgent),
        muted_until=preferences.muted_until(db(), member.id),
        usable=stands.usable,
        sms_offered=current_app.config["SETTINGS"].sms_url is not None,
        refusal=refusal,
    )
