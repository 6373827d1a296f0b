"""`platewatch agreements acl` where no broker is asked, or none answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.failures import exit_code
from cli.main import app
from schemas.audit import Action
from schemas.errors import BrokerUnavailable, ConfigurationError, InvalidInput
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.sharing.samples import current, in_force
from tests.unit.policy.agreements.samples import NEIGHBOR, OWNER

SHARED = "platewatch.shared.suffolk.v1"
NOWHERE = '["127.0.0.1:1"]'
OPTIONS = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": "services", "security_protocol": "SASL_SSL"}


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_AGENCY_ID", OWNER)
    monkeypatch.setenv("PLATEWATCH_TIME_ZONE", "UTC")
    monkeypatch.setenv("PLATEWATCH_KAFKA__OPTIONS", json.dumps(OPTIONS))
    in_force(database, current())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def actions(database: Database) -> list[tuple[Action, dict[str, Any]]]:
    ours = (Action.VIEW_RIGHTS, Action.APPLY_RIGHTS, Action.RENEW_LOGIN)
    return [(row.action, dict(row.details)) for row in audit_entries(database) if row.action in ours]


def test_all_that_has_to_be_is_shown_as_kafkas_own_commands(database: Database) -> None:
    shown = run("agreements", "acl", "--all")
    assert shown.exit_code == 0, shown.exception
    to = "--bootstrap-server HOST:PORT --command-config admin.properties"
    assert shown.stdout.splitlines()[:4] == [
        f"read -rs -p 'password of {NEIGHBOR}: ' PASSWORD",
        f"kafka-configs.sh {to} --alter --entity-type users --entity-name {NEIGHBOR} --add-config"
        ' "SCRAM-SHA-512=[iterations=8192,password=$PASSWORD]"',
        f"kafka-acls.sh {to} --add --allow-principal User:services --operation Read --group platewatch-matcher",
        f"kafka-acls.sh {to} --add --allow-principal User:services --operation Read --group {OWNER}-"
        " --resource-pattern-type prefixed",
    ]
    lines = [line for line in shown.stdout.splitlines() if f"User:{NEIGHBOR} " in line]
    assert lines == [
        f"kafka-acls.sh {to} --add --allow-principal User:{NEIGHBOR} --operation Read --group {NEIGHBOR}-"
        " --resource-pattern-type prefixed",
        f"kafka-acls.sh {to} --add --allow-principal User:{NEIGHBOR} --operation Describe --operation Read"
        f" --topic {SHARED}",
    ]
    assert actions(database) == [(Action.VIEW_RIGHTS, {})]


def test_one_agreement_is_shown_for_programs_and_taken_once_it_ended() -> None:
    def changes() -> set[tuple[str, str, str | None]]:
        result = run("agreements", "acl", "suffolk", "--all", "--json")
        assert result.exit_code == 0, result.exception
        records = [json.loads(line) for line in result.stdout.splitlines()]
        return {(one["do"], one["user"], one.get("name")) for one in records if one["user"] == NEIGHBOR}

    group = f"{NEIGHBOR}-"
    assert changes() == {
        ("make_user", NEIGHBOR, None),
        ("give", NEIGHBOR, SHARED),
        ("give", NEIGHBOR, group),
    }
    assert run("agreements", "end", "suffolk", "--reason", "notice of last month").exit_code == 0
    assert changes() == {("drop_user", NEIGHBOR, None), ("take", NEIGHBOR, SHARED), ("take", NEIGHBOR, group)}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nothing", "--all"), "no agreement 'nothing' was ever in force"),
        (("--all", "--apply"), "--all asks no broker"),
        (("--passwords", "p", "--show-passwords"), "give one of them"),
        (("--apply", "--show-passwords", "--json"), "is for a person's eyes"),
        (("--new-password", "nobody"), "nothing is shared over the broker with 'nobody'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_KAFKA__BOOTSTRAP_SERVERS", NOWHERE)
    result = run("agreements", "acl", *arguments)
    assert isinstance(result.exception, InvalidInput)
    assert complaint in str(result.exception)


def test_an_end_stands_though_the_broker_cannot_be_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_KAFKA__BOOTSTRAP_SERVERS", NOWHERE)
    monkeypatch.setenv("PLATEWATCH_KAFKA__RIGHTS__APPLY", "true")
    ended = run("agreements", "end", "suffolk", "--reason", "notice of last month")
    assert ended.exit_code == 75
    assert "suffolk: ended" in ended.stderr
    assert "its members can still read its topic: kafka at 127.0.0.1:1 is not reachable" in ended.stderr
    assert "then run: platewatch agreements acl suffolk --apply" in ended.stderr
    assert Action.END_AGREEMENT in {row.action for row in audit_entries(database)}


def test_a_broker_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    command = ("agreements", "acl")
    with_none = run(*command)
    assert isinstance(with_none.exception, ConfigurationError)
    assert "no Kafka is configured" in str(with_none.exception)
    monkeypatch.setenv("PLATEWATCH_KAFKA__BOOTSTRAP_SERVERS", NOWHERE)
    away = run(*command)
    assert isinstance(away.exception, BrokerUnavailable)
    assert exit_code(away.exception) == 75
