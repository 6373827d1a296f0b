"""What comes, as a stream of events: vehicles with the cursor from which a browser goes on, and how the car is."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from console.car.showing import fragment, shown_car
from console.car.site import CarSite
from console.car.visitors import COOKIE, SignedOnHere
from console.streams import ALIVE_SECONDS, RETRY_MILLISECONDS, event
from operations.patrol.board import Cursor
from operations.patrol.shift import SignedOn
from schemas.events import Noted

router = APIRouter()
LOOK_SECONDS: Final = 0.5
"""How often it is looked how the car is."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/events")
async def events(
    request: Request,
    officer: SignedOnHere,
    after: Annotated[str, Query(max_length=50)] = "",
    last_event_id: Annotated[str | None, Header(max_length=50)] = None,
) -> StreamingResponse:
    """Stream what changes, from wherever this browser left off."""
    begin = Cursor.of(last_event_id) or Cursor.of(after) or Cursor()
    follow = _Following(officer.site, officer.who, request.cookies.get(COOKIE), begin)
    return StreamingResponse(follow.events(), media_type="text/event-stream", headers=_HEADERS)


class _Following:
    """One screen that follows."""

    def __init__(self, site: CarSite, who: SignedOn, cookie: str | None, begin: Cursor) -> None:
        self._site, self._who, self._cookie, self._cursor = site, who, cookie, begin
        self._car = ""

    async def events(self) -> AsyncIterator[str]:
        """Yield events until the screen goes, its officer signs off, or the server ends."""
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        site, loop, woken = self._site, asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop may have ended between
                loop.call_soon_threadsafe(woken.set)

        alive_at = loop.time()
        with site.desk.board.waking(wake):
            while not site.closing.is_set():
                woken.clear()
                if site.desk.shift.of(self._cookie) is None:
                    yield event("signed-out", "")
                    return
                for text in await run_in_threadpool(self._news):
                    yield text
                if loop.time() - alive_at >= ALIVE_SECONDS:
                    alive_at = loop.time()
                    yield event("alive", "")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), LOOK_SECONDS)

    def _news(self) -> list[str]:
        """Return what changed: vehicles, and how the car is where that looks different."""
        site, upto = self._site, self._site.desk.board.cursor
        changed = site.desk.board.changed_since(self._cursor)
        before, out = self._cursor, []
        for vehicle in changed:
            self._cursor = Cursor(*map(max, self._cursor, vehicle.changed))
            out.append(event("card", fragment(site, vehicle), str(self._cursor)))
            if vehicle.changed.message > before.message:
                site.desk.sayings.note(Noted.ALERT_SHOWN, who=self._who, alert_id=vehicle.alert_id)
        self._cursor = Cursor(*map(max, self._cursor, upto))
        car = shown_car(site, site.desk.board.now())
        document = {
            "motion": car.motion.value,
            "rest": car.rest,
            "reading": car.is_reading,
            "html": site.drawing.text("car/standing.html", car=car),
        }
        text = json.dumps(document)
        if text != self._car:
            self._car = text
            # What time it is has the page's clocks right, whatever a phone's does during a shift.
            out.append(event("car", json.dumps(document | {"now": site.desk.board.now().isoformat()})))
        return out
