"""By which channels a member wants alerts, when not, and in one message a day: /compte/alertes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.alerts.models import CHANNELS, TIERS, AlertKind, AlertPreference, AlertQuiet
from geoneighbour.errors import InvalidInput

Choices = Mapping[tuple[str | None, str], Collection[str]]
"""By kind (None: all that are not chosen apart) and tier, the channels."""
ONE_DAY = 24

_USUAL = text("SELECT nearness.usual_channels(false) AS calm, nearness.usual_channels(true) AS urgent")
_USABLE = text(
    "SELECT channel FROM unnest(CAST(:channels AS text[])) AS channel WHERE nearness.has_address(:member, channel)"
)
_ZONE = text("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = :zone)")


@dataclass(frozen=True)
class Chosen:
    """What stands for a member: channels by kind and tier, kinds that are apart, the hours; `usable`: channels that are set up."""

    channels: dict[tuple[str | None, str], frozenset[str]]
    apart: frozenset[str]
    usable: frozenset[str]
    quiet: AlertQuiet

    def of(self, kind: str | None, tier: str) -> frozenset[str]:
        """For a kind, its own or those of all."""
        return self.channels.get((kind, tier), self.channels[None, tier])


def chosen(session: Session, member_id: int) -> Chosen:
    """What stands; the usual channels (nearness.usual_channels) where the member has chosen none."""
    usual = session.execute(_USUAL).one()
    channels: dict[tuple[str | None, str], frozenset[str]] = {
        (None, tier): frozenset(usual.calm) for tier in TIERS
    }
    rows = session.scalars(select(AlertPreference).where(AlertPreference.member_id == member_id)).all()
    open_to = usable(session, member_id)
    if not rows and open_to & (set(usual.urgent) - set(usual.calm)):
        urgent = session.scalars(select(AlertKind.code).where(AlertKind.urgent))
        channels |= {(kind, tier): frozenset(usual.urgent) for kind in urgent for tier in TIERS}
    channels |= {(row.kind, row.tier): frozenset(row.channels) for row in rows}
    apart = frozenset(kind for kind, _ in channels if kind is not None)
    return Chosen(channels, apart, open_to, quiet(session, member_id))


def usable(session: Session, member_id: int) -> frozenset[str]:
    """The channels that are set up: a confirmed address or number, a browser that takes notifications."""
    return frozenset(session.scalars(_USABLE, {"channels": list(CHANNELS), "member": member_id}))


def quiet(session: Session, member_id: int) -> AlertQuiet:
    """The member's hours, or those of who has chosen none (not stored)."""
    return session.get(AlertQuiet, member_id, populate_existing=True) or AlertQuiet(
        member_id=member_id, time_zone="Europe/Paris", urgent_passes=True, digest=False, language="fr"
    )


def choose(session: Session, member_id: int, wanted: Choices) -> None:
    """What is given stands from now on, and nothing else: kinds that are not named are as all. InvalidInput.

    Channels that are not set up are left as they were: nobody could have chosen about them.
    """
    kinds = set(session.scalars(select(AlertKind.code)))
    if {tier for _, tier in wanted} - set(TIERS) or {kind for kind, _ in wanted} - kinds - {None}:
        raise InvalidInput("Cette nature d'alerte ou cette distance n'existe pas.", field="channels")
    if {channel for channels in wanted.values() for channel in channels} - set(CHANNELS):
        raise InvalidInput("Un moyen parmi : %(channels)s.", field="channels", channels=", ".join(CHANNELS))
    before = chosen(session, member_id)
    kept = set(CHANNELS) - before.usable
    session.execute(delete(AlertPreference).where(AlertPreference.member_id == member_id))
    for (kind, tier), channels in wanted.items():
        stands = set(channels) & before.usable
        # Nothing means nothing.
        if stands or not before.usable:
            stands |= before.of(kind, tier) & kept
        ordered = [channel for channel in CHANNELS if channel in stands]
        session.add(AlertPreference(member_id=member_id, kind=kind, tier=tier, channels=ordered))
    session.flush()


def set_hours(
    session: Session,
    member_id: int,
    *,
    quiet_from: time | None,
    quiet_until: time | None,
    time_zone: str,
    urgent_passes: bool,
    digest: bool,
    language: str,
) -> None:
    """Quiet hours (both or neither), in a time zone by its IANA name; whether what is not urgent comes once a day. InvalidInput."""
    if (quiet_from is None) != (quiet_until is None):
        raise InvalidInput("Donnez les deux heures, ou aucune.", field="quiet")
    if quiet_from is not None and quiet_from == quiet_until:
        raise InvalidInput("Deux heures différentes : sinon tout le jour serait calme.", field="quiet")
    if not session.scalar(_ZONE, {"zone": time_zone}):
        raise InvalidInput("Ce fuseau horaire n'existe pas.", field="time_zone")
    _keep(
        session,
        member_id,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        time_zone=time_zone,
        urgent_passes=urgent_passes,
        digest=digest,
        language=language,
    )


def mute(session: Session, member_id: int, hours: int = ONE_DAY) -> None:
    """Nothing is sent for so many hours (a day at most); 0 ends it."""
    if not 0 <= hours <= ONE_DAY:
        raise InvalidInput("De 0 à 24 heures.", field="hours")
    _keep(session, member_id, muted_until=datetime.now(UTC) + timedelta(hours=hours) if hours else None)


def muted_until(session: Session, member_id: int) -> datetime | None:
    """Until when the member hears nothing; None: they do."""
    return session.scalar(
        select(AlertQuiet.muted_until).where(
            AlertQuiet.member_id == member_id, AlertQuiet.muted_until > func.now()
        )
    )


def _keep(session: Session, member_id: int, **values: object) -> None:
    row = insert(AlertQuiet).values(member_id=member_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=[AlertQuiet.member_id], set_=values))
