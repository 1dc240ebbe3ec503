"""How long an answer takes for e-mail addresses with and without an account; 1,000 of them: `make fuzz`.

Tries of both kinds come one after the other, in an order drawn by lot, so that a busy machine slows both alike. What is
compared are medians: by how much they differ, and how often a lot as large as that falls to labels that mean nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from flask import Flask

LOTS = 2000
ALIKE = 0.001
"""Less often than this by chance is a difference."""
HOME = {"lon": "-2.05", "lat": "48.55"}
ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "login": ("/connexion", {"password": "nicht-das-richtige"}),
    "forgotten password": ("/mot-de-passe", {}),
    "sign-up": (
        "/inscription",
        {"password": "grande-maree-2026", "password_confirm": "grande-maree-2026", "name": "Zoé", **HOME},
    ),
}


@dataclass(frozen=True)
class Difference:
    known_ms: float
    unknown_ms: float
    chance: float
    """How often labels drawn by lot differ as much."""

    @property
    def told(self) -> bool:
        """Whether an attacker could tell: it is no chance, and more than a twentieth of the answer's time."""
        return self.chance < ALIKE and abs(self.known_ms - self.unknown_ms) > 0.05 * self.unknown_ms

    def __str__(self) -> str:
        return f"known {self.known_ms:.1f} ms, unknown {self.unknown_ms:.1f} ms, as much by chance: {self.chance:.0%}"


def compared(known: Sequence[float], unknown: Sequence[float], seed: int = 1) -> Difference:
    """Times in seconds of both kinds."""
    rnd, both, found = random.Random(seed), [*known, *unknown], abs(median(known) - median(unknown))
    as_much = 0
    for _ in range(LOTS):
        rnd.shuffle(both)
        as_much += abs(median(both[: len(known)]) - median(both[len(known) :])) >= found
    return Difference(median(known) * 1000, median(unknown) * 1000, as_much / LOTS)


def measure(app: Flask, what: str, known: Sequence[str], tries: int) -> Difference:
    """So many tries of each kind, a browser of its own for each; `known` are addresses with an account, used in turn."""
    path, form = ASKED[what]
    times: dict[bool, list[float]] = {True: [], False: []}
    rnd = random.Random(2)
    for number in range(tries):
        for has_account in rnd.sample([True, False], 2):
            email = known[number % len(known)] if has_account else f"b{number:04}@exemple.fr"
            client = app.test_client()
            begun = time.perf_counter()
            answer = client.post(path, data={"email": email, **form})
            times[has_account].append(time.perf_counter() - begun)
            assert answer.status_code in (200, 302), answer.status_code
    # The first ones warm up.
    return compared(times[True][2:], times[False][2:])
