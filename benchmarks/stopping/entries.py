"""From the commit of a withdrawal to the first read that is no hit."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from benchmarks.matcher.lists import draw_plates
from benchmarks.pipeline.site import import_plates
from benchmarks.stopping.words import spread
from pipeline.lists.live_matcher import POLL_SECONDS, LiveMatcher
from schemas.settings import MatchingSettings, Settings
from schemas.types import PlateRead
from storage.database import Database, open_database
from storage.hotlists.changes import HotlistChanges
from storage.hotlists.edits import HotlistEdits

STEP_SECONDS = 0.002
PATIENCE_SECONDS = 120.0


def withdrawn(folder: Path, count: int, times: int) -> str:
    """Withdraw entries one after the other while a matcher follows their list.

    Args:
        folder: For the database.
        count: How many entries the list has.
        times: How many are withdrawn.
    """
    with open_database(Settings(data_dir=folder / "data")) as database:
        plates = draw_plates(count, 1)
        import_plates(database, plates)
        matcher = LiveMatcher(HotlistChanges(database), MatchingSettings())
        began = time.perf_counter()
        matcher.refresh(force=True)
        loaded = time.perf_counter() - began
        stop = threading.Event()
        following = threading.Thread(target=matcher.run, args=(stop,))
        following.start()
        try:
            # Not in step with its looks.
            taken = [_withdraw(database, matcher, plate, number) for number, plate in enumerate(plates[:times])]
        finally:
            stop.set()
            following.join()
    return (
        f"a withdrawn entry of {count:,} matches no more after {spread(taken)}, {times} times; it looks every "
        f"{POLL_SECONDS:g} s; a plain re-load of the list takes {loaded:.2f} s"
    )


def _withdraw(database: Database, matcher: LiveMatcher, plate: str, number: int) -> float:
    time.sleep(0.037 * (number % 13))
    (*_, hit) = matcher.match(_passing(plate))
    ids = [one.entry_id for one in matcher.match(_passing(plate))]
    HotlistEdits(database).withdraw(ids, by="benchmark", reason="recovered")
    done = time.perf_counter()
    while any(one.entry_id == hit.entry_id for one in matcher.match(_passing(plate))):
        if time.perf_counter() > done + PATIENCE_SECONDS:
            raise SystemExit("a withdrawn entry matched for two minutes")
        time.sleep(STEP_SECONDS)
    return time.perf_counter() - done


def _passing(plate: str) -> PlateRead:
    now = datetime.now(UTC)
    return PlateRead(UUID(int=1), "gate", "local", now, now, now, plate, 0.98, ())
