"""Pictures that no read names: left by a process that was killed between saving one and the commit of its read."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from storage import statements
from storage.database import Connection, Database
from storage.reads.images import ImageStore
from storage.sql import load_queries

_SQL = load_queries("reads/pictures")
_READ_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

KEYS_AT_ONCE = 2000
MOST_SUSPECTS = 20_000
ONE_DAY = timedelta(days=1)
LEAST_GRACE = timedelta(seconds=30)
LONGEST_GRACE = timedelta(minutes=10)


def named_keys(database: Database | Connection, keys: Sequence[str]) -> set[str]:
    """Return those of some pictures' keys that stored reads name.

    Args:
        database: An open database, or a connection to it.
        keys: Keys of the image store.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    ids = [UUID(found[0]) for key in keys if (found := _READ_ID.search(key.rsplit("/", 1)[-1])) is not None]
    values = {"read_ids": ids, "keys": list(keys)}
    return set(statements.scalars(database, _SQL["keys_of_reads"], values, kind=str))


class StrayPictures:
    """Finds pictures that no read names and removes them: some at a time, again and again through the store.

    A picture is saved a moment before its read is committed, by any of several processes. So one that no read names is
    only suspected; it goes when that is still so after a grace during which the database answered all the time, within
    which every process that waits for it has committed. Who commits later than that saves its pictures again
    (pipeline/recording/pictures.py).

    In a store that several machines share, a picture may be there long before its read: while the broker between them
    is away, or whoever matches is behind. There, none is suspected that is younger than half the time that reads are
    kept, and the grace is a day: a recording may be old when it is read.

    Args:
        database: An open database.
        images: The image store.
        reads: How long reads are kept; where that is minutes, the grace is shorter.
        clock: Seconds that only grow.
        is_shared: Whether other machines keep their pictures in the store.
    """

    def __init__(
        self,
        database: Database,
        images: ImageStore,
        reads: timedelta,
        clock: Callable[[], float] = time.monotonic,
        *,
        is_shared: bool = False,
    ) -> None:
        self._database = database
        self._images = images
        grace = max(LEAST_GRACE, min(LONGEST_GRACE, reads / 4))
        self._least_age: timedelta | None = None
        if is_shared:
            grace = max(grace, min(ONE_DAY, reads / 2))
            # Told from the day in a picture's key, so that restarts do not begin it anew.
            self._least_age = reads / 2 if reads / 2 >= ONE_DAY else None
        self._grace = grace.total_seconds()
        self._clock = clock
        self._walk: Iterator[str] | None = None
        self._suspects: dict[str, float] = {}

    def forget(self) -> None:
        """Begin anew: the database or the store did not answer, so nothing is known of what others are about to do."""
        self._walk = None
        self._suspects.clear()

    def sweep(self) -> tuple[int, bool]:
        """Look at the next pictures, and remove those that have been suspected for long enough.

        Returns:
            How many were removed, and whether there is more to do before the next time through the store.

        Raises:
            TransientError: The database or the store does not answer; call `forget`.
        """
        removed = self._remove()
        if len(self._suspects) >= MOST_SUSPECTS:
            return removed, True
        if self._walk is None:
            self._walk = self._images.keys()
        walked = list(itertools.islice(self._walk, KEYS_AT_ONCE))
        keys = [key for key in walked if self._is_old_enough(key)]
        if not walked:
            self._walk = None
        elif keys:
            now = self._clock()
            for key in set(keys) - named_keys(self._database, keys):
                self._suspects.setdefault(key, now)
        return removed, bool(walked or self._suspects)

    def _is_old_enough(self, key: str) -> bool:
        if self._least_age is None:
            return True
        year, month, day = (int(part) for part in key.split("/")[:3])
        try:
            ended = datetime(year, month, day, tzinfo=UTC) + ONE_DAY
        except (ValueError, OverflowError):
            return True  # no day that any read could be of
        return datetime.now(UTC) - ended >= self._least_age

    def _remove(self) -> int:
        now = self._clock()
        due = [key for key, since in self._suspects.items() if now - since >= self._grace][:KEYS_AT_ONCE]
        if not due:
            return 0
        up = statements.scalar(self._database, _SQL["server_seconds"], kind=float) or 0.0
        if up < self._grace:
            self._suspects.clear()
            return 0
        stray = sorted(set(due) - named_keys(self._database, due))
        if stray:
            self._images.delete(stray)
        for key in due:
            del self._suspects[key]
        return len(stray)
