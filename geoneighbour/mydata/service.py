"""Leaving the service: the account, the member and all that is theirs go in one transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from geoneighbour import storage
from geoneighbour.members import service as members
from geoneighbour.posts.models import Post, PostPhoto
from geoneighbour.posts.photos import large_file, small_file
from geoneighbour.storage import Store


def delete(session: Session, store: Store, member_id: int) -> None:
    """Deletes a member at once, with home, account, posts and their answers, messages and photos.

    What stays: for some minutes, until the worker sweeps them, whom alerts of theirs had reached, without their words or anything
    that names their author; neighbourhoods and changes they proposed, without a name; the counts of the last census, until the next weekly
    review; backups, until they are due.
    """
    keys = session.scalars(
        select(PostPhoto.key).join(Post, Post.id == PostPhoto.post_id).where(Post.author_id == member_id)
    )
    for key in keys.all():
        for name in (large_file(key), small_file(key)):
            storage.drop_within(session, store, name)
    session.delete(members.get(session, member_id))
    session.flush()
