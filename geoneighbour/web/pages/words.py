"""What templates and scripts say: numbers, times, reasons and names in French, all of it translatable."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, format_timedelta, gettext, lazy_gettext
from markupsafe import Markup

from geoneighbour.communes import queries as communes
from geoneighbour.communes import words as commune_words
from geoneighbour.database.http import db
from geoneighbour.demo import EMAIL, PASSWORD
from geoneighbour.nearness import words as nearness
from geoneighbour.neighbourhoods.numbers import people
from geoneighbour.settings import ROOT
from geoneighbour.web.pages.kinds import ALERT_KIND, KINDS

TIERS = {
    "self": lazy_gettext("Vous"),
    "neighbour": lazy_gettext("Mon quartier"),
    "wider": lazy_gettext("Mon voisinage"),
    "commune": lazy_gettext("Ma commune"),
    "adjacent_commune": lazy_gettext("Commune voisine"),
    "beyond": lazy_gettext("Plus loin"),
}
LEVELS = {
    "neighbour": TIERS["neighbour"],
    "wider": lazy_gettext("À côté"),
    "commune": TIERS["commune"],
    "adjacent_commune": lazy_gettext("Communes voisines"),
    "beyond": TIERS["beyond"],
}
"""The switches of the feed: tiers of what reaches me."""
REACHES = {
    "neighbourhood": (lazy_gettext("Mon quartier"), lazy_gettext("les plus proches")),
    "wider": (lazy_gettext("Mon voisinage"), lazy_gettext("mon quartier et ceux d’à côté")),
    "commune": (lazy_gettext("Ma commune"), lazy_gettext("tous ses habitants inscrits")),
    "commune_adjacent": (
        lazy_gettext("Ma commune et ses voisines"),
        lazy_gettext("avec celles qui la touchent"),
    ),
    "radius": (lazy_gettext("Autour d’un point"), lazy_gettext("jusqu’à la distance que vous choisissez")),
    "area": (lazy_gettext("Une zone que je dessine"), lazy_gettext("sur la carte")),
    "all": (lazy_gettext("Tout le monde"), lazy_gettext("tous les inscrits, partout")),
}
REACHES_OF_OTHERS = {
    "neighbourhood": lazy_gettext("Son quartier"),
    "wider": lazy_gettext("Son voisinage"),
    "commune": lazy_gettext("Sa commune"),
    "commune_adjacent": lazy_gettext("Sa commune et ses voisines"),
    "area": lazy_gettext("Une zone dessinée sur la carte"),
    "all": REACHES["all"][0],
}
STATES = {
    "mine": lazy_gettext("Votre quartier"),
    "open": lazy_gettext("Ouvert"),
    "soon_open": lazy_gettext("Bientôt ouvert"),
    "launched": lazy_gettext("Lancé"),
}
STATE_MEANS = {
    "open": lazy_gettext("Ouvert : ses habitants se connaissent, s’écrivent et s’entraident."),
    "soon_open": lazy_gettext("Bientôt ouvert : bien des voisins le soutiennent déjà."),
    "launched": lazy_gettext(
        "Lancé : il ouvre quand assez de voisins vérifiés qui y habitent le soutiennent."
    ),
}
ADDRESS_PURPOSES = {
    "letter": lazy_gettext("pour imprimer votre lettre"),
    "postcard": lazy_gettext("pour vérifier l’adresse avant l’envoi d’une lettre"),
    "document": lazy_gettext("pour la comparer avec votre document"),
}
"""Why somebody was shown an address (members.addresses)."""
FACES = 5
"""How many tints the round faces have (css/parts.css)."""


def init_app(app: Flask) -> None:
    app.add_template_filter(about)
    app.add_template_filter(distance)
    app.add_template_filter(ago)
    app.add_template_filter(unbroken)
    app.add_template_filter(hours_left)
    app.add_template_filter(why)
    app.add_template_filter(reach)
    app.add_template_filter(reach_of_other)
    app.add_template_filter(day)
    app.add_template_filter(month)
    app.add_template_filter(query)
    app.add_template_filter(commune_words.name, "commune_name")
    app.jinja_env.globals.update(
        TIERS=TIERS,
        KINDS=KINDS,
        ALERT_KIND=ALERT_KIND,
        LEVELS=LEVELS,
        REACHES=REACHES,
        STATES=STATES,
        STATE_MEANS=STATE_MEANS,
        FACES=FACES,
        is_demonstration=lambda: communes.is_demonstration(db()),
        # As one types it where the service was set up by make.
        DEMO_EMAIL=EMAIL,
        DEMO_PASSWORD=PASSWORD,
        program=".venv/bin/geoneighbour" if (ROOT / ".venv").is_dir() else "geoneighbour",
        script_texts=script_texts,
        ADDRESS_PURPOSES=ADDRESS_PURPOSES,
        moment=lambda: format_datetime(format=gettext("d MMMM, HH:mm")),
    )


def about(number: int | None) -> str:
    """A rounded number, or None below k: « environ 30 », « moins de 11 »."""
    match people(number):
        case {"about": n}:
            return gettext("environ %(n)s", n=format_decimal(n))
        case {"fewer_than": n}:
            return gettext("moins de %(n)s", n=n)
    raise ValueError(f"no words for {number!r}")


def distance(metres: int) -> str:
    """« 500 m », « 1,5 km »."""
    if metres < 1000:
        return gettext("%(n)s m", n=metres)
    return gettext("%(n)s km", n=format_decimal(metres / 1000))


def hours_left(until: datetime) -> int:
    """Whole hours, the last one begun included; 0 when it is over."""
    return max(0, math.ceil((until - datetime.now(UTC)).total_seconds() / 3600))


def ago(moment: datetime) -> str:
    """« il y a 3 heures », and the date after a week."""
    since = datetime.now(UTC) - moment
    if since.days >= 7:
        return format_date(moment, "long")
    if since.total_seconds() < 60:
        return gettext("à l’instant")
    return format_timedelta(-since, add_direction=True, threshold=1.2)


def day(moment: date) -> str:
    """« 3 mars 2026 »."""
    return format_date(moment, "long")


def month(day: date) -> str:
    """« mars 2026 »."""
    return format_date(day, gettext("MMMM y"))


def query(values: dict[str, Any]) -> str:
    """The query of an address, without what is None."""
    return urlencode({name: value for name, value in values.items() if value is not None})


def why(post: Any) -> str:
    """Why the reader sees a post (a row of nearness.post_shown)."""
    return nearness.why_post(post)


def reach(post: Any) -> str:
    """Whom a post is for, to its author (a row of nearness.post_shown)."""
    if post.reach != "radius":
        return str(REACHES[post.reach][0])
    far = distance(post.radius_m)
    if post.placed:
        return gettext("Dans un rayon de %(distance)s autour du lieu que vous avez choisi", distance=far)
    return gettext("Dans un rayon de %(distance)s autour de votre secteur", distance=far)


def reach_of_other(post: Any) -> str:
    """Whom a post is for, to somebody else than its author (a row of nearness.case_shown)."""
    if post.reach != "radius":
        return str(REACHES_OF_OTHERS[post.reach])
    far = distance(post.radius_m)
    if post.placed:
        return gettext("Dans un rayon de %(distance)s autour d’un lieu choisi", distance=far)
    return gettext("Dans un rayon de %(distance)s autour de son secteur", distance=far)


def script_texts() -> dict[str, str]:
    """What the scripts say; {placeholders} are filled in the browser (js/texts.js)."""
    return {
        "about": gettext("environ {n}"),
        "fewer_than": gettext("moins de {n}"),
        "people": gettext("{number} personnes"),
        "offline": gettext("Pas de réponse du serveur. Vérifiez la connexion et recommencez."),
        "two_fingers": gettext("Deux doigts déplacent la carte"),
        "zoom_in": gettext("Zoomer"),
        "zoom_out": gettext("Dézoomer"),
        "looking": gettext("Je regarde autour de ce point…"),
        "one_new": gettext("Nouveau depuis votre dernière visite : 1 publication."),
        "many_new": gettext("Nouveau depuis votre dernière visite : {n} publications."),
        "found": gettext("{label} : {people} personnes dans le voisinage."),
        "surroundings": gettext("Alentours"),
        "your_surroundings": gettext("Vos alentours"),
        "surroundings_story": gettext(
            "Personne n’a encore dessiné de quartier ici : vos alentours en tiennent lieu."
        ),
        "no_commune": gettext("Hors des communes connues"),
        "also_here": gettext("Aussi à cet endroit : {names}."),
        "locating": gettext("Je cherche où vous êtes…"),
        "not_located": gettext("Votre position n’est pas disponible. Touchez plutôt la carte."),
        "no_coordinates": gettext(
            "Écrivez la latitude, une espace, puis la longitude, par exemple 48,6493 -2,0257."
        ),
        "nothing_found": gettext("Rien de ce nom."),
        "by_channels": gettext("D’après ce que choisissent les membres : {channels}."),
        "by_email": gettext("{number} par courriel"),
        "by_push": gettext("{number} par notification"),
        "by_sms": gettext("{number} par SMS"),
        "one_alert": gettext("1 alerte"),
        "many_alerts": gettext("{n} alertes"),
        "alerts_here": gettext("{alerts} à cet endroit"),
        "one_post": gettext("1 publication"),
        "many_posts": gettext("{n} publications"),
        "in_this_cell": gettext("{posts} dans ce secteur"),
        "reaches": gettext("{reach} : {people}."),
        "reaches_tiers": gettext("{reach} : {people}, dont {tiers}."),
        "tier_neighbour": gettext("{number} de votre quartier"),
        "tier_wider": gettext("{number} du voisinage"),
        "tier_commune": gettext("{number} de votre commune"),
        "tier_adjacent_commune": gettext("{number} des communes voisines"),
        "tier_beyond": gettext("{number} plus loin"),
        "km": gettext("{n} km"),
        "choose_place": gettext("Choisissez d’abord un lieu : touchez la carte, ou cherchez-le."),
        "choose_area": gettext("Dessinez d’abord la zone sur la carte, puis « Terminer »."),
        "shape_begin": gettext("Posez un premier coin."),
        "shape_more": gettext("Continuez, coin après coin."),
        "shape_close": gettext("Quand le tour est fait : « Terminer »."),
        "shape_done": gettext("Vous pouvez encore déplacer les coins."),
        "shape_crosses": gettext("Ce coin ferait croiser les bords : posez-le ailleurs."),
        "paint_begin": gettext("Peignez les cases de votre quartier, d’un doigt ou à la souris."),
        "paint_on": gettext("Continuez, ou gommez ce qui dépasse."),
        "paint_full": gettext("C’est le plus grand possible : gommez d’un côté pour peindre de l’autre."),
        "paint_joined": gettext("Reliez d’abord les morceaux : un contour se dessine d’un seul tenant."),
        "paint_first": gettext("Peignez d’abord des cases sur la carte."),
        "close_strip": gettext("Fermer cette bande"),
        "see_place": gettext("Voir {name}"),
        "suggest_walk": gettext("Dix minutes à pied autour de chez moi"),
        "suggest_gap": gettext("L’espace libre entre les quartiers"),
        "suggest_like": gettext("Comme {name}, à retoucher"),
        "suggest_today": gettext("Le contour d’aujourd’hui"),
        "shape_first": gettext("Dessinez d’abord le contour sur la carte, puis « Terminer »."),
    }


def unbroken(page: Markup) -> Markup:
    """No line begins with what French sets apart by a space: a colon, or the unit of a number."""
    return Markup(re.sub(r" (?=[:;?!»]|Mo\b)|(?<=«) ", "\u00a0", page))  # noqa: S704 (escaped before)
