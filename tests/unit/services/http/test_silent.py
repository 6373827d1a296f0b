"""Connections on which nothing moves are ended, and no others."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.http.silent import end_silent

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def listeners() -> Iterator[list[socket.socket]]:
    made = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    made.append(socket.create_server(("::1", 0), family=socket.AF_INET6))
    yield made
    for one in made:
        one.close()


def connected(listener: socket.socket) -> Pair:
    client = socket.create_connection(listener.getsockname()[:2], 60)
    server, _ = listener.accept()
    server.settimeout(60)
    return client, server


def is_open(pair: Pair) -> bool:
    client, server = pair
    try:
        server.sendall(b"x")
        return client.recv(1) == b"x"
    except OSError:
        return False


def test_silent_ones_of_this_port_end_and_others_go_on(listeners: list[socket.socket]) -> None:
    first, other, sixth = listeners
    pairs = [connected(one) for one in (first, first, other, sixth)]
    port = first.getsockname()[1]
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert end_silent(port, 3600.0) == 0
    assert [is_open(pair) for pair in pairs] == [True] * 4
    assert end_silent(port, -1.0) == 2
    assert [is_open(pair) for pair in pairs] == [False, False, True, True]
    assert end_silent(sixth.getsockname()[1], -1.0) == 1
    assert [is_open(pair) for pair in pairs] == [False, False, True, False]
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    new = connected(first)  # it goes on to listen
    assert is_open(new)
    for client, server in (*pairs, new):
        client.close()
        server.close()
