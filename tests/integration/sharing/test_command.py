"""`platewatch agreements`: from a file to what flows, and each step is a row of the audit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from schemas.audit import Action
from schemas.errors import InvalidInput
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.unit.sharing.test_files import TEXT

TOPIC = "platewatch.alerts.test.v1"


@pytest.fixture(autouse=True)
def _site(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_AGENCY_ID", "portsmouth-pd")
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mou.pdf").write_bytes(b"%PDF-1.7 signed")
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.7 another")
    today = datetime.now(UTC).date()
    text = TEXT.replace("2026-01-01", str(today - timedelta(days=1)))
    text = text.replace("2026-12-31", str(today + timedelta(days=300)))
    text = text.replace('cameras = ["bridge"]', 'cameras = "all"').replace(
        "max_days = 7", "max_days = 3650\ncji = true"
    )
    (tmp_path / "suffolk.toml").write_text(text)


def run(*arguments: str, sudo: str | None = None) -> Result:
    return CliRunner().invoke(app, ["agreements", *arguments], env={"SUDO_USER": sudo})


def done(*arguments: str, sudo: str | None = None) -> str:
    result = run(*arguments, sudo=sudo)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def records(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done(*arguments, "--json").splitlines()]


def test_from_a_file_to_its_end(database: Database) -> None:
    assert "nothing is shared with anybody" in done("show")
    added = done("add", "--file", "suffolk.toml")
    assert "suffolk: version 1 waits for another person's approval:" in added
    assert "it is a new agreement" in added
    (waiting,) = records("show", "suffolk")
    assert (waiting["state"], waiting["topic"]) == ("waits for approval", "platewatch.shared.suffolk.v1")
    # The same user again, then a second person with another paper, then with the right one.
    for arguments, sudo, said in (
        (("approve", "suffolk"), None, "needs another person"),
        (("approve", "suffolk", "--paper", "other.pdf"), "kim", "the paper is another one"),
        (("approve", "suffolk", "--paper", "mou.pdf"), "kim", None),
    ):
        result = run(*arguments, sudo=sudo)
        assert (result.exit_code == 0) is (said is None)
        assert said is None or (isinstance(result.exception, InvalidInput) and said in str(result.exception))
    shown = done("show", "suffolk")
    assert "in force" in shown
    assert "shares alerts with suffolk-pd: all cameras; stolen_vehicle; exact; showing plate, place" in shown
    assert "signed for suffolk-pd: B. Chief, chief of police, on 2025-12-02" in shown
    (sight,) = records("who-sees-what")
    assert (sight["member"]["ori"], sight["flows"]) == ("VA1260000", True)
    assert "flows" in done("who-sees-what")
    done("end", "suffolk", "--reason", "notice of last month")
    assert "ended" in done("show")
    assert records("show")[0]["end_reason"] == "notice of last month"
    assert {row.action for row in audit_entries(database)} == {
        Action.ADD_AGREEMENT,
        Action.APPROVE_AGREEMENT,
        Action.END_AGREEMENT,
        Action.VIEW_AGREEMENTS,
        Action.REFUSED,
    }


def test_an_alert_is_allowed_or_refused_with_the_reason(database: Database) -> None:
    (alert,) = raise_alerts(database, TOPIC, ["AAA111"])
    asked = ("check", "--alert", str(alert.alert_id), "--to", "suffolk-pd")
    refused = run(*asked)
    assert (refused.exit_code, "no agreement with suffolk-pd" in refused.output) == (1, True)
    done("add", "--file", "suffolk.toml")
    done("approve", "suffolk", sudo="kim")
    assert "suffolk, version 1: allowed with place, plate: within the scope" in done(*asked)
    (record,) = records(*asked)
    assert (record["allowed"], record["fields"]) == (True, ["place", "plate"])
    done("end", "suffolk", "--reason", "notice of last month")
    refused = run(*asked)
    assert refused.exit_code == 1
    assert "suffolk, version 1: refused: agreement suffolk, version 1, was ended at" in refused.output
    assert "AAA111" not in refused.output
    rows = [row for row in audit_entries(database) if row.action is Action.CHECK_AGREEMENT]
    assert [row.details["allowed"] for row in rows] == [[], ["suffolk"], ["suffolk"], []]


def test_a_narrower_version_is_in_force_at_once(tmp_path: Path) -> None:
    done("add", "--file", "suffolk.toml")
    done("approve", "suffolk", sudo="kim")
    file = tmp_path / "suffolk.toml"
    file.write_text(file.read_text().replace('fields = ["plate", "place"]', 'fields = ["plate"]'))
    assert "grants nothing more and is in force" in done("add", "--file", "suffolk.toml")
    file.write_text(file.read_text().replace("max_days = 3650", "max_days = 36500"))
    (proposal,) = records("add", "--file", "suffolk.toml")
    assert (proposal["pending"], proposal["widens"]) == (True, ["alerts: kept for 36500 days, before 3650"])
