"""Before an alert is sent: about how many people, by how near they are and by which channel (docs/decisions/026)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geoneighbour.alerts.models import CHANNELS, AlertChannelShare
from geoneighbour.posts import preview
from geoneighbour.posts.preview import Preview
from geoneighbour.posts.reaching import Reached

_COUNT = text("SELECT nearness.count_alert_channels()")
_ROUNDED = text("SELECT nearness.rounded(:number)")


@dataclass(frozen=True)
class AlertPreview:
    """`by_channel`: rounded, None below k."""

    reach: Preview
    by_channel: dict[str, int | None]


def count_channels(session: Session) -> None:
    """The shares, once a day: the worker's, so that nobody's preview waits for it."""
    session.execute(_COUNT)


def preview_alert(session: Session, member_id: int, kind: str, meant: Reached) -> AlertPreview:
    """What a reach, as reaching.reached checked it, comes to for an alert of a kind."""
    found = preview.preview(session, member_id, meant)
    rows = session.scalars(select(AlertChannelShare).where(AlertChannelShare.kind == kind))
    shares = {(row.tier, row.channel): row.share for row in rows}
    by_channel = {channel: _people(found, shares, channel) for channel in CHANNELS}
    return AlertPreview(
        found,
        {channel: session.scalar(_ROUNDED, {"number": number}) for channel, number in by_channel.items()},
    )


def _people(found: Preview, shares: dict[tuple[str, str], float], channel: str) -> float:
    """Of the people of a reach, those whom a channel reaches, if they choose as all members do."""
    told = {tier: number for tier, number in found.by_tier.items() if number}
    if not found.people:
        return 0.0
    if not told:
        return found.people * shares.get((next(iter(found.by_tier)), channel), 0.0)
    share = sum(number * shares.get((tier, channel), 0.0) for tier, number in told.items())
    return found.people * share / sum(told.values())
