"""Stored reads for entries that come anew: texts in bulk, the characters of some, and the hits that follow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import kwargs_row

from schemas.errors import TransientError
from schemas.types import HotlistEntry, PlateRead
from storage import statements
from storage.database import Connection, Database
from storage.hotlists.entry_rows import entry_of
from storage.reads.rows import stored_read
from storage.sql import load_queries

_SQL = load_queries("reads/past", "hotlists/entries")
PAGES_AT_ONCE = 2000
"""Pages of the plate dictionary per block: some 300,000 texts in 4 MB."""
MANY_TEXTS = 50_000
"""More texts than this are not looked up one by one: every lookup goes through the index of every day."""
ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An active entry and when it came in this form; None where its version is not known any more."""

    entry: HotlistEntry
    added_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListProgress:
    """How far a list's entries were matched with stored reads.

    All of `done_version` are (0: none). `pending_version` is the one being done, up to `pending_entry`.
    """

    hotlist_id: str
    done_version: int = 0
    pending_version: int | None = None
    pending_entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class ActiveList:
    """A list in force; `active_seconds` is how long its version has been so, `as_of` the date of its content."""

    version_id: int
    as_of: datetime | None
    active_seconds: float
    progress: ListProgress


class PastText(NamedTuple):
    """What a stored read says about its characters: JSON, which takes longer to parse than all the rest."""

    captured_at: datetime
    read_id: UUID
    canonical: str
    characters: str


class PastReads:
    """Stored reads in bulk.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def texts(
        self, since: datetime, *, shortest: int, width: int, stop: threading.Event | None = None
    ) -> Iterator[bytes]:
        """Yield the distinct canonical texts of stored reads, in blocks; also of some that were seen before `since`.

        Args:
            since: Reads from this time on count, aware.
            shortest: Least characters of a text.
            width: Most characters of a text; shorter ones are filled up with spaces to it.
            stop: Set it to end a long reading.

        Raises:
            DatabaseUnavailable: The server went away.
            TransientError: `stop` was set.
        """
        values: dict[str, Any] = {"shortest": shortest, "width": width, "since_day": since.astimezone(UTC).date()}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["one_snapshot"])
            pages = statements.scalar(connection, _SQL["pages"], kind=int) or 0
            for page in range(0, pages, PAGES_AT_ONCE):
                _raise_if(stop)
                place = {"begin": f"({page},0)", "end": f"({page + PAGES_AT_ONCE},0)"}
                if texts := statements.scalar(connection, _SQL["texts"], values | place, kind=str):
                    yield texts.encode()

    def characters(
        self, texts: Sequence[str], since: datetime, until: datetime, *, stop: threading.Event | None = None
    ) -> Iterator[PastText]:
        """Yield the reads of some texts, with what tells whether they are worth reading in full.

        Args:
            texts: Canonical texts, each once.
            since: Captured at this time or later, aware.
            until: Captured before this time, aware.
            stop: Set it to end a long reading.

        Raises:
            DatabaseUnavailable: The server went away.
            TransientError: `stop` was set.
        """
        values: dict[str, Any] = {"texts": list(texts), "since": since, "until": until}
        many = len(values["texts"]) > MANY_TEXTS
        with self._database.transaction() as connection:
            connection.execute(_SQL["no_index" if many else "whole_result"])
            with connection.cursor("past_characters", binary=True) as cursor, ThreadPoolExecutor(1) as ahead:
                cursor.execute(_SQL["characters_of_many" if many else "characters"], values)
                # The server looks for the next rows while these are judged.
                coming = ahead.submit(cursor.fetchmany, ROWS_AT_ONCE)
                while rows := coming.result():
                    _raise_if(stop)
                    coming = ahead.submit(cursor.fetchmany, ROWS_AT_ONCE)
                    yield from map(PastText._make, rows)

    def reads(self, keys: Sequence[PastText]) -> list[PlateRead]:
        """Return reads in full; those that ended meanwhile are left out."""
        values = {"times": [key.captured_at for key in keys], "ids": [key.read_id for key in keys]}
        return statements.all(self._database, _SQL["reads"], values, row=stored_read)

    def active_entries(self) -> int:
        """Return how many entries all active lists have together."""
        return statements.scalar(self._database, _SQL["active_entries"], kind=int) or 0

    def active_lists(self) -> list[ActiveList]:
        """Return the lists in force, and how far each was matched with stored reads."""
        return statements.all(self._database, _SQL["active_lists"], row=kwargs_row(_active_list))

    def count_entries(self, hotlist_id: str, after_version: int, version: int, limit: int) -> int:
        """Return how many active entries came after one version, up to another; at most `limit`."""
        values = {"hotlist_id": hotlist_id, "after_version": after_version, "version": version, "limit": limit}
        return statements.scalar(self._database, _SQL["count_entries"], values, kind=int, prepare=False) or 0

    def entries(
        self, hotlist_id: str, after_version: int, version: int, *, after_entry: UUID | None, limit: int
    ) -> list[ListedEntry]:
        """Return active entries that came after one version, up to another, by id.

        Args:
            hotlist_id: The list.
            after_version: Entries of this version and earlier ones are left out; 0: none is.
            version: Entries of later versions are left out.
            after_entry: The last one of the part before.
            limit: Most entries.
        """
        values: dict[str, Any] = {
            "hotlist_id": hotlist_id,
            "after_version": after_version,
            "version": version,
            "after_entry": after_entry,
            "limit": limit,
        }
        return statements.all(self._database, _SQL["entries"], values, row=_listed_entry, prepare=False)

    def entry(self, entry_id: UUID) -> ListedEntry | None:
        """Return an active entry of any list, or None."""
        return statements.one(self._database, _SQL["entry"], {"entry_id": entry_id}, row=_listed_entry)


def set_progress(connection: Connection, progress: ListProgress) -> None:
    """Note how far a list's entries were matched with stored reads, within the caller's transaction."""
    statements.execute(connection, _SQL["set_progress"], _progress_values(progress))


def _progress_values(progress: ListProgress) -> dict[str, Any]:
    return {
        "hotlist_id": progress.hotlist_id,
        "version_id": progress.done_version,
        "pending_version": progress.pending_version,
        "pending_entry": progress.pending_entry,
    }


def _active_list(
    version_id: int, as_of: datetime | None, active_seconds: float, done_version: int | None, **progress: Any
) -> ActiveList:
    return ActiveList(version_id, as_of, active_seconds, ListProgress(done_version=done_version or 0, **progress))


def _listed_entry(cursor: object) -> Callable[[Sequence[Any]], ListedEntry]:
    return lambda values: ListedEntry(entry_of(values[:-1]), values[-1])


def _raise_if(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise TransientError("the reading of stored reads was stopped")
