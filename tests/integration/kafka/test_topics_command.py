"""`platewatch topics` on the local broker, and where none answers."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.failures import exit_code
from cli.main import app
from schemas.audit import Action
from schemas.errors import BrokerUnavailable, ConfigurationError
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.kafka.conftest import Broker
from tests.integration.sharing.samples import current, in_force
from tests.unit.policy.agreements.samples import OWNER

SHARED = "platewatch.shared.suffolk.v1"
TOPICS = (Action.CHECK_TOPICS, Action.CREATE_TOPICS)


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_AGENCY_ID", OWNER)
    monkeypatch.setenv("PLATEWATCH_TIME_ZONE", "UTC")
    in_force(database, current())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("command", ["check", "create"])
def test_a_broker_that_is_away_is_named(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_none = run("topics", command)
    assert isinstance(with_none.exception, ConfigurationError)
    assert "no Kafka is configured" in str(with_none.exception)
    monkeypatch.setenv("PLATEWATCH_KAFKA__BOOTSTRAP_SERVERS", '["127.0.0.1:1"]')
    away = run("topics", command)
    assert isinstance(away.exception, BrokerUnavailable)
    assert exit_code(away.exception) == 75


def test_one_broker_alone_is_safe_enough(
    database: Database, kafka_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_KAFKA__BOOTSTRAP_SERVERS", json.dumps([kafka_broker.server]))
    monkeypatch.setenv("PLATEWATCH_KAFKA__OPTIONS", json.dumps(kafka_broker.settings.options))
    monkeypatch.setenv("PLATEWATCH_KAFKA__READS_TOPIC", "alone.reads")
    monkeypatch.setenv("PLATEWATCH_ALERTS__TOPIC", "alone.alerts")
    missing = run("topics", "check", "--json")
    assert missing.exit_code == 1
    drift = {
        one["topic"]: [each["kind"] for each in one["drift"]] for one in map(json.loads, missing.stdout.splitlines())
    }
    assert drift["alone.alerts"] == drift["alone.reads"] == drift[SHARED] == ["missing"]
    made = run("topics", "create")
    assert made.exit_code == 0, made.output
    assert "alone.reads: made (reads on their way to a matcher)" in made.stdout
    assert run("topics", "check").exit_code == 0
    assert [row.action for row in reversed(audit_entries(database)) if row.action in TOPICS] == [
        Action.CHECK_TOPICS,
        Action.CREATE_TOPICS,
        Action.CHECK_TOPICS,
    ]
    # Nothing that is right is touched; what ends sooner stays.
    assert run("topics", "create").stdout.count(": ok") == len(drift)
