"""Server-Sent Events for open pages: /direct?ticket=…"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from geoneighbour.live.listening import Full, Listener
from geoneighbour.live.tickets import Page, Tickets
from geoneighbour.settings import Settings

PATH = "/direct"
BEAT_SECONDS = 20.0
"""So that a proxy does not take a quiet page for a dead one."""
LONGEST_SECONDS = 15 * 60
"""Then the page comes with a new ticket. One whose login has ended hears nothing before that either (nearness.words_heard)."""


def make_app(settings: Settings, url: str) -> Starlette:
    """`url`: libpq, of the service."""
    tickets, listener = Tickets(settings), Listener(url)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        listening = asyncio.create_task(listener.run())
        yield
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

    async def direct(request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **_allowed(request, settings)}
        page = tickets.read(request.query_params.get("ticket", ""))
        if page is None:
            return PlainTextResponse("", 403, headers)
        if not listener.listening.is_set():
            return PlainTextResponse("", 503, headers)
        return StreamingResponse(_events(listener, page), 200, headers, "text/event-stream")

    async def health(_: Request) -> Response:
        return PlainTextResponse("", 200 if listener.listening.is_set() else 503)

    return Starlette(routes=[Route(PATH, direct), Route("/", health)], lifespan=lifespan)


def serve(settings: Settings, url: str, port: int) -> None:
    """Until SIGTERM or Ctrl+C. No access log: tickets stand in addresses."""
    uvicorn.run(
        make_app(settings, url),
        host=settings.host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


async def _events(listener: Listener, page: Page) -> AsyncIterator[str]:
    # Not all at once, after a start.
    until = asyncio.get_running_loop().time() + LONGEST_SECONDS * random.uniform(0.8, 1)  # noqa: S311
    try:
        with listener.page(page) as news:
            yield ": here\n\n"
            while (left := until - asyncio.get_running_loop().time()) > 0:
                try:
                    word = await asyncio.wait_for(news.get(), min(BEAT_SECONDS, left))
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if word is None:
                    break
                yield f"event: alert\ndata: {json.dumps(word)}\n\n"
    except Full:
        return
    yield "event: bye\ndata: {}\n\n"


def _allowed(request: Request, settings: Settings) -> dict[str, str]:
    """Pages of the same host, on whatever port: without a proxy this process has a port of its own."""
    origin = request.headers.get("origin", "")
    known = {request.url.hostname, urlsplit(settings.public_url or "").hostname}
    if origin and urlsplit(origin).hostname in known:
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {"Vary": "Origin"}
