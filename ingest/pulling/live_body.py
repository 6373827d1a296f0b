"""An answer by HTTP that does not end, read in a thread of its own: whoever waits for it can stop at any time."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from types import TracebackType
from typing import Self

import httpx

MOST_CHUNKS = 256
"""More is left in the connection, which slows the sender."""
_PUT_SECONDS = 0.5


class BodyEnded(Exception):
    """Nothing more comes; `error` is what ended it, None: the sender did."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        super().__init__(type(error).__name__)


class LiveBody:
    """Gives an answer's bytes as they come. A context.

    Args:
        response: It is open, and nothing of its body has been read.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks: queue.Queue[bytes | BodyEnded] = queue.Queue(MOST_CHUNKS)
        self._is_left = threading.Event()
        self._thread = threading.Thread(target=self._read, name="live-body", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_left.set()
        # Closing a socket wakes nobody who reads from it; shutting it down does.
        stream = self._response.extensions.get("network_stream")
        connection = None if stream is None else stream.get_extra_info("socket")
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(2.0)

    def next(self, seconds: float) -> bytes | None:
        """Return the next bytes, or None where none come in time.

        Args:
            seconds: How long to wait.

        Raises:
            BodyEnded: Nothing more comes.
        """
        try:
            chunk = self._chunks.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(chunk, BodyEnded):
            raise chunk
        return chunk

    def _read(self) -> None:
        end: BodyEnded = BodyEnded(None)
        try:
            # Without a size: it would be waited for until there is so much.
            for chunk in self._response.iter_raw():
                if not self._put(chunk):
                    return
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            end = BodyEnded(error)
        self._put(end)

    def _put(self, chunk: bytes | BodyEnded) -> bool:
        while not self._is_left.is_set():
            try:
                self._chunks.put(chunk, timeout=_PUT_SECONDS)
            except queue.Full:
                continue
            return True
        return False
