"""Passes that wait for their second reading, and the finished items that wait for those passes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.second_opinion import Opinion
from pipeline.work import ItemFinished
from schemas.types import PlateRead, SourceItem


@dataclass(frozen=True, slots=True, eq=False)
class WaitingPass:
    """A read that is about to raise alerts: its item, its picture as JPEG, how many alerts, and what it waits for."""

    item: SourceItem
    read: PlateRead
    plate_picture: bytes
    alerts: int
    opinion: Opinion


class WaitingRoom:
    """Keeps passes in their order, so that alerts of one plate do; no pass waits longer than its opinion's deadline.

    For one thread.
    """

    def __init__(self) -> None:
        self._passes: deque[WaitingPass] = deque()
        self._passes_of: Counter[SourceItem] = Counter()
        self._items: list[ItemFinished] = []

    def __len__(self) -> int:
        return len(self._passes)

    def add(self, waiting: WaitingPass) -> None:
        """Let a pass wait."""
        self._passes.append(waiting)
        self._passes_of[waiting.item] += 1

    @property
    def ready(self) -> bool:
        """Whether the first pass need not wait any longer."""
        return bool(self._passes) and self._passes[0].opinion.settled

    def leave(self) -> list[WaitingPass]:
        """Take out the passes that need not wait any longer, in their order."""
        leaving: list[WaitingPass] = []
        while self.ready:
            waiting = self._passes.popleft()
            self._passes_of[waiting.item] -= 1
            leaving.append(waiting)
        return leaving

    def complete(self, finished: Sequence[ItemFinished]) -> list[ItemFinished]:
        """Return the finished items of which no pass waits; keep the others until it is so.

        Args:
            finished: Items that were handed over to their end just now.
        """
        # Counts of zero would pile up over the years of a run.
        self._passes_of = +self._passes_of
        items = [*self._items, *finished]
        self._items = [work for work in items if work.item in self._passes_of]
        return [work for work in items if work.item not in self._passes_of]
