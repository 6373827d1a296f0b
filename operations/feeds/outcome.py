"""What a run of a feed came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FeedOutcome(StrEnum):
    """What a run came to."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    NOTHING = "nothing"
    HELD = "held"
    REJECTED = "rejected"
    FAILED = "failed"
    ENDED = "ended"
    """Who gives the list does not any more, or may not: it is out of force."""


GOOD = frozenset({FeedOutcome.IMPORTED, FeedOutcome.UNCHANGED, FeedOutcome.NOTHING, FeedOutcome.HELD})


@dataclass(frozen=True, slots=True)
class FeedResult:
    """A run's outcome with one line for a person. `transient` failures are worth another try soon."""

    name: str
    outcome: FeedOutcome
    message: str
    transient: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the feed itself works; a held list is a good run."""
        return self.outcome in GOOD
