"""The stage of a patrol car that serves its officer's page, and follows the ledger for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from console.car.app import make_car_app
from console.car.site import CarSite
from console.drawing import Drawing
from console.serving.certificates import certificate_of
from operations.patrol.board import SHOWN_HOURS, CarBoard
from operations.patrol.credentials import Credentials
from operations.patrol.door import HttpDoor
from operations.patrol.motion import MotionJudge
from operations.patrol.saying import Sayings
from operations.patrol.shift import Shift
from operations.patrol.signing_on import SignOnDoor, SignOns
from operations.patrol.sources import AlertSource, Outbox, Surroundings
from pipeline.stages.stage import SteppedStage
from schemas.errors import ConfigurationError, TransientError
from schemas.settings import Settings
from services.http.listener import Listener
from storage.car.answers import FILE, AnswerBook

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
        source: The ledger's alerts.
        outbox: What waits for the server.
        around: How the car is.
        unlock: Takes the key of the car's lists when somebody signs on.
        door: The way to the server; None: the one of the settings, where they name one.
    """

    name = "display"
    trouble = "alerts are not shown"

    def __init__(
        self,
        settings: Settings,
        source: AlertSource,
        outbox: Outbox,
        around: Surroundings,
        unlock: Callable[[bytes], None],
        door: SignOnDoor | None = None,
    ) -> None:
        super().__init__()
        patrol = settings.patrol
        if patrol is None:
            raise ConfigurationError("[patrol] is missing; it says which car this is")
        self._listen = patrol.display
        self._book = AnswerBook(settings.data_dir / FILE)
        self._board = CarBoard(settings, source, self._book)
        self._sayings = Sayings(patrol.car, settings.agency_id, self._board, self._book, outbox)
        self.shift = Shift()
        """Who is signed on."""
        if door is None and patrol.server is not None:
            door = HttpDoor(patrol)
        sign_ons = SignOns(settings, self.shift, Credentials(settings.data_dir), door, unlock, around, self._sayings)
        self._is_secure = _host(self._listen) not in _LOOPBACK
        motion = MotionJudge(patrol.moving_kmh, time.monotonic)
        self._site = CarSite(
            settings,
            Drawing(settings),
            self._board,
            self.shift,
            sign_ons,
            self._sayings,
            motion,
            around,
            self._is_secure,
        )
        self._listener: Listener | None = None
        self._tidy_at = 0.0
        self.is_up = threading.Event()
        """Set once the page is served."""

    @property
    def sayings(self) -> Sayings:
        """Takes notes for the server's audit."""
        return self._sayings

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
            self._board.load()
            self._begin()
        elif not self._listener.is_serving:
            log.error("the page ended; it is started again")
            self._stop()
            return 0.0
        self._board.follow()
        self._tidy()
        return FOLLOW_SECONDS

    def end(self) -> None:
        """Take nothing more."""
        self._stop()
        self._book.close()

    def _begin(self) -> None:
        certificate = certificate_of(self._site.settings) if self._is_secure else None
        self._site.closing.clear()
        app = make_car_app(self._site, self.url, None if self._is_secure else _names(self._listen))
        listener = Listener(
            app,
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

    def _tidy(self) -> None:
        """Queue what was not queued, and forget answers that are shown no more."""
        if time.monotonic() < self._tidy_at:
            return
        self._tidy_at = time.monotonic() + TIDY_SECONDS
        try:
            self._sayings.queue_rest()
            self._book.forget(datetime.now(UTC) - timedelta(hours=2 * SHOWN_HOURS))
        except TransientError as error:
            log.warning("answers wait to be queued: %s", error)


def _host(listen: str) -> str:
    return listen.rpartition(":")[0].strip("[]").lower()


def _names(listen: str) -> frozenset[str]:
    port = listen.rpartition(":")[2]
    return frozenset({listen.lower(), f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"})
