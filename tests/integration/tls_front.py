"""PostgreSQL's side of TLS in front of the tests' server, whose own build has none; a pooler does the same."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme
from psycopg.conninfo import conninfo_to_dict

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_REFUSAL = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for this host, no encryption\0\0"


@dataclass
class TlsFront:
    """A running front: where it listens, and who signed its certificate."""

    port: int
    authority: trustme.CA
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
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        front = TlsFront(listener.getsockname()[1], authority)
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                thread = threading.Thread(target=_serve, args=(client, path, context, front), daemon=True)
                thread.start()
                threads.append(thread)

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield front
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join(5)
            for thread in threads:
                thread.join(5)


def _serve(client: socket.socket, path: str, context: ssl.SSLContext, front: TlsFront) -> None:
    with client, contextlib.suppress(OSError, struct.error):
        _, code = struct.unpack("!II", client.recv(8, socket.MSG_WAITALL))
        if code == _GSS_REQUEST:
            client.sendall(b"N")
            _, code = struct.unpack("!II", client.recv(8, socket.MSG_WAITALL))
        if code != _SSL_REQUEST:
            client.sendall(b"E" + struct.pack("!I", len(_REFUSAL) + 4) + _REFUSAL)
            return
        client.sendall(b"S")
        with (
            context.wrap_socket(client, server_side=True) as secure,
            socket.socket(socket.AF_UNIX) as server,
        ):
            front.encrypted += 1
            server.connect(path)
            back = threading.Thread(target=_pump, args=(server, secure), daemon=True)
            back.start()
            _pump(secure, server)
            back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    # The other direction ends with this one.
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
