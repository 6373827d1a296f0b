"""A server that answers a byte at a time and never ends, as a broken one does, or one that wants to hold who asks."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

HEAD = b"HTTP/1.1 200 OK\r\n"
"""The head does not end."""
LINE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n1;"
"""The line that says how long the next piece of the body is does not end: no byte of the body comes."""
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
"""The body does not end."""
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
"""A whole answer, after which the connection stays."""


@dataclass
class Dripping:
    """Answers the first requests of a connection with the first of `answers`, and drips after the last.

    Each byte of `drips` comes a little after the one before; then it ends the connection.
    """

    answers: list[bytes]
    drips: int = 1_000_000
    reads: bool = True
    context: ssl.SSLContext | None = None
    greeting: bytes = b""
    port: int = 0
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http{'' if self.context is None else 's'}://127.0.0.1:{self.port}"

    def serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self.context is not None:
                client = self.context.wrap_socket(client, server_side=True)
            if not self.reads:
                self.over.wait(60)
                return
            client.sendall(self.greeting)
            for answer in self.answers:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += (more := client.recv(65_536))
                    if not more:
                        return
                client.sendall(answer)
            for _ in range(self.drips):
                if self.over.wait(0.02):
                    return
                client.sendall(b"x")


@contextlib.contextmanager
def dripping(
    *answers: bytes,
    drips: int = 1_000_000,
    reads: bool = True,
    context: ssl.SSLContext | None = None,
    greeting: bytes = b"",
) -> Iterator[Dripping]:
    """Run a server that drips; it is cut off at the end of the test."""
    server = Dripping(list(answers), drips, reads, context, greeting)
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    threads: list[threading.Thread] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server.connections += 1
                threads.append(threading.Thread(target=server.serve, args=(client,)))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        server.over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread in threads:
            thread.join()
