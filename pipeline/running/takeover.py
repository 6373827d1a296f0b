"""A running service takes another configuration over: whole, or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pipeline.health.board import HealthBoard
from pipeline.reloading import Difference, difference
from pipeline.running.part import Part
from schemas.errors import PlatewatchError
from schemas.events import AlarmKind
from schemas.health import Reloaded
from schemas.settings import CameraSettings, Settings

log = logging.getLogger(__name__)

WRITE_DOWN_SECONDS = 5.0


class TakeOver:
    """The configuration in force, and how another one takes its place.

    Args:
        settings: The configuration at the start.
        board: Told of one that does not fit.
        fits: Raises ConfigurationError where the service would not start with a configuration.
        accept: Asked of what is to be in force, before anything changes; raises PlatewatchError where that cannot be
            worked with: not all that was loaded counts before a restart.
        note: Writes a configuration down in the audit; raises PlatewatchError where that has to be done later.
        in_words: What a change means to this service, for the log.
    """

    def __init__(
        self,
        settings: Settings,
        board: HealthBoard,
        *,
        fits: Callable[[Settings], None],
        accept: Callable[[Settings], None] | None = None,
        note: Callable[[Settings], None] | None = None,
        in_words: Callable[[Difference], str] = Difference.in_words,
    ) -> None:
        self.settings = settings
        self.reloaded = Reloaded()
        """What became of other configurations since the start."""
        self._board = board
        self._fits = fits
        self._accept = accept
        self._note = note
        self._in_words = in_words
        self._unwritten: Settings | None = None
        self._write_at = 0.0

    def begin(self) -> None:
        """Have it said that an alarm about an earlier start's configuration is over."""
        for subject in (self._board.machine, self._added_subject):
            self._board.cleared(AlarmKind.CONFIGURATION, subject)

    @property
    def _added_subject(self) -> str:
        # Of its own: a file that fits says nothing of added cameras that do not, nor they of it.
        return f"added cameras on {self._board.machine}"

    def take_anew(self, load: Callable[[], Settings], parts: Sequence[Part]) -> bool:
        """Take another configuration over; one that does not fit changes nothing.

        Args:
            load: Reads it.
            parts: Take it over, in their order.

        Returns:
            Whether it was taken over.
        """
        return self._take(load, parts, is_of_the_file=True)

    def take_cameras(self, cameras: Callable[[], tuple[CameraSettings, ...]], parts: Sequence[Part]) -> bool:
        """Take other cameras over, which people added or removed; all else stays as it is.

        Args:
            cameras: Returns all that are to be in force.
            parts: As in `take_anew`.

        Returns:
            Whether they were taken over.
        """
        return self._take(lambda: self.settings.model_copy(update={"cameras": cameras()}), parts, is_of_the_file=False)

    def _take(self, load: Callable[[], Settings], parts: Sequence[Part], *, is_of_the_file: bool) -> bool:
        try:
            loaded = load()
            if is_of_the_file:
                self._fits(loaded)
            change = difference(self.settings, loaded)
            if self._accept is not None:
                self._accept(change.settings)
        except PlatewatchError as error:
            subject, what = self._board.machine, "the configuration is not taken over, and the one before stays"
            if not is_of_the_file:
                subject, what = self._added_subject, "added cameras are not taken over, and those before stay"
            message = f"{what} in force: {error}"
            log.error("%s", message)
            self._board.raised(AlarmKind.CONFIGURATION, subject, message)
            return False
        # What was loaded of the file has the added cameras beside it.
        self._board.cleared(AlarmKind.CONFIGURATION, self._added_subject)
        if is_of_the_file:
            self._board.cleared(AlarmKind.CONFIGURATION, self._board.machine)
        self.settings = change.settings
        for part in parts:
            part.take_anew(change)
        if not is_of_the_file:
            # Who added or removed them stands in the audit already, and what needs a restart does so still.
            log.info("other cameras were taken over: %s", self._in_words(change))
            return True
        log.info("the configuration was taken anew: %s", self._in_words(change))
        if change.needs_restart:
            log.warning("changed settings that count only after a restart: %s", ", ".join(change.needs_restart))
        self.reloaded = Reloaded(datetime.now(UTC), change.needs_restart)
        self._unwritten, self._write_at = self.settings, 0.0
        return True

    def write_down(self) -> None:
        """Write down in the audit what another configuration changed, as soon as the database takes it."""
        if self._unwritten is None or self._note is None or time.monotonic() < self._write_at:
            return
        try:
            self._note(self._unwritten)
        except PlatewatchError as error:
            log.debug("what the configuration changed is written down later: %s", error)
            self._write_at = time.monotonic() + WRITE_DOWN_SECONDS
        else:
            self._unwritten = None
