"""What every hotlist feed did last: known to a restart, to other processes and to the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psycopg.rows import class_row

from storage import statements
from storage.database import Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("hotlists/feeds")


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed's last run.

    `seen_at` is when a run last had it in its configuration. `failures` counts the tries since the last good one.
    `file_sha256` is the file that was taken last, `dated_by_file` says that its content date was the file's own time,
    and `confirmed_at` is the newest date under which the source has sent that same content again. `remote` is what the
    server said of the file.
    """

    hotlist_id: str
    layout: str
    max_age_hours: float
    known_since: datetime
    seen_at: datetime
    checked_at: datetime | None = None
    outcome: str | None = None
    message: str = ""
    failures: int = 0
    file_sha256: str | None = None
    dated_by_file: bool = False
    confirmed_at: datetime | None = None
    remote: Mapping[str, str] = field(default_factory=dict)


class FeedStates:
    """The stored states of the feeds.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, hotlist_id: str, layout: str, max_age_hours: float, now: datetime) -> FeedState:
        """Make a feed known, or note what its configuration says now.

        Args:
            hotlist_id: The list that it feeds.
            layout: The list's layout.
            max_age_hours: Age from which the list is late.
            now: The time, aware.

        Returns:
            What is known about it.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {"hotlist_id": hotlist_id, "layout": layout, "max_age_hours": max_age_hours, "now": now}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["register_feed"], values)
            state = statements.one(connection, _SQL["feed"], values, row=class_row(FeedState))
        if state is None:
            raise RuntimeError(f"feed {hotlist_id} went away while it was registered")
        return state

    def record(self, state: FeedState) -> None:
        """Store what a run did.

        Raises:
            DatabaseUnavailable: The server is down; the state before still stands.
        """
        values = {
            "hotlist_id": state.hotlist_id,
            "checked_at": state.checked_at,
            "outcome": state.outcome,
            "message": storable(state.message),
            "failures": state.failures,
            "file_sha256": state.file_sha256,
            "dated_by_file": state.dated_by_file,
            "confirmed_at": state.confirmed_at,
            "remote": jsonb({key: storable(value) for key, value in state.remote.items()}),
        }
        statements.execute(self._database, _SQL["record_feed"], values)

    def states(self) -> list[FeedState]:
        """Return every known feed by name."""
        return statements.all(self._database, _SQL["feeds"], row=class_row(FeedState))

    def active_digest(self, hotlist_id: str) -> str | None:
        """Return the SHA-256 (hexadecimal) of the file that the active version came from, or None without one."""
        return statements.scalar(self._database, _SQL["active_digest"], {"hotlist_id": hotlist_id}, kind=str)

    def holds(self) -> dict[str, str]:
        """Return, by list, why its newest held version waits for a person."""
        return dict(statements.all(self._database, _SQL["holds"]))
