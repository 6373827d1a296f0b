"""The end of what the car keeps: once it is at home and of no more use here, and in any case when the law says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.car.file import microseconds, open_car_file
from storage.reads.images import ImageStore

_AT_ONCE = 500

_SENT = (
    "select distinct read_id from uploads as sent where state = 'sent' and captured_us < ? and not exists "
    "(select 1 from uploads as other where other.read_id = sent.read_id and other.state <> 'sent') limit ?"
)
_BARE = (
    "update reads set canonical = '', camera_id = '', latitude = null, longitude = null, confidence = 0, "
    "jurisdiction = null where read_id = ?"
)
_UNSENT = "select count(distinct coalesce(read_id, number)) from uploads where captured_us < ? and state <> 'sent'"
_OLD_PICTURES = "select key, is_done from pictures where captured_us < ? limit ?"
_OLD = (
    "delete from hits where captured_us < ?",
    "delete from uploads where captured_us < ?",
    "delete from reads where captured_us < ?",
)
_OLD_CHAINS = "delete from chains where alert_id in (select alert_id from alerts where captured_us < ?)"


@dataclass(frozen=True, slots=True)
class Ended:
    """What has ended by law: reads (and answers) and pictures that never came home, and messages about alerts."""

    unsent: int
    unsent_pictures: int
    alerts: int


class CarUpkeep:
    """Ends records of the car, on a connection of its own. For one thread.

    What is deleted is overwritten (secure_delete).

    Args:
        path: The car's file; made when absent.
        images: Where the pictures lie.

    Raises:
        ConfigurationError: The file cannot be opened.
        StorageFull: The disk is full.
    """

    def __init__(self, path: Path, images: ImageStore) -> None:
        self._file = open_car_file(path)
        self._images = images

    def forget_sent(self, before: datetime) -> int:
        """Delete reads that are at home and that nothing will be compared with; their ids stay. Return how many.

        Args:
            before: Those that passed before it, aware.

        Raises:
            TransientError: The file is busy.
        """
        forgotten = 0
        while True:
            with self._file.translated():
                rows = self._file.execute(_SENT, (microseconds(before), _AT_ONCE)).fetchall()
                with self._file.transaction():
                    self._file.executemany("delete from uploads where read_id = ?", rows)
                    self._file.executemany(_BARE, rows)
            forgotten += len(rows)
            if len(rows) < _AT_ONCE:
                return forgotten

    def end(self, before: datetime) -> Ended:
        """Delete all that is about vehicles which passed before a moment, whether it came home or not.

        Args:
            before: The moment, aware.

        Raises:
            TransientError: The file is busy, or pictures cannot be deleted.
        """
        limit = microseconds(before)
        pictures = self._end_pictures(limit)
        with self._file.translated(), self._file.transaction():
            unsent = int(self._file.execute(_UNSENT, (limit,)).fetchone()[0])
            self._file.execute(_OLD_CHAINS, (limit,))
            alerts = self._file.execute("delete from alerts where captured_us < ?", (limit,)).rowcount
            for statement in _OLD:
                self._file.execute(statement, (limit,))
        return Ended(unsent, pictures, alerts)

    def delete_strays(self) -> int:
        """Delete pictures that no read names: of reads that were not committed when the car stopped. Return how many.

        For the start, when nobody keeps any.

        Raises:
            TransientError: They cannot be deleted.
        """
        with self._file.translated():
            known = {key for (key,) in self._file.execute("select key from pictures")}
        strays = [key for key in self._images.keys() if key not in known]  # noqa: SIM118 - no mapping
        self._images.delete(strays)
        return len(strays)

    def close(self) -> None:
        """Close the connection."""
        self._file.close()

    def _end_pictures(self, limit: int) -> int:
        unsent = 0
        while True:
            with self._file.translated():
                rows = self._file.execute(_OLD_PICTURES, (limit, _AT_ONCE)).fetchall()
                self._images.delete([key for key, _ in rows])
                with self._file.transaction():
                    self._file.executemany("delete from pictures where key = ?", [(key,) for key, _ in rows])
            unsent += sum(not is_done for _, is_done in rows)
            if len(rows) < _AT_ONCE:
                return unsent
