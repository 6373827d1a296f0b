"""An exchange by HTTP that is over in time whatever the other side does: one that sends a byte now and then, too."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

_PIECE_BYTES = 16_384
"""Sent at once: the other side may take each piece as slowly as it likes, and the clock is looked at between them."""


class Deadline:
    """Says by when what a thread does through a client has to be over.

    The client's own time limits hold for each wait alone. An answer's head, or the line that says how long the next
    piece of its body is, may come in a hundred thousand of them, so they end nothing that drips.

    Each thread has its own; a thread that has none waits as the client says.

    Args:
        client: Whose connections it ends, those through a proxy as well.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._ends = _Ends()
        # The library has no public way to give its own transport, with proxies and all, other connections.
        for transport in (client._transport, *client._mounts.values()):
            if isinstance(transport, httpx.HTTPTransport):
                pool = transport._pool
                pool._network_backend = _Backend(pool._network_backend, self._ends)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Have what this thread does meanwhile end in time, by `httpx.TimeoutException`.

        Args:
            seconds: How long all of it may take, from now.
        """
        before = self._ends.at, self._ends.seconds
        self.move(seconds)
        try:
            yield
        finally:
            self._ends.at, self._ends.seconds = before

    def move(self, seconds: float) -> None:
        """Within `within`: have it end so many seconds from now instead, since what was waited for has come."""
        self._ends.at, self._ends.seconds = time.monotonic() + seconds, seconds


class _Ends(threading.local):
    """When a thread's exchange ends, by `time.monotonic`, and how long that was in all."""

    at: float | None = None
    seconds = 0.0

    @contextlib.contextmanager
    def bounding(self, timeout: float | None, error: type[httpcore.TimeoutException]) -> Iterator[float | None]:
        """Give how long the next wait may take, and say so where it is the whole that took too long."""
        if self.at is None:
            yield timeout
            return
        left = self.at - time.monotonic()
        if left > 0:
            if timeout is not None and timeout < left:
                yield timeout
                return
            with contextlib.suppress(httpcore.TimeoutException):
                yield left
                return
        raise error(f"all of it takes longer than {self.seconds:g} s")


class _Backend(httpcore.NetworkBackend):
    """Opens connections as another does, and bounds them."""

    def __init__(self, inner: httpcore.NetworkBackend, ends: _Ends) -> None:
        self._inner, self._ends = inner, ends

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        with self._ends.bounding(timeout, httpcore.ConnectTimeout) as left:
            return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._ends)


class _Stream(httpcore.NetworkStream):
    """A connection whose waits end with the exchange."""

    def __init__(self, inner: httpcore.NetworkStream, ends: _Ends) -> None:
        self._inner, self._ends = inner, ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._ends.bounding(timeout, httpcore.ReadTimeout) as left:
            return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE_BYTES):
            with self._ends.bounding(timeout, httpcore.WriteTimeout) as left:
                self._inner.write(buffer[start : start + _PIECE_BYTES], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._ends.bounding(timeout, httpcore.ConnectTimeout) as left:
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
