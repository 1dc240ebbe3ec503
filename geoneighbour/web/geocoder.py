"""Address search through a BAN-compatible geocoder (GEOCODER_URL): GET ?q=&limit= answers a FeatureCollection of points."""

from __future__ import annotations

from typing import Any

import httpx
from apiflask import APIBlueprint
from flask import current_app
from pydantic import BaseModel, Field

from geoneighbour.errors import GeoneighbourError, NotFound, Unavailable
from geoneighbour.ground.points import Point

api = APIBlueprint("geocoder", __name__, url_prefix="/api/v1", tag="geocoder")

MOST_BYTES = 512 * 1024


class Query(BaseModel):
    q: str = Field(min_length=3, max_length=200)


@api.post("/geocode")
@api.input(Query)
def geocode(json_data: Query) -> dict[str, Any]:
    """Candidates for an address, best first. In the body, so that no log holds it; 404 when no geocoder is set."""
    url = current_app.config["SETTINGS"].geocoder_url
    if not url:
        raise NotFound("Aucune recherche d'adresse n'est configurée ici.")
    return {"results": search(url, json_data.q)}


def search(url: str, q: str) -> list[dict[str, Any]]:
    """[{label, lon, lat}] from a BAN-compatible service; Unavailable when it does not answer as one."""
    try:
        answer = httpx.get(url, params={"q": q, "limit": 5}, timeout=5, follow_redirects=False)
        answer.raise_for_status()
        if len(answer.content) > MOST_BYTES:
            raise Unavailable("La recherche d'adresse a répondu trop longuement.")
        return [_candidate(feature) for feature in answer.json()["features"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Unavailable("La recherche d'adresse ne répond pas. Touchez la carte à la place.") from error


def _candidate(feature: dict[str, Any]) -> dict[str, Any]:
    lon, lat = feature["geometry"]["coordinates"][:2]
    try:
        point = Point(float(lon), float(lat))
    except GeoneighbourError as error:
        raise ValueError("a candidate is off the map") from error
    return {"label": str(feature["properties"]["label"]), "lon": point.lon, "lat": point.lat}
