"""An OpenID Connect provider on a loopback port: discovery, tokens and keys, with whatever a test bends."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "geoneighbour", "secret: of %the client"


@cache
def _key() -> RSAKey:
    """Made once: it takes a while."""
    return RSAKey.generate_key(2048, {"kid": "one"})


class OpenidProvider:
    """`bend` changes claims of the next tokens (None takes one away); `signer` signs them."""

    def __init__(self) -> None:
        self.key = self.signer = _key()
        self.algorithm = "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.bend: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.issuer = ""
        self.asked: list[str] = []

    def authorize(self, address: str, subject: str = "anne-1") -> str:
        """As its page would, after somebody said yes there: path and query of the way back."""
        sent = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (sent["client_id"], sent["response_type"], sent["code_challenge_method"]) == (
            CLIENT,
            "code",
            "S256",
        )
        assert "openid" in sent["scope"].split()
        code = secrets.token_hex()
        self.codes[code] = {**sent, "subject": subject}
        back = urlsplit(sent["redirect_uri"])
        return f"{back.path}?code={code}&state={sent['state']}"

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.metadata

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        given = self.codes.pop(form["code"], None)
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        if (
            (unquote(user), unquote(password)) != (CLIENT, SECRET)
            or given is None
            or given["code_challenge"] != challenge
            or given["redirect_uri"] != form["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": given["subject"],
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": given["nonce"],
            "email": "anne@exemple.fr",
            "given_name": "Anne",
        } | self.bend
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        signed = jwt.encode(header, claims, self.signer, algorithms=[self.algorithm])
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@contextmanager
def serving() -> Iterator[OpenidProvider]:
    provider = OpenidProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            pages = {
                "/.well-known/openid-configuration": provider.configuration,
                "/keys": lambda: {"keys": [provider.key.as_dict(private=False)]},
            }
            self._answer(200, pages[self.path]())

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.token(form, self.headers["Authorization"]))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()
