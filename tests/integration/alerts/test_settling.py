"""One alert for a vehicle that is read again and again, updates where a read tells more, and clones on both sides."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from alerts.settling.found import Found
from alerts.settling.stale import cancel_stale_alerts
from cli.alerts import alerts as alerts_command
from policy.decisions import Retention
from schemas import ids
from schemas.events import Alert, AlertType
from schemas.settings import RepeatSettings, Settings
from schemas.types import SecondReading, Tier
from storage.alerts.raised import AlertLog
from storage.database import Database
from storage.retention import enforce_retention
from storage.sql import load_queries
from tests.integration.alerts.records import outbox_of
from tests.integration.alerts.samples import (
    BRIDGE,
    GATE,
    MARYLAND,
    NEAR,
    VIRGINIA,
    found,
    kept,
    messages,
    outcomes,
    passing,
    settle,
    settle_each,
)
from tests.integration.hotlists.list_versions import import_version
from tests.unit.alerts.samples import START


@pytest.mark.parametrize("together", [True, False])
def test_a_vehicle_read_five_times_raises_one_alert_and_another_after_the_window(
    database: Database, together: bool
) -> None:
    passes = [found(passing(seconds)) for seconds in (0, 30, 60, 90, 120)]
    if together:
        assert settle(database, *passes).alerts == 1
    else:
        settle_each(database, passes)
    (alert,) = messages(database)
    assert (alert.type, alert.alert_id) == (AlertType.ALERT, passes[0].alerts[0].alert_id)
    assert outcomes(database) == ["alerted", *["suppressed"] * 4]
    recorded = settle(database, found(passing(700)))
    assert recorded.alerts == 1
    assert [sent.type for sent in recorded.sent[0]] == [AlertType.ALERT]
    assert outcomes(database)[-1] == "alerted"
    # Every suppressed hit names its alert.
    with database.connection() as connection:
        rows = connection.execute("select alert_id from hits where outcome = 'suppressed'").fetchall()
    assert {row[0] for row in rows} == {alert.alert_id}


def test_a_better_read_updates_the_alert_in_place(database: Database) -> None:
    first = found(passing(0, confidence=0.6), tier=Tier.PROBABLE, score=12.0, picture=None)
    better = found(passing(20))
    settle_each(database, [first, found(passing(10, confidence=0.6), tier=Tier.PROBABLE, score=12.5, picture=None)])
    settle_each(database, [better, found(passing(40))])
    alert, update = messages(database)
    assert outcomes(database) == ["alerted", "suppressed", "updated", "suppressed"]
    assert update.alert_id == ids.alert_id(better.hits[0].hit_id, "update")
    assert (update.type, update.status, update.updates) == (AlertType.UPDATE, "open", alert.alert_id)
    assert update.reason == "exact instead of probable"
    assert update.plate_picture
    (shown,) = AlertLog(database).latest(10)
    assert (shown.alert_number, shown.last_number) == (1, 2)
    assert Alert.model_validate(shown.payload) == update
    assert len(AlertLog(database).latest(10, tier=Tier.EXACT)) == 1
    assert AlertLog(database).latest(10, tier=Tier.PROBABLE) == []
    with outbox_of(database) as outbox:
        assert [(row.alert_id, row.topic, row.key) for row in outbox.take(10)] == [
            (message.alert_id, Settings().alert_topic, "ABC1234") for message in (alert, update)
        ]


def test_officers_see_one_line_with_the_better_read(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    app = typer.Typer()
    alerts_command.register(app)
    settle_each(database, [found(passing(0), tier=Tier.PROBABLE), found(passing(20)), found(passing(40))])
    table = CliRunner().invoke(app, ["alerts"], catch_exceptions=False).stdout
    assert [table.count(words) for words in ("2026-11-20", "UPDATED", "updated, ")] == [1, 1, 1]
    printed = json.loads(CliRunner().invoke(app, ["alerts", "--json"], catch_exceptions=False).stdout)
    assert (printed["alert_number"], printed["updated"], printed["alert"]["hit"]["tier"]) == (1, True, "exact")
    # Whoever follows goes on behind the update, and sees the next one as it is made.
    (shown,) = AlertLog(database).latest(10)
    assert AlertLog(database).after(shown.last_number) == []
    settle(database, found(passing(50), score=40.0))
    assert [stored.payload["type"] for stored in AlertLog(database).after(shown.last_number)] == ["update"]


def test_cameras_that_are_near_are_one_place_and_others_are_not(database: Database) -> None:
    settle_each(database, [found(passing(0)), found(passing(5, "exit", NEAR)), found(passing(400, "bridge", BRIDGE))])
    assert outcomes(database) == ["alerted", "suppressed", "alerted"]
    assert all(message.clone is None for message in messages(database))


def test_another_states_entry_with_the_same_number_is_not_suppressed(database: Database) -> None:
    settle(database, found(passing(0)))
    settle(database, found(passing(10), VIRGINIA, MARYLAND))
    settle(database, found(passing(20), VIRGINIA, MARYLAND))
    assert sorted(outcomes(database)) == ["alerted", "alerted", *["suppressed"] * 3]
    assert [message.entry.jurisdiction for message in messages(database)] == ["US-VA", "US-MD"]


def test_a_silent_hit_is_kept_as_such_and_suppresses_nothing(database: Database) -> None:
    settle(database, found(passing(0), notify=False))
    settle(database, found(passing(10)))
    assert outcomes(database) == ["silent", "alerted"]
    # The gate was opened and the read comes again: now it repeats the later one's alert.
    settle(database, found(passing(0)))
    assert outcomes(database) == ["suppressed", "alerted"]
    assert len(messages(database)) == 1


@pytest.mark.parametrize("together", [True, False])
def test_the_same_number_too_far_away_warns_both_officers(database: Database, together: bool) -> None:
    passes = [found(passing(0)), found(passing(20, "bridge", BRIDGE)), found(passing(25, "bridge", BRIDGE))]
    if together:
        settle(database, *passes)
    else:
        settle_each(database, passes)
    assert outcomes(database) == ["alerted", "alerted", "suppressed"]
    gate, bridge, notice = messages(database)
    assert gate.clone is None
    assert bridge.clone is not None
    assert bridge.clone.camera_id == "gate"
    assert bridge.clone.distance_km == pytest.approx(5.0, abs=0.1)
    assert bridge.clone.seconds == 20
    assert bridge.clone.speed_kmh > 250
    sentence = "the same number was read 5 km away 20 seconds before: one of the plates may be cloned"
    assert bridge.hit.explanation == f"plate and state are equal; {sentence}"
    assert (notice.type, notice.updates, notice.hit.hit_id) == (AlertType.UPDATE, gate.alert_id, gate.hit.hit_id)
    assert notice.clone is not None
    assert (notice.clone.camera_id, notice.clone.seconds) == ("bridge", -20)
    assert "5 km away 20 seconds after: one of the plates may be cloned" in notice.hit.explanation
    assert notice.read.camera_id == "gate"
    # A better read at the gate keeps the warning.
    settle(database, found(passing(300, second_reading=SecondReading("ABC1234", 0.9, True))))
    update = messages(database)[-1]
    assert (update.updates, update.reason) == (gate.alert_id, "read by a second reader too")
    assert update.clone == notice.clone


def test_a_repeat_that_is_no_better_still_warns_of_a_clone(database: Database) -> None:
    settle_each(database, [found(passing(0)), found(passing(200, "bridge", BRIDGE)), found(passing(210))])
    assert outcomes(database) == ["alerted", "alerted", "updated"]
    _, bridge, update, notice = messages(database)
    assert bridge.clone is None
    assert update.reason == notice.reason == "one of the plates may be cloned"
    assert (update.read.camera_id, notice.updates) == ("gate", bridge.alert_id)
    assert "10 seconds after" in notice.hit.explanation


def test_a_cancel_takes_the_alert_and_its_updates_back_once(database: Database) -> None:
    import_version(database, [VIRGINIA._replace(valid_until=None)])
    settle_each(database, [found(passing(0), tier=Tier.PROBABLE), found(passing(20))])
    assert cancel_stale_alerts(database, Settings()) == 0
    import_version(database, [])
    assert cancel_stale_alerts(database, Settings()) == 1
    alert, _, cancel = messages(database)
    assert (cancel.type, cancel.cancels) == (AlertType.CANCEL, alert.alert_id)
    assert cancel_stale_alerts(database, Settings()) == 0
    newest = AlertLog(database).latest(10)
    assert [stored.payload["type"] for stored in newest] == ["cancel", "update"]
    assert newest[1].canceled is not None
    # What comes after the cancel is news again.
    settle(database, found(passing(40)))
    assert outcomes(database) == ["alerted", "updated", "alerted"]


def _story() -> list[Found]:
    """Repeats, a better read, a near camera, a clone, another state and a silent hit."""
    return [
        found(passing(0, confidence=0.6), tier=Tier.PROBABLE),
        found(passing(5, "exit", NEAR)),
        found(passing(20), VIRGINIA, MARYLAND),
        found(passing(21, "bridge", BRIDGE)),
        found(passing(30), notify=False),
        found(passing(35, "bridge", BRIDGE), MARYLAND),
        found(passing(90, place=GATE, second_reading=SecondReading("ABC1234", 0.9, True))),
        found(passing(900)),
    ]


def test_a_replay_changes_nothing_wherever_the_run_was_killed(database: Database, database_url: str) -> None:
    story = _story()
    settle_each(database, story)
    whole = kept(database)
    assert {"alerted", "updated", "suppressed", "silent"} == set(outcomes(database))
    settle_each(database, story)
    settle(database, *story)
    for order in list(permutations(story[:4]))[::5]:
        settle_each(database, order)
    assert kept(database) == whole


@pytest.mark.parametrize("killed_after", range(8))
def test_a_run_that_was_killed_ends_as_one_that_was_not(database: Database, killed_after: int) -> None:
    """The killed run writes part of the story in batches; the next one writes all of it, in other batches."""
    story = _story()
    settle_each(database, story)
    undisturbed = kept(database)
    with database.as_owner() as connection:
        connection.execute("truncate reads, hits, alerts, outbox, plate_dictionary, alert_chains restart identity")
    settle(database, *story[:killed_after])
    settle(database, *story[: killed_after + 3])
    settle(database, *story[killed_after // 2 :])
    assert kept(database) == undisturbed


@pytest.mark.parametrize("is_clone", [False, True])
def test_two_recorders_at_once_raise_one_alert(database: Database, is_clone: bool) -> None:
    """Two processes see one vehicle at the same moment: whoever comes second repeats the other's alert."""
    for turn in range(10):
        start = threading.Barrier(2)
        seconds = turn * 4000.0
        other = passing(seconds + 1, "bridge", BRIDGE) if is_clone else passing(seconds + 1, "exit", NEAR)
        passes = [found(passing(seconds)), found(other)]

        def record(one: Found, start: threading.Barrier = start) -> None:
            start.wait()
            settle(database, one)

        threads = [threading.Thread(target=record, args=(one,)) for one in passes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    raised = [message for message in messages(database) if message.type is AlertType.ALERT]
    if is_clone:
        assert len(raised) == 20
        # One of each two warns at once, the other by its update, and nobody twice.
        warned = [message for message in messages(database) if message.clone is not None]
        assert len(warned) == 20
        assert {message.updates or message.alert_id for message in warned} == {alert.alert_id for alert in raised}
    else:
        assert len(raised) == 10
        assert sorted(outcomes(database)) == ["alerted"] * 10 + ["suppressed"] * 10


def test_without_a_window_every_hit_alerts(database: Database) -> None:
    settings = Settings(repeats=RepeatSettings(window_minutes=0))
    settle(database, *(found(passing(seconds)) for seconds in range(3)), settings=settings)
    assert outcomes(database) == ["alerted"] * 3


def test_hits_without_coordinates_are_settled_too(database: Database) -> None:
    settle_each(database, [found(passing(0, place=None)), found(passing(1, place=None)), found(passing(2, "b", None))])
    assert outcomes(database) == ["alerted", "suppressed", "alerted"]


def test_a_read_that_comes_twice_in_one_batch_counts_once(database: Database) -> None:
    one = found(passing(0))
    recorded = settle(database, one, replace(one))
    assert (recorded.reads, recorded.hits, recorded.alerts) == (1, 1, 1)
    assert len(messages(database)) == 1


def test_what_is_known_of_an_alert_ends_with_it(database: Database) -> None:
    settle(database, found(passing(0)))
    cutoff = START + timedelta(days=1)
    enforce_retention(
        database,
        Retention(cutoff - START, timedelta(days=1)),
        delete_images=lambda keys: None,
        now=cutoff + timedelta(seconds=1),
    )
    with database.connection() as connection:
        assert connection.execute("select from alert_chains").fetchall() == []


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("open_alerts", "alert_chains_by_entry"),
        ("sightings", "canonical_captured_at_idx"),
        ("newest", "alerts_updating"),
        ("stored_hits", "hits_pkey"),
    ],
)
def test_what_a_hit_is_compared_with_is_found_by_an_index(database: Database, statement: str, index: str) -> None:
    settle(database, found(passing(0)))
    some = [VIRGINIA.entry_id]
    values = {
        "entry_ids": some,
        "alert_ids": some,
        "hit_ids": some,
        "read_ids": some,
        "canonicals": ["ABC1234"],
        "cameras": ["bridge"],
        "moments": [START],
        "since": [START - timedelta(hours=1)],
        "until": [START + timedelta(hours=1)],
        "within": timedelta(hours=1),
        "together": some,
        "limit": 50,
    }
    with database.transaction() as connection:
        # A small table is read as a whole; what matters is that a large one need not be.
        connection.execute("set local enable_seqscan = off")
        plan = connection.execute(b"explain " + load_queries("alerts/known")[statement], values).fetchall()
    assert index in "\n".join(line for (line,) in plan)
