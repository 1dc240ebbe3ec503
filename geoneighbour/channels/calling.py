"""Messages that each are a request to a server: several at a time, over connections that stay open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from geoneighbour.channels import Message, Sent
from geoneighbour.guarded import Limits
from geoneighbour.outgoing import Caller


def at_once(
    messages: Sequence[Message],
    deliver: Callable[[Caller, Message], Sent],
    *,
    threads: int,
    allowed_hosts: Collection[str],
    limits: Limits,
) -> Iterator[Sent]:
    """Each outcome as it is known. Closed before its end, it asks for nothing more and waits for what is under way."""
    mine, callers = threading.local(), list[Caller]()

    def begin() -> None:
        mine.caller = Caller(allowed_hosts, limits)
        callers.append(mine.caller)

    with ThreadPoolExecutor(min(threads, len(messages) or 1), initializer=begin) as pool:
        try:
            asked = [pool.submit(lambda one: deliver(mine.caller, one), message) for message in messages]
            for answer in as_completed(asked):
                yield answer.result()
        finally:
            pool.shutdown(cancel_futures=True)
            for caller in callers:
                caller.close()


def hosts(words: str) -> list[str]:
    """Names with commas between, as settings have them."""
    return [word.strip().lower() for word in words.split(",") if word.strip()]
