"""What a camera sees now: asked for with a reason, sent as video or as a few pictures a second, for a short while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from console.cameras.one import camera_page, found_camera
from console.streams import is_who_began
from console.visitors import SignedIn, Visitor
from console.visitors import visitor as find_visitor
from operations.cameras.watching import PICTURES_A_SECOND, LiveView
from schemas.errors import InvalidInput, TransientError

log = logging.getLogger(__name__)

router = APIRouter(prefix="/cameras")
BOUNDARY: Final = "platewatch-picture"
SESSION_SECONDS: Final = 10.0
"""How often it is asked whether the person is signed in still, and may what they might."""


@router.post("/{camera_id}/watch")
def ask(visitor: SignedIn, camera_id: str, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Begin a view, which the page that follows shows."""
    site = visitor.site
    try:
        view = site.views.ask(visitor.actor, site.database, site.settings, camera_id, reason)
    except (InvalidInput, TransientError) as error:
        status = 422 if isinstance(error, InvalidInput) else 503
        one = found_camera(visitor, camera_id)
        return camera_page(visitor, one, problem=str(error), reason=reason, status=status)
    return RedirectResponse(f"/cameras/{camera_id}?live={view.ticket}", 303)


@router.get("/{camera_id}/live/{ticket}")
async def pictures(request: Request, visitor: SignedIn, camera_id: str, ticket: str) -> StreamingResponse:
    """Send the pictures of a view, each in place of the one before, until its time is over."""
    try:
        view = visitor.site.views.claim(visitor.actor, camera_id, ticket)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return StreamingResponse(
        _pictures(request, visitor, view),
        media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/{camera_id}/live/{ticket}/video.mp4")
async def video(request: Request, visitor: SignedIn, camera_id: str, ticket: str) -> StreamingResponse:
    """Send the camera's own video, packed for browsers, until the view's time is over."""
    # It takes a while to import: only a console that shows videos pays for it.
    from ingest.streams.remuxing import codec_of

    views = visitor.site.views
    try:
        view = views.claim(visitor.actor, camera_id, ticket)
    except InvalidInput as error:
        raise HTTPException(404) from error
    try:
        parts = view.video()
        beginning = await run_in_threadpool(next, parts, b"")
        kind = f'video/mp4; codecs="{codec_of(beginning)}"'
    except BaseException:
        views.end(view)
        raise
    return StreamingResponse(
        _video(request, visitor, view, beginning, parts),
        media_type=kind,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _video(
    request: Request, visitor: Visitor, view: LiveView, beginning: bytes, parts: Iterator[bytes]
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    asked_at, chunk = loop.time(), beginning
    try:
        while chunk and not view.is_over and not visitor.site.closing.is_set():
            yield chunk
            if loop.time() - asked_at >= SESSION_SECONDS:
                asked_at = loop.time()
                if not await run_in_threadpool(is_who_began, lambda: find_visitor(request).actor, visitor.actor):
                    return
            chunk = await run_in_threadpool(next, parts, b"")
    except TransientError as error:
        # What came until now was shown; the page says that it is over.
        log.info("the video of camera %s broke off: %s", view.camera_id, error)
    finally:
        visitor.site.views.end(view)


async def _pictures(request: Request, visitor: Visitor, view: LiveView) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    try:
        yield f"--{BOUNDARY}\r\n".encode()
        while not view.is_over and not visitor.site.closing.is_set():
            began = loop.time()
            picture = await run_in_threadpool(view.picture, 1.0)
            if picture is not None:
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                # The boundary behind it: browsers show a picture when they know that it is whole.
                yield head.encode() + picture + f"\r\n--{BOUNDARY}\r\n".encode()
            if loop.time() - asked_at >= SESSION_SECONDS:
                asked_at = loop.time()
                if not await run_in_threadpool(is_who_began, lambda: find_visitor(request).actor, visitor.actor):
                    return
            await asyncio.sleep(max(0.0, began + 1.0 / PICTURES_A_SECOND - loop.time()))
    finally:
        visitor.site.views.end(view)
