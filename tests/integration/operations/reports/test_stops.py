"""Stops as officers record them: refused where a field is wrong, written in the state's layout, counted by reason."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import policy
from cli.main import app
from operations.reports.filing import file_report
from operations.reports.stops import _stop, add_stops, layout_lines, report_stops
from policy.decisions import Retention, open_policy
from schemas.audit import Action
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import PolicySettings, RetentionSettings, Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.retention import enforce_retention
from tests.integration.operations.audited import LEE

GOOD: dict[str, Any] = {
    **{"record_id": "26-000117", "stopped_on": "2026-03-01", "ori": "VA1234567", "location": "High St at Court St"},
    **{"jurisdiction_code": "740", "initial_reason": "T", "race": "W", "ethnicity": "N", "age": 34, "gender": "F"},
    **{"speaks_english": True, "action_taken": "W", "is_person_searched": False, "is_vehicle_searched": False},
    **{"followed_notification": True, "notification_reason": "stolen_vehicle"},
}


def lines(*stops: dict[str, Any]) -> list[str]:
    return [json.dumps(GOOD | stop) for stop in stops]


def test_stops_are_kept_once_written_in_the_layout_and_counted(database: Database) -> None:
    no_alert = {"record_id": "B-2", "followed_notification": False, "notification_reason": None, "age": None}
    stops = lines({}, no_alert, {"record_id": "C-3", "race": "B", "stopped_on": "2026-03-31"})
    assert add_stops(LEE, database, stops, "stops.jsonl") == (3, 0)
    assert add_stops(LEE, database, lines({"race": "X"}), "stops.jsonl") == (0, 1)
    found = report_stops(LEE, database, date(2026, 3, 1), date(2026, 3, 31))
    assert list(layout_lines(found)) == [
        "26-000117,030126,VA1234567,High St at Court St,740,T,W,N,34,F,Y,W,N,N,Y,stolen_vehicle",
        "B-2,030126,VA1234567,High St at Court St,740,T,W,N,,F,Y,W,N,N,N,",
    ]
    span = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    report = file_report(LEE, database, Settings(time_zone="UTC"), "virginia-annual", *span, span[1])
    figures = {one.line.query.value: dict(one.figures or ()) for one in report.lines if one.line.query}
    assert figures["stops_by_reason"] == {"stolen_vehicle": 2}
    assert figures["stops_by_race"] == {"B": 1, "W": 1}
    assert figures["stops_by_age"] == {"25 to 39": 2}
    assert {row.action for row in audit_entries(database)} == {Action.ADD_STOPS, Action.VIEW_REPORT}


def test_stops_end_by_a_time_of_their_own(database: Database) -> None:
    now = datetime.now(UTC)
    days = {"OLD": now - timedelta(days=401), "YOUNG": now - timedelta(days=398), "TO-COME": now + timedelta(days=300)}
    stops = lines(*({"record_id": name, "stopped_on": f"{at:%Y-%m-%d}"} for name, at in days.items()))
    add_stops(LEE, database, stops, "stops.jsonl")

    def left(stops_kept: timedelta, at: datetime) -> set[str]:
        kept = Retention(reads=timedelta(days=1), audit=timedelta(days=3000), stops=stops_kept)
        enforce_retention(database, kept, delete_images=lambda _: None, now=at)
        return {one.record_id for one in report_stops(LEE, database, date(2000, 1, 1), date(2100, 1, 1))}

    assert left(timedelta(days=402), now) == {"OLD", "YOUNG", "TO-COME"}
    assert left(timedelta(days=400), now) == {"YOUNG", "TO-COME"}
    # Whatever day it names, a record is no younger than when it was written down.
    assert left(timedelta(days=400), now + timedelta(days=402)) == set()


def test_how_long_stops_are_kept_is_the_laws_or_the_settings_to_say(tmp_path: Path) -> None:
    assert open_policy(Settings()).retention.stops == timedelta(days=730)
    assert open_policy(Settings(retention=RetentionSettings(audit_days=500))).retention.stops == timedelta(days=500)
    assert open_policy(Settings(retention=RetentionSettings(stops_days=90))).retention.stops == timedelta(days=90)
    law = (Path(policy.__file__).parent / "profiles" / "virginia.toml").read_text()
    rule = '[retention.stops]\ndays = 1000\ncitation = "x"\nas_of = 2026-01-01\nconfidence = "unconfirmed"\n'
    profile = tmp_path / "own.toml"
    profile.write_text(law.replace("[retention.audit]", f"{rule}\n[retention.audit]"))
    by_law = Settings(policy=PolicySettings(profile=str(profile)))
    assert open_policy(by_law).retention.stops == timedelta(days=1000)
    longer = by_law.model_copy(update={"retention": RetentionSettings(stops_days=1001)})
    with pytest.raises(ConfigurationError, match=r"retention\.stops_days.*longer than the 1000 days"):
        open_policy(longer)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"record_id": "much-too-long-1"}, "'record_id': expected up to 12"),
        ({"record_id": "a-1"}, "'record_id'"),
        ({"ori": "VA123"}, "'ori': expected 9"),
        ({"location": "High St, Portsmouth"}, "without a comma"),
        ({"location": "x" * 46}, "up to 45"),
        ({"stopped_on": "03/01/2026"}, "expected a day"),
        ({"stopped_on": "2026-02-30"}, "day is out of range"),
        ({"age": -1}, "whole years"),
        ({"age": True}, "whole years"),
        ({"is_person_searched": "no"}, "true or false"),
        ({"notification_reason": None}, "expected the alert's category"),
        ({"notification_reason": "gossip"}, "expected the alert's category"),
        ({"followed_notification": False}, "is not true"),
        ({"plate": "ABC1234"}, "unknown field 'plate'"),
    ],
)
def test_a_stop_that_does_not_fit_is_named_and_nothing_is_kept(
    database: Database, wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        add_stops(LEE, database, lines({"record_id": "A-1"}, wrong), "stops.jsonl")
    assert refused.value.line == 2
    assert report_stops(LEE, database, date(2000, 1, 1), date(2100, 1, 1)) == []


@given(
    st.text(max_size=200)
    | st.dictionaries(st.sampled_from([*GOOD, "x"]), st.none() | st.text() | st.integers()).map(
        lambda given: json.dumps(GOOD | given)
    )
)
def test_any_line_is_a_stop_or_refused(line: str) -> None:
    try:
        stop = _stop(line, "x", 1)
    except InvalidInput:
        return
    (written,) = layout_lines([stop])
    assert written.count(",") == 15


def test_the_commands_keep_and_write(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    path = tmp_path / "stops.jsonl"
    path.write_text("\n".join(lines({})) + "\n")
    result = CliRunner().invoke(app, ["report", "add-stops", str(path)])
    assert result.exit_code == 0, result.output
    assert "1 stops kept, 0 were there" in result.stderr
    written = CliRunner().invoke(app, ["report", "stops", "--since", "2026-03-01", "--until", "2026-03-02"])
    assert written.stdout.startswith("26-000117,030126,")
    assert CliRunner().invoke(app, ["report", "add-stops", str(tmp_path / "none")]).exit_code == 1
