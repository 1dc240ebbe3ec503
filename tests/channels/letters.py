"""Messages for the tests of channels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geoneighbour.channels import Channel, Message, Outcome

LETTER = Message(
    key="alert-word-7-1-email",
    to="anne@exemple.fr",
    subject="Chat perdu",
    text="Un chat gris s’est perdu.\n",
    html="<p>Un chat gris s’est perdu.</p>",
    url="https://voisins.example/alertes/4",
    unsubscribe_url="https://voisins.example/desabonnement/abc",
    language="fr",
    urgent=False,
)


def letter(**changes: Any) -> Message:
    return replace(LETTER, **changes)


def told(channel: Channel, *messages: Message) -> list[tuple[Outcome, str]]:
    """Outcome and problem of each, in the order in which they were given."""
    came = {id(message): (outcome, problem) for message, outcome, problem in channel.send(messages)}
    return [came[id(message)] for message in messages]
