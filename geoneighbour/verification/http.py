"""Letters over HTTP: /api/v1/me/verification."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Flask, current_app, request
from flask_babel import get_locale
from pydantic import BaseModel, ConfigDict

from geoneighbour.database.engine import transaction
from geoneighbour.database.http import db, engine
from geoneighbour.errors import Conflict, InvalidInput
from geoneighbour.members.http import current_member, sealer
from geoneighbour.settings import Settings
from geoneighbour.verification import connection, letters, service
from geoneighbour.verification.codes import Keys
from geoneighbour.verification.letters import Outcome, Post
from geoneighbour.verification.models import Letter

api = APIBlueprint("verification", __name__, url_prefix="/api/v1/me/verification", tag="members")


class Code(BaseModel):
    """As it stands on the letter; its case and what is between the letters do not matter."""

    model_config = ConfigDict(extra="forbid")

    code: str


def init_app(app: Flask, settings: Settings) -> None:
    """InvalidInput when the settings of the ways do not go together."""
    app.extensions["geoneighbour.networks"] = connection.networks(settings)


def post() -> Post:
    settings = current_app.config["SETTINGS"]
    return Post(settings, Keys(settings), sealer())


@api.get("")
def ways() -> dict[str, Any]:
    """Which ways are open, by which ones my address is proved, and where my letter is."""
    member = current_member()
    letter = letters.latest(db(), post(), member.id)
    return {
        "verified": member.verified_at is not None,
        "ways": service.ways(current_app.config["SETTINGS"]),
        "proved_by": sorted(service.proved_by(db(), member.id)),
        "postcard": letter_json(letter) if letter else None,
    }


@api.post("/postcard")
def ask() -> tuple[dict[str, Any], int]:
    """A letter to my postal address. One in 30 days; a reviewer looks at an address first that no geocoder knows."""
    return letter_json(ask_for_letter()), 201


@api.post("/code")
@api.input(Code)
def enter(json_data: Code) -> tuple[str, int]:
    """The code of my letter. After five wrong ones none serves for 30 days, for my account and for the address."""
    enter_code(json_data.code)
    return "", 204


@api.post("/connection")
def compare() -> dict[str, bool]:
    """Whether my connection seems to come from around my commune: a hint, which verifies nothing."""
    return {"near": compare_connection()}


def compare_connection() -> bool:
    """Forbidden while this way is closed."""
    service.require_open(current_app.config["SETTINGS"], "connection")
    known = current_app.extensions["geoneighbour.networks"]
    return connection.compare(db(), known, current_member().id, request.remote_addr or "")


def ask_for_letter() -> Letter:
    locale = get_locale()
    return letters.ask(db(), post(), current_member().id, locale.language if locale else "fr")


def enter_code(typed: str) -> None:
    """InvalidInput: not the code. Conflict: no letter, too old, or locked. In a transaction of its own: a wrong code counts."""
    member_id = current_member().id
    with transaction(engine()) as session:
        outcome = letters.enter(session, post(), member_id, typed)
        left = letters.own_tries_left(session, member_id)
    match outcome:
        case Outcome.WRONG if left:
            raise InvalidInput(
                "Ce n'est pas le code de votre lettre. Essais qui restent : %(left)s.",
                field="code",
                left=left,
            )
        case Outcome.WRONG | Outcome.LOCKED:
            raise Conflict(letters.LOCKED_WORDS, field="code")
        case Outcome.EXPIRED:
            raise Conflict("Ce code a plus de 30 jours : demandez une autre lettre.", field="code")
        case Outcome.NO_LETTER:
            raise Conflict("Aucune lettre n'est en route vers votre adresse.", field="code")


def letter_json(letter: Letter) -> dict[str, Any]:
    until = letters.valid_until(letter)
    return {
        # Whether a reviewer looks at it first is not told: letters.ask.
        "state": "expired"
        if letters.expired(letter) and letter.code
        else "waiting"
        if letter.state == "to_check"
        else letter.state,
        "asked_at": letter.asked_at.isoformat(),
        "printed_at": letter.printed_at.isoformat() if letter.printed_at else None,
        "sent_at": letter.sent_at.isoformat() if letter.sent_at else None,
        "valid_until": until.isoformat() if until else None,
    }
