"""Servers in processes of their own, whose CPU time is theirs alone: ours, and a plain one."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.settings import IngestSettings, IngestSource

DIGEST = hashlib.sha256(b"token").hexdigest()


@dataclass
class Running:
    """A server that runs; `cpu_seconds` asks it for its CPU time."""

    port: int
    pipe: Any

    def cpu_seconds(self) -> float:
        self.pipe.send("cpu")
        return float(self.pipe.recv())


@contextlib.contextmanager
def serving(kind: str, folder: Path) -> Iterator[Running]:
    """Run a server: `ours`, or `plain` (a Starlette-like handler that inserts each message into SQLite by itself)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(kind, port, folder, theirs))
    process.start()
    ours.recv()
    try:
        yield Running(port, ours)
    finally:
        ours.send("end")
        process.join(30)


def _serve(kind: str, port: int, folder: Path, pipe: Any) -> None:
    stop = _ours(port, folder) if kind == "ours" else _plain(port, folder)
    pipe.send("up")
    while pipe.recv() == "cpu":
        pipe.send(time.process_time())
    stop()


def _ours(port: int, folder: Path) -> Any:
    from ingest.server.door import IngestServer

    source = IngestSource(id="bench", vendor="rekor", token_sha256=DIGEST, max_waiting=10_000_000)
    server = IngestServer(IngestSettings(listen=f"127.0.0.1:{port}", sources=(source,)), folder, {})
    server.start()
    return server.stop


def _plain(port: int, folder: Path) -> Any:
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    from services.http.listener import Listener

    connection = sqlite3.connect(folder / "plain.sqlite", check_same_thread=False, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table messages (number integer primary key, body blob)")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = await Request(scope, receive).body()
        connection.execute("insert into messages (body) values (?)", (body,))
        await JSONResponse({"stored": True}, 202)(scope, receive, send)

    listener = Listener(app, f"127.0.0.1:{port}")
    listener.start()
    return listener.stop
