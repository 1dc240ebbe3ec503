"""Invitations: /api/v1/invitations. The mails that carry them, and the addresses of their links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from apiflask import APIBlueprint
from flask import current_app, render_template, request, url_for
from flask_babel import gettext
from pydantic import BaseModel, ConfigDict, Field

from geoneighbour.accounts import hosts
from geoneighbour.database.http import db
from geoneighbour.errors import Unavailable
from geoneighbour.inviting import service, tokens
from geoneighbour.inviting.models import Invitation
from geoneighbour.mailing import queue
from geoneighbour.members.http import current_member, sealer

api = APIBlueprint("inviting", __name__, url_prefix="/api/v1", tag="inviting")

Kind = Literal["neighbours", "association", "town_hall"]


class NewLink(BaseModel):
    """Whom it speaks to; a link to send, or one for paper, which lasts longer; whether it tells my first name."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    way: Literal["link", "paper"] = "link"
    named: bool = False


class Mails(BaseModel):
    """Whom it speaks to, and the addresses: each gets a mail of its own."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    named: bool = False
    addresses: list[str] = Field(min_length=1, max_length=service.MAILS_A_DAY)


@api.get("/invitations")
def mine() -> dict[str, Any]:
    """My invitations that live, the latest first. Nobody is told who came by them, or how many."""
    return {"invitations": [invitation_json(one) for one in service.mine(db(), current_member().id)]}


@api.post("/invitations")
@api.input(NewLink)
def invite(json_data: NewLink) -> tuple[dict[str, Any], int]:
    """A link into my open neighbourhood; the same again while it lives."""
    asked = json_data
    made = service.invite(db(), secret(), current_member().id, asked.kind, asked.way, asked.named)
    return invitation_json(made), 201


@api.post("/invitations/mails")
@api.input(Mails)
def write(json_data: Mails) -> tuple[dict[str, Any], int]:
    """Sends an invitation to some addresses, 20 a day. Who got one within 30 days, or wants none, gets none: nobody is told who."""
    made = send(json_data.kind, json_data.named, json_data.addresses)
    return invitation_json(made), 202


@api.delete("/invitations/<int:invitation_id>")
def revoke(invitation_id: int) -> tuple[str, int]:
    """The link leads nowhere from now on."""
    service.revoke(db(), current_member().id, invitation_id)
    return "", 204


def send(kind: str, named: bool, addresses: Iterable[str]) -> Invitation:
    """Queues the mails of an invitation by the member who is logged in.

    Unavailable where the links would lead to whatever host the request named: a member could send strangers anywhere.
    """
    if not hosts.settled():
        raise Unavailable(
            "Les invitations ne partent pas encore : l'adresse publique du service n'est pas fixée."
        )
    member = current_member()
    invitation, to = service.invite_by_mail(db(), secret(), member.id, kind, named, addresses)
    told = service.shown(db(), tokens.token(secret(), invitation.nonce))
    for address in to:
        word = tokens.refusal(secret(), tokens.address_hash(secret(), address))
        words = {
            "told": told,
            "inviter": service.first_name(told.inviter) if told.inviter else None,
            "link": link(invitation),
            "refusal": public(url_for("pages.refuse_invitations", word=word)),
        }
        subject = gettext("Une invitation dans votre quartier : %(name)s", name=told.name)
        queue(db(), sealer(), address, subject, render_template("inviting/mail.txt", **words))
    return invitation


def link(invitation: Invitation) -> str:
    """The address that an invitation is followed by."""
    return public(url_for("pages.invitation", token=tokens.token(secret(), invitation.nonce)))


def public(path: str) -> str:
    """A path as others reach it: under PUBLIC_URL, else as the service was asked."""
    base: str = current_app.config["SETTINGS"].public_url or request.url_root
    return base.rstrip("/") + path


def secret() -> bytes:
    """What tokens are made with."""
    return current_app.config["SECRET_KEY"].encode()


def invitation_json(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "way": one.way,
        "named": one.named,
        "link": link(one),
        "addresses": one.addresses,
        "created_at": one.created_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
    }
