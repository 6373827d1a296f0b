"""Where the car's units of work come from."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from schemas.arrivals import Arrival
from schemas.errors import InvalidInput
from schemas.types import PlateRead
from storage.car.expected import ExpectedArrivals
from storage.car.file import open_car_file
from storage.car.unit import CarUnit


class CarLedger:
    """Begins units of work on the car's file: an `alerts.settling.unit.Units`. Threads take turns.

    What is committed has reached the disk (WAL, synchronous=FULL): a power cut loses nothing of it.

    Args:
        path: The car's file; made when absent.

    Raises:
        ConfigurationError: It cannot be opened, or is of a newer Platewatch.
        StorageFull: The disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._file = open_car_file(path)
        self._lock = threading.Lock()
        self._expected = ExpectedArrivals()

    def expect(self, arrival: Arrival) -> None:
        """Note what travels home with a read that is going to be recorded: its clock, and where the plate is."""
        self._expected.note(arrival)

    @contextlib.contextmanager
    def begin(self, reads: Sequence[PlateRead] = ()) -> Iterator[CarUnit]:
        """Open a transaction, which is committed at the end of the block: all of it, or nothing.

        Args:
            reads: The reads that will be stored in it.

        Raises:
            TransientError: Nothing was written; write the same again.
            StorageFull: Nothing was written.
            InvalidInput: A value cannot be stored.
        """
        with self._lock:
            try:
                with self._file.translated(), self._file.transaction():
                    yield CarUnit(self._file, self._expected)
            except ValueError as error:
                raise InvalidInput(f"a record cannot be stored: {error}") from error
        self._expected.forget(reads)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
