"""What an entry would raise is told from what cameras read lately; nothing is forgotten by that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operations.hotlists import trying
from storage.cameras.states import CameraHours
from storage.database import Database


def test_looking_at_a_week_keeps_the_month(database: Database) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    counts = {("gate", hour - timedelta(days=days)): 10 * days for days in (1, 2, 20)}
    CameraHours(database).add(counts)
    a_day = trying._reads_a_day(database)
    assert a_day == pytest.approx(15, rel=0.05)
    kept = CameraHours(database).between(hour - timedelta(days=28), hour)
    assert sum(kept["gate"].values()) == 230
