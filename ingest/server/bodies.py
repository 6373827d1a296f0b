"""Reading what is posted: no more bytes, for no longer, and in no more memory than is allowed.

The server under us limits headers and their time; it has no limit for bodies, so this is it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request

from ingest.server.answers import Refusal

MOST_IN_MEMORY = 192 << 20
"""Bytes of all bodies that come in at a time."""
DRAINED_BYTES = 1 << 20
DRAINED_SECONDS = 1.0
"""What is refused early is read on for this much, so that its sender gets to read why."""
CLOSE = {"connection": "close"}


@dataclass(slots=True)
class BodyLimits:
    """How large a body may be, in bytes, and how long it may take; `closing` ends all that come in just now."""

    largest: int
    seconds: float
    in_memory: int = 0
    _timeouts: set[asyncio.Timeout] = field(default_factory=set)

    def close(self) -> None:
        """Give up the bodies that are still coming; in the loop's thread."""
        now = asyncio.get_running_loop().time()
        for timeout in self._timeouts:
            timeout.reschedule(now)

    async def read(self, request: Request, *, packed: bool = False) -> bytes:
        """Return a request's body.

        Args:
            request: The request.
            packed: Whether it may be packed with gzip; it is returned as it came.

        Raises:
            Refusal: It is too large, takes too long, is packed, or ends before it is whole.
        """
        announced = self._announced(request)
        chunks: list[bytes] = []

        async def keep(chunk: bytes) -> bool:
            chunks.append(chunk)
            return False

        await self.follow(request, keep, packed=packed)
        body = b"".join(chunks)
        if announced is not None and len(body) != announced:
            raise Refusal(400, f"the body has {len(body)} bytes, {announced} were announced; send it again", CLOSE)
        return body

    async def follow(self, request: Request, take: Callable[[bytes], Awaitable[bool]], *, packed: bool = False) -> None:
        """Read a request's body as it comes.

        Args:
            request: The request.
            take: Takes the next bytes; returns whether it holds nothing of them any more, so that what comes then may
                be as large and take as long again.
            packed: Whether it may be packed with gzip.

        Raises:
            Refusal: It is too large, takes too long, is packed, or ends before it is whole.
        """
        for name, plain in (("content-encoding", "identity"), ("transfer-encoding", "chunked")):
            found = request.headers.get(name, plain).strip().lower()
            if found not in (plain, "") and not (packed and (name, found) == ("content-encoding", "gzip")):
                raise Refusal(415, f"packed bodies are not taken; send it without {name}, or with {plain} alone")
        held = 0
        timeout = asyncio.timeout(self.seconds)
        try:
            async with timeout:
                self._timeouts.add(timeout)
                async for chunk in request.stream():
                    if held + len(chunk) > self.largest:
                        raise self._too_large()
                    if self.in_memory + len(chunk) > MOST_IN_MEMORY:
                        raise Refusal(503, "too many large messages come in just now", {"retry-after": "5", **CLOSE})
                    self.in_memory += len(chunk)
                    held += len(chunk)
                    if await take(chunk):
                        self.in_memory -= held
                        held = 0
                        self._go_on(timeout)
        except TimeoutError:
            raise Refusal(
                408, f"the body was not whole after {self.seconds:g} seconds; send it faster", CLOSE
            ) from None
        except ClientDisconnect:
            raise Refusal(400, "the connection ended before the body was whole", CLOSE) from None
        finally:
            self._timeouts.discard(timeout)
            self.in_memory -= held

    def _go_on(self, timeout: asyncio.Timeout) -> None:
        now, ends = asyncio.get_running_loop().time(), timeout.when()
        if ends is not None and ends > now:  # `close` has not ended it
            timeout.reschedule(now + self.seconds)

    def _announced(self, request: Request) -> int | None:
        text = request.headers.get("content-length")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()):
            raise Refusal(400, "content-length is no number", CLOSE)
        if len(text) > 15 or int(text) > self.largest:
            raise self._too_large()
        return int(text)

    def _too_large(self) -> Refusal:
        limit = f"{self.largest / 1e6:g} MB"
        return Refusal(413, f"the body is larger than {limit} (ingest.max_body_megabytes)", CLOSE)


async def drain(request: Request) -> None:
    """Read on for a moment what is refused anyway: who is cut off while it sends does not read the answer."""
    size = 0
    try:
        async with asyncio.timeout(DRAINED_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > DRAINED_BYTES:
                    return
    except (TimeoutError, ClientDisconnect, RuntimeError):
        return  # what is left is cut off
