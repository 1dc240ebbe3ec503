"""Commune boundaries for anyone: /api/v1/communes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from geoneighbour.communes import extents, queries, words
from geoneighbour.communes.queries import Version
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput, NotFound

api = APIBlueprint("communes", __name__, url_prefix="/api/v1/communes", tag="communes")


class Search(BaseModel):
    q: str = Field("", max_length=80)
    limit: int = Field(10, ge=1, le=50)


@api.get("")
@api.input(Search, location="query")
def search(query_data: Search) -> dict[str, Any]:
    """Current communes whose name or code begins so."""
    return {"communes": _shown(queries.search(db(), query_data.q, query_data.limit))}


@api.get("/<code>")
def one(code: str) -> dict[str, Any]:
    return _shown([current(code)])[0]


@api.get("/<code>/neighbours")
def neighbours(code: str) -> dict[str, Any]:
    """The communes that share a border with it, or are linked by an operator."""
    found = queries.neighbours(db(), current(code).id)
    return {"communes": _shown([version for version, _ in found])}


def current(code: str, country: str | None = None) -> Version:
    """The current commune of a code. NotFound and InvalidInput speak to who reads, not to an operator."""
    try:
        return queries.by_code(db(), code, country)
    except NotFound as error:
        raise NotFound("Aucune commune n'a le code %(code)s aujourd'hui.", code=code) from error
    except InvalidInput as error:
        raise InvalidInput(
            "Plusieurs pays ont une commune de code %(code)s : dites lequel.", field="country", code=code
        ) from error


def _shown(communes: Sequence[Version]) -> list[dict[str, Any]]:
    boxes = extents.boxes(db(), [commune.id for commune in communes])
    return [
        {
            "code": commune.code,
            "name": words.name(commune),
            "country": commune.country,
            "vintage": commune.vintage,
            "bbox": boxes[commune.id],
        }
        for commune in communes
    ]
