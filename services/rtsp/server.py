"""The server: a thread with its own event loop, on loopback unless told otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from typing import Literal

from services.rtsp.clip import Clip
from services.rtsp.connection import MOST_HEADER_BYTES, Connection
from services.rtsp.faults import Faults
from services.rtsp.login import Login
from services.rtsp.metadata import Metadata

START_SECONDS = 10.0


class RtspServer:
    """Plays clips to any number of clients, each from its beginning. A context.

    Args:
        clips: By path: rtsp://host:port/PATH. May be changed while it plays.
        metadata: By path as well: what is streamed beside the clip, or without one.
        users: Passwords by user; none: everybody may watch.
        scheme: How users log in.
        host: Address to listen at.
        port: Port; 0: any that is free.
        loop: Begin a clip again at its end; otherwise the connection ends there.

    Raises:
        OSError: The port is taken.
    """

    def __init__(
        self,
        clips: Mapping[str, Clip],
        *,
        metadata: Mapping[str, Metadata] | None = None,
        users: Mapping[str, str] | None = None,
        scheme: Literal["basic", "digest"] = "digest",
        host: str = "127.0.0.1",
        port: int = 0,
        loop: bool = True,
    ) -> None:
        self.clips = dict(clips)
        self.metadata = dict(metadata or {})
        self.faults = Faults()
        self.host = host
        self.port = port
        self.connections = 0
        """How many came so far."""
        self._login = Login(users or {}, scheme)
        self._loops = loop
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._ended: asyncio.Event | None = None
        self._ready = threading.Event()
        self._problem: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="rtsp-server", daemon=True)

    def __enter__(self) -> RtspServer:
        self._thread.start()
        self._ready.wait(START_SECONDS)
        if self._problem is not None:
            self._thread.join()
            raise self._problem
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, path: str, login: str = "") -> str:
        """Return a clip's URL.

        Args:
            path: The clip's.
            login: `user:password`, percent-encoded; empty: none.
        """
        return f"rtsp://{login}{'@' if login else ''}{self.host}:{self.port}/{path}"

    def cut(self) -> None:
        """Cut every connection, as a power failure does."""
        self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        """Cut every connection and end."""
        if self._ended is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except OSError as error:
            self._problem = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        server = await asyncio.start_server(self._accept, self.host, self.port, limit=MOST_HEADER_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        self._cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # What a cancelled connection began to close gets its turn, and one that came at the last moment its end.
        await asyncio.sleep(0.01)
        self._cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = Connection(
            lambda path: self.clips.get(path),
            lambda path: self.metadata.get(path),
            self._login,
            self.faults,
            loop=self._loops,
            reader=reader,
            writer=writer,
        )
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await connection.serve()
        finally:
            self._writers.discard(writer)
            if task is not None:
                self._tasks.discard(task)
