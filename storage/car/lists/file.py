"""The file that a car's lists lie in: nothing of it can be read, or changed unnoticed, without the car's key.

Every piece is sealed by AES-256-GCM under a nonce of its own, together with what it is and which one, so that no piece
can take another one's place. What lies there in clear is which key opens it and when the lists were synchronized, for
whoever has to wipe them without a key.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import InvalidInput
from schemas.types.list_keys import ListsKey
from storage.spool.sqlite_file import SqliteFile

LISTS_FILE = Path("car") / "lists.sqlite"
"""Below the data directory."""
VERSION = 1
MARK_BYTES = 16
_NONCE_BYTES = 12
_OVERWRITTEN_BYTES = 1 << 20
_SINCE = """
create table if not exists since_synced (
    only_one integer primary key check (only_one = 1),
    seconds real not null
)
"""
# Beside the schema: files of earlier versions have it not.
_SCHEMA = """
create table about (
    only_one integer primary key check (only_one = 1),
    key_number integer,
    synced_at text,
    wiped_at text,
    wiped_why text
);
insert into about (only_one) values (1);
create table standing (only_one integer primary key check (only_one = 1), body blob not null);
create table blocks (block integer primary key, body blob not null, stands blob)
"""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the lists without a key. `wiped_why` says why they were wiped last, and are empty since."""

    key_number: int | None
    synced_at: datetime | None
    wiped_at: datetime | None
    wiped_why: str | None


class Sealing:
    """Seals and opens pieces.

    Args:
        key: The car's key.
    """

    def __init__(self, key: ListsKey) -> None:
        self.number = key.number
        self._cipher = AESGCM(key.secret)

    def seal(self, data: bytes, what: str) -> bytes:
        """Return a piece as it lies in the file.

        Args:
            data: Its content.
            what: What it is.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, what.encode())

    def opened(self, sealed: bytes, what: str) -> bytes:
        """Return the content of a piece.

        Raises:
            InvalidInput: It was changed, is another one, or needs another key.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], what.encode())
        except (InvalidTag, ValueError) as error:
            raise InvalidInput("the lists on this disk were changed or damaged, or need another key") from error


class ListFile:
    """The file. A thread uses it at a time.

    Args:
        path: The file; made when absent.

    Raises:
        ConfigurationError: It cannot be opened.
        StorageFull: The disk is full.
        TransientError: Another process keeps it busy.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = self._opened()

    def _opened(self) -> SqliteFile:
        file = SqliteFile(self.path, _SCHEMA, VERSION)
        try:
            with file.translated():
                file.execute(_SINCE)
        except BaseException:
            file.close()
            raise
        return file

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Have everything within it on the disk, or nothing of it.

        Raises:
            StorageFull: The disk is full.
            TransientError: Its disk fails, or another process keeps it busy.
            ConfigurationError: It is damaged.
        """
        with self._file.translated(), self._file.transaction():
            yield

    def about(self) -> About:
        """Return what is known without a key."""
        with self._file.translated():
            found = self._file.execute("select key_number, synced_at, wiped_at, wiped_why from about").fetchone()
        key_number, synced_at, wiped_at, why = found
        return About(key_number, _moment(synced_at), _moment(wiped_at), why)

    def put_key(self, number: int) -> None:
        """Note which key opens it; within a transaction."""
        self._file.execute("update about set key_number = ?", (number,))

    def put_synced(self, at: datetime) -> None:
        """Note when the lists were synchronized; within a transaction."""
        self._file.execute("update about set synced_at = ?", (at.isoformat(),))
        self._put_seconds(0.0)

    def seconds_since_synced(self) -> float:
        """Return for how many seconds the car has run since the lists were synchronized, as far as was noted."""
        with self._file.translated():
            found = self._file.execute("select seconds from since_synced").fetchone()
        return 0.0 if found is None else float(found[0])

    def put_seconds_since_synced(self, seconds: float) -> None:
        """Note for how many seconds the car has run since the lists were synchronized."""
        with self.transaction():
            self._put_seconds(seconds)

    def _put_seconds(self, seconds: float) -> None:
        self._file.execute(
            "insert into since_synced values (1, ?) on conflict (only_one) do update set seconds = excluded.seconds",
            (seconds,),
        )

    def standing(self, sealing: Sealing) -> bytes | None:
        """Return what stands, or None where nothing does yet."""
        with self._file.translated():
            found = self._file.execute("select body from standing").fetchone()
        return None if found is None else sealing.opened(found[0], "standing")

    def put_standing(self, sealing: Sealing, data: bytes) -> None:
        """Note what stands; within a transaction."""
        self._file.execute(
            "insert into standing values (1, ?) on conflict (only_one) do update set body = excluded.body",
            (sealing.seal(data, "standing"),),
        )

    def blocks(self, sealing: Sealing) -> Iterator[tuple[int, bytes, bytes | None, bytes, bytes]]:
        """Yield the blocks: number, content, which rows stand (None: all), and the marks of both."""
        with self._file.translated():
            rows = self._file.execute("select block, body, stands from blocks order by block")
            for number, body, stands in rows:
                opened = None if stands is None else sealing.opened(stands, f"stands {number}")
                marks = body[-MARK_BYTES:], b"" if stands is None else stands[-MARK_BYTES:]
                yield number, sealing.opened(body, f"block {number}"), opened, *marks

    def block(self, sealing: Sealing, number: int) -> bytes | None:
        """Return a block's content, or None where it is not there any more."""
        with self._file.translated():
            found = self._file.execute("select body from blocks where block = ?", (number,)).fetchone()
        return None if found is None else sealing.opened(found[0], f"block {number}")

    def put_block(self, sealing: Sealing, number: int, content: bytes) -> bytes:
        """Add a block, or replace it; within a transaction. Return its mark."""
        body = sealing.seal(content, f"block {number}")
        self._file.execute("insert or replace into blocks (block, body) values (?, ?)", (number, body))
        return body[-MARK_BYTES:]

    def put_stands(self, sealing: Sealing, number: int, rows: bytes) -> bytes:
        """Note which rows of a block stand; within a transaction. Return the mark."""
        sealed = sealing.seal(rows, f"stands {number}")
        self._file.execute("update blocks set stands = ? where block = ?", (sealed, number))
        return sealed[-MARK_BYTES:]

    def drop(self, numbers: list[int]) -> None:
        """Delete blocks; within a transaction."""
        self._file.executemany("delete from blocks where block = ?", [(number,) for number in numbers])

    def wipe(self, at: datetime, why: str) -> None:
        """Overwrite and delete the file, and begin an empty one that says why.

        Raises:
            OSError: The disk refuses.
            StorageFull: The same, for want of room.
        """
        self._file.close()
        overwrite(self.path)
        self._file = self._opened()
        with self.transaction():
            self._file.execute("update about set wiped_at = ?, wiped_why = ?", (at.isoformat(), why))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def overwrite(path: Path) -> None:
    """Overwrite a SQLite file and what lies beside it, and delete them.

    A flash disk may keep what was there before; without the key that tells nothing.

    Args:
        path: The file, which nobody has open.

    Raises:
        OSError: The disk refuses.
    """
    for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        try:
            with one.open("r+b", buffering=0) as file:
                left = os.fstat(file.fileno()).st_size
                while left > 0:
                    left -= file.write(secrets.token_bytes(min(left, _OVERWRITTEN_BYTES)))
                os.fsync(file.fileno())
            one.unlink()
        except FileNotFoundError:
            continue
