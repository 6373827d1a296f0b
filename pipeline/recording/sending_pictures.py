"""The stage that moves pictures to an image store on another machine, so that nobody else waits for it."""

from __future__ import annotations

import threading

from pipeline.stages.stage import SteppedStage
from schemas.errors import StorageFull, TransientError
from schemas.events import AlarmKind
from schemas.settings import Settings
from storage.reads.images import ImageStore

PAUSE_SECONDS = 0.5


class PicturesStage(SteppedStage):
    """Sends what this machine recorded; every process sends its own.

    Args:
        settings: The configuration; the section `images` counts here.
    """

    name = "pictures"
    trouble = "pictures are not kept where they should be"
    recovery = "pictures are sent again"
    alarm = AlarmKind.IMAGE_STORE

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._images = ImageStore(settings)
        self._images.discard_unfinished()

    def step(self, stop: threading.Event) -> float:
        """Send what waits.

        Raises:
            TransientError: The store refuses us, or does not answer; it says how many pictures wait.
        """
        try:
            self._images.send_waiting(stop)
        except StorageFull as error:
            raise StorageFull(f"{error}; {self._waiting_text()}") from error
        except TransientError as error:
            raise TransientError(f"{error}; {self._waiting_text()}") from error
        return PAUSE_SECONDS

    def waiting(self) -> int:
        """Return how many pictures wait to be sent."""
        return self._images.waiting()

    def _waiting_text(self) -> str:
        count = self.waiting()
        return f"{count} {'picture waits' if count == 1 else 'pictures wait'} in the data directory"
