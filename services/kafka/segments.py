"""What the local broker's files hold that is over, told from their headers: what is in them is compressed."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">qiibIhiqq")
"""Base offset, length, epoch, magic, checksum, attributes, last offset, first and latest time; the record batch of
Kafka's log, version 2 (https://kafka.apache.org/documentation/#recordbatch)."""

_COUNTED = 12
"""Bytes of a batch that its length does not count: base offset and the length itself."""

_CONTROL = 0x20
_MAGIC = 2


def overdue_segments(data_dir: Path, before: datetime, *, without: Iterable[str] = ()) -> list[Path]:
    """Find files of the local broker that hold records which are over.

    Args:
        data_dir: The data directory; a broker may be at work in it, or none.
        before: Records of an earlier time are over.
        without: Topics that do not matter; the broker's own ones never do.

    Returns:
        The files, also those that the broker has set aside to delete; none where there was never a broker.
    """
    limit = before.astimezone(UTC).timestamp() * 1000
    left = set(without)
    found = []
    for folder in sorted((data_dir / "kafka" / "data").glob("*-*")):
        topic = folder.name.rpartition("-")[0]
        if topic.startswith("__") or topic in left:
            continue
        for path in sorted([*folder.glob("*.log"), *folder.glob("*.log.deleted")]):
            try:
                with path.open("rb") as file:
                    overdue = any(latest < limit for latest in _latest_times(file))
            except FileNotFoundError:
                continue  # the broker goes on working
            if overdue:
                found.append(path)
    return found


def _latest_times(file: BinaryIO) -> Iterator[int]:
    """Yield the latest time of every batch of records, in milliseconds; what is no whole batch ends it."""
    while len(header := file.read(_HEADER.size)) == _HEADER.size:
        _, length, _, magic, _, attributes, _, _, latest = _HEADER.unpack(header)
        if magic != _MAGIC or length < _HEADER.size - _COUNTED:
            return
        if not attributes & _CONTROL:
            yield latest
        file.seek(length + _COUNTED - _HEADER.size, 1)
