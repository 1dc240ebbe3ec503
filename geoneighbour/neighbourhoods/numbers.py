"""Sentence 12's numbers as JSON. What may be told is decided in SQL (sql/40_numbers.sql)."""

from __future__ import annotations

from geoneighbour import settings


def people(number: int | None) -> dict[str, int]:
    """{"about": 30} for a rounded number; {"fewer_than": 11} for None, a number below k."""
    return {"fewer_than": settings.load().k} if number is None else {"about": number}
