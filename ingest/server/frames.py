"""`POST /ingest/cameras/ID/frames`: pictures of cameras that push. They are read or dropped, never stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from starlette.requests import Request

from ingest.picture_header import read_header
from ingest.server.answers import OneLine, Refusal
from ingest.server.bodies import BodyLimits
from ingest.server.credentials import check_token

MOST_PIXELS = 64_000_000
"""Larger pictures are refused by what their header says, before anything unpacks them."""
TIME_HEADER = "x-captured-at"


class FrameTaker(Protocol):
    """What takes a camera's pictures: the newest one wins."""

    token_sha256: str | None
    """Digest of the token that the camera has to show; None: none."""

    def take(self, jpeg: bytes, captured_at: datetime | None, arrived_at: datetime) -> None:
        """Take a picture without waiting; what it replaces is dropped and counted."""
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
        self._authorized(request)
        return OneLine(200, ready=True)

    async def take(self, request: Request) -> OneLine:
        """Hand a picture to the camera's recognition.

        Raises:
            Refusal: It is not, for the reason that stands there.
        """
        taker = self._authorized(request)
        body = await self._limits.read(request)
        if not body:
            return OneLine(200, ready=True)
        arrived_at = datetime.now(UTC)
        _check_picture(body)
        await asyncio.to_thread(taker.take, body, _captured_at(request), arrived_at)
        return OneLine(202, taken=True)

    def _authorized(self, request: Request) -> FrameTaker:
        if self._takers is None:
            raise Refusal(503, "no run takes pictures here; post them to platewatch run", {"retry-after": "30"})
        taker = self._takers().get(request.path_params["camera"])
        if taker is None:
            raise Refusal(404, 'there is no such camera; compare the URL with [[cameras]] of type = "push"')
        if taker.token_sha256 is not None:
            check_token(request, taker.token_sha256)
        return taker


def _check_picture(body: bytes) -> None:
    header = read_header(body)
    if header is None or header.format != "JPEG":
        raise Refusal(415, "it is no JPEG; have the camera send JPEG pictures, one in each message")
    if header.width * header.height > MOST_PIXELS:
        raise Refusal(413, f"the picture has {header.width} x {header.height} pixels, at most {MOST_PIXELS} are taken")


def _captured_at(request: Request) -> datetime | None:
    """Return when a picture was captured as its sender says: ISO 8601 with a zone, seconds of the epoch, or HTTP's."""
    text = request.headers.get(TIME_HEADER)
    if text is None:
        return None
    for read in (datetime.fromisoformat, lambda one: datetime.fromtimestamp(float(one), UTC), parsedate_to_datetime):
        try:
            moment = read(text.strip())
        except (ValueError, OverflowError, OSError, TypeError):
            continue
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise Refusal(
        400, f"{TIME_HEADER} is no time with a zone, like 2026-01-31T06:00:00.123Z; correct it or leave it out"
    )
