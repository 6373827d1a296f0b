"""`platewatch law`: what a person and a program are told about the law that holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import cli.law
from cli.common import console
from policy.loading import profiles
from schemas.errors import ConfigurationError
from schemas.types import Category


def run(*arguments: str) -> str:
    app = typer.Typer()
    cli.law.register(app)
    result = CliRunner().invoke(app, ["law", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_width", 400)


def rules(text: str) -> dict[str, str]:
    """The table's rows by their first cell, each with the lines that it goes on in."""
    found: dict[str, str] = {}
    what = ""
    for line in text.splitlines():
        what = line.split("  ")[0] or what
        found[what] = f"{found.get(what, '')} {line}"
    return found


def test_shows_virginia_by_default_with_every_source() -> None:
    shown = rules(run("show"))
    for what in ("notifies", "stays silent", "reads kept", "audit kept", "shared with", "report"):
        assert "Code of Virginia 2.2-5517  2025-07-01  secondary" in shown[what]
    assert "2025-07-01  unconfirmed" in shown["age of lists"]
    assert "stolen_plate" in shown["notifies"]
    assert "felony_vehicle" in shown["stays silent"]
    assert "21 days" in shown["reads kept"]
    assert "law enforcement, prosecutor of US-VA" in shown["shared with"]


def test_shows_what_is_not_known_as_not_known() -> None:
    shown = rules(run("show", "idaho"))
    assert "30 days (the law has no number that is known)" in shown["reads kept"]
    assert "nothing known" in shown["audit kept"]
    assert "Platewatch's default" in shown["shared with"]
    assert "report" not in shown
    assert "unmapped" in shown["notifies"]


def test_shows_what_the_agency_decided_itself(tmp_path: Path) -> None:
    config = tmp_path / "platewatch.toml"
    config.write_text(
        '[policy]\nprofile = "iowa"\nalso_notify = ["immigration", "watch"]\n'
        'also_notify_reason = "council, 2026-11-02"\nnever_notify = ["uninsured"]\n[retention]\nreads_days = 14\n'
    )
    shown = rules(run("show", "--config", str(config)))
    # The law permits watch anyway: no gate was needed for it.
    assert "immigration: council, 2026-11-02" in shown["notifies too"]
    assert "watch" in shown["notifies"]
    assert "uninsured" in shown["silent too"]
    assert "uninsured" not in shown["stays silent"]
    assert "14 days (the law's limit: 30 days)" in shown["reads kept"]


def test_prints_json_for_programs() -> None:
    record = json.loads(run("show", "new-hampshire", "--json"))
    assert record["reads_seconds"] == 180
    assert set(record["categories"]) == {category.value for category in Category}
    assert record["categories"]["sex_offender"]["notifies"] is False
    assert {"citation", "as_of", "confidence"} <= set(record["facts"]["retention.reads"])
    listed = [json.loads(line) for line in run("list", "--json").splitlines()]
    assert [line["profile"] for line in listed] == list(profiles())
    assert {line["profile"] for line in listed if line["reads_seconds"] is None} >= {"california", "idaho"}


def test_lists_every_profile() -> None:
    shown = rules(run("list"))
    assert set(profiles()) <= set(shown)
    assert "3 minutes" in shown["new-hampshire"]
    assert "closed list" in shown["virginia"]


def test_a_profile_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ConfigurationError, match="no law profile is named 'texas'"):
        run("show", "texas")
