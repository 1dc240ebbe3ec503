"""Made members for the drill: a crowd that one alert reaches, and a hamlet for the small ones. All by SQL."""

from __future__ import annotations

from sqlalchemy import Engine, text

from geoneighbour.database.engine import transaction
from tests.alerts.town import account
from tests.world import communes, settled

_CROWD = text("""
    WITH made AS (
      INSERT INTO member (name, verified_at) SELECT 'Membre ' || number, now() FROM generate_series(1, :people) AS number
      RETURNING id
    ), homes AS (
      INSERT INTO residence (member_id, zone, surroundings, home_cell, commune_id, since)
      SELECT made.id, residence.zone, residence.surroundings, residence.home_cell, residence.commune_id, now()
      FROM made CROSS JOIN residence WHERE residence.member_id = :beside
    )
    INSERT INTO account (email, active, fs_uniquifier, confirmed_at, member_id)
    SELECT 'm' || made.id || '@example.org', true, 'u' || made.id, now(), made.id FROM made
""")


def people(engine: Engine, crowd: int, hamlet: int = 20) -> tuple[int, list[int]]:
    """The author whom a crowd of so many has as neighbour, and all members of a hamlet far from it."""
    with transaction(engine) as session:
        communes(session, ["AB"])
        author = settled(session, "Anne", -2.05, 48.55)
        small = settled(session, "Zoé", -1.92, 48.58)
        for member, name in ((author, "anne"), (small, "zoe")):
            account(session, member, f"{name}@example.org")
        session.execute(_CROWD, {"people": crowd, "beside": author})
        session.execute(_CROWD, {"people": hamlet - 1, "beside": small})
        members = session.scalars(
            text(
                "SELECT member_id FROM residence WHERE zone = (SELECT zone FROM residence WHERE member_id = :small)"
            ),
            {"small": small},
        ).all()
        session.execute(text("ANALYZE member, residence, account"))
    return author, list(members)
