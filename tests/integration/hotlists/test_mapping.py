"""Custom lists from the command line to the database: mappings, and the vendors' layouts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.hotlist import hotlist
from schemas.errors import ConfigurationError, HeldForReview, InvalidInput

app = typer.Typer()
hotlist.register(app)

MAPPING = 'default_state = "VA"\n[columns]\nplate = "Reg"\ncategory = "Code"\n[categories]\nSV = "stolen_vehicle"\n'
LIST = "Reg;Code;Remark\nABC123;SV;dent\nDEF456;QQ;\n"


@pytest.fixture(autouse=True)
def _use_database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.chdir(tmp_path)
    Path("region.toml").write_text(MAPPING, encoding="utf-8")
    Path("region.txt").write_text(LIST, encoding="utf-8")


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["hotlist", *arguments])
    assert result.exit_code == code, result.output
    return result


def imported(layout: str, file: str, *more: str) -> dict[str, Any]:
    return dict(json.loads(run("import", "--source", layout, file, "--json", *more).stdout))


def shown(name: str) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in run("show", name, "--json").stdout.splitlines()]
    return {entry["plate"]: entry for entry in found}


def test_a_mapped_list_is_imported_and_a_changed_mapping_reads_its_rows_again() -> None:
    first = imported("csv", "region.txt", "--mapping", "region.toml")
    assert (first["added"], first["unmapped"]) == (2, {"QQ": 1})
    entries = shown("region")
    assert (entries["ABC123"]["category"], entries["ABC123"]["jurisdiction"]) == ("stolen_vehicle", "US-VA")
    assert entries["ABC123"]["extra"] == {"Remark": "dent"}
    same = imported("csv", "region.txt", "--mapping", "region.toml")
    assert (same["unchanged"], same["changed"]) == (2, 0)
    Path("region.toml").write_text(MAPPING + 'QQ = "watch"\n', encoding="utf-8")
    again = imported("csv", "region.txt", "--mapping", "region.toml")
    assert again["unmapped"] == {}
    assert shown("region")["DEF456"]["category"] == "watch"


def test_a_mapping_that_does_not_fit_changes_nothing() -> None:
    imported("csv", "region.txt", "--mapping", "region.toml")
    before = shown("region")
    Path("region.toml").write_text(MAPPING.replace("Reg", "Kfz"), encoding="utf-8")
    refused = run("import", "-s", "csv", "region.txt", "--mapping", "region.toml", code=1).exception
    assert isinstance(refused, InvalidInput)
    assert "no column is named 'Kfz'" in str(refused)
    assert "Reg;Code;Remark" in str(refused)
    Path("region.toml").write_text("colour = 1\n" + MAPPING, encoding="utf-8")
    refused = run("import", "-s", "csv", "region.txt", "--mapping", "region.toml", code=1).exception
    assert isinstance(refused, ConfigurationError)
    assert "unknown key 'colour'" in str(refused)
    assert shown("region") == before


def test_vendors_lists() -> None:
    entry = {"id": "e-1", "plate": "ABC0123", "reason": "BOLO", "caseNumber": "26-1", "state": "ohio"}
    Path("flock.json").write_text(json.dumps({"entries": [entry], "totalResults": 1}), encoding="utf-8")
    Path("vigilant.csv").write_text("Hot Plate,State,Alert,Alert Level\nDEF456,VA,Stolen,High\n", encoding="utf-8")
    Path("genetec.txt").write_text("Stolen;QC;GH**12;2026-01-01;2096-12-31\n", encoding="utf-8")
    for layout, file in (("flock", "flock.json"), ("vigilant", "vigilant.csv"), ("genetec", "genetec.txt")):
        assert imported(layout, file)["added"] == 1
    assert (shown("flock")["ABC0123"]["jurisdiction"], shown("vigilant")["DEF456"]["priority"]) == ("US-OH", "High")
    assert shown("genetec")["GH??12"]["valid_until"] == "2097-01-01T00:00:00Z"
    # One page of a longer list would take the rest of it out of force.
    Path("flock.json").write_text(json.dumps({"entries": [entry], "totalResults": 4000}), encoding="utf-8")
    held = run("import", "-s", "flock", "flock.json", code=1).exception
    assert isinstance(held, HeldForReview)
    assert "4000" in str(held)
