"""What stands before the car's pages: requests for another name are refused, and refusals are said in plain words."""

from __future__ import annotations

import logging
from collections.abc import Collection

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from console.answers import status_of
from console.car.visitors import NotSignedOn
from operations.patrol.saying import LookAgain
from schemas.errors import PlatewatchError

log = logging.getLogger(__name__)


class Hosts:
    """Refuses requests that name another host: a page from elsewhere whose name leads here would read the alerts.

    Args:
        app: What answers.
        names: What browsers may call us, each as host or host:port in lower case; None: whatever they do.
    """

    def __init__(self, app: ASGIApp, *, names: Collection[str] | None) -> None:
        self._app = app
        self._names = None if names is None else frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "http" and self._names is not None:
            host = Headers(scope=scope).get("host", "").lower()
            if host not in self._names:
                await PlainTextResponse("this machine's page has another address", 421)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Refused:
    """Answers what the guards behind it refuse.

    Args:
        app: What may refuse.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        try:
            await self._app(scope, receive, send)
        except HTTPException as error:
            answer = PlainTextResponse(str(error.detail), error.status_code, dict(error.headers or {}))
            await answer(scope, receive, send)


def register(app: FastAPI) -> None:
    """Have every error of the pages answered: scripts read the reason from `detail`."""
    app.add_exception_handler(NotSignedOn, _not_signed_on)
    app.add_exception_handler(PlatewatchError, _platewatch_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


async def _not_signed_on(request: Request, _: Exception) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/sign-on", 303)
    return JSONResponse({"detail": "nobody is signed on here; sign on"}, 401)


async def _platewatch_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, PlatewatchError)  # noqa: S101 - what it is registered for
    if isinstance(error, LookAgain):
        return JSONResponse({"detail": str(error), "again": [one.words for one in error.found]}, 409)
    return JSONResponse({"detail": str(error)}, status_of(error))


async def _invalid(_: Request, __: Exception) -> Response:
    # What was sent is not said again: it may be a password.
    return JSONResponse({"detail": "what was sent cannot be understood"}, 422)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse({"detail": str(error.detail)}, error.status_code)
