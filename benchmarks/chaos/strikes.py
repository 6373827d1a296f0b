"""Carrying strikes out."""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Sequence

from benchmarks.chaos.installation.blows import Targets
from benchmarks.chaos.installation.faults import Diary
from benchmarks.chaos.schedule import Kind, Strike

log = logging.getLogger(__name__)


class Striker(threading.Thread):
    """Carries a schedule out.

    Args:
        diary: What was struck when.
        schedule: The strikes, by time.
        targets: How each kind is done.
    """

    def __init__(self, diary: Diary, schedule: Sequence[Strike], targets: Targets) -> None:
        super().__init__(name="striker", daemon=True)
        self.done: collections.Counter[Kind] = collections.Counter()
        self.missed: collections.Counter[Kind] = collections.Counter()
        """What was not there to be struck, or can not be struck on this machine."""
        self._diary, self._schedule, self._targets = diary, schedule, targets

    def run(self) -> None:
        """Strike until the schedule's end."""
        began = time.monotonic()
        for strike in self._schedule:
            time.sleep(max(began + strike.at - time.monotonic(), 0.0))
            hit = self._strike(strike)
            (self.done if hit else self.missed)[strike.kind] += 1
            self._diary.note("strike" if hit else "missed", kind=strike.kind, planned=strike.at, seconds=strike.seconds)
        self._diary.note("the last strike is done")

    def _strike(self, strike: Strike) -> bool:
        try:
            return self._targets[strike.kind](strike)
        except Exception as error:
            # The others are to come all the same, and whoever reads the report has to know.
            log.exception("a strike failed")
            self._diary.fault(f"the strike '{strike.kind}' failed: {error}")
            return False
