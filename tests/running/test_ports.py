"""The web service's port: the first free one, or exactly the one that was asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from geoneighbour.running import ports
from geoneighbour.settings import Settings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_next_free_port_is_taken_and_said(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST", taken)
    port, remark = ports.choose(Settings(port=None))
    assert port > taken
    assert remark == f"Port {taken} is taken; using {port}."


def test_a_chosen_port_is_not_replaced(taken: int) -> None:
    with pytest.raises(ports.PortTaken, match=f"Port {taken} is taken"):
        ports.choose(Settings(port=taken))


def test_a_free_chosen_port_needs_no_remark(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST", taken)
    free, _ = ports.choose(Settings(port=None))
    assert ports.choose(Settings(port=free)) == (free, None)


def test_localhost_must_not_lead_to_another_program() -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.bind(("::1", 0))
        other.listen()
        assert ports.is_taken("127.0.0.1", other.getsockname()[1])
