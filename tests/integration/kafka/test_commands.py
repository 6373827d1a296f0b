"""`platewatch alerts` and `platewatch subscribe` as a person or a program uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.alerts import alerts as alerts_command
from cli.alerts import subscribe as subscribe_command
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.events import Alert
from storage.database import Database
from tests.integration.alerts.records import outbox_of
from tests.integration.kafka.conftest import Broker
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.kafka.test_subscriber import publish
from tests.unit.alerts.samples import sample_alert

REPOSITORY = Path(__file__).resolve().parents[3]
FOLLOW = "import typer; from cli.alerts import alerts; app = typer.Typer(); alerts.register(app); app()"

app = typer.Typer()
alerts_command.register(app)
subscribe_command.register(app)


@pytest.fixture
def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def _logged_in(monkeypatch: pytest.MonkeyPatch, kafka_broker: Broker) -> None:
    monkeypatch.setenv("PLATEWATCH_KAFKA__OPTIONS", json.dumps(kafka_broker.settings.options))


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("_configured")
def test_alerts_shows_what_became_of_each(database: Database) -> None:
    raise_alerts(database, "t", ["AAA111", "BBB222", "CCC333"])
    with outbox_of(database) as outbox:
        first, second, _ = outbox.take(10)
        outbox.mark_sent([first.outbox_id])
        outbox.dead_letter(second.outbox_id, "large")
    states = {"AAA111": "published", "BBB222": "refused: large", "CCC333": "waiting"}
    header, *lines = run("alerts").splitlines()
    assert header.split()[-1] == "State"
    for line, (plate, state) in zip(lines, states.items(), strict=True):
        assert plate in line
        assert line.rstrip().endswith(state)
    assert "CCC333" in run("alerts", "--limit", "1")
    assert "AAA111" not in run("alerts", "--limit", "1")


@pytest.mark.usefixtures("_configured")
def test_alerts_prints_json_lines_for_programs(database: Database) -> None:
    raised = raise_alerts(database, "t", ["AAA111", "BBB222"])
    printed = [json.loads(line) for line in run("alerts", "--json").splitlines()]
    assert [Alert.model_validate(line["alert"]) for line in printed] == raised
    assert [(line["published"], line["dead_letter"]) for line in printed] == [(False, None)] * 2


@pytest.mark.usefixtures("_configured")
def test_alerts_says_that_there_are_none() -> None:
    result = CliRunner().invoke(app, ["alerts"], catch_exceptions=False)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no alerts yet\n")


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_following_shows_new_alerts_and_ends_cleanly_at_a_signal(database: Database, number: signal.Signals) -> None:
    raise_alerts(database, "t", ["AAA111"])
    with subprocess.Popen(
        [sys.executable, "-c", FOLLOW, "alerts", "--follow", "--json"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as follower:
        assert follower.stdout is not None
        assert json.loads(follower.stdout.readline())["alert"]["entry"]["plate"] == "AAA111"
        raise_alerts(database, "t", ["BBB222"], first=1)
        assert json.loads(follower.stdout.readline())["alert"]["entry"]["plate"] == "BBB222"
        os.kill(follower.pid, number)
        assert follower.wait(20) == 0


@pytest.mark.usefixtures("_configured", "_logged_in")
def test_subscribe_prints_each_alert_once_and_goes_on_next_time(kafka_broker: Broker, topic: str) -> None:
    alerts = [sample_alert(number) for number in range(3)]
    publish(kafka_broker, topic, *alerts)
    options = ("subscribe", "--topic", topic, "--bootstrap", kafka_broker.server, "--json", "--timeout", "40")
    first = [json.loads(line) for line in run(*options, "--limit", "2").splitlines()]
    second = [json.loads(line) for line in run(*options, "--limit", "1").splitlines()]
    assert [Alert.model_validate(line) for line in first + second] == alerts


@pytest.mark.usefixtures("_configured", "_logged_in")
def test_subscribe_shows_a_table_to_people(kafka_broker: Broker, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(kafka_broker, topic, sample_alert(1), sample_alert(2, "AAA111"))
    monkeypatch.setenv("PLATEWATCH_KAFKA__BOOTSTRAP_SERVERS", json.dumps([kafka_broker.server]))
    header, first, second = run("subscribe", "--topic", topic, "--limit", "2", "--timeout", "40").splitlines()
    assert header.split()[:4] == ["Time", "Camera", "Seen", "Listed"]
    assert "VNV4527" in first
    assert "AAA111" in second


@pytest.mark.usefixtures("_configured", "_logged_in")
def test_subscribe_ends_after_its_time(kafka_broker: Broker, topic: str) -> None:
    publish(kafka_broker, topic)
    assert run("subscribe", "--topic", topic, "--bootstrap", kafka_broker.server, "--timeout", "0.2") == ""


@pytest.mark.usefixtures("_configured")
def test_subscribe_says_what_is_wrong_with_the_server() -> None:
    with pytest.raises(ConfigurationError, match=r"no Kafka is configured.*--bootstrap"):
        run("subscribe")
    with pytest.raises(BrokerUnavailable, match=r"kafka at 127\.0\.0\.1:1 is not reachable"):
        run("subscribe", "--bootstrap", "127.0.0.1:1")


@pytest.mark.parametrize("command", ["alerts", "subscribe"])
def test_help_has_an_example(command: str) -> None:
    assert f"platewatch {command} --" in run(command, "--help")
