"""Proxies that the settings name are believed about who asks and how; nobody else is.

What a proxy does not name itself, the browser may have written: of X-Forwarded-For the last address counts that is none
of a trusted proxy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from schemas.settings.hosts import Network, address_of, networks

_MOST_ADDRESSES = 32
_SAFE = frozenset({"GET", "HEAD"})


class Proxies:
    """Puts the browser's own address in the place of a trusted proxy's; refuses what came to one in clear text.

    Args:
        app: What answers; it turns the refusal into an answer.
        trusted: Networks of the proxies.
        origin: How browsers reach us.
    """

    def __init__(self, app: ASGIApp, *, trusted: Sequence[str], origin: str) -> None:
        self._app = app
        self._trusted = networks(trusted)
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "http" and scope.get("client") and _is_of(scope["client"][0], self._trusted):
            headers = Headers(scope=scope)
            protocols = [one.strip().lower() for one in ",".join(headers.getlist("x-forwarded-proto")).split(",")]
            # The first is what the browser spoke, the others what proxies spoke among each other.
            if protocols[0] not in ("", "https"):
                raise self._in_clear(scope)
            address = self.address(scope["client"][0], headers.getlist("x-forwarded-for"))
            scope = {**scope, "client": (address, 0)}
        await self._app(scope, receive, send)

    def address(self, proxy: str, forwarded: Sequence[str]) -> str:
        """Return who asks a trusted proxy.

        Args:
            proxy: The address that the connection comes from.
            forwarded: The headers X-Forwarded-For, in their order.
        """
        found = proxy
        named = ",".join(forwarded).split(",")[-_MOST_ADDRESSES:]
        for text in reversed(named):
            address = address_of(_without_port(text.strip()))
            if address is None:
                # Nobody knows who wrote it: the last one that is known counts.
                return found
            found = str(address)
            if not any(address in one for one in self._trusted if one.version == address.version):
                return found
        return found

    def _in_clear(self, scope: Scope) -> HTTPException:
        if scope["method"] in _SAFE:
            query = f"?{scope['query_string'].decode('latin-1')}" if scope.get("query_string") else ""
            path = scope.get("raw_path", b"").decode("latin-1") or "/"
            return HTTPException(308, "use https", {"Location": f"{self._origin}{path}{query}"})
        return HTTPException(403, "this came to the proxy in clear text (X-Forwarded-Proto); use https")


def _is_of(client: str, trusted: Sequence[Network]) -> bool:
    address = address_of(client)
    return address is not None and any(address in one for one in trusted if one.version == address.version)


def _without_port(text: str) -> str:
    """Return an address without a port behind it, as some proxies write it."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    host, colon, port = text.partition(":")
    return host if colon and port.isdigit() and _is_ipv4(host) else text


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
