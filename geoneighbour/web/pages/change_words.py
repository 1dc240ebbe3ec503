"""What is said about changes of neighbourhoods (rows of nearness.change_shown), in French, translatable."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, gettext
from sqlalchemy import Row

from geoneighbour.nearness.words import of
from geoneighbour.neighbourhoods.changes import DISCUSSED


def init_app(app: Flask) -> None:
    app.add_template_filter(title, "change_title")
    app.add_template_filter(state, "change_state")
    app.add_template_filter(day, "day")


def title(change: Row[Any]) -> str:
    """What would be, or was, done."""
    name = change.neighbourhood_name
    match change.kind:
        case "rename":
            return gettext("Un nouveau nom : %(name)s", name=change.name)
        case "merge":
            return gettext("Réunir %(name)s avec %(other)s", name=name, other=change.into_name)
        case "archive":
            return gettext("Fermer %(name)s", name=name)
        case _:
            return gettext("Un nouveau contour pour %(name)s", name=name)


def state(change: Row[Any]) -> str:
    """How far it has come, in a word or two."""
    return {
        "proposed": gettext("En discussion"),
        "accepted": gettext("Accepté"),
        "done": gettext("Fait"),
        "refused": gettext("Refusé"),
        "withdrawn": gettext("Retiré"),
        "lapsed": gettext("Sans suite"),
    }[change.state]


def ground(change: Row[Any]) -> str | None:
    """What the neighbourhood gains and loses; None where its outline stays."""
    if change.after is None:
        return None
    gained, lost = _km2(change.gained_km2), _km2(change.lost_km2)
    if not lost:
        return gettext("Il gagne %(gained)s et ne perd rien.", gained=gained)
    if not gained:
        return gettext("Il perd %(lost)s et ne gagne rien.", lost=lost)
    return gettext("Il gagne %(gained)s et perd %(lost)s.", gained=gained, lost=lost)


def next_step(change: Row[Any], may_take_effect: bool) -> str:
    """What happens next and when, or how it ended."""
    match change.state:
        case "proposed":
            return _to_decide(change)
        case "accepted" if may_take_effect:
            return gettext("C’est accepté : cela prend effet à la prochaine revue hebdomadaire.")
        case "accepted":
            return gettext(
                "C’est accepté. Mais ce quartier a déjà changé de contour deux fois en 31 jours : cela attendra une revue suivante."
            )
        case "done":
            return gettext("C’est fait depuis le %(day)s.", day=day(change.ended_at))
        case "refused":
            return gettext("Un modérateur l’a refusé le %(day)s.", day=day(change.ended_at))
        case "withdrawn":
            return gettext("Retiré le %(day)s par qui l’avait proposé.", day=day(change.ended_at))
        case _:
            return gettext(
                "Sans suite depuis le %(day)s : un quartier concerné a changé entre-temps.",
                day=day(change.ended_at),
            )


def day(moment: datetime) -> str:
    return format_date(moment, "long")


def _to_decide(change: Row[Any]) -> str:
    until = change.proposed_at + DISCUSSED
    if datetime.now(UTC) < until:
        when = format_datetime(until, gettext("EEEE d MMMM, HH:mm"))
        return gettext("On en discute jusqu’au %(when)s. Ensuite, un modérateur décide.", when=when)
    if change.into_id and (change.accepted_at or change.agreed_at):
        names = (change.neighbourhood_name, change.into_name)
        agreed, other = names if change.accepted_at else names[::-1]
        return gettext(
            "%(agreed)s est d’accord. Un modérateur %(of_other)s doit encore décider.",
            agreed=agreed,
            of_other=of(other),
        )
    if change.into_id:
        return gettext(
            "On en a discuté trois jours : un modérateur de chacun des deux quartiers peut décider."
        )
    return gettext("On en a discuté trois jours : un modérateur peut décider.")


def _km2(number: float) -> str | None:
    """None for nothing to speak of: less than a hundred square metres."""
    if number < 1e-4:
        return None
    if number < 0.01:
        return gettext("moins de %(number)s km²", number=format_decimal(0.01))
    return gettext("%(number)s km²", number=format_decimal(round(number, 2)))
