"""A car's recorder without cameras: arrivals are handed to it, and it matches and stores them as in a car."""

from __future__ import annotations

import contextlib
import dataclasses
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.storing import drawn
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.patrol.arriving import CarArrivals
from pipeline.patrol.car import Car, open_car
from pipeline.patrol.making_room import RoomMakingUnits
from pipeline.recording.alarming import BoardAlarms
from pipeline.recording.recorder import Recorder
from pipeline.services.patrol import PACE
from schemas.arrivals import Arrival, Pictures
from schemas.settings import AlertSettings, MatchingSettings, PatrolSettings, Settings
from schemas.types import PlateRead
from storage.car.expected import NoReceipt
from tests.integration.car.plain_lists import PlainLists, entry

ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Driving:
    """A car that records. `arrivals` takes what it comes by."""

    car: Car
    arrivals: CarArrivals

    def pass_by(self, read: PlateRead, plate: bytes | None = None, context: bytes | None = None) -> None:
        """Hand a read over, waiting for room."""
        self.arrivals.put(Arrival(read, Pictures(plate, context), NoReceipt(), arrived_at=datetime.now(UTC)))


@contextlib.contextmanager
def driving(folder: Path, megabytes: float = 8192.0, entries: int = ENTRIES) -> Iterator[Driving]:
    """Have a car's recorder at work; what was handed over is stored when the block has ended.

    Args:
        folder: The data directory.
        megabytes: `patrol.spool_megabytes`.
        entries: Listed plates, none of which passes.
    """
    settings = Settings(
        data_dir=folder,
        patrol=PatrolSettings(car="unit-12", spool_megabytes=megabytes),
        alerts=AlertSettings(second_reader="off"),
    )
    rng = random.Random(3)
    lists = PlainLists([entry(f"9999{rng.randrange(10**8):08d}") for _ in range(entries)])
    over, stop = threading.Event(), threading.Event()
    with open_car(settings, lists) as car:
        matcher = LiveMatcher(car.lists, MatchingSettings())
        matcher.refresh(force=True)
        arrivals = CarArrivals(stop, car.ledger, car.leaving_out)
        units = RoomMakingUnits(car.ledger, car.uploads, car.board)
        recorder = Recorder(
            settings, units, BoardAlarms(car.board), matcher, arrivals, over.is_set, car.counters, pace=PACE
        )
        thread = threading.Thread(target=recorder.run, args=(stop,))
        thread.start()
        try:
            yield Driving(car, arrivals)
        finally:
            over.set()
            thread.join()


def reads(count: int) -> list[PlateRead]:
    """Return reads of a car's cameras, each of another vehicle, without pictures."""
    return [dataclasses.replace(read, plate_image_key=None, context_image_key=None) for read in drawn(count, seed=11)]
