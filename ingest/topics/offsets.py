"""How far a member is with each partition: an offset is committed when everything before it is done, not earlier."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Span:
    """Messages of one partition that were taken together; the receipt of what is in them.

    `end` is the offset after the last one, and `messages` are they, until they are done.
    """

    partition: Any
    end: int
    leader_epoch: int | None
    messages: Sequence[Any]
    is_done: bool = field(default=False)

    def acknowledge(self, rejection: str | None) -> None:
        """Note that everything in it is committed; see `Receipt`. The consumer's thread commits the offset."""
        self.is_done = True


class Offsets:
    """What a member took of each partition and has not committed. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: dict[Any, deque[Span]] = {}

    def begin(self, partition: Any, end: int, leader_epoch: int | None, messages: Sequence[Any]) -> Span:
        """Note that messages were taken, after all that were taken of their partition before."""
        span = Span(partition, end, leader_epoch, messages)
        with self._lock:
            self._spans.setdefault(partition, deque()).append(span)
        return span

    def done(self) -> dict[Any, Span]:
        """Return by partition the newest span before which everything is done, where there is news; forget the rest."""
        found: dict[Any, Span] = {}
        with self._lock:
            for partition, spans in self._spans.items():
                while spans and spans[0].is_done:
                    found[partition] = spans.popleft()
        return found

    def give_up(self, partitions: Collection[Any]) -> None:
        """Forget partitions that another member has now: what is not committed comes to it again."""
        with self._lock:
            for partition in partitions:
                self._spans.pop(partition, None)

    def unfinished(self) -> list[Span]:
        """Return what was taken and is not done."""
        with self._lock:
            return [span for spans in self._spans.values() for span in spans if not span.is_done]
