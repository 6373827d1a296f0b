"""How large a request's body may be, how long it may take, and how much of all of them is held at a time.

The server under us limits headers and their time; it has no limit for bodies, so this is it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_IN_MEMORY = 128 << 20
"""Bytes of all bodies that come in at a time."""
_CLOSE = {"Connection": "close"}


class Limit(NamedTuple):
    """What a body may be: `largest` bytes in `seconds`; `setting` says both, for whoever is refused.

    `is_held` is False where it goes to disk as it comes in and is never held as a whole.
    """

    largest: int
    seconds: float
    setting: str
    is_held: bool = True


class Bodies:
    """Refuses bodies that are too large, too slow, or too many.

    Args:
        app: What answers; it turns the refusal into an answer.
        largest: Bytes of one body.
        seconds: How long one may take to come in.
        streamed: Other limits by path, for what is written to disk as it comes in.
    """

    def __init__(
        self, app: ASGIApp, *, largest: int, seconds: float, streamed: Mapping[str, Limit] | None = None
    ) -> None:
        self._app = app
        self._limit = Limit(largest, seconds, "console.max_body_megabytes")
        self._streamed = dict(streamed or {})
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._streamed.get(scope["path"], self._limit)
        self._check_announced(Headers(scope=scope), limit)
        size, held, is_whole = 0, 0, False
        ends = asyncio.get_running_loop().time() + limit.seconds

        async def limited() -> Message:
            nonlocal size, held, is_whole
            if is_whole:  # what comes now is that the browser has gone
                return await receive()
            try:
                async with asyncio.timeout_at(ends):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, f"the body was not whole after {limit.seconds:g} seconds", _CLOSE) from None
            chunk = len(message.get("body", b""))
            if size + chunk > limit.largest:
                raise _too_large(limit)
            if limit.is_held and self._held + chunk > MOST_IN_MEMORY:
                raise HTTPException(503, "too many large requests come in just now", {"Retry-After": "5", **_CLOSE})
            size += chunk
            if limit.is_held:
                held += chunk
                self._held += chunk
            is_whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        try:
            await self._app(scope, limited, send)
        finally:
            self._held -= held

    @staticmethod
    def _check_announced(headers: Headers, limit: Limit) -> None:
        announced = headers.get("content-length")
        if announced is None:
            return
        if not (announced.isascii() and announced.isdigit()):
            raise HTTPException(400, "content-length is no number", _CLOSE)
        if len(announced) > 15 or int(announced) > limit.largest:
            raise _too_large(limit)


def _too_large(limit: Limit) -> HTTPException:
    words = f"the request is larger than {limit.largest / 1e6:g} MB ({limit.setting})"
    return HTTPException(413, words, _CLOSE)
