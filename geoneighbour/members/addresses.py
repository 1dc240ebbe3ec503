"""What the pages of a member show of their home: kept sealed, opened for its owner alone (docs/decisions/013)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geoneighbour.errors import NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members.models import Address, AddressAccess, Member
from geoneighbour.sealing import Sealer

_UNSEALED = text(
    "SELECT home.member_id, ST_X(home.geom) AS lon, ST_Y(home.geom) AS lat FROM private.home"
    " LEFT JOIN address USING (member_id) WHERE address.member_id IS NULL"
)
ACCESS_KEPT = timedelta(days=365)


@dataclass(frozen=True)
class Shown:
    """Degrees, EPSG:4326; `text` is None for a home that was only picked on the map.

    `checked`: the service itself asked the geocoder for these words, and the home is where it said.
    """

    lon: float
    lat: float
    text: str | None
    checked: bool


def keep(
    session: Session,
    sealer: Sealer,
    member_id: int,
    home: Point,
    words: str | None = None,
    *,
    checked: bool = False,
) -> None:
    """Seals a member's home, and the words of its address where they are known, in place of what was kept."""
    box = sealer.seal({"lon": home.lon, "lat": home.lat, "text": words, "checked": checked})
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


def own(session: Session, sealer: Sealer, member_id: int) -> Shown:
    """All that is kept, for that member alone; NotFound without a home."""
    content = _content(session, sealer, member_id)
    return Shown(content["lon"], content["lat"], content["text"], content.get("checked", False))


def shown(session: Session, sealer: Sealer, member_id: int, *, to: int | None, purpose: str) -> Shown:
    """An address for anybody but its owner, who can read to whom it was shown and for what (`letter`, `document`, ...).

    `to` is the member who looks, None on the command line. The only way; NotFound without a home.
    """
    found = own(session, sealer, member_id)
    session.add(AddressAccess(member_id=member_id, viewer_id=to, purpose=purpose))
    session.flush()
    return found


def seen_by(session: Session, member_id: int) -> list[tuple[datetime, str, str | None]]:
    """Who was shown a member's address: when, for what, and their name (None: the service's own commands). Newest first."""
    rows = (
        select(AddressAccess.shown_at, AddressAccess.purpose, Member.name)
        .outerjoin(Member, Member.id == AddressAccess.viewer_id)
        .where(AddressAccess.member_id == member_id)
        .order_by(AddressAccess.id.desc())
    )
    return [(at, purpose, name) for at, purpose, name in session.execute(rows)]


def forget_access(session: Session) -> int:
    """Deletes what was seen more than a year ago; returns how much."""
    old = delete(AddressAccess).where(AddressAccess.shown_at < datetime.now(UTC) - ACCESS_KEPT)
    return len(session.scalars(old.returning(AddressAccess.id)).all())


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
