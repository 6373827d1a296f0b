"""How work on the lists goes on beside reads that are being matched: a little at a time, with pauses between.

Python runs one thread at a time, and a machine with one core does so with everything: what is done without a pause is
what a read may have to wait for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

WORK_SECONDS: Final = 1e-4
"""How long is worked between two pauses; some steps that cannot be divided take longer."""

SHORT_PAUSE_SECONDS: Final = 1e-5
"""As short as the system makes one, which is nearer to a tenth of a millisecond: a read that waits can begin."""

LONG_PAUSE_SECONDS: Final = 0.012
"""While reads are matched one after the other: fewer than one in a hundred of them is held up then."""

LONGEST_PAUSES_SECONDS: Final = 1.5
"""Long pauses of one change in all: it comes to its end, however many reads are matched and however long it is."""


class Searches:
    """How many searches were begun in this process, by which a change sees whether reads are matched."""

    def __init__(self) -> None:
        self.begun = 0


SEARCHES: Final = Searches()


class Pace:
    """How much is done at a time: as much as the processor's cache holds, without pauses.

    `entries` are how many objects of Python are looked at, `rows` how many rows of arrays.
    """

    entries = 1024
    rows = 16_384

    def pause(self) -> None:
        """Let others go on."""

    def blocks(self, count: int) -> Iterator[slice]:
        """Yield the blocks that `count` rows are done in, with a pause after each."""
        for begin in range(0, count, self.rows):
            yield slice(begin, begin + self.rows)
            self.pause()


class BesideReads(Pace):
    """A tenth of a millisecond at a time, with short pauses; long ones while reads are matched. For one change.

    Args:
        is_urgent: No long pauses.
    """

    entries = 128
    rows = 512

    def __init__(self, *, is_urgent: bool = False) -> None:
        self._left = 0.0 if is_urgent else LONGEST_PAUSES_SECONDS
        self._begun = SEARCHES.begun
        self._since = time.perf_counter()

    def pause(self) -> None:
        """Let reads go on, if something was done since the last time."""
        if time.perf_counter() - self._since < WORK_SECONDS:
            return
        begun = SEARCHES.begun
        pause = LONG_PAUSE_SECONDS if begun != self._begun and self._left > 0 else SHORT_PAUSE_SECONDS
        self._begun = begun
        self._left -= pause
        time.sleep(pause)
        self._since = time.perf_counter()


AT_ONCE: Final = Pace()
