"""Reasons and numbers in words. The facts come from SQL (sql/31_why.sql, sql/40_numbers.sql); no rule is here."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal, get_locale, gettext, ngettext

_ELISION = "AEIOUYÀÂÉÈÊËÎÏÔÛÜŒaeiouyàâéèêëîïôûüœ"


def of(name: str) -> str:
    """A French name after "de": du Sillon, de la Découverte, des Sablons, d'Intra-Muros, de Paramé. Else as it is."""
    locale = get_locale()
    if locale is not None and locale.language != "fr":
        return name
    for article, contracted in (
        ("Le ", "du "),
        ("Les ", "des "),
        ("La ", "de la "),
        ("L'", "de l'"),
        ("L’", "de l’"),
    ):
        if name.startswith(article):
            return contracted + name[len(article) :]
    return ("d’" if name[:1] in _ELISION else "de ") + name


def place(kind: str, name: str | None, commune: str | None = None) -> str:
    """A zone's name before others: an open neighbourhood's own, or the surroundings near a commune."""
    if kind == "neighbourhood" and name:
        return name
    near = name or commune
    return (
        gettext("des alentours, du côté %(of_commune)s", of_commune=of(near))
        if near
        else gettext("des alentours")
    )


def why(row: Any, kind: str, name: str | None, commune: str | None) -> str:
    """Why the viewer sees a post or contact of a place (kind, name, commune), in one sentence.

    `row` has tier, rings, home_kind, home_name, home_commune as nearness.posts_shown and why_contact give them.
    """
    origin = place(kind, name)
    match row.tier:
        case "self":
            return gettext("C’est vous.")
        case "neighbour" if kind == "neighbourhood":
            return gettext("%(origin)s est votre quartier.", origin=origin)
        case "neighbour":
            return gettext("Vous partagez les mêmes alentours.")
        case "wider":
            return _wider(row, kind, origin)
        case "commune":
            return gettext("%(commune)s est votre commune.", commune=commune)
        case "adjacent_commune":
            return gettext(
                "%(commune)s touche %(home)s, votre commune.", commune=commune, home=row.home_commune
            )
    raise ValueError(f"no words for tier {row.tier!r}")


def why_post(row: Any) -> str:
    """Why the reader sees a post (a row of nearness.post_shown), in one sentence: by what it came, and no metres between homes."""
    if row.tier == "self":
        return gettext("C’est de vous.")
    if row.watched:
        return gettext("Vous suivez « %(name)s ».", name=row.watched)
    match row.reach:
        case "area" if row.on_homes and row.origin_commune:
            return gettext(
                "Vous habitez dans la zone dessinée par la commune : %(commune)s.", commune=row.origin_commune
            )
        case "area" if row.on_homes:
            return gettext("Vous habitez dans la zone dessinée par les autorités.")
        case "area":
            return gettext("%(name)s a dessiné une zone qui tient votre secteur.", name=row.author_name)
        case "radius":
            km = format_decimal(row.radius_m / 1000)
            if row.placed:
                return gettext(
                    "%(name)s a choisi un lieu, à %(km)s km au plus de votre secteur.",
                    km=km,
                    name=row.author_name,
                )
            return gettext(
                "%(name)s écrit jusqu’à %(km)s km autour de son secteur : le vôtre en est.",
                km=km,
                name=row.author_name,
            )
        case "all":
            return gettext("%(name)s écrit à tout le monde.", name=row.author_name)
    return why(row, row.origin_kind, row.origin_name, row.origin_commune)


def in_wider_area(origin: str, home: str | None, rings: int | None) -> str:
    """« Paramé est dans le voisinage du Sillon, à 2 anneaux. »; `home` None: one's surroundings."""
    of_home = of(home) if home else gettext("de vos alentours")
    sentence = gettext("%(origin)s est dans le voisinage %(of_home)s", origin=origin, of_home=of_home)
    return sentence + _at_rings(rings)


def _wider(row: Any, kind: str, origin: str) -> str:
    home = row.home_name if row.home_kind == "neighbourhood" else None
    if kind == "neighbourhood":
        return in_wider_area(origin, home, row.rings)
    of_home = of(home) if home else gettext("de vos alentours")
    sentence = gettext("Cela vient %(origin)s, dans le voisinage %(of_home)s", origin=origin, of_home=of_home)
    return sentence + _at_rings(row.rings)


def _at_rings(rings: int | None) -> str:
    if rings is None:
        return "."
    if rings == 0:
        return gettext(" : ils se touchent.")
    return ngettext(", à %(num)d anneau.", ", à %(num)d anneaux.", rings)
