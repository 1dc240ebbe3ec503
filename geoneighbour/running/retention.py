"""What the service keeps no longer than it says (docs/privacy.md): the worker runs it each night, `geoneighbour retention run` now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geoneighbour.accounts import limits, sessions
from geoneighbour.affiliation import service as affiliation
from geoneighbour.alerts import keeping as alerts
from geoneighbour.alerts import phones
from geoneighbour.database.engine import transaction
from geoneighbour.inviting import service as inviting
from geoneighbour.mailing import sending
from geoneighbour.members import addresses
from geoneighbour.members import service as members
from geoneighbour.moderation import service as moderation
from geoneighbour.offers import importing
from geoneighbour.offers import photos as offer_photos
from geoneighbour.posts import photos
from geoneighbour.settings import Settings
from geoneighbour.storage import open_photos
from geoneighbour.verification import documents, letters, review


def steps(settings: Settings) -> dict[str, Callable[[Session], int]]:
    """By what goes; each takes a transaction of its own and says how much went."""
    return {
        "attempts": limits.forget,
        "sessions": sessions.forget,
        "mails": sending.forget,
        "address_access": addresses.forget_access,
        "notices": members.forget_notices,
        "documents": documents.forget,
        "letters": letters.forget,
        "verification_acts": review.forget_acts,
        "moderation": moderation.forget,
        "invitations": inviting.forget,
        "alerts": alerts.forget,
        "offer_imports": importing.forget,
        "offer_clicks": affiliation.forget,
        "telephones": phones.forget_unconfirmed,
        "offer_photos": partial(offer_photos.sweep, store=open_photos(settings)),
        "photos": partial(photos.sweep, store=open_photos(settings)),
    }


def run(engine: Engine, settings: Settings) -> dict[str, int]:
    """All of it; returns how much went, by what."""
    gone = {}
    for name, step in steps(settings).items():
        with transaction(engine) as session:
            gone[name] = step(session)
    return gone
