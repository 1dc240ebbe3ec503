"""Alerts by SMS, through whatever gateway takes an HTTP request: its address, fields and token are settings."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from geoneighbour.channels import Message, Outcome, Sent
from geoneighbour.channels.calling import at_once, hosts
from geoneighbour.channels.segments import said
from geoneighbour.errors import GeoneighbourError, InvalidInput, NotReached, Unavailable
from geoneighbour.guarded import Limits
from geoneighbour.outgoing import Caller
from geoneighbour.settings import Settings

AT_ONCE = 4
LIMITS = Limits(seconds=10, idle_seconds=10)
"""For one request: a gateway that has not answered by then may have sent it."""
OURS = (401, 402, 404, 405, 407)
"""Token, credit, address: wrong for every message, until an operator sets it right."""
AGAIN = (408, 425, 429)
NO_GATEWAY = "SMS_URL is not set: no SMS can be sent."
BODY_IS = 'SMS_BODY is a JSON object, such as {"to": "{to}", "text": "{text}"}'


class Sms:
    """POST to SMS_URL. Unavailable without one, InvalidInput for an SMS_BODY that is no JSON object."""

    name = "sms"

    def __init__(self, settings: Settings, limits: Limits = LIMITS) -> None:
        if not settings.sms_url:
            raise Unavailable(NO_GATEWAY)
        self._settings, self._limits, self._url = settings, limits, settings.sms_url
        try:
            self._body = json.loads(settings.sms_body)
        except ValueError:
            self._body = None
        if not isinstance(self._body, dict):
            raise InvalidInput(BODY_IS)

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        away = threading.Event()

        def deliver(caller: Caller, message: Message) -> Sent:
            if away.is_set():
                return message, Outcome.AWAY, "not asked"
            outcome, problem = self._one(caller, message)
            # A gateway that leaves one request without an answer would leave all: each of them would count as sent.
            if outcome in (Outcome.AWAY, Outcome.UNKNOWN):
                away.set()
            return message, outcome, problem

        return at_once(
            messages,
            deliver,
            threads=AT_ONCE,
            allowed_hosts=hosts(self._settings.fetch_allowed_hosts),
            limits=self._limits,
        )

    def _one(self, caller: Caller, message: Message) -> tuple[Outcome, str]:
        content, headers = self._request(message)
        try:
            status, _ = caller.post(self._url, content, headers)
        except (NotReached, InvalidInput) as error:
            return Outcome.AWAY, type(error).__name__
        except GeoneighbourError as error:
            return Outcome.UNKNOWN, type(error).__name__
        return _meaning(status), "" if 200 <= status < 300 else str(status)

    def _request(self, message: Message) -> tuple[bytes, dict[str, str]]:
        values = {
            "to": message.to,
            "digits": message.to.removeprefix("+"),
            "text": said(message.text),
            "sender": self._settings.sms_sender,
            "key": message.key,
        }
        body = _filled(self._body, values)
        headers = {"Accept": "application/json", self._settings.sms_key_header: message.key}
        if self._settings.sms_token:
            name, _, value = self._settings.sms_token_header.partition(":")
            headers[name.strip()] = value.strip().replace("{token}", self._settings.sms_token)
        if self._settings.sms_form:
            return urlencode(body).encode(), headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return json.dumps(body).encode(), headers | {"Content-Type": "application/json"}


def _filled(body: Any, values: dict[str, str]) -> Any:
    """The template with its words in braces filled in, once: what a text says is no template."""
    if isinstance(body, dict):
        return {name: _filled(value, values) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, values) for value in body]
    if not isinstance(body, str):
        return body
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), body)


def _meaning(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.SENT
    if status in OURS or 300 <= status < 400:
        return Outcome.AWAY
    return Outcome.AGAIN if status in AGAIN or status >= 500 else Outcome.NEVER
