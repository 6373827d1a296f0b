"""Answers /metrics for Prometheus, /live and /ready for whoever starts the run again: here, or who has the token."""

from __future__ import annotations

import contextlib
import hmac
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from schemas.errors import ConfigurationError
from schemas.settings import MetricsSettings
from schemas.settings.metrics import address_of
from services.loopback import is_loopback
from services.private_files import read_secret

log = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0
"""A connection that says nothing for so long is closed."""

MOST_CONNECTIONS = 16
"""Connections at a time; others are closed at once."""

LEAST_TOKEN = 16
"""Characters of a token at the least."""

Problems = Callable[[], list[str]]
"""What is wrong, in lines; nothing: all is well."""


@dataclass(frozen=True, slots=True)
class Probes:
    """What is asked of a run: whether it goes on at all, and whether it can do its work now."""

    live: Problems
    ready: Problems


class MetricsServer:
    """Serves within a context. A request waits for nothing but the lock of what it reads.

    Args:
        settings: Where it listens, and who may ask.
        collector: Gives what is measured.
        probes: How the run is.

    Raises:
        ConfigurationError: There is no address, it is taken, or it is not this machine's loopback interface and there
            is no token; or the token cannot be used.
    """

    def __init__(self, settings: MetricsSettings, collector: Collector, probes: Probes) -> None:
        listen = settings.listen
        if listen is None:
            raise ConfigurationError("metrics.listen is not set; name an address like 127.0.0.1:9464")
        host, port = address_of(listen)
        if settings.token_file is None and not is_loopback(host):
            raise ConfigurationError(
                f"metrics.listen {listen}: only this machine may ask, so it has to be a loopback address like "
                f"127.0.0.1:{port}; to ask from another machine set metrics.token_file"
            )
        token = None if settings.token_file is None else partial(_token, settings.token_file)
        if token is not None:
            token()
        registry = CollectorRegistry(auto_describe=False)
        registry.register(collector)
        ProcessCollector(registry=registry)
        handler = type(
            "Handler",
            (_Handler,),
            {"registry": registry, "probes": probes, "token": staticmethod(token) if token else None},
        )
        try:
            self._server = _Server((host, port), handler, ":" in host)
        except OSError as error:
            raise ConfigurationError(
                f"metrics.listen {listen}: cannot be listened at ({error.strerror}); set another port"
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _token(path: Path) -> str:
    """Return the token, read anew each time, so that it can be exchanged while the run goes on."""
    token = read_secret(path, "metrics.token_file")
    if len(token) < LEAST_TOKEN:
        raise ConfigurationError(
            f"metrics.token_file {path}: holds fewer than {LEAST_TOKEN} characters; make a new one"
        )
    return token


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 2 * MOST_CONNECTIONS
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], is_ipv6: bool) -> None:
        self.address_family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Who went away before the answer is no news.
        log.debug("a request for metrics ended", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    registry: CollectorRegistry
    probes: Probes
    token: Callable[[], str] | None
    timeout = ANSWER_SECONDS
    server_version = "platewatch"
    sys_version = ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics" and not self._may_ask():
            self._answer(401, "text/plain; charset=utf-8", b"ask with the bearer token of metrics.token_file\n")
        elif path == "/metrics":
            encoder, kind = choose_encoder(self.headers.get("Accept", ""))
            self._answer(200, kind, encoder(self.registry))
        elif path in ("/live", "/ready"):
            problems = self.probes.live() if path == "/live" else self.probes.ready()
            text = "\n".join(problems or ["ok"]) + "\n"
            self._answer(503 if problems else 200, "text/plain; charset=utf-8", text.encode())
        else:
            self._answer(404, "text/plain; charset=utf-8", b"there are /metrics, /live and /ready\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _may_ask(self) -> bool:
        if self.token is None:
            return True
        try:
            expected = f"Bearer {self.token()}"
        except ConfigurationError as error:
            log.error("nobody may ask for metrics: %s", error)
            return False
        return hmac.compare_digest(self.headers.get("Authorization", "").encode(), expected.encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of every request."""
