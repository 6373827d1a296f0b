"""The server's URLs, and how what goes wrong is answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ingest.server.answers import OneLine, Refusal, refused
from ingest.server.bodies import CLOSE, drain
from ingest.server.cars import CarsDoor
from ingest.server.frames import FramesDoor
from ingest.server.reads import ReadsDoor

log = logging.getLogger(__name__)

MOST_URL_BYTES = 4096
_LOOKING = frozenset({"GET", "HEAD"})
_POSTING = frozenset({"POST", "PUT"})
"""Some cameras put their pictures; what is sent is the same."""
_SENDING = _POSTING | {"PATCH"}
_METHODS = {"allow": "GET, HEAD, POST"}
_BEFORE_THE_BODY = frozenset({401, 403, 404, 405, 413, 414, 415, 429, 503})


class IngestApp:
    """The ASGI application. There are three kinds of URLs, so no router is needed.

    Args:
        reads: Takes messages of sources.
        frames: Takes pictures of cameras.
        cars: Answers patrol cars.
    """

    def __init__(self, reads: ReadsDoor, frames: FramesDoor, cars: CarsDoor) -> None:
        self._reads = reads
        self._frames = frames
        self._cars = cars

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see the ASGI specification."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = refused(refusal)
            if refusal.status in _BEFORE_THE_BODY and request.method in _SENDING:
                await drain(request)
                answer.headers.setdefault("connection", "close")
        except Exception:
            # Whatever it is, the server goes on, and the sender keeps what it has.
            log.exception("a request failed for an unexpected reason; please report this")
            answer = OneLine(500, CLOSE, error="it could not be stored for an unexpected reason; send it later")
        if request.method == "HEAD":
            answer.body = b""
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if self._is_a_cars(request):
            return await self._cars.answer(request)
        look, take = self._doors(request)
        if request.method in _LOOKING:
            return await look(request)
        if request.method not in _POSTING or (request.method == "PUT" and take != self._frames.take):
            raise Refusal(405, "only GET, HEAD and POST are known here", _METHODS)
        return await take(request)

    def _is_a_cars(self, request: Request) -> bool:
        path = unquote(request.scope["path"])
        if not path.startswith("/ingest/cars/") or len(path) > MOST_URL_BYTES:
            return False
        parts = path.strip("/").split("/", 4)
        if len(parts) < 4:
            return False
        rest = parts[4] if len(parts) > 4 else ""
        request.scope["path_params"] = {"car": parts[2], "what": parts[3], "rest": rest}
        return True

    def _doors(
        self, request: Request
    ) -> tuple[Callable[[Request], Awaitable[OneLine]], Callable[[Request], Awaitable[OneLine]]]:
        path = request.scope["path"]
        if len(path) + len(request.scope.get("query_string", b"")) > MOST_URL_BYTES:
            raise Refusal(414, "the URL is too long")
        parts = unquote(path).strip("/").split("/", 4)
        if len(parts) >= 4 and parts[:2] == ["ingest", "reads"]:
            rest = parts[4] if len(parts) > 4 else ""
            request.scope["path_params"] = {"vendor": parts[2], "source": parts[3], "rest": rest}
            return self._reads.look, self._reads.take
        # What some cameras add behind it, a file's name mostly, does not matter.
        if len(parts) >= 4 and parts[:2] == ["ingest", "cameras"] and parts[3] == "frames":
            request.scope["path_params"] = {"camera": parts[2]}
            return self._frames.look, self._frames.take
        raise Refusal(404, "nothing is here; post to /ingest/reads/VENDOR/SOURCE or /ingest/cameras/ID/frames")
