"""Browsers that are woken: /api/v1/me/push."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import current_app
from pydantic import BaseModel, ConfigDict, Field

from geoneighbour.accounts import sessions
from geoneighbour.alerts import pushes
from geoneighbour.channels.push import subscription
from geoneighbour.database.http import db
from geoneighbour.members.http import current_member, sealer
from geoneighbour.verification.codes import Keys

api = APIBlueprint("pushes", __name__, url_prefix="/api/v1/me/push", tag="alerts")


class BrowserKeys(BaseModel):
    model_config = ConfigDict(extra="forbid")

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class Browser(BaseModel):
    """As PushSubscription.toJSON() has it; when it ends does not matter."""

    model_config = ConfigDict(extra="ignore")

    endpoint: str = Field(max_length=1000)
    keys: BrowserKeys


class Address(BaseModel):
    model_config = ConfigDict(extra="ignore")

    endpoint: str = Field(max_length=1000)


@api.post("")
@api.input(Browser)
def subscribe(json_data: Browser) -> tuple[str, int]:
    """Wakes this browser for my alerts, as long as it is logged in. Only known push services are called (PUSH_HOSTS)."""
    settings = current_app.config["SETTINGS"]
    browser = subscription(settings, json_data.endpoint, json_data.keys.p256dh, json_data.keys.auth)
    pushes.subscribe(db(), sealer(), Keys(settings), current_member().id, browser, sessions.present())
    return "", 204


@api.delete("")
@api.input(Address)
def unsubscribe(json_data: Address) -> tuple[str, int]:
    """Wakes it no more."""
    pushes.unsubscribe(db(), Keys(current_app.config["SETTINGS"]), current_member().id, json_data.endpoint)
    return "", 204
