"""What comes of alerts, as a stream of events: each with the number from which whoever follows goes on after a cut."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from console.site import Site
from console.visitors import NotSignedIn
from operations.board.followers import Follower, ShownCard
from schemas.actor import Actor
from schemas.errors import PlatewatchError, TransientError

ALIVE_SECONDS: Final = 10.0
"""How often a reader hears that nothing has come: a cut that nobody told it of is noticed by that."""
WELCOME_SECONDS: Final = 30.0
"""How often it is asked whether the person is signed in still, or the token holds."""
RETRY_MILLISECONDS: Final = 1000
LARGEST: Final = 2**63 - 1
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_LINES: Final = re.compile(r"\r\n|\n|\r")


def event(name: str, data: str, number: int | str | None = None) -> str:
    """Return an event as it is sent; whatever the data holds, it stays one event.

    Args:
        name: What it is called.
        data: Any text.
        number: From where to go on once it was had.
    """
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\n" + "".join(f"data: {line}\n" for line in _LINES.split(data)) + "\n"


def number_of_event(text: str | None, otherwise: int) -> int:
    """Return the number of the last event that somebody had, as they say it; what is no number counts for nothing."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else otherwise


def is_who_began(ask: Callable[[], Actor], who: Actor) -> bool:
    """Return whether whoever asked for a stream is that still, and may what they might: else they have to ask again.

    Args:
        ask: Finds out who it is now.
        who: Who it was.
    """
    try:
        return ask() == who
    except NotSignedIn:
        return False
    except PlatewatchError:
        return True  # nobody knows while the database is down


@dataclass(frozen=True, slots=True)
class Reading:
    """Who follows, and how they get what comes.

    `after` is the last change that they have, `alert` the one alert that they look at (None: all of their agency).
    `drawn` makes an event of what is shown. `is_welcome` says whether they may go on; asked in a thread now and then.
    """

    actor: Actor
    after: int
    alert: UUID | None
    drawn: Callable[[ShownCard], str]
    is_welcome: Callable[[], bool]


def stream(site: Site, reading: Reading) -> StreamingResponse:
    """Return the answer in which somebody follows.

    Args:
        site: The console.
        reading: Who follows, and how.

    Raises:
        NotPermitted: They may not.
    """
    site.board.hub.admit(reading.actor)
    return StreamingResponse(_follow(site, reading), media_type="text/event-stream", headers=_HEADERS)


async def _follow(site: Site, reading: Reading) -> AsyncIterator[str]:
    """Yield events until whoever reads has gone, may not go on, or the server ends."""
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    woken = asyncio.Event()
    with site.board.hub.follow(reading.actor, reading.after, _waking(woken), reading.alert) as follower:
        is_missing, was_stale = True, False
        loop = asyncio.get_running_loop()
        alive_at, asked_at = loop.time(), loop.time()
        while not site.closing.is_set():
            woken.clear()
            if is_missing or follower.is_behind:
                try:
                    async for shown in _missed(site, follower):
                        yield reading.drawn(shown)
                    is_missing = False
                except TransientError:
                    yield event("stale", "the database does not answer; what comes is not shown")
                    was_stale = True
            for shown in follower.take():
                yield reading.drawn(shown)
            if follower.is_stale is not was_stale and not is_missing:
                was_stale = follower.is_stale
                yield event("stale" if was_stale else "fresh", "")
            now = loop.time()
            if now - alive_at >= ALIVE_SECONDS:
                alive_at = now
                yield event("alive", "")
            if now - asked_at >= WELCOME_SECONDS:
                asked_at = now
                if not await run_in_threadpool(reading.is_welcome):
                    yield event("signed-out", "")
                    return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), 1.0)


def _waking(woken: asyncio.Event) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def wake() -> None:
        # The loop may have ended between.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(woken.set)

    return wake


async def _missed(site: Site, follower: Follower) -> AsyncIterator[ShownCard]:
    while missed := await run_in_threadpool(site.board.hub.catch_up, follower):
        for shown in missed:
            yield shown
