"""How much of a list a car asks for at once: much on a good line, where each question costs a round trip; little on a
bad one, which would not bring a large part to its end."""

from __future__ import annotations

from typing import Final

from schemas.convert.car_entries import BLOCK_ENTRIES

LEAST: Final = BLOCK_ENTRIES // 8
"""Some 16 KB: a minute of a line of 2 kbit/s."""
BEGIN: Final = 4 * BLOCK_ENTRIES
MOST: Final = 16 * BLOCK_ENTRIES
"""Some 2 MB: at 300 ms for a round trip a national list waits five seconds for all of them together."""
QUICK_SECONDS: Final = 1.5
SLOW_SECONDS: Final = 5.0


class PartSize:
    """Follows the line. `entries` is what the next part is to hold at most."""

    def __init__(self) -> None:
        self.entries = BEGIN

    def took(self, seconds: float) -> None:
        """Note how long a part took to come."""
        if seconds < QUICK_SECONDS:
            self.entries = min(2 * self.entries, MOST)
        elif seconds > SLOW_SECONDS:
            self.entries = max(self.entries // 2, LEAST)

    def broke(self) -> None:
        """Note that a part did not come."""
        self.entries = max(self.entries // 4, LEAST)
