"""/offres/proposer: who suggests whom, who reads it, and that nobody reads by whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members.models import Member
from geoneighbour.mydata import export
from geoneighbour.offers import suggestions
from geoneighbour.offers.models import OfferSuggestion
from geoneighbour.roles import service as roles
from tests.world import communes, settled

ASKED = {"category": "producer", "name": "Ferme du Vivier", "words": "Au marché le samedi"}


def test_a_suggestion_is_read_without_its_author_and_by_ambassadors_of_its_commune_alone(
    world: Session, logged_in: Callable[[int], FlaskClient]
) -> None:
    communes(world, ["AB"])
    anne, carole = settled(world, "Anne", -2.05, 48.55), settled(world, "Carole", -1.95, 48.55)
    boris = settled(world, "Boris", -2.04, 48.55)
    roles.grant(world, carole, "ambassador", "35002")
    roles.grant(world, boris, "ambassador", "35001")
    world.commit()
    author = logged_in(anne)

    empty = author.get("/offres?categorie=producer").text
    assert "Aucun producteur ici" in empty
    assert "/offres/proposer?categorie=producer" in empty
    page = author.get("/offres/proposer?categorie=producer").text
    assert '<option value="producer" selected>' in page
    assert "Votre commune a un ambassadeur" in page

    done = author.post("/offres/proposer", data={**ASKED, "lon": "-2.05", "lat": "48.55"})
    assert done.status_code == 302
    assert author.post("/offres/proposer", data=ASKED).status_code == 302
    theirs, others = logged_in(boris), logged_in(carole)
    seen = theirs.get("/offres/proposer").text
    assert seen.count("<strong>Ferme du Vivier") == 1
    assert "Anne" not in seen
    assert "Ferme du Vivier" not in others.get("/offres/proposer").text
    assert "Ferme du Vivier" not in author.get("/offres/proposer").text

    # Who is an ambassador there takes it or forgets it; for others it is not there.
    third = suggestions.suggest(world, anne, "producer", "Rucher", place=Point(-2.05, 48.55)).id
    fourth = suggestions.suggest(world, anne, "producer", "Moulin", place=Point(-2.05, 48.55)).id
    world.commit()
    for one in (author, others):
        refused = one.post(f"/offres/propositions/{third}", data={"answer": "take"})
        assert refused.status_code in (403, 404)
    for number, word, words in ((third, "take", "vous vous en occupez"), (fourth, "drop", "oubliée")):
        assert theirs.post(f"/offres/propositions/{number}", data={"answer": word}).status_code == 302
        page = theirs.get("/offres/proposer").text
        assert words in page
        assert theirs.post(f"/offres/propositions/{number}", data={"answer": word}).status_code == 404
    assert "Rucher" not in page
    assert (
        world.scalars(select(OfferSuggestion.taken_at).where(OfferSuggestion.id == third)).one() is not None
    )
    assert world.scalars(select(OfferSuggestion.id).where(OfferSuggestion.id == fourth)).all() == []

    first, second = suggestions.waiting(world)
    assert "member_id" not in first._mapping
    suggestions.take(world, first.id)
    with pytest.raises(Conflict):
        suggestions.take(world, first.id)
    suggestions.drop(world, second.id)
    with pytest.raises(NotFound):
        suggestions.drop(world, second.id)
    assert suggestions.waiting(world) == []
    assert suggestions.of_ambassador(world, boris) == []
    mine = dict(export.rows_of(world, anne))["offer_suggestion"]
    assert [row["name"] for row in mine] == ["Ferme du Vivier", "Rucher"]
    world.delete(world.get_one(Member, anne))
    world.flush()
    assert world.scalar(select(func.count()).select_from(OfferSuggestion)) == 0


def test_what_is_refused_comes_back_with_what_was_typed_and_a_sixth_waits(
    world: Session, logged_in: Callable[[int], FlaskClient]
) -> None:
    communes(world, ["AB"])
    anne = settled(world, "Anne", -2.05, 48.55)
    author = logged_in(anne)
    for wrong in (
        {"name": " "},
        {"category": "nothing"},
        {"words": "a" * 501},
        {"lon": "x"},
        {"lon": "0", "lat": "99"},
    ):
        answer = author.post("/offres/proposer", data={**ASKED, **wrong})
        assert answer.status_code == 422, wrong
        if "words" not in wrong:
            assert "Au marché le samedi" in answer.text
    for _ in range(suggestions.MOST):
        assert author.post("/offres/proposer", data=ASKED).status_code == 302
    assert author.post("/offres/proposer", data=ASKED).status_code == 429
    assert world.scalar(select(func.count()).select_from(OfferSuggestion)) == suggestions.MOST
