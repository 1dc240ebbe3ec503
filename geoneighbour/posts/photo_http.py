"""Photos over HTTP: what any form with photos needs, and /api/v1/posts/<id>/photos."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Flask, current_app, request
from flask_security import current_user
from pydantic import BaseModel, ConfigDict

from geoneighbour import storage
from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members import service as members
from geoneighbour.members.http import current_member
from geoneighbour.posts import photos, pictures
from geoneighbour.posts.models import MOST_PHOTOS, PostPhoto
from geoneighbour.posts.pictures import FIELD, Picture
from geoneighbour.posts.sizes import MOST_BYTES, MOST_BYTES_TOGETHER
from geoneighbour.settings import Settings
from geoneighbour.storage import Store

api = APIBlueprint("photos", __name__, url_prefix="/api/v1/posts", tag="posts")

STORE = "geoneighbour.photos"


class Description(BaseModel):
    """What is to be seen on a photo."""

    model_config = ConfigDict(extra="forbid")

    alt: str


def photo_json(photo: PostPhoto) -> dict[str, Any]:
    """Addresses that open for whoever may see the post; sizes in pixels."""
    address, (width, height) = f"/photos/{photo.key}", photo.small
    return {
        "number": photo.number,
        "alt": photo.alt,
        "url": address,
        "width": photo.width,
        "height": photo.height,
        "small": {"url": f"{address}/petite", "width": width, "height": height},
    }


@api.post("/<int:post_id>/photos")
def add_photos(post_id: int) -> tuple[dict[str, Any], int]:
    """multipart/form-data: `photos` (up to four files: JPEG, PNG, WebP), `alt` (a text for each, in the same order)."""
    member = current_member()
    added = photos.add(db(), photo_store(), member.id, post_id, sent_photos(least=1))
    return {"photos": [photo_json(photo) for photo in added]}, 201


@api.patch("/<int:post_id>/photos/<int:number>")
@api.input(Description)
def describe_photo(post_id: int, number: int, json_data: Description) -> dict[str, Any]:
    return photo_json(photos.describe(db(), current_member().id, post_id, number, json_data.alt))


@api.delete("/<int:post_id>/photos/<int:number>")
def remove_photo(post_id: int, number: int) -> tuple[str, int]:
    photos.remove(db(), photo_store(), current_member().id, post_id, number)
    return "", 204


def take_photos(app: Flask, settings: Settings, endpoints: tuple[str, ...]) -> None:
    """`endpoints` take photos: from members, forms for them may be heavier than the others."""
    app.extensions[STORE] = storage.open_photos(settings)

    def allow() -> None:
        if request.endpoint in endpoints and current_user.is_authenticated:
            request.max_content_length = MOST_BYTES_TOGETHER

    app.before_request(allow)


def photo_store() -> Store:
    return current_app.extensions[STORE]


def sent_photos(least: int = 0) -> list[tuple[Picture, str]]:
    """The form's photos, made anew, each with its alternative text. NotVerified; InvalidInput: no photo, too many, too few."""
    # A field that was left empty comes as a file without a name.
    files = [file for file in request.files.getlist(FIELD) if file.filename]
    if len(files) < least:
        raise InvalidInput("Choisissez au moins une photo.", field=FIELD)
    if len(files) > MOST_PHOTOS:
        raise InvalidInput("%(most)s photos au plus.", field=FIELD, most=MOST_PHOTOS)
    if files:
        members.require_verified(db(), current_user.member_id)
    alts = request.form.getlist("alt")
    alts += [""] * (len(files) - len(alts))
    return [
        (pictures.read(file.stream.read(MOST_BYTES + 1)), alt) for file, alt in zip(files, alts, strict=False)
    ]
