"""A server of map tiles with TLS, for the browser alone."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import simplejpeg
import trustme


class _Handler(http.server.BaseHTTPRequestHandler):
    asked: list[str]
    picture: bytes

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        # The pages ask browsers to take in nothing of others that does not permit it.
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.send_header("Content-Length", str(len(self.picture)))
        self.end_headers()
        self.wfile.write(self.picture)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def tile_server(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve tiles; yield their address with its placeholders, and the paths that were asked for."""
    asked: list[str] = []
    tile = bytes(simplejpeg.encode_jpeg(np.full((256, 256, 3), 200, np.uint8), 80, "BGR"))
    handler = type("Handler", (_Handler,), {"asked": asked, "picture": tile})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    certificate = trustme.CA().issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/plan/{{z}}/{{x}}/{{y}}.jpg", asked
    finally:
        server.shutdown()
        server.server_close()
