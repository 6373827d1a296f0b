"""Everything behind the officer's page, put together once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from operations.patrol.board import SHOWN_HOURS, CarBoard
from operations.patrol.credentials import Credentials
from operations.patrol.door import HttpDoor
from operations.patrol.motion import MotionJudge
from operations.patrol.outcomes import Outcomes
from operations.patrol.saying import Sayings
from operations.patrol.shift import Shift
from operations.patrol.signing_on import SignOnDoor, SignOns
from operations.patrol.sources import AlertSource, Outbox, Surroundings
from schemas.errors import ConfigurationError, TransientError
from schemas.events import Noted
from schemas.settings import Settings
from schemas.types.list_keys import ListsKey
from storage.car.answers import FILE, AnswerBook
from storage.car.outcomes import FILE as OUTCOMES
from storage.car.outcomes import OutcomeBook

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the officer's page works with. Threads share it."""

    book: AnswerBook
    board: CarBoard
    sayings: Sayings
    shift: Shift
    sign_ons: SignOns
    motion: MotionJudge
    outcomes: Outcomes
    around: Surroundings

    def tidy(self) -> None:
        """Queue for the server what was not queued, and forget answers that are shown no more."""
        try:
            self.sayings.queue_rest()
            self.book.forget(datetime.now(UTC) - timedelta(hours=2 * SHOWN_HOURS))
        except TransientError as error:
            log.warning("answers wait to be queued: %s", error)

    def note_state(self, what: Noted, words: str) -> None:
        """Have it written down that something keeps the car from reading, or does not any more."""
        self.sayings.note(what, who=self.shift.current(), words=words)

    def revoked(self) -> None:
        """End the shift, and forget what lets anybody sign on without the server: the car was revoked."""
        self.sign_ons.credentials.forget_all()
        self.shift.end()

    def close(self) -> None:
        """Close what is open."""
        self.book.close()
        self.outcomes.close()


def open_desk(
    settings: Settings,
    source: AlertSource,
    outbox: Outbox,
    around: Surroundings,
    unlock: Callable[[ListsKey], None],
    door: SignOnDoor | None = None,
) -> Desk:
    """Put it together.

    Args:
        settings: The configuration, with a car in it.
        source: The ledger's alerts.
        outbox: What waits for the server.
        around: How the car is.
        unlock: Takes the key of the car's lists when somebody signs on.
        door: The way to the server; None: the one of the settings, where they name one.

    Raises:
        ConfigurationError: There is no car in the configuration, or what it names cannot be used.
        TransientError: The disk is full or fails.
    """
    patrol = settings.patrol
    if patrol is None:
        raise ConfigurationError("[patrol] is missing; it says which car this is")
    if door is None and patrol.server is not None:
        door = HttpDoor(patrol)
    book = AnswerBook(settings.data_dir / FILE)
    words = OutcomeBook(settings.data_dir / OUTCOMES)
    board = CarBoard(settings, source, book, words)
    sayings = Sayings(patrol.car, settings.agency_id, board, book, outbox)
    shift = Shift()
    sign_ons = SignOns(settings, shift, Credentials(settings.data_dir), door, unlock, around, sayings)
    motion, outcomes = MotionJudge(patrol.moving_kmh, time.monotonic), Outcomes(book, words, board)
    return Desk(book, board, sayings, shift, sign_ons, motion, outcomes, around)
