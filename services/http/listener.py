"""The HTTP server itself: granian inside of this process, in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.constants import SSLProtocols as Protocols
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.types import ASGIApp

from schemas.errors import ConfigurationError

log = logging.getLogger(__name__)

HEADER_MILLISECONDS = 10_000
"""How long headers may take to come in, and how long a connection may be silent between two requests."""
HEADER_BYTES = 65_536
MOST_CONNECTIONS = 512
"""More wait until one of these ends."""
START_SECONDS = 10.0
STOP_SECONDS = 5.0

_NO_LOGGING = {"incremental": True, "root": {}, "handlers": {}, "formatters": {}, "loggers": {}}
"""granian would set this process's whole logging up anew. What matters of it is said in our own words."""


class Listener:
    """Serves an application until it is stopped.

    HTTP/1.1 alone, unless HTTP/2 is asked for: granian limits the time of headers, and of silence, only where it need
    not tell the versions apart. With both, whoever serves ends silent connections (`services.http.silent`).

    Args:
        app: What answers.
        listen: Address and port.
        certificate: PEM file of the certificate and its chain; None: plain HTTP.
        key: PEM file of its key.
        name: What serves, for threads, messages and the setting that names the address.
        both_versions: Whether HTTP/2 is spoken, too.
    """

    def __init__(
        self,
        app: ASGIApp,
        listen: str,
        certificate: Path | None = None,
        key: Path | None = None,
        *,
        name: str = "ingest",
        both_versions: bool = False,
    ) -> None:
        host, _, port = listen.rpartition(":")
        self._listen = listen
        self._name = name
        self._address = host.strip("[]"), int(port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._up = threading.Event()
        self._failure: Exception | None = None
        try:
            self._server = Server(
                app,
                address=self._address[0],
                port=self._address[1],
                interface=Interfaces.ASGINL,
                http=HTTPModes.auto if both_versions else HTTPModes.http1,
                http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEADER_BYTES),
                websockets=False,
                backlog=1024,
                backpressure=MOST_CONNECTIONS,
                log_enabled=False,
                log_dictconfig=_NO_LOGGING,
                ssl_cert=certificate,
                ssl_key=key,
                # Readers stand for fifteen years; older versions than this are broken.
                ssl_protocol_min=Protocols.tls12,
            )
        except Exception as error:
            raise self._refused(error) from error
        self._server.on_startup(self._up.set)
        self._thread = threading.Thread(target=self._run, name=f"{name}-http", daemon=True)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop in which the application answers."""
        if self._loop is None:
            raise ConfigurationError(f"the server of {self._name} has not been started")
        return self._loop

    @property
    def is_serving(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start to serve; connections are taken when this returns.

        Raises:
            ConfigurationError: The address is taken or not ours, or the certificate does not fit.
        """
        self._make_sure_of_the_port()
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while self._thread.is_alive() and not self._answers() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._failure is not None or not self._thread.is_alive():
            self._thread.join()
            raise self._refused(self._failure or RuntimeError("it ended at once"))

    def stop(self) -> None:
        """Take no more connections and answer what was asked."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._server.stop)
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            log.warning("the server of %s still answers after %.0f s; it is left to itself", self._name, STOP_SECONDS)

    def _make_sure_of_the_port(self) -> None:
        """Refuse a port that somebody listens at: granian would share it, and each get some connections."""
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(self._address)
        except OSError as error:
            raise self._refused(error) from error

    def _answers(self) -> bool:
        """Say whether connections are taken: granian tells of its own start a moment too early."""
        if not self._up.is_set():
            return False
        try:
            # To every address of this machine means to one of it.
            socket.create_connection(self._address, timeout=1.0).close()
        except OSError:
            return False
        return True

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._failure = error
            if self._up.is_set():
                log.exception("the server of %s ended", self._name)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve()

    def _refused(self, error: Exception) -> ConfigurationError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ConfigurationError(
            f"{self._name}.listen {self._listen}: the server cannot be started ({reason}); free the port, or correct "
            "the address, certificate_file or key_file"
        )
