"""TLS in front of a server that speaks without."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import trustme


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


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
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(client: socket.socket) -> None:
            with (
                contextlib.suppress(OSError),
                context.wrap_socket(client, server_side=True) as secured,
                socket.create_connection(("127.0.0.1", behind)) as plain,
            ):
                back = threading.Thread(target=_pump, args=(plain, secured), daemon=True)
                back.start()
                _pump(secured, plain)
                back.join(5.0)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield int(listener.getsockname()[1])
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
