"""What officers said in the car: kept until the shift's alerts go, and noted as queued once it waits for the server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from schemas.events import CarAnswer
from storage.spool.sqlite_file import SqliteFile

FILE = Path("car") / "answers.sqlite"
VERSION = 1
SCHEMA = """
create table answers (
    number integer primary key autoincrement,
    answer_id text not null unique,
    said_at real not null,
    body text not null,
    is_queued integer not null default 0
);
create index answers_said_at on answers (said_at);
create index answers_unqueued on answers (number) where is_queued = 0
"""


class AnswerBook:
    """The answers of a car, numbered in the order in which they were said. Threads share it.

    Args:
        path: The file; made when absent.

    Raises:
        ConfigurationError: It cannot be opened.
        TransientError: The disk is full, or another process keeps it busy.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, SCHEMA, VERSION)
        self._lock = threading.Lock()

    def add(self, answer: CarAnswer) -> int:
        """Keep an answer; it is on the disk when this returns. One that is there already stays as it is.

        Returns:
            Its number.

        Raises:
            TransientError: The disk is full or fails; nothing is kept.
        """
        values = (str(answer.answer_id), answer.at.timestamp(), answer.model_dump_json())
        with self._working():
            self._file.execute(
                "insert into answers (answer_id, said_at, body) values (?, ?, ?) on conflict (answer_id) do nothing",
                values,
            )
            (number,) = self._file.execute(
                "select number from answers where answer_id = ?", (str(answer.answer_id),)
            ).fetchone()
            return int(number)

    def since(self, moment: datetime) -> list[tuple[int, CarAnswer]]:
        """Return the answers that were said since a moment (aware), with their numbers, oldest first."""
        with self._working():
            rows = self._file.execute(
                "select number, body from answers where said_at >= ? order by number", (moment.timestamp(),)
            ).fetchall()
        return list(_answers(rows))

    def unqueued(self, limit: int) -> list[tuple[int, CarAnswer]]:
        """Return the oldest answers that do not wait for the server yet: the process ended in between."""
        with self._working():
            rows = self._file.execute(
                "select number, body from answers where is_queued = 0 order by number limit ?", (limit,)
            ).fetchall()
        return list(_answers(rows))

    def queued(self, number: int) -> None:
        """Note that an answer waits for the server."""
        with self._working():
            self._file.execute("update answers set is_queued = 1 where number = ?", (number,))

    def forget(self, before: datetime) -> int:
        """Delete queued answers that were said before a moment (aware); return how many."""
        with self._working():
            values = (before.astimezone(UTC).timestamp(),)
            return self._file.execute("delete from answers where said_at < ? and is_queued = 1", values).rowcount

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        with self._lock, self._file.translated(), self._file.transaction():
            yield


def _answers(rows: list[tuple[int, str]]) -> Iterator[tuple[int, CarAnswer]]:
    for number, body in rows:
        # What a newer Platewatch wrote is not ours to read.
        with contextlib.suppress(ValidationError):
            yield number, CarAnswer.model_validate_json(body)
