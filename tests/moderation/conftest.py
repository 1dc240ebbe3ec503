"""Le Sillon in commune A with two moderators, agents of A and of B, an operator."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour.moderation import queries, reports, service
from geoneighbour.moderation.models import Act, Case
from geoneighbour.neighbourhoods.models import Moderator
from geoneighbour.posts import service as posts
from geoneighbour.roles import service as roles
from tests.kept import kept
from tests.web.conftest import app, logged_in, visitor, world  # noqa: F401  (fixtures)
from tests.world import box, communes, opened, settled

HERE, IN_B = (-2.05, 48.55), (-1.95, 48.55)


def made(session: Session) -> tuple[dict[str, int], int]:
    """Ids by name, and that of Le Sillon."""
    communes(session, ["AB"])
    names = ["Mona", "Nina", "Anne", "Bob", "Zoé", *(f"P{n}" for n in range(6))]
    ids = {name: settled(session, name, *HERE) for name in names}
    sillon = opened(session, "Le Sillon", box(-2.06, 48.54, -2.03, 48.56), list(ids.values()))
    session.add(Moderator(neighbourhood_id=sillon, member_id=ids["Nina"]))
    for name, role, code in (
        ("Gaël", "commune_agent", "35001"),
        ("Hugo", "commune_agent", "35002"),
        ("Olga", "operator", None),
    ):
        ids[name] = settled(session, name, *IN_B)
        roles.grant(session, ids[name], role, code)
    return ids, sillon


class Town:
    def __init__(self, world) -> None:  # noqa: F811
        self.world = world
        self.ids, self.sillon = kept(world, made)

    def __getattr__(self, name: str) -> int:
        return self.ids[name]

    def post(self, reach: str = "neighbourhood", by: str = "Anne") -> int:
        return posts.write(self.world, self.ids[by], "request", f"Une échelle, {reach} ?", reach).id

    def case(self, what: str, number: object, by: str = "Bob") -> int:
        """What somebody reports; returns the case."""
        reports.report(self.world, self.ids[by], what, str(number), "abuse", "Pas correct.")
        return self.world.scalar(
            select(Case.id).where(Case.thing == f"{what}:{number}", Case.closed_at.is_(None))
        )

    def act(self, by: str, case: int, kind: str, days: int | None = None) -> Act:
        done = service.act(self.world, self.ids[by], case, kind, "Contraire aux règles du quartier.", days)
        self.world.flush()
        return done

    def sees(self, by: str, case: int) -> bool:
        return case in {row.id for row in queries.cases(self.world, self.ids[by])}


@pytest.fixture
def town(world):  # noqa: F811
    return Town(world)
