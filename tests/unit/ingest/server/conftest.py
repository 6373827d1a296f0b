"""A real server on a free port of this machine."""

from __future__ import annotations

import contextlib
import hashlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.server.door import IngestServer
from schemas.settings import IngestSettings, IngestSource
from storage.spool.messages import Message
from storage.spool.spool import Spool

TOKEN = "the-token"


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    server: IngestServer
    port: int
    inbox: Path

    def stored(self) -> list[Message]:
        """What waits in its inbox."""
        with Spool(self.inbox) as spool:
            return [one.message for one in spool.take(0, 10_000)]

    def connect(self, timeout: float = 20.0) -> socket.socket:
        """A connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def say(self, data: bytes) -> bytes:
        """Send bytes and return all that is answered until the connection is closed."""
        with self.connect() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            answer = b""
            with contextlib.suppress(ConnectionError):
                while chunk := connection.recv(65_536):
                    answer += chunk
            return answer

    def post(
        self, path: str = "/ingest/reads/rekor/gate", body: bytes = b"{}", *lines: str, token: str = TOKEN
    ) -> bytes:
        """Post a body and return the answer."""
        head = [f"POST {path} HTTP/1.1", "Host: test", "Connection: close", f"Content-Length: {len(body)}", *lines]
        if token:
            head.append(f"Authorization: Bearer {token}")
        return self.say("\r\n".join([*head, "", ""]).encode("latin-1") + body)


Serve = Callable[..., Served]


def source(source_id: str = "gate", vendor: str = "rekor", **more: Any) -> IngestSource:
    return IngestSource(
        id=source_id, vendor=vendor, **{"token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), **more}
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server with some sources and settings."""
    with contextlib.ExitStack() as stack:

        def start(*sources: IngestSource, adapters: Any = None, takers: Any = None, **settings: Any) -> Served:
            port = free_port()
            ingest = IngestSettings(listen=f"127.0.0.1:{port}", sources=sources or (source(),), **settings)
            server = IngestServer(ingest, tmp_path / "data", adapters or {}, takers)
            server.start()
            stack.callback(server.stop)
            return Served(server, port, server.inbox_path)

        yield start
