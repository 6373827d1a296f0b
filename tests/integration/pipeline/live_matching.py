"""Matchers that follow the lists, as the pipeline runs them; also as a process of its own.

`python -m tests.integration.pipeline.live_matching URL PLATE` matches a plate again and again: it writes a line when
the plate matches first, and another one, with the time in seconds of the epoch, when it does not match any more.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pydantic import SecretStr

from pipeline.lists.live_matcher import LiveMatcher
from schemas.settings import DatabaseSettings, MatchingSettings, Settings
from schemas.types import PlateRead
from storage.database import Database, open_database
from storage.hotlists.changes import HotlistChanges
from tests.unit.matcher.samples import read

WAIT_SECONDS = 60.0
STEP_SECONDS = 0.005


def live_read(plate: str) -> PlateRead:
    """A read of a plate that passes now."""
    now = datetime.now(UTC)
    return read(plate, captured_at=now, first_seen=now, last_seen=now)


def matches(matcher: LiveMatcher, plate: str) -> bool:
    """Whether a plate that passes now is a hit."""
    return bool(matcher.match(live_read(plate)))


def wait_for(condition: Callable[[], bool]) -> float:
    """Wait until something holds; return the time in seconds of the epoch."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(STEP_SECONDS)
    return time.time()


@contextmanager
def running_matcher(database: Database) -> Iterator[LiveMatcher]:
    """A matcher that has the lists and follows them in a thread of its own."""
    matcher = LiveMatcher(HotlistChanges(database), MatchingSettings())
    matcher.refresh(force=True)
    with followed(matcher):
        yield matcher


@contextmanager
def followed(matcher: LiveMatcher) -> Iterator[None]:
    """A matcher's thread."""
    stop = threading.Event()
    thread = threading.Thread(target=matcher.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def main(url: str, plate: str) -> None:
    """Watch one plate."""
    settings = Settings(database=DatabaseSettings(url=SecretStr(url)))
    with open_database(settings) as database, running_matcher(database) as matcher:
        wait_for(lambda: matches(matcher, plate))
        sys.stdout.write("matches\n")
        sys.stdout.flush()
        gone_at = wait_for(lambda: not matches(matcher, plate))
        sys.stdout.write(f"{gone_at}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
