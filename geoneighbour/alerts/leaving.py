"""The link in each mail by which one ends them: signed, without a login, once (RFC 8058)."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import any_, func, literal, select, update
from sqlalchemy.orm import Session

from geoneighbour.alerts.models import CHANNELS, TIERS, AlertKind, AlertPreference
from geoneighbour.database import state
from geoneighbour.errors import NotFound
from geoneighbour.members.models import Member
from geoneighbour.settings import Settings

PATH = "/desabonnement/"


def link(settings: Settings, member_id: int, channel: str) -> str | None:
    """None while PUBLIC_URL does not say where the service is."""
    if settings.public_url is None:
        return None
    return f"{settings.public_url}{PATH}{_signer(settings).dumps([member_id, channel])}"


def read(session: Session, settings: Settings, word: str) -> tuple[Member, str]:
    """Whose link it is, and for which channel. NotFound for a word that we did not sign, and for who has left."""
    try:
        member_id, channel = _signer(settings).loads(word)
    except (BadSignature, ValueError, TypeError):
        raise _damaged() from None
    member = session.get(Member, member_id)
    if member is None or channel not in CHANNELS:
        raise _damaged()
    return member, channel


def _damaged() -> NotFound:
    return NotFound("Ce lien est incomplet ou ne vaut plus : vos alertes se règlent dans « Compte ».")


def has_left(session: Session, member_id: int, channel: str) -> bool:
    """Whether the member has chosen, and no alert comes by this channel."""
    comes = func.bool_or(literal(channel) == any_(AlertPreference.channels))
    return session.scalar(select(comes).where(AlertPreference.member_id == member_id)) is False


def leave(session: Session, member_id: int, channel: str) -> None:
    """No alert comes by this channel any more; the others stay as they were chosen. Twice is once."""
    own = AlertPreference.member_id == member_id
    if session.scalar(select(AlertPreference.id).where(own).limit(1)) is None:
        calm, urgent = session.execute(
            select(func.nearness.usual_channels(False), func.nearness.usual_channels(True))
        ).one()
        kinds = session.scalars(select(AlertKind.code).where(AlertKind.urgent))
        usual = {None: calm} | dict.fromkeys(kinds, urgent)
        session.add_all(
            AlertPreference(member_id=member_id, kind=kind, tier=tier, channels=channels)
            for kind, channels in usual.items()
            for tier in TIERS
        )
        session.flush()
    session.execute(
        update(AlertPreference)
        .where(own)
        .values(channels=func.array_remove(AlertPreference.channels, channel))
        .execution_options(synchronize_session=False)
    )


def _signer(settings: Settings) -> URLSafeSerializer:
    key = settings.secret_key or state.secret(settings, "secret_key")
    return URLSafeSerializer(key, salt="unsubscribe")
