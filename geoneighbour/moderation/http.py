"""POST /api/v1/reports, and what was decided about me. The rest of moderation is pages."""

from __future__ import annotations

from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from geoneighbour.database.http import db
from geoneighbour.members.http import current_member
from geoneighbour.moderation import queries, reports
from geoneighbour.moderation.models import LONGEST_WORDS

api = APIBlueprint("moderation", __name__, url_prefix="/api/v1", tag="moderation")


class NewReport(BaseModel):
    """`number`: the id of the thing; of a photo the key in its address. `words` are read by those who decide alone."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["post", "photo", "message", "member", "neighbourhood"]
    number: str = Field(max_length=40)
    reason: Literal["abuse", "scam", "privacy", "illegal", "not_a_neighbour", "other"]
    words: str = Field("", max_length=LONGEST_WORDS)


@api.post("/reports")
@api.input(NewReport)
def report(json_data: NewReport) -> tuple[str, int]:
    """Something that I am shown, to those who moderate. It is never said who reported. Ten a day."""
    said = json_data
    reports.report(db(), current_member().id, said.what, said.number, said.reason, said.words)
    return "", 204


@api.get("/me/decisions")
def decisions() -> dict[str, Any]:
    """What moderation did about me, the latest first, and what became of my appeals."""
    return {"decisions": [decision_json(row) for row in queries.about(db(), current_member().id)]}


def decision_json(row: Any) -> dict[str, Any]:
    return {
        "id": row.act_id,
        "kind": row.kind,
        "about": row.what,
        "why": row.why,
        "days": row.days,
        "made_at": row.made_at.isoformat(),
        "appeal": row.appeal,
        "verdict": row.verdict,
        "answer": row.verdict_why,
    }
