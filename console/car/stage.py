"""The stage of a patrol car that serves its officer's page, and follows the ledger for it."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from console.car.app import make_car_app
from console.car.site import CarSite
from console.drawing import Drawing
from console.serving.certificates import certificate_of
from operations.patrol.desk import Desk
from pipeline.stages.stage import SteppedStage
from schemas.errors import ConfigurationError
from schemas.settings import Settings
from services.http.listener import Listener

log = logging.getLogger(__name__)

FOLLOW_SECONDS: Final = 0.05
"""How often the ledger is asked for alerts: it is a file on the same machine."""
TIDY_SECONDS: Final = 30.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class DisplayStage(SteppedStage):
    """Serves the page until it is stopped.

    On the car's own machine alone it speaks plain HTTP; at another address (a phone in the same car) TLS with the
    console's certificate.

    Args:
        settings: The configuration, with a car in it.
        desk: What is behind the page; the stage closes it at its end.

    Raises:
        ConfigurationError: There is no car in the configuration.
    """

    name = "display"
    trouble = "alerts are not shown"

    def __init__(self, settings: Settings, desk: Desk) -> None:
        super().__init__()
        if settings.patrol is None:
            raise ConfigurationError("[patrol] is missing; it says which car this is")
        self._listen = settings.patrol.display
        self._desk = desk
        self._is_secure = _host(self._listen) not in _LOOPBACK
        self._site = CarSite(settings, Drawing(settings), desk, self._is_secure)
        self._listener: Listener | None = None
        self._tidy_at = 0.0
        self.is_up = threading.Event()
        """Set once the page is served."""

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"{'https' if self._is_secure else 'http'}://{self._listen}"

    def step(self, stop: threading.Event) -> float:
        """Serve, and show what has come.

        Raises:
            ConfigurationError: The page cannot be served there.
            TransientError: The ledger cannot be read now.
        """
        if self._listener is None:
            self._desk.board.load()
            self._begin()
        elif not self._listener.is_serving:
            log.error("the page ended; it is started again")
            self._stop()
            return 0.0
        self._desk.board.follow()
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_SECONDS
            self._desk.tidy()
        return FOLLOW_SECONDS

    def end(self) -> None:
        """Take nothing more."""
        self._stop()
        self._desk.close()

    def _begin(self) -> None:
        certificate = certificate_of(self._site.settings) if self._is_secure else None
        self._site.closing.clear()
        listener = Listener(
            make_car_app(self._site, self.url, None if self._is_secure else _names(self._listen)),
            self._listen,
            None if certificate is None else certificate.certificate,
            None if certificate is None else certificate.key,
            name="display",
        )
        listener.start()
        self._listener = listener
        self.is_up.set()
        log.info("the officer's page is at %s", self.url)

    def _stop(self) -> None:
        self._site.closing.set()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()


def _host(listen: str) -> str:
    return listen.rpartition(":")[0].strip("[]").lower()


def _names(listen: str) -> frozenset[str]:
    port = listen.rpartition(":")[2]
    return frozenset({listen.lower(), f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"})
