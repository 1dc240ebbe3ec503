"""What is new, for the members whose pages are open: PostgreSQL rings (NOTIFY), and it is asked every few seconds all the same."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from geoneighbour.live.tickets import Page

POLL_SECONDS = 5.0
AGAIN_SECONDS = 1.0
MOST_PAGES = 20_000
MOST_OF_A_MEMBER = 10
"""Pages open at once; of one member, the one that opened first goes."""
REMEMBERED = 2000
"""Words that were told lately: an alert takes a while to commit, so what is recent is looked at more than once."""
NEWS = "SELECT word_id, post_id, login_id FROM nearness.words_heard(%s, %s)"

log = logging.getLogger(__name__)
Word = dict[str, int]


class Full(Exception):
    """More pages than one process holds."""


class Listener:
    """`url`: libpq, of the service."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pages: dict[int, list[tuple[Page, asyncio.Queue[Word | None]]]] = defaultdict(list)
        self._told: deque[int] = deque(maxlen=REMEMBERED)
        self.listening = asyncio.Event()

    @contextmanager
    def page(self, page: Page) -> Iterator[asyncio.Queue[Word | None]]:
        """What comes for a member while the page is open and its login too; None: it is to close. Full."""
        if sum(map(len, self._pages.values())) >= MOST_PAGES:
            raise Full
        queue: asyncio.Queue[Word | None] = asyncio.Queue()
        own, entry = self._pages[page.member_id], (page, queue)
        own.append(entry)
        if len(own) > MOST_OF_A_MEMBER:
            own.pop(0)[1].put_nowait(None)
        try:
            yield queue
        finally:
            if entry in own:
                own.remove(entry)
            if not own:
                self._pages.pop(page.member_id, None)

    async def run(self) -> None:
        """Until it is cancelled, whatever becomes of the database meanwhile."""
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                self.listening.clear()
                log.warning("the database does not answer: %s", type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute("LISTEN alerts")
            if not self._told:
                # What was said before any page was open here is for pages to ask.
                await self._look(connection, tell=False)
            self.listening.set()
            while True:
                await self._look(connection)
                async for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass

    async def _look(self, connection: psycopg.AsyncConnection[Any], tell: bool = True) -> None:
        open_pages = defaultdict[int, list[asyncio.Queue[Word | None]]](list)
        for own in self._pages.values():
            for page, queue in own:
                open_pages[page.login_id].append(queue)
        fresh = set[int]()
        async with await connection.execute(
            NEWS, [list(self._told), list(open_pages) if tell else None]
        ) as rows:
            async for word_id, post_id, login_id in rows:
                fresh.add(word_id)
                for queue in open_pages.get(login_id, ()):
                    queue.put_nowait({"post_id": post_id, "word": word_id})
        self._told.extend(fresh)
