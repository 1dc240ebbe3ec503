"""A slow line before a server: what goes through it is delayed, shares one narrow pipe, and is counted.

Chromium's own slowing of the network passes its workers by; this holds for whatever they fetch, too.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHUNK = 1460


class Line:
    """Relays to `port` on loopback with a round trip of `rtt_s` seconds and `bytes_per_s` down; one more round trip opens a connection."""

    def __init__(self, port: int, rtt_s: float, bytes_per_s: float) -> None:
        self.upstream, self.rtt_s, self.bytes_per_s = port, rtt_s, bytes_per_s
        self.received = 0
        """Bytes that came down so far, headers included."""
        self._free_at = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, opened: threading.Event) -> None:
        """Until `leave` is called."""
        self._loop, self._left = asyncio.get_running_loop(), asyncio.Event()
        relays = set()
        async with await asyncio.start_server(
            lambda near, back: relays.add(asyncio.create_task(self._relay(near, back))), "127.0.0.1", 0
        ) as server:
            self.port: int = server.sockets[0].getsockname()[1]
            opened.set()
            await self._left.wait()
            # What is still under way is given up; asyncio.run ends it.
            for relay in relays:
                relay.cancel()

    def leave(self) -> None:
        self._loop.call_soon_threadsafe(self._left.set)

    async def _relay(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, forth = await asyncio.open_connection("127.0.0.1", self.upstream)
        await asyncio.sleep(self.rtt_s)
        await asyncio.gather(
            self._carry(near, forth, narrow=False),
            self._carry(far, back, narrow=True),
            return_exceptions=True,
        )

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, narrow: bool) -> None:
        """Each piece arrives half a round trip after the pipe had room for it."""
        loop, under_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

        async def deliver() -> None:
            while (piece := await under_way.get())[1]:
                await asyncio.sleep(piece[0] - loop.time())
                self.received += len(piece[1]) if narrow else 0
                sink.write(piece[1])
                await sink.drain()

        delivery = asyncio.create_task(deliver())
        try:
            while data := await source.read(CHUNK):
                now = loop.time()
                if narrow:
                    now = self._free_at = max(self._free_at, now) + len(data) / self.bytes_per_s
                    # The pipe holds little: who sends waits.
                    await asyncio.sleep(max(0.0, now - loop.time() - 0.2))
                under_way.put_nowait((now + self.rtt_s / 2, data))
            under_way.put_nowait((0.0, b""))
            await delivery
        finally:
            delivery.cancel()
            sink.close()


@contextmanager
def slow_line(port: int, rtt_s: float = 0.15, bytes_per_s: float = 200_000) -> Iterator[Line]:
    """A line to a loopback port, 150 ms and 1.6 Mbit/s unless told otherwise."""
    line, opened = Line(port, rtt_s, bytes_per_s), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(line.serve(opened)), daemon=True)
    thread.start()
    opened.wait()
    try:
        yield line
    finally:
        line.leave()
        thread.join()
