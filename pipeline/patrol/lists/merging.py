"""The stage that merges what months of changes leave of a car's lists, beside everything else."""

from __future__ import annotations

import logging
import threading
import time

from pipeline.stages.stage import SteppedStage
from schemas.errors import InvalidInput, TransientError
from storage.car.lists.lists import CarLists

log = logging.getLogger(__name__)

IDLE_SECONDS = 30.0
REST = 4.0
"""It rests so many times as long as a merge took: it has a fifth of a core at most."""


class ListMerging(SteppedStage):
    """Merges blocks of the lists until they are as few as they should be.

    Args:
        lists: The car's lists.
    """

    name = "car-lists-merging"
    trouble = "the file of this car's hotlists is not tidied, and grows"

    def __init__(self, lists: CarLists) -> None:
        super().__init__()
        self._lists = lists

    def step(self, stop: threading.Event) -> float:
        """Merge some.

        Raises:
            TransientError: The disk fails or is full, or what lies there cannot be; the lists are as before.
        """
        began = time.monotonic()
        try:
            count = self._lists.merge_some()
        except InvalidInput as error:
            raise TransientError(f"blocks of the lists cannot be merged: {error}") from error
        if not count:
            return IDLE_SECONDS
        took = time.monotonic() - began
        log.debug("%d blocks of the lists were merged in %.3f s", count, took)
        return REST * took
