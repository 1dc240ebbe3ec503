"""Granting roles, taking them back, and asking for them. The rule's SQL asks `nearness.has_role` too."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.communes import queries as communes
from geoneighbour.errors import Forbidden, InvalidInput, NotFound
from geoneighbour.members.models import Member
from geoneighbour.roles.models import IN_COMMUNES, ROLES, RoleGrant


def has(session: Session, member_id: int, role: str, *, commune_id: int | None = None) -> bool:
    """Whether a member has a role; in this commune (any version of its boundary), where one is given.

    An operator has all of them, everywhere.
    """
    return bool(session.scalar(select(func.nearness.has_role(member_id, role, commune_id))))


def require(session: Session, member_id: int, role: str, *, commune_id: int | None = None) -> None:
    """Forbidden for who has it not."""
    if not has(session, member_id, role, commune_id=commune_id):
        raise Forbidden


def reviews(session: Session, member_id: int) -> bool:
    """May work on the reviewers' queue: an operator anywhere, an agent of a commune there."""
    return has(session, member_id, "commune_agent")


def of(session: Session, member_id: int) -> Sequence[RoleGrant]:
    """The roles a member holds now, in the order in which they came."""
    held = select(RoleGrant).where(RoleGrant.member_id == member_id, RoleGrant.revoked_at.is_(None))
    return session.scalars(held.order_by(RoleGrant.id)).all()


def names(session: Session, member_id: int) -> set[str]:
    return {grant.role for grant in of(session, member_id)}


def grant(
    session: Session,
    member_id: int,
    role: str,
    code: str | None = None,
    country: str | None = None,
    *,
    granted_by: int | None = None,
) -> RoleGrant:
    """Grants a role; granting it twice is once. InvalidInput: no such role, or a commune where none belongs; NotFound: no such commune."""
    if role not in ROLES:
        raise InvalidInput(f"no role {role!r}: one of {', '.join(ROLES)}", field="role")
    if (role in IN_COMMUNES) != (code is not None):
        needs = (
            "is for a commune: give --commune" if role in IN_COMMUNES else "holds everywhere: no --commune"
        )
        raise InvalidInput(f"the role {role} {needs}", field="commune")
    place = _place(session, code, country)
    session.get_one(Member, member_id, with_for_update=True)
    for held in of(session, member_id):
        if (held.role, held.country, held.code) == (role, *place):
            return held
    new = RoleGrant(member_id=member_id, role=role, country=place[0], code=place[1], granted_by=granted_by)
    session.add(new)
    session.flush()
    return new


def revoke(
    session: Session, member_id: int, role: str, code: str | None = None, country: str | None = None
) -> int:
    """Takes a role back, in every commune where none is given; returns how many grants. NotFound: they have none such."""
    held = [
        one
        for one in of(session, member_id)
        if one.role == role
        and (code is None or one.code == code.upper())
        and (country is None or one.country == country.upper())
    ]
    if not held:
        raise NotFound(f"they do not have the role {role}{f' in {code}' if code else ''}")
    for one in held:
        one.revoked_at = func.now()
    session.flush()
    return len(held)


def _place(session: Session, code: str | None, country: str | None) -> tuple[str | None, str | None]:
    if code is None:
        return None, None
    found = communes.by_code(session, code, country)
    return found.country, found.code
