"""What notices say to their member, and where they lead (docs/decisions/008, 009, 011)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, url_for
from flask_babel import gettext

from geoneighbour.members.models import Notice


@dataclass(frozen=True)
class Link:
    href: str
    words: str


def init_app(app: Flask) -> None:
    app.add_template_filter(told)
    app.add_template_filter(leads_to)


def told(notice: Notice) -> str:
    about = notice.about
    match notice.kind:
        case "commune_changed":
            return _commune_changed(about)
        case "quarter_redrawn":
            return gettext(
                "Les contours officiels de %(name)s ont changé (%(vintage)s) : votre domicile n’y est plus, et votre soutien est retiré. Vous pouvez soutenir ou dessiner un autre quartier.",
                **about,
            )
        case "change_proposed":
            talk = gettext(
                "Vos voisins et vous pouvez en parler trois jours au moins, puis un modérateur décide."
            )
            return f"{_proposed(about)} {talk}"
        case "renamed":
            return gettext("Votre quartier %(name)s s’appelle désormais %(to_name)s.", **about)
        case "redrawn":
            return gettext("%(name)s a changé de contour.", **about)
        case "merged":
            return gettext(
                "%(name)s fait désormais partie de %(into_name)s : ses habitants et leurs publications y sont.",
                **about,
            )
        case "archived":
            return gettext("%(name)s est fermé : vous voici de nouveau dans vos alentours.", **about)
        case "left_outside":
            return gettext(
                "%(name)s a changé de contour, et votre domicile n’y est plus. Vous seul le lisez ici ; rien ne presse, et vos voisins restent vos voisins en attendant. Vous pouvez rejoindre un autre quartier, en dessiner un, ou ne rien faire : dans quelques semaines, vous reviendrez à vos alentours.",
                **about,
            )
        case "moderator_asked":
            return gettext(
                "On vous propose de modérer %(name)s. Personne n’en sait rien tant que vous n’avez pas dit oui.",
                **about,
            )
        case "moderator_chosen":
            return gettext("Vos voisins vous ont choisi : vous modérez %(name)s.", **about)
        case "moderator_ended":
            return gettext("Vos voisins l’ont voulu ainsi : vous ne modérez plus %(name)s.", **about)
        case "document_accepted":
            return gettext("Votre document a été accepté, et il est supprimé.")
        case "document_refused":
            return gettext("Votre document n’a pas été accepté, et il est supprimé : « %(reason)s »", **about)
        case "document_gone":
            return gettext(
                "Le document que vous aviez envoyé est supprimé : il n’a plus à être regardé, ou personne ne l’a fait en 30 jours."
            )
        case "vouched":
            return gettext(
                "Un voisin s’est porté garant de vous : il en faut encore un pour que votre adresse soit vérifiée."
            )
        case "verified":
            return gettext("Votre adresse est vérifiée : bienvenue parmi vos voisins.")
        case "letter_sent":
            return gettext("Votre carte postale est en route.")
        case "letter_refused":
            return gettext("Nous n’avons pas pu envoyer de lettre à votre adresse.")
        case "moderation":
            return MODERATED[about["kind"]]()
        case "alert_refused":
            return gettext("Votre alerte n’est pas partie : %(why)s", **about)
    raise ValueError(f"no words for a notice of kind {notice.kind!r}")


def leads_to(notice: Notice) -> Link | None:
    match notice.kind:
        case "change_proposed":
            return Link(_change(notice), gettext("Lire et en parler"))
        case "renamed" | "redrawn" | "merged":
            return Link(_change(notice), gettext("Voir ce qui change"))
        case "archived" | "left_outside" | "quarter_redrawn":
            return Link(url_for("pages.neighbourhoods"), gettext("Voir les quartiers"))
        case "moderation":
            return Link(url_for("pages.decisions"), gettext("Lire pourquoi"))
        case "moderator_asked" | "moderator_chosen":
            here = url_for(
                "pages.neighbourhood",
                neighbourhood_id=int(notice.about["neighbourhood"]),
                _anchor="moderators",
            )
            return Link(here, gettext("Répondre") if notice.kind == "moderator_asked" else gettext("Voir"))
        case "vouched" | "document_refused":
            return Link(url_for("pages.verification"), gettext("Où j’en suis"))
        case "letter_sent" | "letter_refused":
            return Link(url_for("pages.verification", _anchor="postcard"), gettext("Voir"))
    return None


def _change(notice: Notice) -> str:
    return url_for("pages.change", change_id=int(notice.about["change"]))


def _proposed(about: dict[str, str]) -> str:
    match about["what"]:
        case "rename":
            return gettext("Quelqu’un propose un autre nom pour %(name)s.", **about)
        case "merge":
            return gettext("Quelqu’un propose de réunir %(name)s et %(into_name)s.", **about)
        case "archive":
            return gettext("Quelqu’un propose de fermer le quartier %(name)s.", **about)
        case _:
            return gettext("Quelqu’un propose un nouveau contour pour %(name)s.", **about)


def _commune_changed(about: dict[str, str]) -> str:
    match about["why"]:
        case "merged":
            news = gettext(
                "Depuis le 1er janvier %(since)s, votre commune est %(to_name)s : %(from_name)s en fait partie."
            )
        case "split":
            news = gettext(
                "Depuis le 1er janvier %(since)s, votre commune est %(to_name)s : %(from_name)s a été partagée."
            )
        case "border":
            news = gettext(
                "Depuis le 1er janvier %(since)s, votre commune est %(to_name)s et non plus %(from_name)s : la limite entre les communes a changé."
            )
        case "found":
            news = gettext("Votre commune est désormais connue : %(to_name)s.")
        case _:
            news = gettext(
                "Depuis le 1er janvier %(since)s, votre domicile n’est plus dans %(from_name)s, ni dans une autre commune connue."
            )
    same = gettext(
        "Rien d’autre ne change : votre quartier, vos voisins et vos publications restent les mêmes."
    )
    return f"{news % about} {same}"


MODERATED: dict[str, Callable[[], str]] = {
    "hide": lambda: gettext(
        "La modération a masqué quelque chose que vous avez écrit : vous seul le voyez encore."
    ),
    "show": lambda: gettext("Ce que la modération avait masqué est de nouveau visible."),
    "warn": lambda: gettext("La modération vous adresse un avertissement."),
    "suspend": lambda: gettext("La modération a suspendu votre compte."),
    "lift": lambda: gettext("Votre compte n’est plus suspendu."),
    "grant": lambda: gettext("Votre appel est accepté : la décision est annulée."),
    "uphold": lambda: gettext("Votre appel a été lu par une autre personne : la décision reste."),
}
