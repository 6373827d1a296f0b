"""When retention is enforced, when stray pictures are looked for, and when tables are written anew."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline import upkeep
from pipeline.upkeep import UpkeepStage
from schemas.errors import DatabaseUnavailable, InvalidInput, TransientError
from schemas.settings import PolicySettings, Settings
from storage.retention import RetentionOutcome

SMALL_BYTES = 64 << 20

START = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
NOTHING = RetentionOutcome(reads=0, hits=0, alerts=0, pictures=0, audited=0)


class Clock(datetime):
    """A clock that goes as a test lets it."""

    seconds = START

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.fromtimestamp(cls.seconds, UTC)


@dataclass
class Kept:
    """The database's side: what was ended up to when, swept, and written anew."""

    enforced: list[datetime] = field(default_factory=list)
    outcome: RetentionOutcome = NOTHING
    sweeps: list[float] = field(default_factory=list)
    swept: tuple[int, bool] = (0, False)
    forgotten: int = 0
    rewritten: list[tuple[datetime, int]] = field(default_factory=list)
    fails: Exception | None = None
    rewriting_fails: Exception | None = None
    has_owner: bool = True

    def enforce(self, database: Any, retention: Any, *, delete_images: Callable[..., Any], now: datetime) -> Any:
        if self.fails is not None:
            raise self.fails
        self.enforced.append(now)
        return self.outcome

    def rewrite(self, _: Any, cutoff: datetime, *, largest_bytes: int, lock_seconds: float, stop: Any) -> Any:
        if self.rewriting_fails is not None:
            raise self.rewriting_fails
        self.rewritten.append((cutoff, largest_bytes))
        return [], []

    def sweep(self) -> tuple[int, bool]:
        self.sweeps.append(Clock.seconds - START)
        return self.swept

    def forget(self) -> None:
        self.forgotten += 1


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    found = Kept()
    monkeypatch.setattr(Clock, "seconds", START)
    monkeypatch.setattr(upkeep, "datetime", Clock)
    clock = SimpleNamespace(time=lambda: Clock.seconds, monotonic=lambda: Clock.seconds)
    monkeypatch.setattr(upkeep, "time", clock)
    monkeypatch.setattr(upkeep, "enforce_retention", found.enforce)
    monkeypatch.setattr(upkeep, "rewrite", found.rewrite)
    monkeypatch.setattr(upkeep, "StrayPictures", lambda *_, **__: found)
    return found


def stage_of(kept: Kept, folder: Path, profile: str, *, last: float = START) -> UpkeepStage:
    """A stage whose marker says that retention was enforced at `last`."""
    marker = folder / upkeep.RETENTION_MARKER
    marker.touch()
    os.utime(marker, (last, last))
    settings = Settings(data_dir=folder, policy=PolicySettings(profile=profile))
    return UpkeepStage(settings, cast(Any, kept))


@pytest.mark.parametrize(("profile", "pause"), [("virginia", 3600.0), ("new-hampshire", 9.0)])
def test_retention_is_enforced_a_pause_after_the_last_time_and_up_to_the_next(
    kept: Kept, tmp_path: Path, profile: str, pause: float
) -> None:
    for last, is_due in ((0.0, False), (-pause + 0.5, False), (-pause, True), (-pause - 1, True), (0.5, True)):
        kept.enforced.clear()
        slept = stage_of(kept, tmp_path, profile, last=START + last).step(threading.Event())
        assert kept.enforced == ([Clock.now() + timedelta(seconds=pause)] if is_due else []), last
        assert slept == pytest.approx(0.0 if is_due else min(1.0, pause + last))
        assert (tmp_path / upkeep.RETENTION_MARKER).exists()


def test_a_time_that_failed_is_not_noted_and_nothing_is_known_of_pictures_then(kept: Kept, tmp_path: Path) -> None:
    stage = stage_of(kept, tmp_path, "virginia", last=START - 3600)
    kept.fails = DatabaseUnavailable("down")
    for _ in range(2):
        with pytest.raises(TransientError):
            stage.step(threading.Event())
    assert kept.forgotten == 2
    assert (tmp_path / upkeep.RETENTION_MARKER).stat().st_mtime == START - 3600
    kept.fails = None
    stage.step(threading.Event())
    assert len(kept.enforced) == 1


def test_tables_are_written_anew_after_something_ended_and_once_a_pause(kept: Kept, tmp_path: Path) -> None:
    """Of three weeks a day passes in between: a twentieth of them, and a day at most."""
    stop = threading.Event()
    stage = stage_of(kept, tmp_path, "virginia")
    reads, hits, messages = (
        RetentionOutcome(reads=1, hits=0, alerts=0, pictures=0, audited=0),
        RetentionOutcome(reads=0, hits=1, alerts=0, pictures=0, audited=0),
        RetentionOutcome(reads=0, hits=0, alerts=0, pictures=0, audited=0, messages=1),
    )
    day = 86_400.0
    times = []
    for later, outcome in (
        (0.0, RetentionOutcome(reads=0, hits=0, alerts=9, pictures=9, audited=9)),
        (0.0, reads),
        (day - 1, hits),
        (day, hits),
        (2 * day, messages),
        (3 * day, NOTHING),
    ):
        Clock.seconds, kept.outcome = START + later, outcome
        stage._last = 0.0
        before = len(kept.rewritten)
        stage.step(stop)
        times.append(len(kept.rewritten) - before)
    assert times == [0, 1, 0, 1, 1, 0]
    first, size = kept.rewritten[0]
    assert first == datetime.fromtimestamp(START, UTC) + timedelta(hours=1) - timedelta(days=21)
    assert size == SMALL_BYTES


def test_where_reads_live_for_minutes_tables_are_written_anew_every_ten(kept: Kept, tmp_path: Path) -> None:
    kept.outcome = RetentionOutcome(reads=1, hits=0, alerts=0, pictures=0, audited=0)
    stage = stage_of(kept, tmp_path, "new-hampshire")
    for later in (0.0, 599.0, 600.0):
        Clock.seconds, stage._last = START + later, 0.0
        stage.step(threading.Event())
    assert len(kept.rewritten) == 2


def test_tables_that_cannot_be_written_anew_are_tried_again_and_only_their_owner_tries(
    kept: Kept, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept.outcome = RetentionOutcome(reads=1, hits=0, alerts=0, pictures=0, audited=0)
    stage = stage_of(kept, tmp_path, "virginia")
    for has_owner, error in ((False, None), (True, InvalidInput("locked")), (True, None)):
        kept.has_owner, kept.rewriting_fails, stage._last = has_owner, error, 0.0
        stage.step(threading.Event())
    assert len(kept.rewritten) == 1
    assert "tables are not written anew: locked; this is tried again" in caplog.messages


@pytest.mark.parametrize(
    ("profile", "swept", "again"),
    [("virginia", (0, False), 3600.0), ("virginia", (2, True), 5.0), ("new-hampshire", (0, False), 9.0)],
)
def test_stray_pictures_are_looked_for_again_soon_where_there_is_more(
    kept: Kept, tmp_path: Path, profile: str, swept: tuple[int, bool], again: float
) -> None:
    kept.swept = swept
    stage = stage_of(kept, tmp_path, profile)
    for later in (0.0, again - 0.5, again, 2 * again):
        Clock.seconds = START + later
        stage._last = Clock.seconds
        stage.step(threading.Event())
    assert kept.sweeps == [0.0, again, 2 * again]
