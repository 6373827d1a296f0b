"""Figures count what is this agency's, by the agency's days, and call false what people found so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operations.cameras.figures import Span, view_figures
from operations.life.deciding import Look, confirm_alert, reject_alert
from schemas.actor import Actor, SignIn
from schemas.settings import Settings
from schemas.types import Rejection
from storage.cameras.states import CameraHours
from storage.database import Database
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.site import AGENCY
from tests.integration.operations.life.alerts import KIM_SAYS

ROOT = Actor("root", SignIn.LOCAL_USER, "a test", AGENCY)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, agency_id=AGENCY, time_zone="America/New_York")


def test_false_alerts_are_those_that_people_found_false(database: Database, settings: Settings) -> None:
    ids = [raise_alert(database, made(number, f"VNV452{number}")) for number in range(5)]
    raise_alert(database, made(7, "BKR2203", agency_id="gotham-pd"))
    reject_alert(KIM_SAYS, database, ids[0], Rejection.MISREAD)
    reject_alert(KIM_SAYS, database, ids[1], Rejection.STALE_ENTRY)
    # What was replaced does not count.
    reject_alert(KIM_SAYS, database, ids[2], Rejection.WRONG_STATE)
    confirm_alert(KIM_SAYS, database, ids[2], Look(plate="VNV4522"), supersedes=1)
    camera = made().read.camera_id
    CameraHours(database).add({(camera, datetime.now(UTC).replace(minute=0, second=0, microsecond=0)): 20_000})
    found = view_figures(ROOT, database, settings, Span.WEEK)
    (one,) = found.cameras
    assert (one.label, one.alerts, one.confirmed, one.false_alerts, one.other) == (camera, 5, 1, 1, 1)
    (category,) = found.categories
    assert (category.label, category.alerts, category.false_alerts) == ("stolen_vehicle", 5, 1)
    assert found.false_rate(camera) == 0.5
    assert found.false_rate("elsewhere") is None
    assert len(found.moments) == 7
    assert (found.moments[-1].reads, found.moments[-1].alerts, found.moments[-1].false_alerts) == (20_000, 5, 1)
    assert view_figures(ROOT, database, settings, Span.DAY, "elsewhere").cameras == ()
    theirs = view_figures(Actor("g", SignIn.PASSWORD, "x", "gotham-pd"), database, settings, Span.DAY)
    assert theirs.read_count == 0
    assert [one.alerts for one in theirs.categories] == [1]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Auckland", None])
def test_days_are_the_agencys(database: Database, settings: Settings, zone: str | None) -> None:
    there = settings.model_copy(update={"time_zone": zone})
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hours = {("gate", now - timedelta(hours=back)): back + 1 for back in range(30 * 24)}
    CameraHours(database).add(hours)
    day = view_figures(ROOT, database, there, Span.DAY)
    assert [one.reads for one in day.moments] == list(range(24, 0, -1))
    for span, days in ((Span.WEEK, 7), (Span.MONTH, 28)):
        found = view_figures(ROOT, database, there, span)
        assert len(found.moments) == days
        assert (
            sum(one.reads for one in found.moments)
            == found.read_count
            == sum(reads for (_, hour), reads in hours.items() if hour >= found.since)
        )
