"""Domain errors, without HTTP: ``web.problems`` alone knows statuses.

The docstring of an error is its default message, written for the person who meets it: in French, to be translated
by who shows it, for what comes through the pages or the API; in English for what only a command says.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable


class GeoneighbourError(Exception):
    """La demande n'a pas pu aboutir."""

    def __init__(
        self, template: str | None = None, *, field: str | None = None, **values: str | float
    ) -> None:
        """`template` is what catalogues translate: the values that vary stand in it as %(name)s."""
        self.template = template or inspect.cleandoc(type(self).__doc__ or "")
        self.values = values
        self.field = field
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """What is wrong, in the words of the source."""
        return self.said(str, _in_french)

    def said(self, translate: Callable[[str], str], number: Callable[[float], str]) -> str:
        """The same in another language."""
        template = translate(self.template)
        if not self.values:
            return template
        return template % {
            name: value if isinstance(value, str) else number(value) for name, value in self.values.items()
        }


class InvalidInput(GeoneighbourError):
    """Cette valeur n'est pas valable."""


class InvalidShape(InvalidInput):
    """Ce contour n'est pas valable."""


class NotFound(GeoneighbourError):
    """Cette page ou cet objet n'existe pas, ou vous n'y avez pas accès."""


class Forbidden(GeoneighbourError):
    """Cette action ne vous est pas ouverte."""


class NotVerified(Forbidden):
    """Votre adresse n'est pas encore vérifiée : cette action s'ouvrira ensuite."""


class VisitOver(Forbidden):
    """Votre visite de 48 heures est terminée : la suite s'ouvrira quand votre adresse sera vérifiée."""


class Suspended(Forbidden):
    """Votre compte est suspendu : vous pouvez lire pourquoi, et faire appel."""


class Conflict(GeoneighbourError):
    """L'état a changé entre-temps : rechargez la page et recommencez."""


class TooOften(GeoneighbourError):
    """Trop d'essais d'affilée : réessayez dans un moment."""


class UnusableFile(GeoneighbourError):
    """Ce fichier ne peut pas servir."""


class Unavailable(GeoneighbourError):
    """Ce service ne répond pas pour l'instant."""


class BrokenOff(Unavailable):
    """La connexion s'est interrompue : un nouvel essai peut réussir."""


class NotReached(BrokenOff):
    """La connexion n'a pas pu s'établir : rien n'est parti."""


class LoginNeeded(GeoneighbourError):
    """Connectez-vous pour continuer."""


def _in_french(number: float) -> str:
    return f"{number:.10g}".replace(".", ",")
