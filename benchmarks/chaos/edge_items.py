"""Which files a machine at the edge has done: it has no database, and keeps digests in place of names."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections import Counter
from pathlib import Path

FINISHED, REJECTED = "finished files", "rejected files"


def items_of_edge(path: Path) -> dict[str, Counter[str]]:
    """Return the rows of both books.

    Args:
        path: The file of such a machine.
    """
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute("select camera_id, name, is_rejected from finished").fetchall()
    return {
        FINISHED: Counter(f"{camera} sha256:{name}" for camera, name, is_rejected in rows if not is_rejected),
        REJECTED: Counter(f"{camera} {name}" for camera, name, is_rejected in rows if is_rejected),
    }


def digested(row: str) -> str:
    """Return a row about a rejected file as such a machine would keep it; of finished ones the database has digests."""
    camera, _, name = row.partition(" ")
    return f"{camera} {hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()}"
