"""Passkeys: logging in without a password, by Flask-Security's WebAuthn. Our pages and js/passkeys.js in place of its own."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, request, url_for
from flask_security import UserMixin, WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

PAGES = {
    "security.wan_register": "pages.access",
    "security.wan_register_response": "pages.access",
    "security.wan_delete": "pages.access",
    "security.wan_signin": "security.login",
    "security.wan_signin_response": "security.login",
    "security.tf_select": "security.login",
    "security.wan_verify": "security.verify",
    "security.wan_verify_response": "security.verify",
}
"""What the library would show as pages of its own, with scripts inside, and where ours are."""


class AloneEnough(WebauthnUtil):
    """A passkey stands for the password: it must know whom it belongs to, and its owner unlocks it."""

    def authenticator_selection(self, user: UserMixin, usage: str) -> AuthenticatorSelectionCriteria:
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, user: UserMixin | None, usage: list[str]) -> UserVerificationRequirement:
        return UserVerificationRequirement.REQUIRED


def init_app(app: Flask) -> None:
    # A passkey is enough alone: the library would look for a second factor after each password.
    app.extensions["security"].support_mfa = False
    for endpoint, page in PAGES.items():
        app.view_functions[endpoint] = _without_pages(app.view_functions[endpoint], page)


def _without_pages(view: Any, page: str) -> Any:
    def answer(**values: Any) -> Any:
        posted = request.method == "POST" and (request.is_json or page == "pages.access")
        posted = posted and request.endpoint != "security.tf_select"
        return view(**values) if posted else redirect(url_for(page))

    return answer
