"""What the car is to bring home: reads, answers and notes in their order, and pictures."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from storage.car.file import microseconds, moment_of, open_car_file
from storage.reads.images import ImageStore

Kind = Literal["read", "answer", "note"]

_ADD = "insert into uploads (kind, upload_id, captured_us, body) values (?, ?, ?, ?) on conflict (upload_id) do nothing"
_WAITING = (
    "select number, kind, upload_id, body from uploads where state = 'waiting' and number > ? order by number limit ?"
)
# A read stays until nothing can be compared with it any more (storage/car/upkeep.py); others are gone at once.
_SETTLE = "update uploads set state = 'sent' where number = ? and state = 'waiting' and kind = 'read'"
_DELETE = "delete from uploads where number = ? and kind <> 'read'"
_REFUSE = "update uploads set state = 'refused', reason = ? where number = ? and state = 'waiting'"
_REFUSED = (
    "select kind, upload_id, read_id, coalesce(reason, '') from uploads where state = 'refused' "
    "order by number desc limit ?"
)
_PICTURES = (
    "select key, size from pictures where is_done = 0 and number > coalesce("
    "(select number from pictures where key = ?), 0) order by number limit ?"
)
_OLDEST = "select number, key, size, is_done from pictures order by number limit ?"
_HAS_ALERT = "select exists (select 1 from pictures join alerts using (read_id) where pictures.key = ?)"
_AT_ONCE = 100
MOST_REFUSALS = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """Something that is to go home.

    `number` grows in the order in which it came. `upload_id` makes sending it again harmless. `body` is JSON: of a read
    a `PublishedRead`, of an answer a `CarAnswer`.
    """

    number: int
    kind: Kind
    upload_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    """What the server will never take, and why; of a read, which one."""

    kind: Kind
    upload_id: str
    read_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingPicture:
    """A picture that is to go home, with its size in bytes."""

    key: str
    size: int


class Uploads:
    """What waits for the server, on a connection of its own. Threads share it.

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
        self._lock = threading.Lock()

    def add(self, kind: Kind, upload_id: str, body: bytes) -> None:
        """Have something go home; what has this id already stays as it is.

        Args:
            kind: What it is.
            upload_id: Its id, by which the server knows it.
            body: JSON.

        Raises:
            TransientError: It could not be stored.
        """
        with self._lock, self._file.translated(), self._file.transaction():
            self._file.execute(_ADD, (kind, upload_id, microseconds(datetime.now(UTC)), body))

    def waiting(self, after: int, limit: int) -> list[Upload]:
        """Return what waits, in its order; it stays until it is settled or refused.

        Args:
            after: The number of the last one that was taken; 0: from the first one.
            limit: Most of them.

        Raises:
            TransientError: The file is busy.
        """
        with self._lock, self._file.translated():
            return [Upload(*row) for row in self._file.execute(_WAITING, (after, limit)).fetchall()]

    def settle(self, numbers: Sequence[int]) -> None:
        """Note that the server has stored some.

        Raises:
            TransientError: It could not be noted; it is sent again, which is harmless.
        """
        rows = [(number,) for number in numbers]
        with self._lock, self._file.translated(), self._file.transaction():
            self._file.executemany(_SETTLE, rows)
            self._file.executemany(_DELETE, rows)

    def refuse(self, number: int, reason: str) -> None:
        """Note that the server will never take one: it is kept with the reason, and not sent again.

        Raises:
            TransientError: It could not be noted.
        """
        with self._lock, self._file.translated(), self._file.transaction():
            self._file.execute(_REFUSE, (reason, number))

    def count(self) -> int:
        """Return how many wait."""
        return self._number("select count(*) from uploads where state = 'waiting'")

    def counts(self) -> dict[str, int]:
        """Return how many wait, by kind."""
        with self._lock, self._file.translated():
            statement = "select kind, count(*) from uploads where state = 'waiting' group by kind"
            return {str(kind): int(count) for kind, count in self._file.execute(statement).fetchall()}

    def oldest_at(self) -> datetime | None:
        """Return when the vehicle of the oldest that waits passed, or the oldest answer was given; None: none waits."""
        us = self._number("select coalesce(min(captured_us), 0) from uploads where state = 'waiting'")
        return moment_of(us) if us else None

    def refused(self) -> int:
        """Return how many the server does not take."""
        return self._number("select count(*) from uploads where state = 'refused'")

    def refusals(self, limit: int = MOST_REFUSALS) -> list[RefusedUpload]:
        """Return the newest of what the server does not take.

        Args:
            limit: Most of them.
        """
        with self._lock, self._file.translated():
            rows = self._file.execute(_REFUSED, (limit,)).fetchall()
        return [
            RefusedUpload(kind, upload_id, None if read_id is None else UUID(bytes=read_id), reason)
            for kind, upload_id, read_id, reason in rows
        ]

    def pictures(self, limit: int, after: str = "") -> list[WaitingPicture]:
        """Return pictures that wait, oldest first.

        Args:
            limit: Most of them.
            after: The key of the one after which to begin; empty: from the first one.
        """
        with self._lock, self._file.translated():
            return [WaitingPicture(*row) for row in self._file.execute(_PICTURES, (after, limit)).fetchall()]

    def pictures_waiting(self) -> tuple[int, int]:
        """Return how many pictures wait, and how many bytes they have."""
        with self._lock, self._file.translated():
            statement = "select count(*), coalesce(sum(size), 0) from pictures where is_done = 0"
            count, size = self._file.execute(statement).fetchone()
        return int(count), int(size)

    def picture_done(self, key: str) -> None:
        """Note that the server has a picture. It goes from this disk, unless the officer may still look at its alert.

        Raises:
            TransientError: It could not be noted, or deleted.
        """
        with self._lock, self._file.translated():
            if self._file.execute(_HAS_ALERT, (key,)).fetchone()[0]:
                with self._file.transaction():
                    self._file.execute("update pictures set is_done = 1 where key = ?", (key,))
                return
            self._images.delete([key])
            with self._file.transaction():
                self._file.execute("delete from pictures where key = ?", (key,))

    def drop_oldest_pictures(self, least: int) -> int:
        """Delete the oldest pictures, also such that are not at home, until so many bytes are free.

        Args:
            least: Bytes.

        Returns:
            How many pictures went that were not at home.

        Raises:
            TransientError: They could not be deleted.
        """
        freed = lost = 0
        while freed < least:
            with self._lock, self._file.translated():
                rows = self._file.execute(_OLDEST, (_AT_ONCE,)).fetchall()
                if not rows:
                    break
                going = []
                for row in rows:
                    going.append(row)
                    freed += row[2]
                    if freed >= least:
                        break
                # The files first: where that is interrupted, the rows name what is not there, and go the next time.
                self._images.delete([key for _, key, _, _ in going])
                with self._file.transaction():
                    self._file.executemany("delete from pictures where number = ?", [(row[0],) for row in going])
                lost += sum(not is_done for _, _, _, is_done in going)
        return lost

    def used_bytes(self) -> int:
        """Return how much the file's records and the pictures take of the disk."""
        with self._lock, self._file.translated():
            pages, free, size = (
                self._file.execute(f"pragma {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
            pictures = self._file.execute("select coalesce(sum(size), 0) from pictures").fetchone()[0]
        return int((pages - free) * size + pictures)

    def close(self) -> None:
        """Close the connection."""
        self._file.close()

    def _number(self, statement: str) -> int:
        with self._lock, self._file.translated():
            return int(self._file.execute(statement).fetchone()[0])
