"""Who decides on changes of a neighbourhood: members who live there (docs/decisions/011)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import Conflict, Forbidden, InvalidInput
from geoneighbour.neighbourhoods import queries, service
from geoneighbour.neighbourhoods.models import Moderator, Neighbourhood


def volunteer(session: Session, member_id: int, neighbourhood_id: int) -> None:
    """Takes on a neighbourhood that has no moderator."""
    _require_resident(session, member_id, neighbourhood_id)
    if of(session, neighbourhood_id):
        raise Conflict("Ce quartier a déjà un modérateur : demandez-lui de vous nommer.")
    _add(session, member_id, neighbourhood_id)


def name(session: Session, member_id: int, neighbourhood_id: int, other_id: int) -> None:
    """A moderator names another member who lives there."""
    _require_resident(session, member_id, neighbourhood_id)
    if member_id not in of(session, neighbourhood_id):
        raise Forbidden("Seul un modérateur du quartier peut en nommer un autre.")
    if not queries.lives_in(session, other_id, neighbourhood_id):
        raise InvalidInput("Choisissez un voisin vérifié du quartier.", field="member")
    _add(session, other_id, neighbourhood_id)


def step_down(session: Session, member_id: int, neighbourhood_id: int) -> None:
    found = session.get(Moderator, (neighbourhood_id, member_id))
    if found:
        session.delete(found)


def tell_story(session: Session, member_id: int, neighbourhood_id: int, story: str) -> None:
    """A moderator writes what the neighbourhood is; it counts at once."""
    _require_resident(session, member_id, neighbourhood_id)
    if member_id not in of(session, neighbourhood_id):
        raise Forbidden("Seul un modérateur du quartier peut en écrire l'histoire.")
    neighbourhood = session.get_one(Neighbourhood, neighbourhood_id)
    neighbourhood.story = service.fit_story(story)


def of(session: Session, neighbourhood_id: int) -> list[int]:
    """The members who moderate it now."""
    return list(session.scalars(select(func.nearness.moderators_of(neighbourhood_id))))


def _require_resident(session: Session, member_id: int, neighbourhood_id: int) -> None:
    # One at a time: of two who volunteer at once the second finds the first.
    session.get(Neighbourhood, neighbourhood_id, with_for_update=True)
    if not queries.lives_in(session, member_id, neighbourhood_id):
        raise Forbidden("Ce n'est pas votre quartier.")


def _add(session: Session, member_id: int, neighbourhood_id: int) -> None:
    session.execute(
        insert(Moderator)
        .values(neighbourhood_id=neighbourhood_id, member_id=member_id)
        .on_conflict_do_nothing()
    )
