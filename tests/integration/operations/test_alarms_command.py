"""Alarms: raised once, cleared when cured, acknowledged by people, and every change in the outbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.alerts import alarms as alarms_command
from cli.hotlist import pull as hotlist_pull
from schemas.errors import ConfigurationError, InvalidInput
from schemas.events import Alarm, AlarmKind
from schemas.generate import ALARM_CE_TYPE
from storage.alerts.alarms import Alarms
from storage.database import Database
from tests.integration.alerts.records import outbox_of
from tests.integration.hotlists.feed_samples import put, rows
from tests.integration.storage.samples import activate, sample_entry

START = datetime(2026, 11, 20, 6, tzinfo=UTC)
TOPIC = "platewatch.alarms.local.v1"

app = typer.Typer()
alarms_command.register(app)
hotlist_pull.register(app)


@pytest.fixture
def alarms(database: Database) -> Alarms:
    return Alarms(database, "local", TOPIC)


def sent(database: Database) -> list[Alarm]:
    """The messages that wait for the relay, oldest first."""
    with outbox_of(database) as outbox:
        return [Alarm.model_validate_json(row.payload) for row in outbox.take(100)]


def test_an_alarm_is_raised_once_and_cleared_once(alarms: Alarms, database: Database) -> None:
    assert alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    assert not alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "later still", START + timedelta(minutes=1))
    assert alarms.raise_alarm(AlarmKind.LATE_LIST, "region", "late", START)
    assert alarms.raise_alarm(AlarmKind.FEED_FAILED, "ncic", "gone", START)
    assert [(alarm.kind, alarm.subject, alarm.message) for alarm in alarms.standing()] == [
        (AlarmKind.FEED_FAILED, "ncic", "gone"),
        (AlarmKind.LATE_LIST, "region", "late"),
        (AlarmKind.LATE_LIST, "ncic", "later still"),
    ]
    assert alarms.clear(AlarmKind.LATE_LIST, "ncic", START + timedelta(hours=1))
    assert not alarms.clear(AlarmKind.LATE_LIST, "ncic", START + timedelta(hours=2))
    assert len(alarms.standing()) == 2
    assert alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late again", START + timedelta(hours=3))
    assert len(alarms.history()) == 4
    told = [(alarm.kind.value, alarm.subject, alarm.status) for alarm in sent(database)]
    assert told == [
        ("late_list", "ncic", "raised"),
        ("late_list", "region", "raised"),
        ("feed_failed", "ncic", "raised"),
        ("late_list", "ncic", "cleared"),
        ("late_list", "ncic", "raised"),
    ]


def test_raise_and_clear_are_two_messages_about_one_alarm(alarms: Alarms, database: Database) -> None:
    alarms.raise_alarm(AlarmKind.HELD_LIST, "ncic", "shrinks", START)
    alarms.clear(AlarmKind.HELD_LIST, "ncic", START + timedelta(hours=1))
    with outbox_of(database) as outbox:
        raised, cleared = outbox.take(100)
    assert {raised.topic, cleared.topic} == {TOPIC}
    assert raised.key == cleared.key == "held_list/ncic"
    first, second = Alarm.model_validate_json(raised.payload), Alarm.model_validate_json(cleared.payload)
    assert first.alarm_id == second.alarm_id
    assert first.message_id != second.message_id
    assert (first.cleared_at, second.cleared_at) == (None, START + timedelta(hours=1))
    headers = dict(cleared.headers)
    assert (headers["ce_type"], headers["ce_id"]) == (ALARM_CE_TYPE, str(second.message_id))
    assert headers["ce_time"] == "2026-11-20T07:00:00Z"


def test_nothing_is_raised_when_the_message_cannot_be_stored(alarms: Alarms, database: Database) -> None:
    with database.as_owner() as connection:
        connection.execute("alter table outbox add constraint closed check (topic <> 'platewatch.alarms.local.v1')")
    with pytest.raises(Exception, match="closed"):
        alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    assert alarms.history() == []


@pytest.fixture
def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.usefixtures("_configured")
def test_the_command_shows_what_stands_and_with_all_what_is_over(alarms: Alarms, database: Database) -> None:
    shown = CliRunner().invoke(app, ["alarms"])
    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", "no alarms\n")
    # Nobody runs a service here: asking is enough to see that a list is late.
    activate(database, [sample_entry(1)], as_of=START - timedelta(days=900))
    alarms.raise_alarm(AlarmKind.FEED_FAILED, "ncic", "refused", START)
    alarms.clear(AlarmKind.FEED_FAILED, "ncic", START + timedelta(hours=1))
    shown = CliRunner().invoke(app, ["alarms"])
    assert shown.exit_code == 0
    assert "late list" in shown.stdout
    assert "refused" not in shown.stdout
    assert "over since" in CliRunner().invoke(app, ["alarms", "--all"]).stdout
    lines = CliRunner().invoke(app, ["alarms", "--all", "--json"]).stdout.splitlines()
    by_kind = {record["kind"]: record for record in map(json.loads, lines)}
    assert by_kind["feed_failed"]["cleared_at"] == "2026-11-20T07:00:00Z"
    late = by_kind["late_list"]
    assert (late["subject"], late["cleared_at"]) == ("ncic", None)
    seen = CliRunner().invoke(app, ["alarms", "--acknowledge", str(late["alarm_number"])])
    assert "seen by" in seen.stdout
    with pytest.raises(InvalidInput, match="no alarm 99"):
        CliRunner().invoke(app, ["alarms", "--acknowledge", "99"], catch_exceptions=False)


def write_config(tmp_path: Path, *feeds: str) -> str:
    path = tmp_path / "platewatch.toml"
    path.write_text("".join(f"[[hotlists.feeds]]\n{feed}settle_seconds = 0.05\n" for feed in feeds))
    return str(path)


@pytest.mark.usefixtures("_configured")
def test_pull_runs_the_feeds_once_and_fails_when_one_does(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    good = 'name = "region"\nsource = "csv"\nkind = "folder"\npath = "drop"\n'
    bad = 'name = "ncic"\nsource = "ncic"\nkind = "https"\nurl = "https://127.0.0.1:1/x"\n'
    config = write_config(tmp_path, good, bad)
    put(tmp_path / "drop" / "list.csv", rows(30))
    shown = CliRunner().invoke(app, ["pull", "--config", config])
    assert shown.exit_code == 1
    first, second = shown.stdout.splitlines()
    assert first == "region: imported: list.csv: 30 entries, 30 added, 0 removed, 0 changed, 0 rows rejected"
    assert second.startswith("ncic: failed: https://127.0.0.1:1/x: ")
    shown = CliRunner().invoke(app, ["pull", "region", "--json", "--config", config])
    assert shown.exit_code == 0
    assert json.loads(shown.stdout) == {"hotlist": "region", "outcome": "nothing", "message": "no new file"}


@pytest.mark.usefixtures("_configured")
def test_pull_names_what_is_not_configured(tmp_path: Path) -> None:
    def pull(*arguments: str) -> None:
        CliRunner().invoke(app, ["pull", *arguments], catch_exceptions=False)

    with pytest.raises(ConfigurationError, match="no feeds are configured"):
        pull()
    config = write_config(tmp_path, 'name = "a"\nsource = "nonsense"\nkind = "folder"\npath = "drop"\n')
    with pytest.raises(InvalidInput, match=r"no feed is named 'b' \(configured: a\)"):
        pull("b", "--config", config)
    shown = CliRunner().invoke(app, ["pull", "--config", config])
    assert shown.exit_code == 1
    assert "a: failed: feed 'a': 'nonsense' is no layout; use one of ncic" in shown.stdout
