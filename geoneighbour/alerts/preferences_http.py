"""What a member chooses about alerts: /api/v1/me/alerts."""

from __future__ import annotations

from datetime import time
from typing import Any, Literal

from apiflask import APIBlueprint
from flask_babel import get_locale
from pydantic import BaseModel, ConfigDict, Field

from geoneighbour.alerts import preferences, shown
from geoneighbour.alerts.models import CHANNELS, TIERS
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member

api = APIBlueprint("chosen", __name__, url_prefix="/api/v1/me/alerts", tag="alerts")

ChannelName = Literal["email", "sms", "push"]


class Choice(BaseModel):
    """By which channels come alerts of a kind (null: all that are not named) from a tier."""

    model_config = ConfigDict(extra="forbid")

    kind: str | None = None
    tier: Literal["neighbour", "wider", "commune", "adjacent_commune", "beyond"]
    channels: list[ChannelName]


class Hours(BaseModel):
    """Quiet hours (HH:MM, both or neither) in a time zone by its IANA name."""

    model_config = ConfigDict(extra="forbid")

    quiet_from: time | None = None
    quiet_until: time | None = None
    time_zone: str = "Europe/Paris"
    urgent_passes: bool = True
    digest: bool = False


class Preferences(Hours):
    choices: list[Choice] = Field(max_length=1000)


class Mute(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hours: int = preferences.ONE_DAY


@api.get("")
def mine() -> dict[str, Any]:
    """By which channels I am reached, how often that was in the last eight weeks, and when not."""
    return _chosen(current_member().id)


@api.put("")
@api.input(Preferences)
def choose(json_data: Preferences) -> dict[str, Any]:
    """What is given stands, and nothing else: kinds that are not named come as all."""
    member_id, asked = current_member().id, json_data
    preferences.choose(
        db(), member_id, {(one.kind, one.tier): frozenset(one.channels) for one in asked.choices}
    )
    locale = get_locale()
    preferences.set_hours(
        db(),
        member_id,
        **asked.model_dump(exclude={"choices"}),
        language=locale.language if locale else "fr",
    )
    return _chosen(member_id)


@api.post("/mute")
@api.input(Mute)
def mute(json_data: Mute) -> dict[str, Any]:
    """Nothing is sent for so many hours, a day at most; 0 ends it."""
    member_id = current_member().id
    preferences.mute(db(), member_id, json_data.hours)
    return _chosen(member_id)


def _chosen(member_id: int) -> dict[str, Any]:
    stands, often = preferences.chosen(db(), member_id), shown.often(db(), member_id)
    kinds = [one.code for one in shown.kinds(db())]
    until = preferences.muted_until(db(), member_id)
    hours = stands.quiet
    return {
        "usable": [channel for channel in CHANNELS if channel in stands.usable],
        "choices": [
            {
                "kind": kind,
                "tier": tier,
                "channels": [channel for channel in CHANNELS if channel in stands.of(kind, tier)],
                "a_week": sum(
                    number for (of, at), number in often.items() if at == tier and kind in (None, of)
                ),
            }
            for kind in (None, *(kind for kind in kinds if kind in stands.apart))
            for tier in TIERS
        ],
        "quiet_from": hours.quiet_from.strftime("%H:%M") if hours.quiet_from else None,
        "quiet_until": hours.quiet_until.strftime("%H:%M") if hours.quiet_until else None,
        "time_zone": hours.time_zone,
        "urgent_passes": hours.urgent_passes,
        "digest": hours.digest,
        "muted_until": until.isoformat() if until else None,
    }
