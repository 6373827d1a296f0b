"""`platewatch search` as an analyst uses it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.searching import search
from schemas.convert import read_from_event
from schemas.errors import InvalidInput
from schemas.events import PlateReadEvent
from schemas.types import Movement, VehicleDescription
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import sample_read

WHY = ("--purpose", "stolen vehicle", "--case", "26-1")


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    search.register(app)
    return app


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Path:
    path = tmp_path / "platewatch.toml"
    path.write_text(f"log_level = 'WARNING'\n[database]\nurl = {json.dumps(database_url)}\n")
    return path


def test_json_lines_are_whole_reads(app: typer.Typer, config: Path, database: Database) -> None:
    reads = [sample_read(number) for number in range(3)]
    Records(database).write([ReadRecord(read) for read in reads])
    result = CliRunner().invoke(app, ["vnv?5*", "--json", "--limit", "2", "--config", str(config), *WHY])
    assert result.exit_code == 0
    lines = [read_from_event(PlateReadEvent.model_validate_json(line)) for line in result.stdout.splitlines()]
    assert lines == [reads[2], reads[1]]
    assert "the newest 2 reads" in result.stderr
    assert audit_entries(database)[0].case_number == "26-1"


def test_a_table_for_people(app: typer.Typer, config: Path, database: Database) -> None:
    Records(database).write([ReadRecord(sample_read(0))])
    result = CliRunner().invoke(app, ["VNV4527", "-c", str(config), *WHY], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for expected in ("VNV4527", "gate-0", "VA", "30%", "38.90720, -77.03690"):
        assert expected in result.stdout


def test_what_else_was_seen_is_asked_for_and_shown(app: typer.Typer, config: Path, database: Database) -> None:
    vehicle = VehicleDescription(make="Ford", model="F-150", color="red")
    fast = replace(sample_read(0), vehicle=vehicle, movement=Movement("2", "leaving", 31.3), confidence_is_known=False)
    Records(database).write([ReadRecord(fast), ReadRecord(sample_read(1))])
    asked = ["--color", "RED", "--make", "ford", "--speed-over", "65", "--direction", "leaving", "--lane", "2"]
    span = ["--since", "2026-11-20T00:00Z", "--until", "2026-11-22T00:00Z"]
    result = CliRunner().invoke(app, [*asked, *span, "-c", str(config), *WHY], env={"COLUMNS": "250"})
    assert result.exit_code == 0, result.output
    for expected in ("VNV4527", "unknown", "red Ford F-150", "leaving, lane 2, 70 mph"):
        assert expected in result.stdout
    assert "30%" not in result.stdout
    result = CliRunner().invoke(app, ["VNV4527", *asked, "--json", "-c", str(config), *WHY])
    (line,) = result.stdout.splitlines()
    told = json.loads(line)
    assert told["movement"] == {"lane": "2", "direction": "leaving", "speed": 31.3}
    assert (told["vehicle"]["make"], told["confidence_is_known"]) == ("Ford", False)
    none = CliRunner().invoke(app, ["--speed-over", "71mph", *span, "-c", str(config), *WHY])
    assert (none.stdout, none.stderr) == ("", "no such reads found\n")
    assert CliRunner().invoke(app, ["VNV4527", "--speed-under", "slow", "-c", str(config), *WHY]).exit_code == 2


def test_nothing_found_is_a_note(app: typer.Typer, config: Path) -> None:
    result = CliRunner().invoke(app, ["QQQ*", "--json", "-c", str(config), "--since", "2026-01-31", *WHY])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no reads of QQQ* found\n"


def test_what_cannot_be_searched_for(app: typer.Typer, config: Path) -> None:
    result = CliRunner().invoke(app, ["A*", "-c", str(config)])
    assert isinstance(result.exception, InvalidInput)
    same = ["--since", "2026-02-01", "--until", "2026-02-01"]  # no moment is in between
    for wrong in (["--since", "yesterday"], ["--limit", "0"], ["--since", "2026-02-01", "--until", "2026-01-01"], same):
        assert CliRunner().invoke(app, ["VNV*", "-c", str(config), *wrong]).exit_code == 2


def test_a_time_without_an_offset_is_one_of_the_agency_s_zone(
    app: typer.Typer, config: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    Records(database).write([ReadRecord(sample_read(number)) for number in range(3)])  # 18:59:30, 19:00:30, 19:01:30
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        span = ["--since", "2026-11-20T19:00", "--until", "2026-11-20T19:01"]
        result = CliRunner().invoke(app, ["VNV*", *WHY, "--json", "-c", str(config), *span], catch_exceptions=False)
    finally:
        monkeypatch.undo()
        time.tzset()
    (line,) = result.stdout.splitlines()
    assert read_from_event(PlateReadEvent.model_validate_json(line)) == sample_read(1)
