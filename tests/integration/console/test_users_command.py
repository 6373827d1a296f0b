"""`platewatch users`: the first administrator by a link, and everything that is changed later, with one row each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from schemas.audit import Action
from schemas.errors import InvalidInput
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database


@pytest.fixture
def configured(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_AGENCY_ID", "portsmouth-pd")


def users(*arguments: str) -> Any:
    result = CliRunner().invoke(app, ["users", *arguments], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.usefixtures("configured")
def test_a_persons_way_through_the_commands(database: Database) -> None:
    made = users("add", "JLee", "--role", "administrator", "--full-name", "Jamie Lee")
    link = made.stdout.strip()
    assert link.startswith("https://localhost:8443/begin/")
    assert "works once" in made.stderr
    with pytest.raises(InvalidInput, match="somebody named 'jlee' already"):
        users("add", "jlee", "--role", "officer")
    users("change", "jlee", "--role", "analyst", "--role", "auditor", "--trained", "2026-01-31")
    (shown,) = (json.loads(line) for line in users("list", "--json").stdout.splitlines())
    assert (shown["roles"], shown["last_training_on"]) == (["analyst", "auditor"], "2026-01-31")
    assert shown["last_sign_in_at"] is None
    assert "has not chosen how to sign in" in shown["findings"]
    again = json.loads(users("reset", "jlee", "--json").stdout)
    assert again["link"] not in (None, link)
    with pytest.raises(InvalidInput, match="the reason"):
        users("disable", "jlee", "--reason", "none")
    users("disable", "jlee", "--reason", "left the department")
    (shown,) = (json.loads(line) for line in users("list", "--json").stdout.splitlines())
    assert shown["disabled_at"] is not None
    rows = audit_entries(database, AuditFilter(), limit=50)
    assert [row.action for row in reversed(rows)] == [
        Action.ADD_PERSON,
        Action.CHANGE_PERSON,
        Action.VIEW_PEOPLE,
        Action.RESET_PERSON,
        Action.REFUSED,
        Action.DISABLE_PERSON,
        Action.VIEW_PEOPLE,
    ]
    secret = link.rpartition("/")[2]
    assert secret not in str([row.details for row in rows])


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("name", ["", "a b", "../etc", "<script>", "x" * 65, "-lee", "lée"])
def test_what_is_no_name_is_refused(name: str, database: Database) -> None:
    with pytest.raises(InvalidInput, match="is no name to sign in with"):
        users("add", "--role", "officer", "--", name)


@pytest.mark.usefixtures("configured")
def test_a_program_gets_no_link_and_no_other_role(database: Database) -> None:
    assert json.loads(users("add", "cad", "--role", "agency_service", "--json").stdout)["link"] is None
    with pytest.raises(InvalidInput, match="no other role"):
        users("add", "rms", "--role", "agency_service", "--role", "supervisor")
    with pytest.raises(InvalidInput, match="no other role"):
        users("change", "cad", "--role", "supervisor")
