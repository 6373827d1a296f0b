"""Which files and pictures were processed to their end, on a machine without the database."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime
from pathlib import Path

from schemas.types import SourceItem
from storage.spool.sqlite_file import SqliteFile

_SCHEMA = """
create table finished (
    camera_id text not null,
    name text not null,
    fingerprint text not null,
    is_rejected integer not null,
    noted_us integer not null,
    primary key (camera_id, name)
) strict, without rowid;
"""
_FIND = "select is_rejected from finished where camera_id = ? and name = ? and fingerprint = ?"
_NOTE = (
    "insert into finished (camera_id, name, fingerprint, is_rejected, noted_us) values (?, ?, ?, ?, ?) "
    "on conflict (camera_id, name) do update set fingerprint = excluded.fingerprint, "
    "is_rejected = excluded.is_rejected, noted_us = excluded.noted_us"
)


class LocalItems:
    """What is done, in a file of this machine; see `schemas.items.ItemBook`. Threads share it.

    Names of files may hold plates, and are kept for as long as the files may lie there: their digests are. Why an item
    could not be used is said in the log alone.

    Args:
        path: The file; made when absent, for us alone, with its folder.

    Raises:
        ConfigurationError: It cannot be opened.
        StorageFull: The disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, version=1)
        self._lock = threading.Lock()

    def is_finished(self, item: SourceItem) -> bool:
        """See `ItemBook`."""
        return self._found(item) is not None

    def is_rejected(self, item: SourceItem) -> bool:
        """See `ItemBook`."""
        return self._found(item) is True

    def finish(self, item: SourceItem) -> None:
        """See `ItemBook`."""
        self._note(item, is_rejected=False)

    def reject(self, item: SourceItem, reason: str) -> None:
        """See `ItemBook`."""
        self._note(item, is_rejected=True)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _found(self, item: SourceItem) -> bool | None:
        with self._lock, self._file.translated():
            row = self._file.execute(_FIND, (*_key(item), _digest(item.fingerprint))).fetchone()
        return None if row is None else bool(row[0])

    def _note(self, item: SourceItem, *, is_rejected: bool) -> None:
        now = int(datetime.now(UTC).timestamp() * 1_000_000)
        with self._lock, self._file.translated(), self._file.transaction():
            self._file.execute(_NOTE, (*_key(item), _digest(item.fingerprint), int(is_rejected), now))


def _key(item: SourceItem) -> tuple[str, str]:
    return item.camera_id, _digest(item.name)


def _digest(text: str) -> str:
    # Names of files may hold bytes that are no text.
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
