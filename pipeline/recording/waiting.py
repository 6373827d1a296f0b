"""Arrivals that wait for their second reading, and the receipts that wait for those arrivals."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from alerts.settling.found import Found
from pipeline.recording.second_opinion import Opinion
from schemas.arrivals import Arrival, HandedOver, Receipt


@dataclass(frozen=True, slots=True, eq=False)
class WaitingArrival:
    """An arrival that is about to raise alerts: what was found, what it waits for, and what it is about.

    Behind another revision of its read it waits without a question of its own, its opinion given up. `about` are its
    read's id and those of the entries that it is a hit on. `batch` is the number of the batch that it came in.
    """

    arrival: Arrival
    found: Found
    opinion: Opinion
    about: frozenset[UUID]
    batch: int = 0


class WaitingRoom:
    """Keeps arrivals about one vehicle in their order, so that its alerts keep theirs; none waits longer than its own
    opinion's deadline and theirs.

    For one thread.
    """

    def __init__(self) -> None:
        self._waiting: deque[WaitingArrival] = deque()
        self._waiting_of: Counter[Receipt] = Counter()
        self._handed_over: list[HandedOver] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, waiting: WaitingArrival) -> None:
        """Let an arrival wait."""
        self._waiting.append(waiting)
        self._waiting_of[waiting.arrival.receipt] += 1

    def holds(self, read_id: UUID) -> bool:
        """Tell whether a revision of a read waits: what comes after it must not overtake it."""
        return any(waiting.arrival.read.read_id == read_id for waiting in self._waiting)

    def opinions_of(self, batch: int) -> list[Opinion]:
        """Return what the arrivals of a batch wait for."""
        return [waiting.opinion for waiting in self._waiting if waiting.batch == batch]

    @property
    def ready(self) -> bool:
        """Whether an arrival need not wait any longer."""
        return bool(self._settled())

    def leave(self) -> list[WaitingArrival]:
        """Take out the arrivals that need not wait any longer, in their order."""
        leaving = self._settled()
        for waiting in leaving:
            self._waiting.remove(waiting)
            self._waiting_of[waiting.arrival.receipt] -= 1
        return leaving

    def _settled(self) -> list[WaitingArrival]:
        """Return the arrivals that have their opinion, without those behind others about the same that have not."""
        settled: list[WaitingArrival] = []
        held: set[UUID] = set()
        for waiting in self._waiting:
            if waiting.opinion.settled and held.isdisjoint(waiting.about):
                settled.append(waiting)
            else:
                held |= waiting.about
        return settled

    def complete(self, handed_over: Sequence[HandedOver]) -> list[HandedOver]:
        """Return the receipts none of whose arrivals waits; keep the others until it is so.

        Args:
            handed_over: Receipts whose last arrival came just now.
        """
        # Counts of zero would pile up over the years of a run.
        self._waiting_of = +self._waiting_of
        all_of_them = [*self._handed_over, *handed_over]
        self._handed_over = [one for one in all_of_them if one.receipt in self._waiting_of]
        return [one for one in all_of_them if one.receipt not in self._waiting_of]
