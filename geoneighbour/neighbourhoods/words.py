"""The coach's advice in words: what it is, and what to do about it. No rule is here."""

from __future__ import annotations

from typing import Any

from babel.lists import format_list
from flask_babel import format_decimal, get_locale, gettext, ngettext

from geoneighbour.neighbourhoods.coach import Advice


def advice(one: Advice) -> str:
    """One piece of advice as a sentence or two, in the reader's language."""
    about = one.about
    if one.refusal:
        return one.refusal.said(gettext, format_decimal)
    match one.kind:
        case "home" if one.level == "fine":
            return gettext("Votre domicile est dedans.")
        case "home":
            return gettext("Votre domicile est dehors : agrandissez le contour jusqu’à lui.")
        case "join_instead":
            return gettext(
                "C’est presque %(name)s, déjà ouvert : rejoignez-le plutôt, vous y avez des voisins dès aujourd’hui.",
                name=about["name"],
            )
        case "support_instead":
            return gettext(
                "C’est presque %(name)s, déjà lancé : soutenez-le plutôt, il ouvrira plus vite.",
                name=about["name"],
            )
        case "overlap":
            return gettext(
                "Il empiète sur %(names)s : laissez-leur leurs rues si vous pouvez.",
                names=format_list(about["names"], locale=get_locale()),
            )
        case "sliver":
            return gettext(
                "Une bande étroite reste entre ce contour et le quartier d’à côté : personne n’y serait chez soi."
            )
        case "pieces":
            return gettext(
                "Il est en %(pieces)d morceaux : d’un seul tenant, on s’y croise.", pieces=about["pieces"]
            )
        case "barrier":
            return gettext(
                "Il est coupé en deux, sans passage dedans : %(names)s. Arrêtez-le à ce bord, ou menez-le jusqu’à un pont.",
                names=format_list([_barrier(one) for one in about["barriers"]], locale=get_locale()),
            )
        case "odd_shape":
            return gettext("Il est très étiré ou découpé : plus ramassé, on en fait le tour à pied.")
        case "large":
            return gettext(
                "%(size)s : c’est bien plus grand que les quartiers d’ici (souvent %(usual)s). Rapprochez les bords.",
                **_sizes(about),
            )
        case "small":
            return gettext(
                "%(size)s : c’est bien plus petit que les quartiers d’ici (souvent %(usual)s). Prenez les rues d’à côté.",
                **_sizes(about),
            )
        case "size" if about["usual_km2"]:
            return gettext("%(size)s ; les quartiers d’ici font souvent %(usual)s.", **_sizes(about))
        case "size":
            return gettext("%(size)s.", **_sizes(about))
        case "people" if about["people"]:
            return gettext("Environ %(number)d membres y habitent.", number=about["people"])
        case "people":
            return gettext("Encore peu de membres y habitent : vous serez parmi les premiers.")
        case "communes":
            names = [commune["name"] for commune in about["communes"]]
            return (
                ngettext(
                    "Commune : %(names)s.",
                    "Communes : %(names)s.",
                    len(names),
                    names=format_list(names, locale=get_locale()),
                )
                if names
                else gettext("Aucune commune ici : c’est la mer, ou l’étranger.")
            )
    raise ValueError(one.kind)


def _barrier(one: dict[str, str | None]) -> str:
    kinds = {
        "river": gettext("rivière"),
        "motorway": gettext("autoroute"),
        "railway": gettext("voie ferrée"),
        "other": gettext("obstacle"),
    }
    return one["name"] or kinds[one["kind"] or "other"]


def _sizes(about: dict[str, Any]) -> dict[str, str]:
    return {"size": _km2(about["km2"]), "usual": _km2(about["usual_km2"] or 0)}


def _km2(number: float) -> str:
    return gettext("%(number)s km²", number=format_decimal(round(number, 2 if number < 1 else 1)))
