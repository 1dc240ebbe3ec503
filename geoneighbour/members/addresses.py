"""What the pages of a member show of their home: kept sealed, opened for its owner alone (docs/decisions/013)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members.models import Address
from geoneighbour.sealing import Sealer

_UNSEALED = text(
    "SELECT home.member_id, ST_X(home.geom) AS lon, ST_Y(home.geom) AS lat FROM private.home"
    " LEFT JOIN address USING (member_id) WHERE address.member_id IS NULL"
)


def keep(session: Session, sealer: Sealer, member_id: int, home: Point, words: str | None = None) -> None:
    """Seals a member's home, and the words of its address where they are known, in place of what was kept."""
    box = sealer.seal({"lon": home.lon, "lat": home.lat, "text": words})
    kept = insert(Address).values(member_id=member_id, box=box)
    session.execute(
        kept.on_conflict_do_update(index_elements=["member_id"], set_={"box": box, "sealed_at": func.now()})
    )


def home(session: Session, sealer: Sealer, member_id: int) -> Point:
    """A member's home, for that member; NotFound without one."""
    content = _content(session, sealer, member_id)
    return Point(content["lon"], content["lat"])


def words(session: Session, sealer: Sealer, member_id: int) -> str | None:
    """The address as it was written; None for a home that was only picked on the map."""
    return _content(session, sealer, member_id)["text"]


def seal_missing(session: Session, sealer: Sealer) -> int:
    """Seals every home that is not yet; returns how many. Only the owner of the database may: it reads homes."""
    homes = session.execute(_UNSEALED).all()
    for member_id, lon, lat in homes:
        keep(session, sealer, member_id, Point(lon, lat))
    return len(homes)


def seal_anew(session: Session, sealer: Sealer) -> Iterator[int]:
    """Seals every address with the first key; yields the members."""
    for address in session.scalars(select(Address).order_by(Address.member_id)):
        address.box = sealer.anew(address.box)
        yield address.member_id


def _content(session: Session, sealer: Sealer, member_id: int) -> dict[str, Any]:
    kept = session.get(Address, member_id)
    if kept is None:
        raise NotFound("Pas de domicile.")
    return sealer.open(kept.box)
