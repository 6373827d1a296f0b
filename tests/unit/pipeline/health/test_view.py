"""A live camera that was turned raises one alarm, which ends when it sees its street again, also over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from ingest.view.usual import LEARNING, LOOK_EVERY
from pipeline.health.board import HealthBoard
from pipeline.health.view import ViewWatch
from schemas.events import AlarmKind
from schemas.types import Frame, Image
from tests.unit.ingest.view.scenes import noisy, street

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Camera:
    def __init__(self, folder: Path, minutes: float = 2) -> None:
        self.board = HealthBoard("here")
        self.watch = ViewWatch("gate", minutes, folder, self.board)
        self.now = NOON
        self._random = np.random.default_rng(3)

    def sees(self, picture: Image, minutes: float) -> list[str | None]:
        """Show it something; return the messages of alarms that were raised (None: cleared) meanwhile."""
        for number in range(round(minutes * 60 / LOOK_EVERY.total_seconds())):
            self.watch.see(Frame("gate", "live", number, self.now, noisy(picture, self._random)))
            self.now += LOOK_EVERY
        told = []
        while (change := self.board.next_change()) is not None:
            self.board.stored(change)
            assert (change.kind, change.subject) == (AlarmKind.CAMERA_VIEW, "gate")
            told.append(change.message)
        return told


def test_a_turned_camera_raises_one_alarm(tmp_path: Path) -> None:
    camera = Camera(tmp_path)
    assert camera.sees(street(1), LEARNING) == [None]  # what an earlier run may have left is over
    (message,) = camera.sees(street(2), 10)
    assert message is not None
    assert "was it moved or turned" in message
    assert camera.sees(street(1), 2) == [None]


def test_one_that_is_turned_while_nothing_runs_is_noticed(tmp_path: Path) -> None:
    before = Camera(tmp_path)
    before.sees(street(1), LEARNING)
    before.watch.save()
    after = Camera(tmp_path)
    after.now = before.now + timedelta(hours=3)
    assert after.sees(street(2), 5)[-1] is not None


def test_one_that_nobody_wants_judged_is_not_looked_at(tmp_path: Path) -> None:
    camera = Camera(tmp_path, minutes=0)
    assert camera.sees(street(1), 1) == []
    camera.watch.save()
    assert list(tmp_path.iterdir()) == []
