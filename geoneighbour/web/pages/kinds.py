"""What the pages say of each kind of post: a request asks, an offer proposes, news tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext


@dataclass(frozen=True)
class Kind:
    """Lazily translated words; `one` and `many` name such posts, `act` the doing."""

    one: Any
    many: Any
    act: Any
    title: Any
    question: Any
    example: Any
    care: Any
    send: Any
    close: Any
    closed: Any


@dataclass(frozen=True)
class AlertKind:
    """Of alerts as one kind of posts; what each is about stands in the table alert_kind."""

    one: Any
    many: Any
    act: Any


ALERT_KIND = AlertKind(one=lazy_gettext("Alerte"), many=lazy_gettext("Alertes"), act=lazy_gettext("Alerter"))
KINDS = {
    "request": Kind(
        one=lazy_gettext("Demande"),
        many=lazy_gettext("Demandes"),
        act=lazy_gettext("Demander"),
        title=lazy_gettext("Demander à mes voisins"),
        question=lazy_gettext("De quoi avez-vous besoin, en une phrase ?"),
        example=lazy_gettext("Par exemple : « Qui pourrait me prêter une échelle samedi matin ? »"),
        care=lazy_gettext("Chacun vous répond en privé."),
        send=lazy_gettext("Envoyer ma demande"),
        close=lazy_gettext("C’est réglé : clore ma demande"),
        closed=lazy_gettext("Cette demande est close."),
    ),
    "offer": Kind(
        one=lazy_gettext("Offre"),
        many=lazy_gettext("Offres"),
        act=lazy_gettext("Proposer"),
        title=lazy_gettext("Proposer à mes voisins"),
        question=lazy_gettext("Que prêtez-vous, donnez-vous ou savez-vous faire, en une phrase ?"),
        example=lazy_gettext("Par exemple : « Je prête ma remorque, le dimanche de préférence. »"),
        care=lazy_gettext("Chacun vous répond en privé."),
        send=lazy_gettext("Envoyer mon offre"),
        close=lazy_gettext("Ce n’est plus à prendre : clore mon offre"),
        closed=lazy_gettext("Cette offre est close."),
    ),
    "news": Kind(
        one=lazy_gettext("À savoir"),
        many=lazy_gettext("À savoir"),
        act=lazy_gettext("Prévenir"),
        title=lazy_gettext("Prévenir mes voisins"),
        question=lazy_gettext("Que faut-il savoir, en une phrase ?"),
        example=lazy_gettext("Par exemple : « L’eau est coupée rue des Marins jusqu’à midi. »"),
        care=lazy_gettext("Chacun le lira à sa prochaine visite. En cas d’urgence, appelez le 112."),
        send=lazy_gettext("Prévenir"),
        close=lazy_gettext("Ce n’est plus d’actualité : clore"),
        closed=lazy_gettext("Ce n’est plus d’actualité."),
    ),
}
