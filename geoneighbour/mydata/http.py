"""/api/v1/me/export, and DELETE /api/v1/me."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from flask_security import current_user, logout_user
from flask_security.utils import verify_password
from pydantic import BaseModel, ConfigDict

from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members.http import current_member, sealer
from geoneighbour.mydata import service
from geoneighbour.mydata.export import export
from geoneighbour.posts.photo_http import photo_store

api = APIBlueprint("mydata", __name__, url_prefix="/api/v1", tag="members")


class Password(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str


@api.get("/me/export")
def take() -> Response:
    """All that the service holds about me: a ZIP archive with JSON, GeoJSON and photos."""
    return archive()


@api.delete("/me")
@api.input(Password)
def leave(json_data: Password) -> tuple[str, int]:
    """Deletes me and all that is mine, at once and for good. My password, once more."""
    delete(json_data.password)
    return "", 204


def archive() -> Response:
    """The answer that a browser keeps as a file."""
    content = export(db(), sealer(), photo_store(), current_member().id)
    return Response(
        content,
        mimetype="application/zip",
        headers={
            "Content-Disposition": 'attachment; filename="geoneighbour.zip"',
            "Cache-Control": "no-store",
        },
    )


def delete(password: str) -> None:
    """InvalidInput when the password is not that of who is logged in."""
    member_id = current_member().id
    if not verify_password(password, current_user.password):
        raise InvalidInput("Ce n'est pas votre mot de passe.", field="password")
    service.delete(db(), photo_store(), member_id)
    logout_user()
