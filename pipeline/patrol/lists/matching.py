"""The matcher of a car: hits say where their list is older than it may be, and what is not known of withdrawals."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence

from pipeline.lists.live_matcher import LiveMatcher
from pipeline.lists.source import ListSource
from pipeline.patrol.lists.gate import Freshness, ListGate
from schemas.errors import InvalidInput
from schemas.settings import MatchingSettings
from schemas.types import Hit, PlateRead
from schemas.wording import NOT_CURRENT

LOOK_SECONDS = 5.0
"""How often it is asked which lists are red, where there are hits."""
PATIENCE_SECONDS = 0.35
"""So long an alert waits for a server that may be there again to say what was withdrawn meanwhile; longer where that
server was reached, and only its answer is on its way."""


class CarMatcher(LiveMatcher):
    """Matches as a server does, by the same lists, index and tiers.

    Args:
        lists: The car's lists.
        settings: The matcher's thresholds.
        red: Says why lists are older than they may be, by list; of the others it says nothing.
        gate: Asks what was withdrawn before the first alert of a car that comes back.
    """

    def __init__(
        self, lists: ListSource, settings: MatchingSettings, red: Callable[[], Mapping[str, str]], gate: ListGate
    ) -> None:
        # Its index is kept nowhere: lists are sealed on a car's disk.
        super().__init__(lists, settings)
        self._ask_red, self._gate = red, gate
        self._red: tuple[float, Mapping[str, str]] = (float("-inf"), {})

    def match(self, read: PlateRead) -> list[Hit]:
        """Return the read's hits, best first.

        Raises:
            InvalidInput: The read's plate text cannot be matched.
        """
        return self._said(super().match(read))

    def match_batch(self, reads: Sequence[PlateRead]) -> list[list[Hit] | InvalidInput]:
        """Return for each read what `match` returns, or the error that it raises."""
        return [found if isinstance(found, InvalidInput) else self._said(found) for found in super().match_batch(reads)]

    def _said(self, hits: list[Hit]) -> list[Hit]:
        if not hits:
            return hits
        # What is told now counts: alerts look their entries up after this.
        freshness = self._gate.before_alert(PATIENCE_SECONDS)
        looked_at, red = self._red
        if time.monotonic() - looked_at >= LOOK_SECONDS:
            red = self._ask_red()
            self._red = (time.monotonic(), red)
        return [
            dataclasses.replace(hit, explanation="; ".join([hit.explanation, *_words(hit, red, freshness)]))
            for hit in hits
        ]


def _words(hit: Hit, red: Mapping[str, str], freshness: Freshness) -> list[str]:
    words = [f"{NOT_CURRENT}: {red[hit.hotlist_id]}"] if hit.hotlist_id in red else []
    if freshness.state == "offline":
        since = "" if freshness.since is None else f" since {freshness.since:%Y-%m-%d %H:%M} UTC"
        words.append(f"offline: what was withdrawn{since} is not known")
    return words
