"""Alerts to browsers: Web Push (RFC 8030), encrypted for the browser alone (8188, 8291), signed with the service's key (8292)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from geoneighbour.channels import Message, Outcome, Sent
from geoneighbour.channels.calling import at_once, hosts
from geoneighbour.database import state
from geoneighbour.errors import GeoneighbourError, InvalidInput, NotReached
from geoneighbour.guarded import Limits
from geoneighbour.outgoing import Caller
from geoneighbour.settings import Settings

AT_ONCE = 8
LIMITS = Limits(seconds=10, idle_seconds=5)
KEPT_SECONDS = 12 * 3600
"""How long a push service keeps a message for a browser that is off."""
SIGNED_SECONDS = 6 * 3600
LONGEST_TEXT = 600
"""A push holds some 3,900 bytes in all."""
AGAIN = (408, 425, 429)
KEY_IS = "PUSH_KEY is 32 random bytes as URL-safe base64."


@dataclass(frozen=True)
class Subscription:
    """Where one browser is woken: an address at a push service, and the keys that it alone can read with."""

    endpoint: str
    p256dh: str
    auth: str

    def to_json(self) -> str:
        return json.dumps({"endpoint": self.endpoint, "p256dh": self.p256dh, "auth": self.auth})


def subscription(settings: Settings, endpoint: str, p256dh: str, auth: str) -> Subscription:
    """What a browser sent. InvalidInput for an address that is none of PUSH_HOSTS, and for keys that are none."""
    try:
        place = urlsplit(endpoint)
        host, port = (place.hostname or "").lower(), place.port
    except ValueError:
        host, port = "", None
    inner = host in hosts(settings.fetch_allowed_hosts)
    known = any(fnmatchcase(host, one) for one in hosts(settings.push_hosts))
    if not known or len(endpoint) > 1000 or not (inner or (place.scheme == "https" and port in (None, 443))):
        raise InvalidInput("Ce service de notifications n'est pas connu ici.", field="endpoint")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
        sound = len(_bytes(auth)) == 16
    except (ValueError, binascii.Error):
        sound = False
    if not sound:
        raise InvalidInput("Les clés de ce navigateur ne conviennent pas.", field="keys")
    return Subscription(endpoint, p256dh, auth)


class Push:
    """To the push services of PUSH_HOSTS."""

    name = "push"

    def __init__(self, settings: Settings, limits: Limits = LIMITS) -> None:
        self._settings, self._limits = settings, limits
        self._key = _own_key(settings)
        self._signed: dict[str, tuple[float, str]] = {}

    @property
    def public_key(self) -> str:
        """65 bytes as URL-safe base64: what a browser subscribes with."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        away, lock = set[str](), threading.Lock()

        def deliver(caller: Caller, message: Message) -> Sent:
            try:
                # Once more: what was allowed as it subscribed may be so no longer.
                to = subscription(self._settings, **json.loads(message.to))
            except InvalidInput as error:
                return message, Outcome.GONE, type(error).__name__
            host = str(urlsplit(to.endpoint).hostname)
            with lock:
                if host in away:
                    return message, Outcome.AGAIN, "not asked"
            outcome, problem = self._one(caller, to, message)
            if problem == NotReached.__name__:
                with lock:
                    away.add(host)
            return message, outcome, problem

        return at_once(
            messages,
            deliver,
            threads=AT_ONCE,
            allowed_hosts=hosts(self._settings.fetch_allowed_hosts),
            limits=self._limits,
        )

    def _one(self, caller: Caller, to: Subscription, message: Message) -> tuple[Outcome, str]:
        headers = {
            "Authorization": self._signature(to.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high" if message.urgent else "normal",
            # The same again replaces what has not been fetched yet.
            "Topic": base64.urlsafe_b64encode(hashlib.sha256(message.key.encode()).digest()[:24]).decode(),
        }
        try:
            status, _ = caller.post(to.endpoint, _sealed(to, message), headers)
        except InvalidInput as error:
            return Outcome.NEVER, type(error).__name__
        except GeoneighbourError as error:
            # A second one takes the place of the first, on the way and on the screen.
            return Outcome.AGAIN, type(error).__name__
        return _meaning(status), "" if 200 <= status < 300 else str(status)

    def _signature(self, endpoint: str) -> str:
        """RFC 8292, the same for one push service for a while."""
        place, now = urlsplit(endpoint), time.time()
        origin = f"{place.scheme}://{place.netloc}"
        until, words = self._signed.get(origin, (0.0, ""))
        if until < now + SIGNED_SECONDS / 2:
            until = now + SIGNED_SECONDS
            claims = {"aud": origin, "exp": int(until), "sub": f"mailto:{self._settings.mail_from}"}
            token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(self._key))
            words = f"vapid t={token}, k={self.public_key}"
            self._signed[origin] = until, words
        return words


def _sealed(to: Subscription, message: Message) -> bytes:
    told = {
        "title": message.subject,
        "body": message.text.strip()[:LONGEST_TEXT],
        "url": message.url,
        "tag": message.key,
        "lang": message.language,
        "urgent": message.urgent,
    }
    content: bytes = http_ece.encrypt(
        json.dumps(told, ensure_ascii=False).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(to.p256dh),
        auth_secret=_bytes(to.auth),
        version="aes128gcm",
    )
    return content


def _own_key(settings: Settings) -> ec.EllipticCurvePrivateKey:
    """InvalidInput for a PUSH_KEY that is none."""
    try:
        number = int.from_bytes(_bytes(settings.push_key or state.secret(settings, "push_key")))
        return ec.derive_private_key(number, ec.SECP256R1())
    except (ValueError, binascii.Error):
        raise InvalidInput(KEY_IS) from None


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _meaning(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.SENT
    if status in (404, 410):
        return Outcome.GONE
    return Outcome.AGAIN if status in AGAIN or status >= 500 else Outcome.NEVER
