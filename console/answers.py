"""What went wrong, said where it is read: a page, a part of one, or problem details (RFC 9457) in the API."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.navigation import entries_for
from console.people.again import away
from console.site import Site
from console.visitors import COOKIE, NotSignedIn, caller
from console.wording import in_words
from operations.people.refusals import note_refusal
from operations.people.sessions import find_session, session_actor
from schemas.actor import Actor
from schemas.errors import (
    ConfigurationError,
    Conflict,
    HeldForReview,
    InvalidInput,
    NotPermitted,
    NotThere,
    Outdated,
    PlatewatchError,
    TransientError,
)

log = logging.getLogger(__name__)

API = "/api/"
_STATUSES: Final[Sequence[tuple[type[PlatewatchError], int]]] = (
    (NotPermitted, 403),
    (NotThere, 404),
    (Outdated, 412),
    (Conflict, 409),
    (HeldForReview, 409),
    (InvalidInput, 422),
    (TransientError, 503),
    (ConfigurationError, 409),
)
"""What an error means over HTTP: the first that fits."""
PROBLEM = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def register(app: FastAPI) -> None:
    """Have every error answered."""
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(PlatewatchError, _platewatch_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def status_of(error: PlatewatchError) -> int:
    """Return the HTTP status that an error of ours means."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


async def _not_signed_in(request: Request, _: Exception) -> Response:
    if request.url.path.startswith(API):
        detail = "sign in, or send a token that holds: Authorization: Bearer TOKEN"
        return await answer(request, 401, detail, {"WWW-Authenticate": "Bearer"})
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method != "GET":
        return await away(request)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" if target == "/" else f"/sign-in?next={quote(target, safe='')}", 303)


async def _platewatch_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlatewatchError)  # noqa: S101 - what it is registered for
    if isinstance(error, NotPermitted):
        await run_in_threadpool(_note, request, error)
    if isinstance(error, TransientError):
        log.warning("the console could not answer: %s", error)
    headers = {"Retry-After": "5"} if isinstance(error, TransientError) else None
    return await answer(request, status_of(error), in_words(str(error)), headers)


def _note(request: Request, error: NotPermitted) -> None:
    """Write down that somebody asked for what they may not do."""
    try:
        who = caller(request)
    except NotSignedIn:
        return
    note_refusal(who.actor, who.site.database, error)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    # What was sent is not said again: it may be a password.
    faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg'].lower()}" for fault in error.errors()]
    return await answer(request, 422, "; ".join(faults)[:2000])


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    words = {404: "nothing is here", 405: "this cannot be done here"}
    detail = words.get(error.status_code, str(error.detail).lower())
    return await answer(request, error.status_code, detail, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("a page failed for an unexpected reason; please report this", exc_info=error)
    return await answer(request, 500, "it failed for an unexpected reason, which is in the log; please report it")


async def answer(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Return what is said of an error, in the form in which it is read.

    Args:
        request: The request that failed.
        status: The HTTP status.
        detail: What was found, what was expected, what to do.
        headers: What the answer says besides.
    """
    title = HTTPStatus(status).phrase
    if request.url.path.startswith(API) or request.headers.get("accept") == "application/json":
        problem = Problem(title=title, status=status, detail=detail)
        return JSONResponse(problem.model_dump(), status, headers, PROBLEM)
    site = Site.of(request)
    values: dict[str, Any] = {"status": status, "title": title, "detail": detail}
    response: Response
    if "hx-request" in request.headers:
        response = Response(site.drawing.text("parts/problem.html", **values), status, media_type="text/html")
    else:
        actor = await run_in_threadpool(_looking, request)
        navigation = [] if actor is None else entries_for(actor)
        response = site.drawing.page("problem.html", actor=actor, navigation=navigation, **values)
        response.status_code = status
    response.headers.update(headers or {})
    return response


def _looking(request: Request) -> Actor | None:
    """Return who gets the page, where that can be told."""
    cookie, site = request.cookies.get(COOKIE), Site.of(request)
    try:
        session = None if cookie is None else find_session(site.database, site.settings, cookie)
    except PlatewatchError:
        return None
    return None if session is None else session_actor(session, site.settings.agency_id)


class Caught:
    """Answers what the guards before the routers refuse, and what nobody expected: that, too, behind the headers.

    Args:
        app: What may raise.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        has_begun = False

        async def sending(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except HTTPException as error:
            await (await _http_error(Request(scope), error))(scope, receive, send)
        except Exception as error:
            if has_begun:
                log.exception("an answer broke off for an unexpected reason; please report this")
                raise
            await (await _unexpected(Request(scope), error))(scope, receive, send)
