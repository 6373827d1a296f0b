"""TLS in front of a server that speaks without."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator

import trustme

from tests.relaying import front, relay


@contextlib.contextmanager
def tls_front(behind: int, authority: trustme.CA, name: str) -> Iterator[int]:
    """Run a front that takes TLS alone; yield its port.

    Args:
        behind: Port of the server behind it.
        authority: Who signs its certificate.
        name: Whom the certificate names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await relay((reader, writer), await asyncio.open_connection("127.0.0.1", behind))

    with front(serve, context) as port:
        yield port
