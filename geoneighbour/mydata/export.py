"""All that the service holds about one member, as files: data.json, places.geojson, photos."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from geoalchemy2.shape import to_shape
from shapely.geometry import mapping
from sqlalchemy import Column, ColumnElement, Select, Table, func, or_, select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.alerts import phones
from geoneighbour.alerts.ledger import Delivery
from geoneighbour.alerts.models import AlertWord
from geoneighbour.database.base import Base
from geoneighbour.ground import cells
from geoneighbour.members import addresses
from geoneighbour.posts.models import Message, Post, PostPhoto, Thread
from geoneighbour.posts.photos import large_file
from geoneighbour.sealing import Sealer
from geoneighbour.storage import Store
from geoneighbour.verification import documents

OTHERS = {
    ("address_access", "viewer_id"),
    ("alert", "approved_by"),
    ("block", "blocked_id"),
    ("alert_feed", "speaker_id"),
    ("neighbourhood_change", "accepted_by"),
    ("neighbourhood_change", "agreed_by"),
    ("verification_act", "reviewer_id"),
    ("vouch", "asker_id"),
    ("moderation_case", "reported_id"),
    ("moderator", "named_by"),
    ("role_grant", "granted_by"),
}
"""Columns that name a member in somebody else's doing: who blocked me is theirs to tell."""
SECRET = {
    "cells",
    "password",
    "fs_uniquifier",
    "fs_webauthn_user_handle",
    "key",
    "word_hash",
    "token_hash",
    "nonce",
    "credential_id",
    "public_key",
    "box",
    "reviewer_id",
    "named_by",
}
"""What lets people in, what is sealed, who looked at one's papers, and who would have one moderate."""
SEALED = {"address", "home"}
"""Told as `home`, from the box that only the service opens."""
TOLD_ALREADY = {("residence", "known_from"), ("residence", "hidden_from_wider")}
"""What the member's own row says, kept once more for the rule."""
CELLS = {"zone", "surroundings", "home_cell", "origin_zone", "origin_surroundings", "origin_cell"}
SMALLEST_CELL = 1 << 59


def export(session: Session, sealer: Sealer, store: Store, member_id: int) -> bytes:
    """A ZIP archive: data.json by table, places.geojson (EPSG:4326) with home and what the member drew, and photos."""
    tables = dict(rows_of(session, member_id))
    home = addresses.home(session, sealer, member_id)
    at_home = {"lon": home.lon, "lat": home.lat, "address": addresses.words(session, sealer, member_id)}
    places = [_feature(mapping(home.shape), what="home")]
    for table, rows in tables.items():
        for row in rows:
            places += [
                _feature(row.pop(name), what=table, id=row.get("id"))
                for name in _geometries(table)
                if row.get(name)
            ]
    photos = _photos(session, member_id)
    told = {
        "made_at": datetime.now(UTC),
        "home": at_home,
        "telephone": phone.number if (phone := phones.of(session, sealer, member_id)) else None,
        **tables,
        "post_photo": [_plain(photo) for photo in photos],
    }
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("data.json", json.dumps(told, default=_text, ensure_ascii=False, indent=2))
        files.writestr("places.geojson", json.dumps({"type": "FeatureCollection", "features": places}))
        for photo in photos:
            files.writestr(
                f"photos/{photo['post_id']}-{photo['number']}.webp", store.get(large_file(photo["key"]))
            )
        if paper := documents.own(session, sealer, member_id):
            files.writestr(f"document.{paper.kind}", paper.data)
    return archive.getvalue()


def rows_of(session: Session, member_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of every table that are this member's, and all of the conversations they take part in."""
    for table in Base.metadata.sorted_tables:
        if table.name in SEALED:
            continue
        if mine := [column == member_id for column in own_columns(table)]:
            columns = [column for column in table.c if (table.name, column.name) not in TOLD_ALREADY]
            found = session.execute(select(*columns).where(or_(*mine))).mappings()
            yield table.name, [_plain(dict(row)) for row in found]
        elif of_account := [column.in_(_accounts(member_id)) for column in _account_columns(table)]:
            rows = session.execute(select(table).where(or_(*of_account))).mappings()
            yield table.name, [_plain(dict(row)) for row in rows]
    yield "delivery", _deliveries(session, member_id)
    yield "conversation", _conversations(session, member_id)


def own_columns(table: Table) -> list[Column[Any]]:
    """The columns by which a row is about a member: the member's own key, or a foreign key to it."""
    if table.name == "member":
        return [table.c.id]
    return [
        key.parent
        for key in table.foreign_keys
        if key.column.table.name == "member" and (table.name, key.parent.name) not in OTHERS
    ]


def _account_columns(table: Table) -> list[Column[Any]]:
    """Of tables that know accounts alone: sessions, passkeys."""
    return [key.parent for key in table.foreign_keys if key.column.table.name == "account"]


def _accounts(member_id: int) -> Select[int]:
    return select(Account.id).where(Account.member_id == member_id)


def _deliveries(session: Session, member_id: int) -> list[dict[str, Any]]:
    """What was sent to the member, or was to be, by which channel and what came of it: to the minute, and nothing of the workers."""
    rows = session.execute(
        select(
            Delivery.post_id,
            AlertWord.what,
            Delivery.channel,
            Delivery.state,
            func.date_trunc("minute", Delivery.created_at).label("said_at"),
            func.date_trunc("minute", Delivery.done_at).label("done_at"),
        )
        .join(AlertWord, AlertWord.id == Delivery.word_id)
        .where(Delivery.member_id == member_id)
        .order_by(Delivery.word_id, Delivery.channel)
    )
    return [dict(row) for row in rows.mappings()]


def _conversations(session: Session, member_id: int) -> list[dict[str, Any]]:
    own: ColumnElement[bool] = or_(
        Thread.member_id == member_id, Thread.with_id == member_id, Post.author_id == member_id
    )
    rows = session.execute(
        select(
            Thread.id.label("thread"),
            Post.body.label("about"),
            Message.body,
            Message.created_at,
            Message.author_id,
        )
        .join(Thread, Thread.id == Message.thread_id)
        .outerjoin(Post, Post.id == Thread.post_id)
        .where(own)
        .order_by(Message.id)
    ).mappings()
    return [
        {
            **{name: row[name] for name in ("thread", "about", "body", "created_at")},
            "mine": row["author_id"] == member_id,
        }
        for row in rows
    ]


def _photos(session: Session, member_id: int) -> list[dict[str, Any]]:
    photos = (
        select(PostPhoto.__table__)
        .join(Post, Post.id == PostPhoto.post_id)
        .where(Post.author_id == member_id)
    )
    return [dict(row) for row in session.execute(photos).mappings()]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without what lets people in, sealed boxes and keyed hashes; cells as the text in which H3 writes them."""
    return {
        name: cells.to_text(value) if name in CELLS and value and value > SMALLEST_CELL else value
        for name, value in row.items()
        if name not in SECRET and not isinstance(value, bytes)
    }


def _geometries(table: str) -> list[str]:
    known = Base.metadata.tables.get(table)
    return [] if known is None else [column.name for column in known.c if isinstance(column.type, Geometry)]


def _feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    shape = mapping(to_shape(geometry)) if isinstance(geometry, WKBElement) else geometry
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _text(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
