"""`POST /ingest/cameras/ID/frames`: pictures of cameras that push. They are read or dropped, never stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from starlette.requests import Request

from ingest.server.answers import OneLine, Refusal
from ingest.server.bodies import CLOSE, BodyLimits
from ingest.server.credentials import check_token
from ingest.streams.parts import Part, PartSplitter
from ingest.streams.pushing.bodies import PictureRefused
from schemas.errors import TransientError

ALONE = (
    "this process takes other readers' messages alone and recognizes no pictures (platewatch ingest); start platewatch "
    "run with the same data_dir, which takes them then"
)
_STREAMED = "multipart/x-mixed-replace"
_JPEG = b"\xff\xd8"


class FrameTaker(Protocol):
    """What takes a camera's pictures: the newest one wins."""

    token_sha256: str | None
    """Digest of the token that the camera has to show; None: none."""

    def take(self, body: bytes, headers: Mapping[str, str], arrived_at: datetime) -> int:
        """Take a message without waiting; what it replaces is dropped and counted. Return how many pictures it has.

        Raises:
            PictureRefused: None that can be taken.
        """
        ...

    def refused(self, status: int, message: str) -> None:
        """Note that a message was refused."""
        ...


class FramesDoor:
    """Takes pictures of cameras.

    Args:
        takers: Returns what takes pictures now, by camera; None: this process recognizes nothing.
        limits: How large and slow pictures may be.
    """

    def __init__(self, takers: Callable[[], Mapping[str, FrameTaker]] | None, limits: BodyLimits) -> None:
        self._takers = takers
        self._limits = limits

    async def look(self, request: Request) -> OneLine:
        """Answer who tries whether the URL is right."""
        taker = self._taker(request)
        if taker.token_sha256 is not None:
            check_token(request, taker.token_sha256)
        return OneLine(200, ready=True)

    async def take(self, request: Request) -> OneLine:
        """Hand pictures to the camera's recognition.

        Raises:
            Refusal: They are not, for the reason that stands there.
        """
        taker = self._taker(request)
        try:
            if taker.token_sha256 is not None:
                check_token(request, taker.token_sha256)
            if "content-length" in request.headers:
                body = await self._limits.read(request)
                if not body:
                    return OneLine(200, ready=True)  # how some try whether the URL is right
                taken = await _take(taker, body, request.headers)
            else:
                taken = await self._take_along(request, taker)
        except Refusal as refusal:
            taker.refused(refusal.status, refusal.message)
            raise
        return OneLine(202, taken=taken) if taken else OneLine(200, ready=True)

    async def _take_along(self, request: Request, taker: FrameTaker) -> int:
        """Take pictures of a body that does not say how long it is: some cameras never end theirs."""
        posted = _Posted(request, taker)
        await self._limits.follow(request, posted.add)
        return await posted.end()

    def _taker(self, request: Request) -> FrameTaker:
        if self._takers is None:
            raise Refusal(503, ALONE, {"retry-after": "30"})
        taker = self._takers().get(request.path_params["camera"])
        if taker is None:
            raise Refusal(404, 'there is no such camera; compare the URL with [[cameras]] of type = "push"')
        return taker


class _Posted:
    """A body while it comes in: a stream of pictures, each taken when it is whole, or one message."""

    def __init__(self, request: Request, taker: FrameTaker) -> None:
        self._headers = dict(request.headers)
        self._taker = taker
        self._begun = bytearray()
        self._splitter: PartSplitter | None = None
        self._taken = 0

    async def add(self, chunk: bytes) -> bool:
        """Take the next bytes in; return whether nothing is left of what came before."""
        if self._splitter is None:
            self._begun += chunk
            if not self._is_stream():
                return False
            self._splitter, chunk = PartSplitter(), bytes(self._begun)
            self._begun.clear()
        try:
            parts = list(self._splitter.feed(chunk))
        except TransientError as error:
            raise Refusal(413, f"it {error}", CLOSE) from None
        for part in parts:
            await self._take(part)
        return bool(parts)

    async def end(self) -> int:
        """Take what is left of a body that has ended; return how many pictures were in all of it."""
        if self._splitter is None:
            return await _take(self._taker, bytes(self._begun), self._headers) if self._begun else 0
        if not self._taken:
            raise Refusal(415, "no whole JPEG picture was in it; have the camera send JPEG pictures")
        return self._taken

    def _is_stream(self) -> bool:
        return self._begun.startswith(_JPEG) or self._headers.get("content-type", "").lower().startswith(_STREAMED)

    async def _take(self, part: Part) -> None:
        if part.is_whole:
            self._taken += await _take(self._taker, part.data, {**self._headers, **part.headers})
        else:
            self._taker.refused(400, "a picture of the stream is damaged")


async def _take(taker: FrameTaker, body: bytes, headers: Mapping[str, str]) -> int:
    arrived_at = datetime.now(UTC)
    try:
        return await asyncio.to_thread(taker.take, body, headers, arrived_at)
    except PictureRefused as error:
        raise Refusal(error.status, error.message) from None
