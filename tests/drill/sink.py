"""A process that takes messages over a socket and counts them by key; what it counted is what the drill believes.

A line is a message's key, answered by a full stop; the line `?` is answered by the counts so far, as JSON.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import click

from geoneighbour.channels import Message, Outcome, Sent


class Counting:
    def __init__(self) -> None:
        self.lock, self.keys, self.first = threading.Lock(), Counter[str](), dict[str, float]()

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A worker that was killed hangs up as it likes.
        with suppress(ConnectionResetError), connection, connection.makefile("rw") as stream:
            for line in stream:
                key = line.strip()
                if key == "?":
                    stream.write(json.dumps(self.counts()) + "\n")
                else:
                    with self.lock:
                        self.keys[key] += 1
                        self.first.setdefault(key.split("-")[2], time.time())
                    stream.write(".\n")
                stream.flush()

    def counts(self) -> dict[str, Any]:
        with self.lock:
            return {"total": self.keys.total(), "distinct": len(self.keys), "first": self.first}


class SinkChannel:
    """What a worker of the drill sends by: one round trip a message."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self._port = name, port
        self._kept = threading.local()

    def send(self, messages: Sequence[Message]) -> Iterator[Sent]:
        stream = self._stream()
        for message in messages:
            stream.write(f"{message.key}\n")
            stream.flush()
            yield message, Outcome.SENT if stream.readline() == ".\n" else Outcome.AGAIN, ""

    def _stream(self) -> Any:
        if not hasattr(self._kept, "stream"):
            self._kept.stream = socket.create_connection(("127.0.0.1", self._port)).makefile("rw")
        return self._kept.stream


class Running:
    """A sink process, asked how far it is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._stream = socket.create_connection(("127.0.0.1", port)).makefile("rw")

    def counts(self) -> dict[str, Any]:
        self._stream.write("?\n")
        self._stream.flush()
        counted: dict[str, Any] = json.loads(self._stream.readline())
        return counted


@contextmanager
def sink() -> Iterator[Running]:
    """One, until the end of the block."""
    process = subprocess.Popen([sys.executable, "-m", "tests.drill.sink"], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield Running(int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


def main() -> None:
    counting = Counting()
    with socket.create_server(("127.0.0.1", 0)) as server:
        click.echo(server.getsockname()[1])
        while True:
            connection, _ = server.accept()
            threading.Thread(target=counting.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
