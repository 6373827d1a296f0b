"""The queue of a car's arrivals: what is not to be kept goes no further, and what travels home is noted of the rest."""

from __future__ import annotations

import threading

from pipeline.patrol.leaving_out import LeavingOut
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import Arrival, HandedOver
from storage.car.ledger import CarLedger


class CarArrivals(ArrivalQueue):
    """A bounded queue between the car's cameras and its recorder; see `ArrivalQueue`.

    Args:
        stop: Set when the car is to end.
        ledger: Told what is going to be recorded.
        leaving_out: Says what is not.
    """

    def __init__(self, stop: threading.Event, ledger: CarLedger, leaving_out: LeavingOut) -> None:
        super().__init__(stop)
        self._ledger = ledger
        self._leaving_out = leaving_out

    def put(self, work: Arrival | HandedOver) -> None:
        """Hand an arrival over, unless it is to be left out; waits for room.

        Raises:
            Stopped: The car was stopped while the queue was full.
        """
        if isinstance(work, Arrival):
            if self._leaving_out.leaves_out(work.read):
                return
            self._ledger.expect(work)
        super().put(work)
