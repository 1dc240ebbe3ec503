"""Offers by words: accents and capitals do not count, and a letter may be wrong (docs/decisions/033)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import QueryCanceled
from sqlalchemy import ColumnElement, TableClause, func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidInput

LONGEST = 100
MOST_WORDS = 6
LONGEST_MS = 2000
MANY = 2000
"""Comparing a text with a word takes some 35 microseconds: where so many are to be, it is asked for as it is written."""
ALIKE = "0.45"
"""How much of a word's trigrams an offer must have: « fromgae » has half of those of « fromage »."""


def said(session: Session, words: str, view: TableClause) -> list[ColumnElement[bool]]:
    """Each of the words, in the offer's text or in the name of its category or partner; none: all. InvalidInput for too long."""
    if len(words) > LONGEST:
        raise InvalidInput("%(most)s caractères au plus.", field="q", most=LONGEST)
    session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", ALIKE, True)))
    return [_one(session, word, view) for word in _words(words)]


@contextmanager
def bounded(session: Session, words: str | None) -> Iterator[None]:
    """Within it, what is asked with words takes LONGEST_MS at most. InvalidInput, with the transaction undone, for what would take longer."""
    if words is None:
        yield
        return
    session.execute(select(func.set_config("statement_timeout", str(LONGEST_MS), True)))
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        session.rollback()
        raise InvalidInput(
            "Trop d’offres ressemblent à ces mots : vérifiez-les, ou ajoutez-en un.", field="q"
        ) from None
    session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))


def _words(words: str) -> list[str]:
    """Letters alone, as those of « l’ », say nothing."""
    found = re.findall(r"\w+", words)
    return ([word for word in found if len(word) > 1] or found)[:MOST_WORDS]


def _one(session: Session, word: str, view: TableClause) -> ColumnElement[bool]:
    plain = session.scalar(select(func.nearness.plain(word)))
    named = func.nearness.named_like(plain).table_valued("categories", "partners")
    categories, partners = session.execute(select(named.c.categories, named.c.partners)).one()
    exact = view.c.searched.contains(plain, autoescape=True)
    called: list[ColumnElement[bool]] = [
        column.in_(codes)
        for column, codes in ((view.c.category, categories), (view.c.partner, partners))
        if codes
    ]
    if called:
        return or_(*called, exact)
    like = view.c.searched.op("%>", is_comparison=True)(plain)
    often = session.execute(select(func.nearness.said_often(plain, MANY).table_valued("so", "like_it"))).one()
    if often.so:
        return exact
    # What very many are like is read from the newest one on, not all of it by the index over words.
    return (view.c.searched + "").op("%>", is_comparison=True)(plain) if often.like_it else like
