"""Domain errors, without HTTP: ``web.problems`` alone knows statuses.

The docstring of an error is its default message, written for the person who meets it.
"""

from __future__ import annotations

import inspect


class GeoneighbourError(Exception):
    """La demande n'a pas pu aboutir."""

    def __init__(self, reason: str | None = None, *, field: str | None = None) -> None:
        self.reason = reason or inspect.cleandoc(type(self).__doc__ or "")
        self.field = field
        super().__init__(self.reason)


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


class Conflict(GeoneighbourError):
    """L'état a changé entre-temps : rechargez la page et recommencez."""


class UnusableFile(GeoneighbourError):
    """Ce fichier ne peut pas servir."""


class Unavailable(GeoneighbourError):
    """Ce service ne répond pas pour l'instant."""


class BrokenOff(Unavailable):
    """La connexion s'est interrompue : un nouvel essai peut réussir."""


class LoginNeeded(GeoneighbourError):
    """Connectez-vous pour continuer."""
