"""/photos: the files, for whoever may see the post and nobody else."""

from __future__ import annotations

from flask import Response, request
from flask_security import current_user
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour.database.http import db
from geoneighbour.errors import NotFound
from geoneighbour.posts import photos
from geoneighbour.posts.photo_http import photo_store
from geoneighbour.web.pages.blueprint import pages


@pages.get("/photos/<key>")
def photo(key: str) -> BaseResponse:
    return _file(key, photos.large_file(key))


@pages.get("/photos/<key>/petite")
def small_photo(key: str) -> BaseResponse:
    return _file(key, photos.small_file(key))


def _file(key: str, name: str) -> BaseResponse:
    """Kept by the browser, which asks each time whether it may still show it."""
    if not current_user.is_authenticated:
        raise NotFound
    photos.shown(db(), current_user.member_id, key)
    response = Response(mimetype="image/webp", headers={"Content-Disposition": "inline"})
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.set_etag(name)
    if name not in request.if_none_match:
        response.set_data(photo_store().get(name))
    return response.make_conditional(request)
