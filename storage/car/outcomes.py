"""What became of officers' answers at the server, as the car was told: kept as long as the answers are."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from storage.spool.sqlite_file import SqliteFile

FILE = Path("car") / "outcomes.sqlite"
VERSION = 1
READ_REFUSED = "read_refused"
TAKEN = frozenset({"taken", "same"})
_SCHEMA = """
create table outcomes (
    number integer primary key autoincrement,
    answer_id text not null unique,
    state text not null,
    why text not null,
    at real not null
);
create index outcomes_at on outcomes (at)
"""


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """What became of an answer: `state` is taken, same, conflict or refused, `why` says why it was not taken.

    With `read_refused` it is the read of an alert that the server does not take, and the id is the read's.
    """

    answer_id: UUID
    state: str
    why: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether it counts at the server, or says what counted already."""
        return self.state in TAKEN


class OutcomeBook:
    """The outcomes, numbered in the order in which they came. Threads share it.

    Args:
        path: The file; made when absent.

    Raises:
        ConfigurationError: It cannot be opened.
        TransientError: The disk is full, or another process keeps it busy.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, VERSION)
        self._lock = threading.Lock()

    def add(self, outcomes: Sequence[AnswerOutcome], at: datetime) -> list[tuple[int, AnswerOutcome]]:
        """Keep outcomes; return those that are new, with their numbers.

        Raises:
            TransientError: The disk is full or fails; nothing is kept.
        """
        found = []
        with self._lock, self._file.translated(), self._file.transaction():
            for one in outcomes:
                values = (str(one.answer_id), one.state, one.why, at.timestamp())
                done = self._file.execute(
                    "insert into outcomes (answer_id, state, why, at) values (?, ?, ?, ?) "
                    "on conflict (answer_id) do nothing",
                    values,
                )
                if done.rowcount == 1 and done.lastrowid is not None:
                    found.append((done.lastrowid, one))
        return found

    def all(self) -> list[tuple[int, AnswerOutcome]]:
        """Return what is known, in its order."""
        with self._lock, self._file.translated():
            rows = self._file.execute("select number, answer_id, state, why from outcomes order by number").fetchall()
        return [(number, AnswerOutcome(UUID(answer_id), state, why)) for number, answer_id, state, why in rows]

    def unknown(self, answer_ids: Collection[UUID]) -> list[UUID]:
        """Return those of some answers of which nothing is known."""
        known = {one.answer_id for _, one in self.all()}
        return [one for one in answer_ids if one not in known]

    def forget(self, before: datetime) -> None:
        """Delete what came before a moment (aware)."""
        with self._lock, self._file.translated(), self._file.transaction():
            self._file.execute("delete from outcomes where at < ?", (before.timestamp(),))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()
