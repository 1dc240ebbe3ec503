"""Where partners report what they sold: POST /api/v1/conversions."""

from __future__ import annotations

from typing import Any, Literal

from apiflask import APIBlueprint
from flask import Flask, current_app, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geoneighbour.affiliation import service
from geoneighbour.affiliation.tokens import Tokens
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.settings import Settings

api = APIBlueprint("affiliation", __name__, url_prefix="/api/v1/conversions", tag="affiliation")

MOST_BYTES = 4096
TOKENS = "geoneighbour.click_tokens"


class Sold(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    id: str = Field(min_length=1, max_length=80, pattern=r"^[!-~]+$")
    token: str = Field(max_length=500)
    amount_cents: int = Field(ge=0, le=100_000_000)
    currency: Literal["EUR"]


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions[TOKENS] = Tokens(settings)

    def read() -> None:
        if request.endpoint == "affiliation.report":
            request.max_content_length = MOST_BYTES
            # Before anything takes it for a form, which is what curl calls it.
            request.get_data()

    app.before_request(read)


@api.post("")
def report() -> dict[str, Any]:
    """
    `{"id", "token", "amount_cents", "currency": "EUR"}` with the headers Geoneighbour-Partner, Geoneighbour-Timestamp (seconds) and
    Geoneighbour-Signature (docs/affiliation.md). The same again: the same answer; the same id with other content: 409.
    """
    body = request.get_data()
    said = request.headers
    partner = service.signed_by(
        db(),
        current_app.extensions["geoneighbour.sealer"],
        said.get("Geoneighbour-Partner", ""),
        said.get("Geoneighbour-Timestamp", ""),
        said.get("Geoneighbour-Signature", ""),
        body,
    )
    try:
        sold = Sold.model_validate_json(body)
    except ValidationError as error:
        places = error.errors()[0]["loc"]
        raise InvalidInput(field=str(places[0]) if places else None) from None
    tokens = current_app.extensions[TOKENS]
    made = service.report(db(), tokens, partner.id, service.Report(sold.id, sold.token, sold.amount_cents))
    return {
        "id": made.external_id,
        "amount_cents": made.amount_cents,
        "commission_cents": made.commission_cents,
        "day": made.day.isoformat(),
    }
