"""Connections that come at once are shared among the processes of the web server, and none waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Event

from geoneighbour.running import ports

PROCESSES, THREADS = 2, 2
SERVER = f"""
import os, sys, time
from geoneighbour.running.web_server import WebServer
from geoneighbour.settings import Settings

def app(environ, start_response):
    time.sleep(float(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]

class Slow(WebServer):
    def load(self):
        return app

Slow(Settings(web_processes={PROCESSES}, web_threads={THREADS}), int(sys.argv[1])).run()
"""


@contextmanager
def served() -> Iterator[int]:
    port = ports.next_free("127.0.0.1", 20000 + os.getpid() % 20000)
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)])
    try:
        for _ in range(200):
            try:
                asked(port, 0)
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def asked(port: int, seconds: float) -> int:
    """The number of the process that answers, on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", f"/?{seconds}")
    answer = connection.getresponse()
    assert answer.status == 200
    process = int(answer.read())
    connection.close()
    return process


def at_once(port: int, many: int, seconds: float) -> Counter[int]:
    with ThreadPoolExecutor(many) as clients:
        return Counter(clients.map(lambda _: asked(port, seconds), range(many)))


def test_a_busy_process_lets_a_free_one_take_who_comes():
    with served() as port:
        for _ in range(8):
            assert len(at_once(port, PROCESSES * THREADS, 0.5)) == PROCESSES


def test_who_comes_when_all_are_busy_waits_no_longer_than_they_are():
    with served() as port:
        began = time.monotonic()
        answers = at_once(port, 5 * PROCESSES * THREADS, 0.2)
        assert answers.total() == 20
        assert len(answers) == PROCESSES
        # Five turns of 0.2 s where work is shared evenly.
        assert time.monotonic() - began < 4


def test_who_comes_is_served_though_others_keep_all_threads_busy():
    enough = Event()

    def again_and_again(port: int) -> int:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        asked = 0
        while not enough.is_set():
            connection.request("GET", "/?0.05")
            connection.getresponse().read()
            asked += 1
        connection.close()
        return asked

    with served() as port, ThreadPoolExecutor(12) as clients:
        others = [clients.submit(again_and_again, port) for _ in range(10)]
        time.sleep(1)
        try:
            for _ in range(2):
                began = time.monotonic()
                clients.submit(asked, port, 0).result(timeout=10)
                assert time.monotonic() - began < 4
        finally:
            enough.set()
        assert all(other.result() for other in others)
