"""One process of the web server among several at one port: whoever is free takes the next connection.

All of them are woken when somebody connects, and gunicorn's own take what they can get: of 32 connections at once one process had
all, and the other stood idle while they lasted.
"""

from __future__ import annotations

import time

from gunicorn.workers.gthread import ThreadWorker

HESITATION = 0.05
"""Seconds in which another process may take who comes, before one takes them though all its threads are busy."""


class WebProcess(ThreadWorker):
    """gunicorn's process with threads, which lets others go first while it has no thread to spare. Nobody waits for ever: only so long."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._hesitates_until = 0.0

    @property
    def busy(self) -> bool:
        """All threads have a request. Connections that only wait for the next one are not counted."""
        return self.nr_conns - len(self.keepalived_conns) - len(self.pending_conns) >= self.cfg.threads

    def accept(self, listener: object) -> None:
        super().accept(listener)
        if self.busy:
            self._hesitates_until = time.monotonic() + HESITATION
            super().set_accept_enabled(False)

    def set_accept_enabled(self, enabled: bool) -> None:
        # Asked for at each turn of the loop.
        super().set_accept_enabled(enabled and not self._hesitates())

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(min(timeout, HESITATION) if self._hesitates() else timeout)

    def _hesitates(self) -> bool:
        return self.busy and time.monotonic() < self._hesitates_until
