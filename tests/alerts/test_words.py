"""What an alert's mail says."""

from __future__ import annotations

import pytest

from geoneighbour.alerts.models import LANGUAGES
from geoneighbour.alerts.words import Word, said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", [None, "Préf. 35."])
def test_a_name_that_ends_in_a_full_stop_has_one(language: str, source: str | None) -> None:
    word = Word(
        1,
        1,
        "alert",
        "Fuite de gaz",
        "Fuite de gaz",
        True,
        {"fr": "Danger"},
        "Camille D.",
        source,
        None,
        True,
    )
    mail = said(word, "email", language, "https://example.org/alertes/1")
    name = source or "Camille D."
    for words in (mail.text, mail.html or ""):
        assert name in words
        assert ".." not in words
