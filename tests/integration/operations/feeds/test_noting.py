"""What is known of a feed after one run and another, and which alarms stand then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from operations.feeds.noting import FeedNotes
from operations.feeds.outcome import FeedOutcome, FeedResult
from schemas.settings import Settings
from storage.alerts.alarms import Alarms
from storage.database import Database
from tests.integration.hotlists.feed_samples import Now, folder_feed

IMPORTED, UNCHANGED, NOTHING, HELD, REJECTED, FAILED, ENDED = FeedOutcome
AWAY = "away"
"""A failure of the moment."""


CASES: list[tuple[tuple[FeedOutcome | str, ...], tuple[FeedOutcome, int], set[str]]] = [
    ((IMPORTED,), (IMPORTED, 0), set()),
    ((NOTHING,), (NOTHING, 0), set()),
    ((IMPORTED, NOTHING), (IMPORTED, 0), set()),
    ((HELD,), (HELD, 0), {"held_list"}),
    ((HELD, NOTHING), (HELD, 0), {"held_list"}),
    ((HELD, UNCHANGED), (UNCHANGED, 0), {"held_list"}),
    ((HELD, IMPORTED), (IMPORTED, 0), set()),
    ((REJECTED,), (REJECTED, 1), {"feed_failed"}),
    # A folder without a new file does not make the last one good.
    ((REJECTED, NOTHING), (REJECTED, 0), {"feed_failed"}),
    ((REJECTED, NOTHING, NOTHING), (REJECTED, 0), {"feed_failed"}),
    ((REJECTED, IMPORTED), (IMPORTED, 0), set()),
    ((REJECTED, UNCHANGED), (UNCHANGED, 0), set()),
    # What a person has to mend is an alarm at once, an outage after the third try.
    ((FAILED,), (FAILED, 1), {"feed_failed"}),
    ((AWAY,), (FAILED, 1), set()),
    ((AWAY, AWAY), (FAILED, 2), set()),
    ((AWAY, AWAY, AWAY), (FAILED, 3), {"feed_failed"}),
    ((AWAY, AWAY, NOTHING, AWAY), (FAILED, 1), set()),
    ((AWAY, AWAY, AWAY, NOTHING), (NOTHING, 0), set()),
    ((FAILED, HELD), (HELD, 0), {"held_list"}),
    # The list is out of force, and that is the owner's decision.
    ((IMPORTED, ENDED), (ENDED, 1), {"feed_failed"}),
]


def test_what_is_known_and_which_alarms_stand(database: Database, tmp_path: Path) -> None:
    settings, now = Settings(), Now()
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
    for case, (runs, known, expected) in enumerate(CASES):
        feed = folder_feed(tmp_path, name=f"feed-{case}")
        notes = FeedNotes(feed, settings, database, now)
        for number, run in enumerate(runs):
            now.pass_hours(1)
            outcome = FAILED if run == AWAY else FeedOutcome(run)
            notes.record(FeedResult(feed.name, outcome, f"message {number}", transient=run == AWAY), notes.register())
        state = notes.register()
        assert (state.outcome, state.failures, state.checked_at) == (*known, now.moment), runs
        said = max(number for number, run in enumerate(runs) if known[0] in (run, FAILED if run == AWAY else None))
        assert state.message == f"message {said}", runs
        standing = {alarm.kind.value for alarm in alarms.standing() if alarm.subject == feed.name}
        assert standing == expected, runs


@pytest.mark.parametrize(("minutes", "is_noted"), [(9, False), (10, True)])
def test_runs_that_find_nothing_are_noted_now_and_then(
    database: Database, tmp_path: Path, minutes: float, is_noted: bool
) -> None:
    now = Now()
    notes = FeedNotes(folder_feed(tmp_path), Settings(), database, now)
    nothing = FeedResult("region", NOTHING, "nothing new")
    notes.record(nothing, notes.register())
    before = now.moment
    now.moment += timedelta(minutes=minutes)
    notes.record(nothing, notes.register())
    assert notes.register().checked_at == (now.moment if is_noted else before)
    # After a failure every run counts.
    notes.record(FeedResult("region", FAILED, "gone", transient=True), notes.register())
    now.moment += timedelta(minutes=1)
    notes.record(nothing, notes.register())
    assert notes.register().checked_at == now.moment
