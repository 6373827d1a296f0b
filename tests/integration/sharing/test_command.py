"""`platewatch agreements`: from a file to what flows, and each step is a row of the audit."""

from __future__ import annotations

import dataclasses
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
from schemas.types import Category
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.sharing.disseminations import ForeignQuery, note_query
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.sharing.samples import current, in_force, lists_grant
from tests.integration.storage.samples import activate, sample_entry
from tests.unit.sharing.test_files import TEXT

TOPIC = "platewatch.alerts.test.v1"
LATER = f"valid_from = {datetime.now(UTC).date() + timedelta(days=9)}"


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


def test_a_listed_entry_is_allowed_or_refused_with_the_reason(database: Database) -> None:
    one, other = (
        sample_entry(1, hotlist_id="stolen"),
        sample_entry(2, hotlist_id="stolen", category=Category.MISSING_PERSON),
    )
    activate(database, [one, other], hotlist_id="stolen", layout="csv")
    in_force(database, current(grants=[lists_grant()]))
    assert "allowed with plate" in done("check", "--entry", str(one.entry_id), "--to", "suffolk-pd")
    refused = run("check", "--entry", str(other.entry_id), "--to", "suffolk-pd")
    assert (refused.exit_code, "category missing_person is not in the agreement" in refused.output) == (1, True)
    nobody = run("check", "--entry", str(one.entry_id), "--to", "norfolk-pd")
    assert (nobody.exit_code, "no agreement with norfolk-pd" in nobody.output) == (1, True)
    assert run("check", "--to", "suffolk-pd").exit_code != 0
    unknown = run("check", "--entry", str(sample_entry(7).entry_id), "--to", "suffolk-pd")
    assert isinstance(unknown.exception, InvalidInput)
    # What came from another agency is nobody's to give.
    activate(database, [sample_entry(3, hotlist_id="region")], hotlist_id="region", layout="shared")
    in_force(database, current(id="region", grants=[lists_grant(lists=["region"])]))
    passed_on = run("check", "--entry", str(sample_entry(3, hotlist_id="region").entry_id), "--to", "suffolk-pd")
    assert "came from another agency" in passed_on.output
    (sight, _) = records("who-sees-what")
    assert (sight["grant"]["shares"], sight["flows"]) == ("hotlists", True)


def test_a_narrower_version_is_in_force_at_once(tmp_path: Path) -> None:
    done("add", "--file", "suffolk.toml")
    done("approve", "suffolk", sudo="kim")
    file = tmp_path / "suffolk.toml"
    file.write_text(file.read_text().replace('fields = ["plate", "place"]', 'fields = ["plate"]'))
    assert "grants nothing more and is in force" in done("add", "--file", "suffolk.toml")
    file.write_text(file.read_text().replace("max_days = 3650", "max_days = 36500"))
    (proposal,) = records("add", "--file", "suffolk.toml")
    assert (proposal["pending"], proposal["widens"]) == (True, ["alerts: kept for 36500 days, before 3650"])


def test_a_check_says_what_is_wrong_and_what_is_granted_and_stores_nothing(database: Database) -> None:
    found = json.loads(done("add", "--file", "suffolk.toml", "--check", "--json"))
    assert found == {"fault": None, "widens": ["it is a new agreement"], "blocked": []}
    assert "another person has to approve: it is a new agreement" in done("add", "--file", "suffolk.toml", "--check")
    text = Path("suffolk.toml").read_text()
    Path("later.toml").write_text(text.replace(f"valid_from = {datetime.now(UTC).date() - timedelta(days=1)}", LATER))
    (waits,) = json.loads(done("add", "--file", "later.toml", "--check", "--json"))["blocked"]
    assert "alerts: agreement suffolk, version 1, begins on" in waits
    Path("theirs.toml").write_text(text.replace("portsmouth-pd", "norfolk-pd"))
    refused = run("add", "--file", "theirs.toml", "--check")
    assert (refused.exit_code, "its owner is norfolk-pd" in refused.output) == (1, True)
    assert records("show") == []
    done("add", "--file", "suffolk.toml")
    again = run("add", "--file", "suffolk.toml", "--check", "--json")
    assert "version 1 says the same, and waits" in json.loads(again.stdout)["fault"]
    assert [row.action for row in audit_entries(database)].count(Action.CHECK_AGREEMENT) == 5


def test_what_was_stopped_is_shown_apart(database: Database) -> None:
    in_force(database)
    asked = ForeignQuery("suffolk", 1, {"id": "suffolk-pd", "name": "Suffolk"}, "d.chen", "ABC1234", "a", "26-1", "why")
    with database.transaction() as connection:
        note_query(connection, asked)
        note_query(connection, dataclasses.replace(asked, results=3, asked_by="m.roe"))
    assert [row["asked_by"] for row in records("log", "--stopped")] == ["d.chen"]
    assert len(records("log")) == 2


def test_what_we_see_of_others_is_what_they_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site.toml").write_text(
        '[[sharing.neighbors]]\nid = "suffolk-pd"\nname = "Suffolk [b]Police"\nagreement = "theirs"\n'
        '[[hotlists.feeds]]\nkind = "agreement"\nname = "suffolk-stolen"\nneighbor = "suffolk-pd"\n'
        'list_name = "stolen"\n'
    )
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path / "data"))
    (found,) = records("who-sees-what", "--theirs", "--config", "site.toml")
    assert found["lists"] == [
        {"theirs": "stolen", "ours": "suffolk-stolen", "entries": 0, "state": "not in force; nothing came yet"}
    ]
    assert found["dispositions"] == {"given": 0, "waiting": 0, "withheld": 0}
    assert "Suffolk [b]Police (suffolk-pd)" in done("who-sees-what", "--theirs", "--config", "site.toml")
    assert "no neighbor is configured" in done("who-sees-what", "--theirs")
