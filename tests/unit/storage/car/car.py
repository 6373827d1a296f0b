"""A car's file with its pictures, on a disk of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from alerts.settling.found import Found
from alerts.settling.recording import SettledReads
from schemas.arrivals import Arrival, Pictures
from schemas.clocks import SourceClock
from schemas.settings import Settings
from schemas.types import Box, PlateRead
from storage.car.alerts import CarAlerts
from storage.car.expected import NoReceipt
from storage.car.file import CAR_FILE
from storage.car.ledger import CarLedger
from storage.car.upkeep import CarUpkeep
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore, image_key
from tests.integration.alerts.samples import found, passing
from tests.unit.alerts.samples import START


class CarDisk:
    """What a car keeps in a folder, opened by all that use it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder)
        self.path = folder / CAR_FILE
        self.images = ImageStore(self.settings)
        self.ledger = CarLedger(self.path)
        self.uploads = Uploads(self.path, self.images)
        self.alerts = CarAlerts(self.path)
        self.upkeep = CarUpkeep(self.path, self.images)

    def record(self, *passes: Found) -> None:
        SettledReads(self.ledger, self.settings).record(passes)

    def keep(self, read: PlateRead, plate: bytes = b"p" * 1000, context: bytes = b"c" * 9000) -> PlateRead:
        """Save a read's pictures as the recorder does, and expect its arrival; return it with their keys."""
        clock = SourceClock(behind=timedelta(days=3))
        pictures = Pictures(plate, context, Box(1.0, 2.0, 30.0, 14.0))
        self.ledger.expect(Arrival(read, pictures, NoReceipt(), clock, arrived_at=read.captured_at))
        keys = image_key(read, "plate"), image_key(read, "context")
        for key, data in zip(keys, (plate, context), strict=True):
            self.images.keep(key, data)
        return dataclasses.replace(read, plate_image_key=keys[0], context_image_key=keys[1])

    def on_disk(self) -> list[str]:
        return sorted(self.images.keys())

    def close(self) -> None:
        for one in (self.ledger, self.uploads, self.alerts, self.upkeep):
            one.close()


def plain(number: int, plate: str | None = None) -> PlateRead:
    """A read of no listed plate; one a minute."""
    return passing(60.0 * number, plate=plate or f"AAA{1000 + number}", characters=(), plate_image_key=None)


def listed(number: int) -> Found:
    """A read of a listed plate, so many hours after the first."""
    return found(passing(3600.0 * number, plate_image_key=None))


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def founds(reads: Sequence[PlateRead]) -> list[Found]:
    return [Found(read) for read in reads]
