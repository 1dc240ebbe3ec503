"""OpenID Connect, as a client: the code flow with PKCE. Who somebody is elsewhere is their subject there, never an e-mail address.

Metadata, keys and tokens are fetched through `outgoing`: no inner addresses but those of FETCH_ALLOWED_HOSTS, no endless answers.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast
from urllib.parse import quote

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from geoneighbour import outgoing
from geoneighbour.errors import InvalidInput
from geoneighbour.settings import Settings

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""With public keys alone: "none" and the client's secret sign nothing."""
LEEWAY_SECONDS = 60


class Unfit(InvalidInput):
    """La connexion n’a pas abouti. Recommencez, ou prenez votre mot de passe."""

    def __init__(self, why: str) -> None:
        """`why` is for the log alone."""
        super().__init__()
        self.why = why


@dataclass(frozen=True)
class Flow:
    """What this browser was sent away with; its answer must fit."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Person:
    """Who came back. E-mail and name are the provider's words: they fill in a form, and prove nothing."""

    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True)
class Provider:
    issuer: str
    client_id: str
    client_secret: str
    name: str
    allowed_hosts: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> Provider | None:
        """None where none is set up."""
        if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
            return None
        hosts = frozenset(host.strip() for host in settings.fetch_allowed_hosts.split(",") if host.strip())
        return cls(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            settings.oidc_name,
            hosts,
        )

    def begin(self, back: str) -> tuple[Flow, str]:
        """A new flow, and the provider's page to go to."""
        flow = Flow(generate_token(43), generate_token(43), generate_token(64))
        address = prepare_grant_uri(
            self._metadata()["authorization_endpoint"],
            self.client_id,
            "code",
            back,
            "openid email profile",
            flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return flow, address

    def finish(self, flow: Flow, answer: Mapping[str, str], back: str) -> Person:
        """Who the provider says it is. Unfit for whatever does not hold; what `outgoing` raises."""
        if answer.get("state") != flow.state or not answer.get("code"):
            raise Unfit("the answer does not belong to this browser")
        if answer.get("iss", self.issuer) != self.issuer:
            raise Unfit("the answer is another provider's")
        metadata = self._metadata()
        token = self._token(metadata["token_endpoint"], flow, answer["code"], back)
        keys = self._json(metadata["jwks_uri"])
        try:
            decoded = jwt.decode(
                token["id_token"], KeySet.import_key_set(cast(Any, keys)), algorithms=ALGORITHMS
            )
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                    "exp": {"essential": True},
                    "sub": {"essential": True},
                    "nonce": {"essential": True, "value": flow.nonce},
                },
                {"nonce": flow.nonce, "client_id": self.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unfit(f"the provider's word does not hold: {type(error).__name__}") from error
        return Person(
            self.issuer,
            str(claims["sub"]),
            str(claims.get("email") or ""),
            str(claims.get("given_name") or ""),
        )

    def _metadata(self) -> dict[str, Any]:
        metadata = self._json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if metadata.get("issuer") != self.issuer or not all(isinstance(metadata.get(n), str) for n in wanted):
            raise Unfit("the provider's metadata is not its own")
        return metadata

    def _token(self, url: str, flow: Flow, code: str, back: str) -> dict[str, Any]:
        pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": flow.verifier,
        }
        status, token = outgoing.json_from(
            url,
            fields,
            {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
            allowed_hosts=self.allowed_hosts,
        )
        if status != 200 or not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
            raise Unfit("the provider gives no token")
        return token

    def _json(self, url: str) -> dict[str, Any]:
        status, found = outgoing.json_from(url, allowed_hosts=self.allowed_hosts)
        if status != 200 or not isinstance(found, dict):
            raise Unfit("the provider does not answer as one")
        return found


def kept(flow: Flow) -> dict[str, str]:
    """For the browser's signed cookie."""
    return asdict(flow)
