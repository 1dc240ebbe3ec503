"""Photos of posts: added and removed by the author while the post is open, seen by whoever may see the post."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from geoneighbour import storage
from geoneighbour.errors import Conflict, InvalidInput, NotFound
from geoneighbour.members import service as members
from geoneighbour.posts.models import LONGEST_ALT, MOST_PHOTOS, Post, PostPhoto
from geoneighbour.posts.pictures import FIELD, Picture
from geoneighbour.storage import Store


def add(
    session: Session, store: Store, member_id: int, post_id: int, pictures: Sequence[tuple[Picture, str]]
) -> list[PostPhoto]:
    """Further photos, each with its alternative text, for a member's own open post.

    NotFound, Conflict (closed), InvalidInput (more than MOST_PHOTOS; a text too long); Unavailable.
    """
    members.require_verified(session, member_id)
    post = _own_open(session, member_id, post_id)
    free = sorted(
        set(range(1, MOST_PHOTOS + 1)) - {photo.number for photo in of(session, [post.id], member_id)}
    )
    if len(pictures) > len(free):
        raise InvalidInput("%(most)s photos au plus.", field=FIELD, most=MOST_PHOTOS)
    added = []
    for number, (picture, alt) in zip(free, pictures, strict=False):
        photo = PostPhoto(
            post_id=post.id,
            number=number,
            key=secrets.token_hex(16),
            width=picture.width,
            height=picture.height,
            bytes=len(picture.large) + len(picture.small),
            alt=_alt(alt),
        )
        session.add(photo)
        storage.put_within(session, store, large_file(photo.key), picture.large)
        storage.put_within(session, store, small_file(photo.key), picture.small)
        added.append(photo)
    session.flush()
    return added


def describe(session: Session, member_id: int, post_id: int, number: int, alt: str) -> PostPhoto:
    """Another alternative text for one's own photo."""
    photo = _own_photo(session, member_id, post_id, number)
    photo.alt = _alt(alt)
    return photo


def remove(session: Session, store: Store, member_id: int, post_id: int, number: int) -> None:
    """Takes a photo off one's own open post; its files go with the commit."""
    photo = _own_photo(session, member_id, post_id, number)
    session.delete(photo)
    for name in (large_file(photo.key), small_file(photo.key)):
        storage.drop_within(session, store, name)


def of(session: Session, post_ids: Iterable[int], reader_id: int) -> list[PostPhoto]:
    """The photos of posts, in order, but for those that moderation hid from the reader. Who may see the posts has been asked before."""
    left = func.nearness.photo_left_to(PostPhoto.key, reader_id)
    query = select(PostPhoto).where(PostPhoto.post_id.in_(list(post_ids)), left)
    return list(session.scalars(query.order_by(PostPhoto.post_id, PostPhoto.number)))


def by_post(posts: Iterable[Row[Any]]) -> dict[int, list[PostPhoto]]:
    """The photos that came along with posts as a reader is shown them (nearness.posts_shown); a post without is not in it."""
    return {post.id: [PostPhoto(**photo) for photo in post.photos] for post in posts if post.photos}


def shown(session: Session, member_id: int, key: str) -> PostPhoto:
    """The photo of this key; NotFound unless the member may see it with its post, talks about it, or moderates it."""
    allowed = func.nearness.photo_open_to(key, member_id)
    photo = session.scalars(select(PostPhoto).where(PostPhoto.key == key, allowed)).one_or_none()
    if photo is None:
        raise NotFound
    return photo


def sweep(session: Session, store: Store) -> int:
    """Deletes the files that no post names: of deleted posts and members, of writes that a crash undid. How many."""

    def named(keys: set[str]) -> set[str]:
        return set(session.scalars(select(PostPhoto.key).where(PostPhoto.key.in_(keys))))

    return storage.sweep(store, lambda name: not name.startswith(storage.OF_OFFERS), key_of, named)


def large_file(key: str) -> str:
    return f"{key}.webp"


def small_file(key: str) -> str:
    return f"{key}-small.webp"


def key_of(name: str) -> str:
    return name.removesuffix(".webp").removesuffix("-small")


def _own_open(session: Session, member_id: int, post_id: int) -> Post:
    # Locked: of two sends at once the second counts the photos of the first.
    post = session.get(Post, post_id, with_for_update=True, populate_existing=True)
    if post is None or post.author_id != member_id:
        raise NotFound("Cette publication n'existe pas, ou n'est pas la vôtre.")
    if post.closed_at:
        raise Conflict("Cette publication est close.")
    return post


def _own_photo(session: Session, member_id: int, post_id: int, number: int) -> PostPhoto:
    _own_open(session, member_id, post_id)
    photo = session.get(PostPhoto, (post_id, number))
    if photo is None:
        raise NotFound("Cette photo n'existe pas, ou n'est pas la vôtre.")
    return photo


def _alt(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_ALT:
        raise InvalidInput(
            "La description d'une photo : %(most)s caractères au plus.", field=FIELD, most=LONGEST_ALT
        )
    return text
