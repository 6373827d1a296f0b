"""A department's web proxy: takes CONNECT, and opens TLS with certificates of its own authority."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme


@dataclass
class InterceptingProxy:
    """A running proxy: its address, and what it was asked for."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def intercepting_proxy(authority: trustme.CA, host: str, pages: Mapping[str, bytes]) -> Iterator[InterceptingProxy]:
    """Run a proxy that answers for one host itself, as one with a cache does, and connects to no other.

    Args:
        authority: Signs the certificate that the proxy shows for the host.
        host: The host.
        pages: What there is, by path.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            proxy.asked.append(self.path)
            if self.path != f"{host}:443":
                self.send_error(403)
                return
            self.send_response(200, "Connection established")
            self.end_headers()
            try:
                self.connection = context.wrap_socket(self.connection, server_side=True)
            except (ssl.SSLError, ConnectionError):  # the client does not trust us
                self.close_connection = True
                return
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.close_connection = False
            while not self.close_connection:
                self.handle_one_request()
            self.rfile.close()
            self.connection.close()

        def do_GET(self) -> None:
            page = pages.get(self.path)
            proxy.asked.append(self.path)
            self.send_response(200 if page is not None else 404)
            self.send_header("content-length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        proxy = InterceptingProxy(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
