"""What an entry would raise is told from what cameras read lately; nothing is forgotten by that."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from operations.hotlists import trying
from policy.decisions import open_policy
from schemas.audit import Action
from schemas.settings import Settings
from schemas.types import Category
from storage.cameras.states import CameraHours
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import activate, sample_entry


def test_looking_at_a_week_keeps_the_month(database: Database) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    counts = {("gate", hour - timedelta(days=days)): 10 * days for days in (1, 2, 20)}
    # What is older than the week is not counted.
    counts["gate", hour - timedelta(days=7, hours=1)] = 500
    CameraHours(database).add(counts)
    a_day = trying._reads_a_day(database)
    assert a_day == pytest.approx(15, rel=0.05)
    kept = CameraHours(database).between(hour - timedelta(days=28), hour)
    assert sum(kept["gate"].values()) == 730


@pytest.mark.parametrize(("hours", "is_known"), [(5.9, False), (6.1, True)])
def test_of_a_day_nothing_is_said_before_hours_were_counted(database: Database, hours: float, is_known: bool) -> None:
    assert trying._reads_a_day(database) is None
    begun = datetime.now(UTC) - timedelta(hours=hours)
    CameraHours(database).add({("gate", begun): 60, ("yard", begun): 40})
    a_day = trying._reads_a_day(database)
    assert (a_day is not None) is is_known
    if is_known:
        assert a_day == pytest.approx(100 / 6.1 * 24, rel=0.2)


@pytest.mark.parametrize("reads", [240, 0])
def test_a_trial_says_what_an_entry_would_raise_and_changes_nothing(database: Database, reads: int) -> None:
    category = Category.STOLEN_VEHICLE
    listed = sample_entry(1, "ABC-1230")
    activate(database, [listed, sample_entry(2, "XYZ9999")])
    if reads:
        CameraHours(database).add({("gate", datetime.now(UTC) - timedelta(days=1)): reads})
    entry = sample_entry(9, "abc1230", "local", category=category, jurisdiction="US-MD")
    trial = trying.try_entry(LEE, database, Settings(), entry)
    assert (trial.entry, [one.entry_id for one in trial.listed]) == (entry, [listed.entry_id])
    policy = open_policy(Settings())
    assert (trial.notifies, trial.reason) == (policy.may_notify(category), policy.notify_reason(category))
    assert trial.preview.texts[0].text == "ABC1230"
    if reads:
        assert trial.reads_a_day == pytest.approx(240, rel=0.05)
        expected = (trial.reads_a_day or 0) * trial.preview.most_false_alerts / 10_000
        assert trial.false_alerts_a_day == pytest.approx(expected)
    else:
        assert (trial.reads_a_day, trial.false_alerts_a_day) == (None, None)
    assert dataclasses.replace(trial, notifies=False, reads_a_day=None).false_alerts_a_day == 0
    row = only_row(database, Action.TRY_ENTRY)
    assert (row.case_number, row.results) == ("26-9", len(trial.preview.texts))
    assert row.details == {"hotlist": "local", "plate": "abc1230", "state": "US-MD", "category": category.value}
    assert [one.hotlist_id for one in HotlistStore(database).lists()] == ["ncic"]
