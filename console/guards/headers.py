"""What browsers are told of every answer: load nothing from elsewhere, run nothing that is written into a page."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def content_policy(image_origins: Sequence[str] = ()) -> str:
    """Return the content security policy.

    Args:
        image_origins: Where pictures may come from besides: a tile server that the settings name.
    """
    policy = dict(_POLICY)
    policy["img-src"] = " ".join([policy["img-src"], *image_origins])
    return "; ".join(f"{name} {value}" for name, value in policy.items())


class Headers:
    """Puts the headers on every answer, errors included.

    Args:
        app: What answers.
        strict_transport: Whether browsers are to insist on TLS from now on; not with a certificate of our own.
        image_origins: Where pictures may come from besides.
    """

    def __init__(self, app: ASGIApp, *, strict_transport: bool, image_origins: Sequence[str] = ()) -> None:
        self._app = app
        self._headers = {**_HEADERS, "Content-Security-Policy": content_policy(image_origins)}
        if strict_transport:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, sending)
