"""PostgreSQL's side of TLS in front of the tests' server, whose own build has none; a pooler does the same."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme
from psycopg.conninfo import conninfo_to_dict

from tests.relaying import front, relay

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_REFUSAL = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for this host, no encryption\0\0"


@dataclass
class TlsFront:
    """A running front: where it listens, and who signed its certificate."""

    authority: trustme.CA
    port: int = 0
    encrypted: int = 0
    """Connections that came with TLS."""

    def options(self, authority: Path) -> dict[str, str]:
        """libpq's options to connect safely.

        Args:
            authority: Where the certificate of the authority is written to.
        """
        self.authority.cert_pem.write_to_path(str(authority))
        return {"sslmode": "verify-full", "sslrootcert": str(authority)}


@contextlib.contextmanager
def tls_front(connection_string: str, name: str = "localhost") -> Iterator[TlsFront]:
    """Run a front that takes TLS alone.

    Args:
        connection_string: Of the server behind it, on a Unix socket.
        name: What its certificate is for.
    """
    behind = conninfo_to_dict(connection_string)
    path = f"{behind['host']}/.s.PGSQL.{behind.get('port', 5432)}"
    running = TlsFront(trustme.CA())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    running.authority.issue_cert(name).configure_cert(context)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        code = await _request(reader)
        if code == _GSS_REQUEST:
            writer.write(b"N")
            code = await _request(reader)
        if code != _SSL_REQUEST:
            writer.write(b"E" + struct.pack("!I", len(_REFUSAL) + 4) + _REFUSAL)
            await writer.drain()
            return
        writer.write(b"S")
        await writer.start_tls(context)
        running.encrypted += 1
        await relay((reader, writer), await asyncio.open_unix_connection(path))

    with front(serve) as running.port:
        yield running


async def _request(reader: asyncio.StreamReader) -> int:
    _, code = struct.unpack("!II", await reader.readexactly(8))
    return int(code)
