"""What the pages say of alerts: kinds by name and colour, states, how many a week, why one sees one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask
from flask_babel import format_datetime, format_decimal, get_locale, gettext, lazy_gettext, ngettext

from geoneighbour.alerts.http import why
from geoneighbour.alerts.shown import Progress
from geoneighbour.web.pages.words import about

CHANNELS = {
    "email": lazy_gettext("Courriel"),
    "push": lazy_gettext("Notification"),
    "sms": lazy_gettext("SMS"),
}
CHANNEL_ICONS = {"email": "message", "push": "alert", "sms": "phone"}
WORDS = {
    "alert": lazy_gettext("Alerte"),
    "update": lazy_gettext("Du nouveau"),
    "all_clear": lazy_gettext("C’est fini"),
    "cancel": lazy_gettext("Annulée"),
}
OUTCOMES = {
    "all_clear": lazy_gettext("terminée"),
    "cancelled": lazy_gettext("annulée"),
    "expired": lazy_gettext("passée"),
    "refused": lazy_gettext("refusée"),
}
WHERES = {
    "nowhere": lazy_gettext("Sans lieu"),
    "point": lazy_gettext("Un point"),
    "zone": lazy_gettext("Une zone"),
}
STATES = {
    "sent": lazy_gettext("partis"),
    "waiting": lazy_gettext("en attente"),
    "held": lazy_gettext("pour le résumé"),
    "unknown": lazy_gettext("incertains"),
    "dead": lazy_gettext("échoués"),
    "stopped": lazy_gettext("arrêtés"),
}


def init_app(app: Flask) -> None:
    for words in (kind_name, number, hour, a_week, progress_words):
        app.add_template_filter(words)
    app.add_template_filter(why, "why_alert")
    app.jinja_env.globals.update(
        CHANNELS=CHANNELS,
        CHANNEL_ICONS=CHANNEL_ICONS,
        WORDS=WORDS,
        OUTCOMES=OUTCOMES,
        WHERES=WHERES,
        SENDING=STATES,
    )


def kind_name(one: Any) -> str:
    """The name of a kind (an AlertKind, or a row of alert_shown) in the reader's language, else in French."""
    names: dict[str, str] = one.names
    locale = get_locale()
    return names.get(locale.language if locale else "fr") or names["fr"]


def number(count: int) -> str:
    return format_decimal(count)


def hour(moment: datetime) -> str:
    """« mardi 3 mars à 14:30 »."""
    return format_datetime(moment, gettext("EEEE d MMMM 'à' HH:mm"))


def a_week(often: float) -> str:
    """How many messages a week a choice brings, from the last eight weeks."""
    if often <= 0:
        return gettext("aucun ces huit dernières semaines")
    if often < 1:
        return gettext("moins d’un message par semaine")
    return ngettext(
        "environ %(num)d message par semaine", "environ %(num)d messages par semaine", round(often)
    )


def progress_words(told: Progress) -> str:
    """How far a sending is, in rounded numbers."""
    if told.stopped:
        return gettext("Envoi arrêté. Sur le site : %(people)s personnes.", people=about(told.people))
    if told.done:
        return gettext(
            "Sur le site : %(people)s personnes. Messages envoyés, d’après ce que choisissent les membres : %(channels)s.",
            people=about(told.people),
            channels=", ".join(
                f"{CHANNELS[channel]} {about(number)}" for channel, number in told.by_channel.items()
            ),
        )
    if told.people is None or (told.sent is None and told.waiting is None):
        return gettext("L’envoi est en cours.")
    return gettext(
        "Parti à %(sent)s personnes, %(waiting)s attendent.",
        sent=about(told.sent),
        waiting=about(told.waiting),
    )
