"""Le Sillon, with eleven who live there, on the web application's database."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.kept import kept
from tests.web.conftest import app, logged_in, visitor, world  # noqa: F401  (fixtures)
from tests.world import box, communes, opened, settled

HERE = (-2.05, 48.55)
SILLON = box(-2.06, 48.54, -2.03, 48.56)


@pytest.fixture
def street(world):  # noqa: F811
    """Ids: Anne and ten more of Le Sillon, then one who lives elsewhere; and the neighbourhood's."""
    return kept(world, made)


def made(session: Session) -> tuple[list[int], int]:
    communes(session, ["AB"])
    ids = [settled(session, name, *HERE) for name in ("Anne L.", *(f"Voisine {n}" for n in range(10)))]
    home = opened(session, "Le Sillon", SILLON, ids)
    ids.append(settled(session, "Au loin", -1.95, 48.55))
    return ids, home
