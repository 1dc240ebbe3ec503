"""The one table from domain errors to HTTP: problem+json (RFC 9457) for the API, a page for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from apiflask.exceptions import HTTPError
from flask import Flask, Response, current_app, json, redirect, render_template, request, url_for
from flask_babel import format_decimal, gettext, lazy_gettext
from psycopg.errors import NumericValueOutOfRange
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from geoneighbour import errors
from geoneighbour.database.constraints import translate

STATUS: dict[type[errors.GeoneighbourError], HTTPStatus] = {
    errors.LoginNeeded: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnusableFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def init_app(app: Flask) -> None:
    app.add_template_filter(told, "reason")
    app.register_error_handler(errors.GeoneighbourError, _domain)
    app.register_error_handler(IntegrityError, lambda error: _domain(translate(error)))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DataError, _no_such_number)
    app.register_error_handler(HTTPError, _invalid)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    # What breaks after the view (a commit) is logged by Flask, with all that the error holds: not here.
    app.log_exception = lambda exc_info: _log(exc_info[1])  # type: ignore[method-assign]


def status_of(error: errors.GeoneighbourError) -> HTTPStatus:
    """The status of an error: its own class's, else that of the nearest class it derives from."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def told(error: errors.GeoneighbourError) -> str:
    """What is wrong, in the reader's language."""
    return error.said(gettext, format_decimal)


def _domain(error: errors.GeoneighbourError) -> BaseResponse:
    if isinstance(error, errors.LoginNeeded) and not _is_api():
        return redirect(
            url_for("security.login", next=request.full_path if request.method == "GET" else None)
        )
    if isinstance(error, errors.Suspended) and not _is_api():
        return redirect(url_for("pages.decisions"))
    if isinstance(error, errors.VisitOver) and not _is_api():
        return redirect(url_for("pages.verification"))
    return _answer(status_of(error), told(error), error.field)


def _invalid(error: HTTPError) -> BaseResponse:
    """What pydantic refused: {"json": {"body": ["..."]}}; the first field is named."""
    places = error.detail if isinstance(error.detail, dict) else {}
    reasons = next(iter(places.values()), None)
    if isinstance(reasons, dict) and reasons:
        field, messages = next(iter(reasons.items()))
        words = gettext("Le champ « %(field)s » n’est pas valable.", field=field)
        return _answer(HTTPStatus(error.status_code), words, field, rule=messages[0])
    return _answer(HTTPStatus(error.status_code), gettext("Cette demande n’est pas lisible."))


def _http(error: HTTPException) -> BaseResponse:
    if isinstance(error, SecurityError):
        # Another host than ours (TRUSTED_HOSTS): under that name no page can be made.
        return Response(status=400)
    if isinstance(error.response, BaseResponse):
        return error.response
    code = error.code or 500
    return _answer(HTTPStatus(code), str(_WORDS.get(code, _OURS if code >= 500 else _WORDS[400])))


_OURS = lazy_gettext("Une erreur est survenue de notre côté. Réessayez dans un instant.")
_WORDS = {
    400: lazy_gettext("Cette demande est incomplète ou a expiré : rechargez la page."),
    404: lazy_gettext("Cette page n'existe pas."),
    405: lazy_gettext("Cette page ne s'ouvre pas de cette façon."),
    413: lazy_gettext("Cet envoi est trop lourd."),
}


def _no_such_number(error: DataError) -> BaseResponse:
    """An address with a number that no identifier can be: there is nothing of that number."""
    if isinstance(error.orig, NumericValueOutOfRange):
        return _domain(errors.NotFound())
    return _unexpected(error)


def _database_away(error: OperationalError) -> BaseResponse:
    current_app.logger.error("database: %s", type(error.orig).__name__)
    return _answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        gettext("La base de données ne répond pas. Réessayez dans un instant."),
    )


def _unexpected(error: Exception) -> BaseResponse:
    _log(error)
    if current_app.testing:
        raise error
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, str(_OURS))


def _log(error: BaseException | None) -> None:
    """The place and the kind of an error only: its message may hold what somebody sent."""
    frames = error.__traceback__ if error else None
    while frames and frames.tb_next:
        frames = frames.tb_next
    where = f"{frames.tb_frame.f_code.co_filename}:{frames.tb_lineno}" if frames else "?"
    current_app.logger.error("%s %s: %s at %s", request.method, request.endpoint, type(error).__name__, where)


def _answer(status: HTTPStatus, detail: str, field: str | None = None, **more: str) -> BaseResponse:
    """`more`: further members of a problem, for programs."""
    if not _is_api():
        page = render_template("errors/problem.html", status=int(status), title=status.phrase, detail=detail)
        return Response(page, status=int(status))
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        **more,
    }
    if field:
        problem["field"] = field
    return Response(json.dumps(problem), status=int(status), mimetype="application/problem+json")


def _is_api() -> bool:
    return request.path.startswith(("/api/", "/tiles/"))
