"""Words without accents, with a wrong letter, in a category's or partner's name; and what they do not find."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geoneighbour.errors import InvalidInput
from geoneighbour.offers import queries
from tests.offers.made import bring_file, feature, features, feed

TITLES = {
    1: "Crème fraîche d’Élodie",
    2: "Fromage de brebis",
    3: "Panier de légumes d'été",
    4: "Garde-meubles à Paramé",
}


@pytest.fixture
def stall(database: Engine, tmp_path: Path) -> Engine:
    of = feed(database)
    rows = [feature(number, title=title) for number, title in TITLES.items()]
    rows[1] |= {"properties": rows[1]["properties"] | {"words": "Lait cru, affiné à l’œuvre"}}
    rows[3] |= {"properties": rows[3]["properties"] | {"category": "storage"}}
    bring_file(database, tmp_path, of, features(rows))
    return database


def test_words_find_offers_and_others_do_not(stall: Engine) -> None:
    def found(q: str) -> set[int]:
        with Session(stall) as session:
            rows = queries.listed(session, queries.Wanted(q=q))
            return {number for number, title in TITLES.items() if title in [row.title for row in rows]}

    assert found("creme") == found("CRÈME FRAICHE") == found("elodie") == {1}
    assert found("fromgae") == found("fromag") == found("fromages brebi") == {2}
    assert found("lait cru") == found("oeuvre") == {2}
    assert found("légume") == found("legmes") == {3}
    # All words, not one of them; a category's and the partner's name count.
    assert found("fromage légumes") == set()
    assert found("stockage") == found("opslag") == {4}
    assert found("la ferme") == found("") == found("l'") == {1, 2, 3, 4}
    assert found("stockage parame") == {4}
    assert found("stockage fromage") == set()
    # Just too far away, and what a pattern would take for anything.
    assert found("fourrage") == found("%") - {1, 2, 3, 4} == found("bijoux") == set()


def test_a_changed_offer_is_found_by_its_new_words(stall: Engine, tmp_path: Path) -> None:
    with Session(stall) as session:
        session.execute(text("UPDATE offer SET title = 'Vélo cargo' WHERE external_id = 'n2'"))
        assert [row.title for row in queries.listed(session, queries.Wanted(q="velo"))] == ["Vélo cargo"]
        assert queries.listed(session, queries.Wanted(q="brebis")) == []
        with pytest.raises(InvalidInput):
            queries.listed(session, queries.Wanted(q="a" * 101))


def test_the_search_reads_its_index(stall: Engine) -> None:
    with Session(stall) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.scalars(text("EXPLAIN SELECT id FROM offer WHERE searched %> 'fromage'")).all()
    assert any("ix_offer_searched" in line for line in plan)
