"""/offres/<id>/photo: the photo of an offer, for whoever may see the offer."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from flask_security import current_user
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour.database.http import db
from geoneighbour.offers import photos, queries
from geoneighbour.posts.photo_http import photo_store
from geoneighbour.web.pages.blueprint import pages


@pages.get("/offres/<int:offer_id>/photo")
def offer_photo(offer_id: int) -> BaseResponse:
    return _file(offer_id, photos.large_file)


@pages.get("/offres/<int:offer_id>/photo/petite")
def small_offer_photo(offer_id: int) -> BaseResponse:
    return _file(offer_id, photos.small_file)


def _file(offer_id: int, file_of: Callable[[str], str]) -> BaseResponse:
    """Kept by the browser for an hour, then asked for by ETag; by no cache of several people: some offers are for some homes alone."""
    queries.one(db(), offer_id, current_user.member_id if current_user.is_authenticated else None)
    name = file_of(photos.key_of(db(), offer_id))
    answer = Response(mimetype="image/webp", headers={"Content-Disposition": "inline"})
    answer.cache_control.private = True
    answer.cache_control.max_age = 3600
    answer.set_etag(name)
    if name not in request.if_none_match:
        answer.set_data(photo_store().get(name))
    return answer.make_conditional(request)
