"""A list that raises hundreds of alerts an hour does not deafen an officer, and what is urgent sounds all the same."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.build import build_alert
from operations.patrol.storms import CarStorms
from schemas.events import Alert
from schemas.settings import PatrolSettings, Settings
from schemas.types import Category
from tests.unit.alerts.samples import AGENCY, START, sample_entry, sample_hit, sample_read

MOST = 5


def alert(seconds: float, plate: str = "VNV4527", camera: str = "front", category: Category = Category.WATCH) -> Alert:
    read = dataclasses.replace(
        sample_read(int(seconds), plate), camera_id=camera, captured_at=START + timedelta(seconds=seconds)
    )
    entry = sample_entry(plate)._replace(category=category, priority=None)
    return build_alert(
        read, sample_hit(read, entry), entry, agency_id=AGENCY, created_at=read.last_seen, plate_picture=None
    )


@pytest.fixture
def storms(tmp_path: Path) -> CarStorms:
    return CarStorms(Settings(data_dir=tmp_path, patrol=PatrolSettings(car="unit-12", storm_minimum=MOST)))


def test_what_comes_beyond_the_limit_is_silent_until_the_hour_is_over(storms: CarStorms) -> None:
    told = [storms.storm_of(alert(second)) for second in range(MOST + 2)]
    assert told[:MOST] == [None] * MOST
    assert all(words is not None and f"more than {MOST} alerts" in words for words in told[MOST:])
    assert storms.standing(START + timedelta(minutes=10))
    # Another camera's alert about another plate is none of it, but for the list, which is the same.
    assert "list" in (storms.storm_of(alert(20, "ABC1234", "rear")) or "")
    assert storms.storm_of(alert(2 * 3600)) is None
    assert storms.standing(START + timedelta(hours=5)) == ()


def test_high_is_never_silent(storms: CarStorms) -> None:
    for second in range(3 * MOST):
        storms.storm_of(alert(second))
    urgent = alert(60, category=Category.WANTED_PERSON)
    assert storms.storm_of(urgent) is None
    assert storms.storm_of(alert(61)) is not None


def test_without_a_limit_everything_sounds(tmp_path: Path) -> None:
    storms = CarStorms(Settings(data_dir=tmp_path, patrol=PatrolSettings(car="unit-12", storm_minimum=0)))
    assert [storms.storm_of(alert(second)) for second in range(200)] == [None] * 200
    assert storms.standing(START) == ()
