"""Messages that nobody takes end before they are older than reads may be: they hold plates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.inbox_place import INBOX_FILE
from pipeline.ingesting import ending
from pipeline.ingesting.ending import InboxEnd
from schemas.errors import TransientError
from schemas.settings import PolicySettings, Settings
from storage.spool.messages import Message
from storage.spool.spool import Spool


class Clock:
    """The seconds that pass for the looks."""

    now = 1000.0


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "now", 1000.0)
    monkeypatch.setattr(ending, "time", SimpleNamespace(monotonic=lambda: Clock.now))


def keep(folder: Path, *ages: timedelta) -> None:
    now = datetime.now(UTC)
    with Spool(folder / INBOX_FILE) as spool:
        spool.add([Message("axis", now - age, str(number).encode()) for number, age in enumerate(ages)])


def left(folder: Path) -> list[bytes]:
    with Spool(folder / INBOX_FILE) as spool:
        return [one.message.body for one in spool.take(0, 10)]


@pytest.mark.parametrize(
    ("profile", "limit", "pause"),
    [
        ("virginia", timedelta(days=21), timedelta(minutes=10)),
        ("new-hampshire", timedelta(minutes=3), timedelta(seconds=9)),
    ],
)
def test_what_would_get_too_old_before_the_next_look_ends_now(
    tmp_path: Path, profile: str, limit: timedelta, pause: timedelta
) -> None:
    settings = Settings(data_dir=tmp_path, policy=PolicySettings(profile=profile))
    looks = InboxEnd(settings)
    assert looks.look() == 0
    assert not (tmp_path / INBOX_FILE).exists()
    keep(tmp_path, limit + timedelta(days=1), limit - pause, limit - 2 * pause)
    assert looks.look() == 2
    assert left(tmp_path) == [b"2"]
    keep(tmp_path, limit)
    Clock.now += pause.total_seconds() - 0.1
    assert looks.look() == 0
    Clock.now += 0.1
    assert looks.look() == 1
    assert left(tmp_path) == [b"2"]


def test_a_look_that_fails_ends_nothing_else_and_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keep(tmp_path, timedelta(days=30))
    looks = InboxEnd(Settings(data_dir=tmp_path))

    def busy(_: object, cutoff: datetime) -> int:
        raise TransientError("the file is busy")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "end", busy)
        assert looks.look() == 0
    assert caplog.messages == ["messages that wait too long cannot be ended: the file is busy; this is tried again"]
    Clock.now += 600
    assert looks.look() == 1
    assert caplog.messages[1] == (
        "1 messages waited for a run for as long as reads may be kept, and have ended unread; start platewatch run "
        "with this data_dir"
    )
