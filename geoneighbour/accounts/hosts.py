"""Under which names the service is asked: whoever asks may write any, and mails would lead there."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request

from geoneighbour.settings import Settings

LOCAL = ("localhost", "127.0.0.1")
"""Where somebody tries the service out on their own machine."""


def trusted(settings: Settings) -> list[str] | None:
    """For Flask's TRUSTED_HOSTS: other names are refused (400). None, anything, while PUBLIC_URL is not set."""
    if settings.public_url is None:
        return None
    return [urlsplit(settings.public_url).hostname or "", settings.host, *LOCAL]


def settled() -> bool:
    """Whether links made for this request lead to us, and not to whatever host it named."""
    fixed = current_app.config["SETTINGS"].public_url is not None
    return fixed or urlsplit(request.url_root).hostname in LOCAL
