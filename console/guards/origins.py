"""No other site may have a browser that is signed in here change something (CSRF).

Browsers say themselves where a request comes from (Sec-Fetch-Site); old ones name the origin at least. What says
neither is no browser: it may go on without a session's cookie, with a token.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSAL = "this came from another site; open the page here and do it again"


class Origins:
    """Refuses what another site has a browser send.

    Args:
        app: What answers; it turns the refusal into an answer.
        origin: How browsers reach us, as the settings say.
    """

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and not self.is_ours(Headers(scope=scope)):
            raise HTTPException(403, REFUSAL)
        await self._app(scope, receive, send)

    def is_ours(self, headers: Headers) -> bool:
        """Return whether a request that changes something comes from our own pages, or from no browser."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = headers.get("origin")
        if origin is not None:
            return origin.lower() in (self._origin, f"https://{headers.get('host', '').lower()}")
        return "cookie" not in headers
